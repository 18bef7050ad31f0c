// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_RPC_CALL_TRACKER_H_
#define MICROGPT_SERVER_RPC_CALL_TRACKER_H_

#include <cstddef>
#include <map>
#include <stop_token>

#include "server/threads/mutex.h"

namespace microgpt::server {

// The calls under way, so that a shutdown can end them: gRPC's own waits for
// ever for a reactor that nobody finishes. Thread-safe.
class CallTracker {
 public:
  // A call begins or ends. `stop` tells its handler to answer soon.
  void Add(const void* call, std::stop_source stop) EXCLUDES(mutex_);
  void Remove(const void* call) EXCLUDES(mutex_);

  // Stops every call under way and every later one.
  void StopAll() EXCLUDES(mutex_);

  // Whether StopAll was called.
  bool stopped() const EXCLUDES(mutex_);

 private:
  mutable Mutex mutex_;
  std::map<const void*, std::stop_source> calls_ GUARDED_BY(mutex_);
  bool stopped_ GUARDED_BY(mutex_) = false;
};

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_RPC_CALL_TRACKER_H_
