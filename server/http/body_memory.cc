// SPDX-License-Identifier: MIT
#include "server/http/body_memory.h"

#include <fmt/format.h>

#include <chrono>

#include "server/errors/errors.h"

namespace microgpt::server {

absl::Status BodyMemory::Share::Resize(size_t bytes) {
  // At no moment anybody sees more than all hold: that would refuse others.
  size_t all = memory_.bytes_;
  size_t wanted = 0;
  do {
    wanted = all - bytes_ + bytes;
    if (wanted > memory_.max_bytes_) {
      constexpr std::chrono::seconds kSoon{1};
      return ExhaustedError(
          fmt::format("{} would take more than the maximum of {} bytes",
                      memory_.what_, memory_.max_bytes_),
          kSoon);
    }
  } while (!memory_.bytes_.compare_exchange_weak(all, wanted));
  bytes_ = bytes;
  return absl::OkStatus();
}

void BodyMemory::Share::Clear() {
  memory_.bytes_ -= bytes_;
  bytes_ = 0;
}

}  // namespace microgpt::server
