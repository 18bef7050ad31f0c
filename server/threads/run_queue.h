// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_THREADS_RUN_QUEUE_H_
#define MICROGPT_SERVER_THREADS_RUN_QUEUE_H_

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "server/threads/mutex.h"

namespace microgpt::server {

// Threads that do the computing for calls (decoding, scoring, cleaning text),
// so that none of it runs on gRPC's threads. Work comes in slices of a few
// milliseconds, and who has more to do goes to the back of the line: a short
// call never waits behind a long one, only behind one slice of each.
//
// Calls are admitted first, and only so many at a time; what is admitted can
// always submit, so the line is bounded. Thread-safe.
class RunQueue {
 public:
  // Runs one slice; answers whether there is another, to be run later.
  using Slice = std::function<bool()>;

  // What one slice should take at most.
  static constexpr std::chrono::milliseconds kSlice{5};

  // A call's admission. Give it back by destroying it.
  using Ticket = std::shared_ptr<void>;

  // threads: at least 1. max_calls: tickets out at the same time.
  RunQueue(size_t threads, size_t max_calls);

  // Runs what is still in the line, then joins the threads.
  ~RunQueue();

  // RESOURCE_EXHAUSTED, with a retry hint, if max_calls are under way.
  absl::StatusOr<Ticket> Admit() ABSL_LOCKS_EXCLUDED(mutex_);

  // Puts `slice` at the end of the line.
  void Submit(Slice slice) ABSL_LOCKS_EXCLUDED(mutex_);

  size_t calls() const ABSL_LOCKS_EXCLUDED(mutex_);  // tickets out

 private:
  void Work() ABSL_LOCKS_EXCLUDED(mutex_);

  const size_t max_calls_;
  mutable Mutex mutex_;
  CondVar changed_;
  std::deque<Slice> line_ ABSL_GUARDED_BY(mutex_);
  size_t calls_ ABSL_GUARDED_BY(mutex_) = 0;
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_THREADS_RUN_QUEUE_H_
