// SPDX-License-Identifier: MIT
#include "server/calls/call_tracker.h"

#include <utility>

namespace microgpt::server {

void CallTracker::Add(const void* call, std::stop_source stop) {
  bool stopped;
  {
    MutexLock lock(mutex_);
    calls_.emplace(call, stop);
    stopped = stopped_;
  }
  if (stopped) stop.request_stop();
}

void CallTracker::Remove(const void* call) {
  MutexLock lock(mutex_);
  calls_.erase(call);
  if (calls_.empty()) ended_.notify_all();
}

void CallTracker::StopAll() {
  std::map<const void*, std::stop_source> calls;
  {
    MutexLock lock(mutex_);
    stopped_ = true;
    calls = calls_;
  }
  // Not under the lock: this calls back whoever waits for the stop.
  for (auto& [call, stop] : calls) stop.request_stop();
}

void CallTracker::AwaitNone(std::chrono::steady_clock::time_point deadline) {
  MutexLock lock(mutex_);
  while (!calls_.empty() &&
         ended_.wait_until(mutex_, deadline) == std::cv_status::no_timeout) {
  }
}

bool CallTracker::stopped() const {
  MutexLock lock(mutex_);
  return stopped_;
}

}  // namespace microgpt::server
