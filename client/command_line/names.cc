// SPDX-License-Identifier: MIT
#include "client/command_line/names.h"

#include <algorithm>
#include <filesystem>

#include "client/output/utf8.h"

namespace microgpt::client {
namespace {

constexpr std::size_t kJobIdLength = 26;
constexpr std::size_t kLongestModelName = 63;

bool IsLowerOrDigit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool IsCrockford(char c) {
  return IsLowerOrDigit(c) && c != 'i' && c != 'l' && c != 'o' && c != 'u';
}

bool IsModelNameCharacter(char c) {
  return IsLowerOrDigit(c) || c == '.' || c == '_' || c == '-';
}

}  // namespace

bool IsJobId(std::string_view text) {
  return text.size() == kJobIdLength && text[0] >= '0' && text[0] <= '7' &&
         std::all_of(text.begin(), text.end(), IsCrockford);
}

bool IsModelName(std::string_view text) {
  return !text.empty() && text.size() <= kLongestModelName &&
         IsLowerOrDigit(text[0]) &&
         std::all_of(text.begin(), text.end(), IsModelNameCharacter);
}

std::string_view ModelOf(std::string_view reference) {
  return reference.substr(0, reference.find('@'));
}

bool HasVersion(std::string_view reference) {
  return reference.find('@') != std::string_view::npos;
}

std::optional<std::string> ModelNameFromFile(std::string_view path) {
  std::string name = Lower(std::filesystem::path(path).stem().string());
  std::replace(name.begin(), name.end(), ' ', '-');
  if (!IsModelName(name)) return std::nullopt;
  return name;
}

}  // namespace microgpt::client
