// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_HANDLERS_UPLOAD_H_
#define MICROGPT_SERVER_HANDLERS_UPLOAD_H_

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"

namespace microgpt::server {

// Keeps count of what is streamed in chunks.
class UploadLimit {
 public:
  // what: "a dataset".
  UploadLimit(std::string_view what, uint64_t max_bytes)
      : what_(what), max_bytes_(max_bytes) {}

  // INVALID_ARGUMENT: the chunk is too large. RESOURCE_EXHAUSTED: all of them
  // together are.
  absl::Status Add(std::string_view chunk);

 private:
  const std::string_view what_;
  const uint64_t max_bytes_;
  uint64_t bytes_ = 0;
};

// INVALID_ARGUMENT if a field of the first message stands in a later one.
absl::Status CheckOnlyInFirst(bool first, std::string_view field,
                              std::string_view value);

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_HANDLERS_UPLOAD_H_
