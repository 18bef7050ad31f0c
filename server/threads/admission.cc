// SPDX-License-Identifier: MIT
#include "server/threads/admission.h"

#include <fmt/format.h>

#include <chrono>

#include "server/errors/errors.h"

namespace microgpt::server {

absl::StatusOr<Admission::Ticket> Admission::Admit() {
  size_t calls = *calls_;
  do {
    if (calls >= max_calls_) {
      return ExhaustedError(
          fmt::format("{} {} are under way, which is the limit", calls, name_),
          std::chrono::milliseconds(200));
    }
  } while (!calls_->compare_exchange_weak(calls, calls + 1));
  return Ticket(calls_.get(), [under_way = calls_](void*) { --*under_way; });
}

}  // namespace microgpt::server
