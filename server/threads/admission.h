// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_THREADS_ADMISSION_H_
#define MICROGPT_SERVER_THREADS_ADMISSION_H_

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"

namespace microgpt::server {

// Admits calls, only so many at a time, so that what they queue up is bounded.
// Thread-safe.
class Admission {
 public:
  // A call's admission. Give it back by destroying it, also after the Admission
  // itself is gone.
  using Ticket = std::shared_ptr<void>;

  // max_calls: tickets out at the same time. calls: what they are, for the
  // refusal of one more.
  Admission(size_t max_calls, std::string calls)
      : max_calls_(max_calls), name_(std::move(calls)) {}

  // RESOURCE_EXHAUSTED, with a retry hint, if max_calls are under way.
  absl::StatusOr<Ticket> Admit();

  size_t calls() const { return *calls_; }  // tickets out

 private:
  const size_t max_calls_;
  const std::string name_;
  const std::shared_ptr<std::atomic<size_t>> calls_ =
      std::make_shared<std::atomic<size_t>>(0);
};

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_THREADS_ADMISSION_H_
