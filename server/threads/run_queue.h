// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_THREADS_RUN_QUEUE_H_
#define MICROGPT_SERVER_THREADS_RUN_QUEUE_H_

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "server/threads/admission.h"
#include "server/threads/mutex.h"

namespace microgpt::server {

// Threads that do what calls ask for and gRPC's threads must not: computing,
// and waiting for the store. Work comes in slices, and who has more to do goes
// to the back of the line. A call's first slice stands in a line of its own,
// which takes turns with the other: a short call never waits behind the slices
// of long ones, only for one to end, and many short ones hold up no long one.
//
// Calls are admitted first, and only so many at a time; what is admitted can
// always submit, so the line is bounded. Thread-safe.
class RunQueue {
 public:
  // Runs one slice; answers whether there is another, to be run later.
  using Slice = std::function<bool()>;

  // When a slice of generating or scoring ends: after the string in hand.
  static constexpr std::chrono::milliseconds kSlice{5};

  using Ticket = Admission::Ticket;

  // threads: at least 1. max_calls, calls: as of Admission. Throws
  // std::system_error if a thread cannot be had.
  RunQueue(size_t threads, size_t max_calls, std::string calls);

  // Runs what is still in the line, then joins the threads.
  ~RunQueue();

  // As Admission::Admit.
  absl::StatusOr<Ticket> Admit() { return admission_.Admit(); }

  // Puts `slice` at the end of its line: the one that begins a call, or
  // another.
  void SubmitFirst(Slice slice) ABSL_LOCKS_EXCLUDED(mutex_);
  void Submit(Slice slice) ABSL_LOCKS_EXCLUDED(mutex_);

  size_t calls() const { return admission_.calls(); }  // tickets out

 private:
  void Close() ABSL_LOCKS_EXCLUDED(mutex_);
  void Work() ABSL_LOCKS_EXCLUDED(mutex_);
  Slice TakeNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Admission admission_;
  Mutex mutex_;
  CondVar changed_;
  std::deque<Slice> firsts_ ABSL_GUARDED_BY(mutex_);
  std::deque<Slice> line_ ABSL_GUARDED_BY(mutex_);  // all others
  bool took_first_ ABSL_GUARDED_BY(mutex_) = false;
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_THREADS_RUN_QUEUE_H_
