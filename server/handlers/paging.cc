// SPDX-License-Identifier: MIT
#include "server/handlers/paging.h"

#include <fmt/format.h>

#include <charconv>

#include "core/errors/errors.h"
#include "core/errors/ranges.h"
#include "server/handlers/limits.h"

namespace microgpt::server {

absl::StatusOr<size_t> ParsePageSize(uint32_t page_size) {
  MICROGPT_RETURN_IF_ERROR(CheckRange("page_size", page_size, 0, kMaxPageSize));
  return page_size == 0 ? kDefaultPageSize : page_size;
}

absl::Status BadPageToken(const std::string& token) {
  return FieldError(
      "page_token",
      fmt::format("\"{}\" is not the next_page_token of a page", token));
}

absl::StatusOr<uint64_t> ParseNumericPageToken(const std::string& token,
                                               uint64_t maximum) {
  if (token.empty()) return 0;
  uint64_t number = 0;
  const char* const end = token.data() + token.size();
  const auto [rest, error] = std::from_chars(token.data(), end, number);
  if (error != std::errc() || rest != end || number == 0 || number > maximum) {
    return BadPageToken(token);
  }
  return number;
}

}  // namespace microgpt::server
