// SPDX-License-Identifier: MIT
#include "server/errors/names.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/errors/errors.h"

namespace microgpt::server {
namespace {

constexpr size_t kMaxLength = 63;

bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsNameCharacter(char c) {
  return IsLower(c) || IsDigit(c) || c == '.' || c == '_' || c == '-';
}

bool IsName(std::string_view name) {
  return !name.empty() && name.size() <= kMaxLength &&
         (IsLower(name.front()) || IsDigit(name.front())) &&
         std::all_of(name.begin(), name.end(), IsNameCharacter);
}

// The beginning of a text that may be of any length.
std::string_view Abbreviate(std::string_view text) {
  const auto is_continuation = [](char c) { return (c & 0xC0) == 0x80; };
  size_t end = std::min(text.size(), 2 * kMaxLength);
  while (end > 0 && end < text.size() && is_continuation(text[end])) --end;
  return text.substr(0, end);
}

}  // namespace

absl::Status ValidateName(std::string_view field, std::string_view kind,
                          std::string_view name) {
  if (IsName(name)) return absl::OkStatus();
  return FieldError(
      field,
      fmt::format("\"{}\" is not a {} name: 1 to {} characters of a-z, 0-9, "
                  "'.', '_' and '-', the first a letter or digit",
                  Abbreviate(name), kind, kMaxLength));
}

absl::Status ValidateAlias(std::string_view field, std::string_view alias) {
  if (alias == "latest") {
    return FieldError(field,
                      "\"latest\" is always the newest version, not an alias");
  }
  if (IsName(alias) && IsLower(alias.front())) return absl::OkStatus();
  return FieldError(
      field,
      fmt::format("\"{}\" is not an alias: 1 to {} characters of a-z, 0-9, "
                  "'.', '_' and '-', the first a letter",
                  Abbreviate(alias), kMaxLength));
}

}  // namespace microgpt::server
