// SPDX-License-Identifier: MIT
//
// std::mutex with clang's thread-safety annotations: the test command compiles
// with -Werror=thread-safety, so a field that is ABSL_GUARDED_BY a Mutex cannot
// be touched without it. (abseil's packaged Mutex is invisible to
// ThreadSanitizer.)
#ifndef MICROGPT_SERVER_THREADS_MUTEX_H_
#define MICROGPT_SERVER_THREADS_MUTEX_H_

#include <condition_variable>
#include <mutex>

#include "absl/base/thread_annotations.h"

namespace microgpt::server {

class ABSL_LOCKABLE Mutex {
 public:
  void lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() { mutex_.lock(); }
  void unlock() ABSL_UNLOCK_FUNCTION() { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

// Holds a Mutex for a scope. Also what a CondVar waits with.
class ABSL_SCOPED_LOCKABLE MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ABSL_EXCLUSIVE_LOCK_FUNCTION(mutex)
      : mutex_(mutex) {
    mutex_.lock();
  }
  ~MutexLock() ABSL_UNLOCK_FUNCTION() { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

// Wait on it in a loop that checks the condition, with the mutex held.
using CondVar = std::condition_variable_any;

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_THREADS_MUTEX_H_
