// SPDX-License-Identifier: MIT
#include "server/handlers/upload.h"

#include <fmt/format.h>

#include "core/errors/errors.h"
#include "server/handlers/limits.h"

namespace microgpt::server {

absl::Status UploadLimit::Add(std::string_view chunk) {
  if (chunk.size() > kMaxChunkBytes) {
    return FieldError("chunk", fmt::format("{} bytes are above the maximum {}",
                                           chunk.size(), kMaxChunkBytes));
  }
  bytes_ += chunk.size();
  if (bytes_ <= max_bytes_) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      fmt::format("chunk: {} bytes so far are above the maximum {} of {}",
                  bytes_, max_bytes_, what_));
}

absl::Status CheckOnlyInFirst(bool first, std::string_view field,
                              std::string_view value) {
  if (first || value.empty()) return absl::OkStatus();
  return FieldError(
      field, fmt::format("\"{}\" may stand in the first message only", value));
}

}  // namespace microgpt::server
