// SPDX-License-Identifier: MIT
#include "core/format/json_text.h"

#include <fmt/format.h>

#include <cassert>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <nlohmann/json.hpp>

#include "core/text/utf8.h"

namespace microgpt {
namespace {

// `text`, which is UTF-8, as far as an error has room for it.
std::string Cut(std::string_view text) {
  constexpr size_t kMax = 80;  // a sum fits in
  if (text.size() <= kMax) return std::string(text);
  text = text.substr(0, kMax);
  while (!ValidateUtf8("", text).ok()) text.remove_suffix(1);
  return fmt::format("{}…", text);
}

}  // namespace

void AppendJsonNumber(double value, std::string& out) {
  assert(std::isfinite(value));
  const size_t begin = out.size();
  // fmt's shortest form is Python's repr, but for the ".0" of a whole number.
  fmt::format_to(std::back_inserter(out), "{}", value);
  if (out.find_first_of(".e", begin) == std::string::npos) out += ".0";
}

std::string JsonNumber(double value) {
  std::string text;
  AppendJsonNumber(value, text);
  return text;
}

std::string JsonString(std::string_view text) {
  constexpr int kNoIndent = -1;
  constexpr bool kEnsureAscii = true;
  return nlohmann::json(text).dump(kNoIndent, ' ', kEnsureAscii,
                                   nlohmann::json::error_handler_t::replace);
}

std::string JsonStrings(std::span<const std::string> texts) {
  std::string list = "[";
  for (const std::string& text : texts) {
    if (list.size() > 1) list += ", ";
    list += JsonString(text);
  }
  return list + "]";
}

void JsonObjectText::Add(std::string_view key, std::string_view json) {
  members_ += fmt::format("{}{}: {}", members_.empty() ? "" : ", ",
                          JsonString(key), json);
}

void JsonObjectText::AddText(std::string_view key, std::string_view text) {
  Add(key, JsonString(text));
}

void JsonObjectText::AddNumber(std::string_view key,
                               std::optional<double> number) {
  if (!number.has_value() || !std::isfinite(*number)) return;
  Add(key, JsonNumber(*number));
}

std::string JsonObjectText::Finish() const {
  return fmt::format("{{{}}}", members_);
}

std::string Excerpt(std::string_view text) {
  const std::string cut = Cut(text);
  std::string excerpt;
  for (std::string_view rest = cut; !rest.empty();) {
    const char32_t code_point = *TakeCodePoint(rest);
    if (CanBeSeen(code_point)) {
      AppendUtf8(code_point, excerpt);
    } else {
      excerpt += fmt::format("\\u{:04x}", static_cast<uint32_t>(code_point));
    }
  }
  return excerpt;
}

std::string QuotedExcerpt(std::string_view text) {
  return JsonString(Cut(text));
}

}  // namespace microgpt
