// SPDX-License-Identifier: MIT
#include "core/text/utf8.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstdint>

#include "core/errors/errors.h"

namespace microgpt {
namespace {

bool IsScalarValue(char32_t code_point) {
  const bool surrogate = code_point >= 0xD800 && code_point < 0xE000;
  return code_point <= 0x10FFFF && !surrogate;
}

// The bytes from the last lead byte of `text` on; nullopt if there is none in
// the last four.
std::optional<std::string_view> LastSequence(std::string_view text) {
  const auto continues = [](char c) { return (c & 0xC0) == 0x80; };
  size_t begin = text.size();
  while (begin > 0 && text.size() - begin < 4) {
    if (!continues(text[--begin])) return text.substr(begin);
  }
  return std::nullopt;
}

bool IsOneSpace(std::string_view text) {
  const std::optional<char32_t> code_point = TakeCodePoint(text);
  return code_point.has_value() && text.empty() && IsSpace(*code_point);
}

// Line and byte, both from 1, at which `text` goes on after `before`, its
// beginning, which is on line `line`. A CRLF ends one line.
struct Place {
  size_t line;
  size_t byte = 1;
};

Place PlaceAfter(std::string_view before, size_t line) {
  Place place{.line = line};
  for (size_t i = 0; i < before.size(); ++i) {
    const bool crlf = before.substr(i, 2) == "\r\n";
    const bool ends_line = before[i] == '\n' || (before[i] == '\r' && !crlf);
    place = ends_line ? Place{place.line + 1, 1}
                      : Place{place.line, place.byte + 1};
  }
  return place;
}

}  // namespace

char32_t TakeAnyCodePoint(std::string_view& text) {
  if (text.empty()) return kNoCodePoint;
  const auto byte = [&text](size_t i) { return static_cast<uint8_t>(text[i]); };
  // A lead byte begins with as many ones as there are bytes, ASCII with none.
  const int ones = std::countl_one(byte(0));
  const size_t length = ones == 0 ? 1 : static_cast<size_t>(ones);
  if (ones == 1 || length > 4 || text.size() < length) return kNoCodePoint;
  char32_t code_point = byte(0) & (0x7F >> ones);
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return kNoCodePoint;
    code_point = code_point << 6 | (byte(i) & 0x3F);
  }
  const bool overlong = Utf8Size(code_point) < length;
  if (overlong || !IsScalarValue(code_point)) return kNoCodePoint;
  text.remove_prefix(length);
  return code_point;
}

size_t CountCodePoints(std::string_view text) {
  const auto is_first_byte = [](char c) { return (c & 0xC0) != 0x80; };
  return static_cast<size_t>(std::ranges::count_if(text, is_first_byte));
}

void AppendUtf8(char32_t code_point, std::string& out) {
  const auto append = [&out](char32_t byte) { out += static_cast<char>(byte); };
  const auto append_continuation = [&](int shift) {
    append(0x80 | (code_point >> shift & 0x3F));
  };
  if (code_point < 0x80) {
    append(code_point);
  } else if (code_point < 0x800) {
    append(0xC0 | code_point >> 6);
    append_continuation(0);
  } else if (code_point < 0x10000) {
    append(0xE0 | code_point >> 12);
    append_continuation(6);
    append_continuation(0);
  } else {
    append(0xF0 | code_point >> 18);
    append_continuation(12);
    append_continuation(6);
    append_continuation(0);
  }
}

absl::Status ValidateUtf8(std::string_view field, std::string_view text,
                          size_t line) {
  std::string_view rest = text;
  while (!rest.empty()) {
    if (TakeCodePoint(rest).has_value()) continue;
    const size_t good = text.size() - rest.size();
    const Place place = PlaceAfter(text.substr(0, good), line);
    return FieldError(
        field,
        fmt::format("not UTF-8 at line {}, byte {} (0x{:02X})", place.line,
                    place.byte, static_cast<uint8_t>(rest.front())));
  }
  return absl::OkStatus();
}

bool IsOneCodePoint(std::string_view text) {
  return TakeCodePoint(text).has_value() && text.empty();
}

bool IsSpace(char32_t code_point) {
  if (code_point < 0x80) {
    return code_point == ' ' || (code_point >= '\t' && code_point <= '\r') ||
           (code_point >= 0x1C && code_point <= 0x1F);
  }
  switch (code_point) {
    case 0x0085:  // next line
    case 0x00A0:  // no-break space
    case 0x1680:  // ogham space mark
    case 0x2028:  // line separator
    case 0x2029:  // paragraph separator
    case 0x202F:  // narrow no-break space
    case 0x205F:  // medium mathematical space
    case 0x3000:  // ideographic space
      return true;
    default:
      return code_point >= 0x2000 && code_point <= 0x200A;  // en quad … hair
  }
}

bool CanBeSeen(char32_t code_point) {
  const bool control =
      code_point < 0x20 || (code_point >= 0x7F && code_point < 0xA0);
  return !control && (!IsSpace(code_point) || code_point == U' ');
}

std::string BeginningOf(std::string_view text, size_t max_bytes) {
  if (text.size() <= max_bytes) return std::string(text);
  size_t end = max_bytes;
  const auto continues = [&](size_t at) {
    return (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
  };
  while (end > 0 && continues(end)) --end;
  return std::string(text.substr(0, end)) + "…";
}

std::string_view Strip(std::string_view text) {
  const auto is_visible_ascii = [](char c) { return c > ' ' && c <= '~'; };
  if (!text.empty() && is_visible_ascii(text.front()) &&
      is_visible_ascii(text.back())) {
    return text;  // the common case
  }
  for (std::string_view rest = text;;) {
    const std::optional<char32_t> first = TakeCodePoint(rest);
    if (!first.has_value() || !IsSpace(*first)) break;
    text = rest;
  }
  for (;;) {
    const std::optional<std::string_view> last = LastSequence(text);
    if (!last.has_value() || !IsOneSpace(*last)) return text;
    text.remove_suffix(last->size());
  }
}

}  // namespace microgpt
