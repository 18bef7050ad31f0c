// SPDX-License-Identifier: MIT
#include "server/http/body_memory.h"

#include <fmt/format.h>

#include <chrono>

#include "server/errors/errors.h"

namespace microgpt::server {

absl::Status BodyMemory::Share::Resize(size_t bytes) {
  const size_t all = memory_.bytes_ += bytes;
  if (all - bytes_ > memory_.max_bytes_) {
    memory_.bytes_ -= bytes;
    constexpr std::chrono::seconds kSoon{1};
    return ExhaustedError(
        fmt::format("the bodies of all requests under way over HTTP would take "
                    "more than the maximum of {} bytes",
                    memory_.max_bytes_),
        kSoon);
  }
  memory_.bytes_ -= bytes_;
  bytes_ = bytes;
  return absl::OkStatus();
}

void BodyMemory::Share::Clear() {
  memory_.bytes_ -= bytes_;
  bytes_ = 0;
}

}  // namespace microgpt::server
