// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_CALLS_CALL_TRACKER_H_
#define MICROGPT_SERVER_CALLS_CALL_TRACKER_H_

#include <chrono>
#include <map>
#include <stop_token>

#include "server/threads/mutex.h"

namespace microgpt::server {

// The calls under way, so that a shutdown can end them: gRPC's own waits for
// ever for a reactor that nobody finishes. Thread-safe.
class CallTracker {
 public:
  // A call begins or ends. `stop` tells its handler to answer soon.
  void Add(const void* call, std::stop_source stop) ABSL_LOCKS_EXCLUDED(mutex_);
  void Remove(const void* call) ABSL_LOCKS_EXCLUDED(mutex_);

  // Stops every call under way and every later one.
  void StopAll() ABSL_LOCKS_EXCLUDED(mutex_);

  // Blocks until no call is under way or `deadline`.
  void AwaitNone(std::chrono::steady_clock::time_point deadline)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // Whether StopAll was called.
  bool stopped() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  mutable Mutex mutex_;
  CondVar ended_;
  std::map<const void*, std::stop_source> calls_ ABSL_GUARDED_BY(mutex_);
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_CALLS_CALL_TRACKER_H_
