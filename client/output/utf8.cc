// SPDX-License-Identifier: MIT
#include "client/output/utf8.h"

#include <locale.h>
#include <wchar.h>

#include <algorithm>
#include <cstdint>

namespace microgpt::client {
namespace {

struct CodePoint {
  char32_t value = 0;
  std::size_t bytes = 0;  // 0: not UTF-8
};

// Bytes of the sequence that starts with `lead`; 0 if none does.
std::size_t SequenceLength(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead < 0xE0) return 2;
  if (lead >= 0xE0 && lead < 0xF0) return 3;
  if (lead >= 0xF0 && lead < 0xF5) return 4;
  return 0;
}

bool IsScalarOfLength(char32_t value, std::size_t bytes) {
  if (bytes == 3) return value >= 0x800 && (value < 0xD800 || value > 0xDFFF);
  if (bytes == 4) return value >= 0x10000 && value <= 0x10FFFF;
  return true;
}

// The first code point of `text`, which must not be empty.
CodePoint Decode(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t bytes = SequenceLength(lead);
  if (bytes == 0 || bytes > text.size()) return {};
  if (bytes == 1) return {lead, 1};
  char32_t value = lead & (0xFF >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xC0) != 0x80) return {};
    value = (value << 6) | (next & 0x3F);
  }
  if (!IsScalarOfLength(value, bytes)) return {};
  return {value, bytes};
}

bool IsControl(char32_t value) {
  return value < 0x20 || (value >= 0x7F && value < 0xA0);
}

// wcwidth answers by the locale, and the user's may be "C": this asks it in
// UTF-8 whatever the environment says.
std::size_t Width(char32_t value) {
  static const locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  if (utf8 == nullptr) return 1;
  const locale_t before = uselocale(utf8);
  const int width = wcwidth(static_cast<wchar_t>(value));
  uselocale(before);
  return width < 0 ? 1 : static_cast<std::size_t>(width);
}

}  // namespace

std::optional<std::size_t> FirstInvalidByte(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = Decode(text.substr(at));
    if (point.bytes == 0) return at;
    at += point.bytes;
  }
  return std::nullopt;
}

std::size_t CodePoints(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  });
}

std::size_t DisplayWidth(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const CodePoint point = Decode(text);
    width += point.bytes == 0 ? 1 : Width(point.value);
    text.remove_prefix(point.bytes == 0 ? 1 : point.bytes);
  }
  return width;
}

std::string_view CutToWidth(std::string_view text, std::size_t width) {
  std::size_t used = 0;
  std::size_t end = 0;
  while (end < text.size()) {
    const CodePoint point = Decode(text.substr(end));
    used += point.bytes == 0 ? 1 : Width(point.value);
    if (used > width) break;
    end += point.bytes == 0 ? 1 : point.bytes;
  }
  return text.substr(0, end);
}

std::string Shortened(std::string_view text, std::size_t width) {
  std::string beginning(CutToWidth(text, width));
  if (beginning.size() < text.size()) beginning += "…";
  return beginning;
}

std::string Printable(std::string_view text) {
  constexpr std::string_view kReplacement = "\uFFFD";
  std::string printable;
  printable.reserve(text.size());
  while (!text.empty()) {
    const CodePoint point = Decode(text);
    const std::size_t bytes = point.bytes == 0 ? 1 : point.bytes;
    const bool bad = point.bytes == 0 || IsControl(point.value);
    printable.append(bad ? kReplacement : text.substr(0, bytes));
    text.remove_prefix(bytes);
  }
  return printable;
}

std::string Lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

}  // namespace microgpt::client
