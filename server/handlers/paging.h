// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_HANDLERS_PAGING_H_
#define MICROGPT_SERVER_HANDLERS_PAGING_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace microgpt::server {

// page_size with its default. INVALID_ARGUMENT: above the maximum.
absl::StatusOr<size_t> ParsePageSize(uint32_t page_size);

// INVALID_ARGUMENT for a page_token that no page has given.
absl::Status BadPageToken(const std::string& token);

// A page_token that is a number of 1 to `maximum`; 0 if it is empty.
absl::StatusOr<uint64_t> ParseNumericPageToken(const std::string& token,
                                               uint64_t maximum);

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_HANDLERS_PAGING_H_
