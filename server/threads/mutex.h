// SPDX-License-Identifier: MIT
//
// std::mutex with clang's thread-safety annotations: the test command compiles
// with -Werror=thread-safety, so a field that is GUARDED_BY a Mutex cannot be
// touched without it. (abseil's packaged Mutex is invisible to
// ThreadSanitizer.)
#ifndef MICROGPT_SERVER_THREADS_MUTEX_H_
#define MICROGPT_SERVER_THREADS_MUTEX_H_

#include <condition_variable>
#include <mutex>

#if defined(__clang__)
#define MICROGPT_ANNOTATE(x) __attribute__((x))
#else
#define MICROGPT_ANNOTATE(x)
#endif

#define GUARDED_BY(mutex) MICROGPT_ANNOTATE(guarded_by(mutex))
#define REQUIRES(...) MICROGPT_ANNOTATE(requires_capability(__VA_ARGS__))
#define EXCLUDES(...) MICROGPT_ANNOTATE(locks_excluded(__VA_ARGS__))

namespace microgpt::server {

class MICROGPT_ANNOTATE(capability("mutex")) Mutex {
 public:
  void lock() MICROGPT_ANNOTATE(acquire_capability()) { mutex_.lock(); }
  void unlock() MICROGPT_ANNOTATE(release_capability()) { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

// Holds a Mutex for a scope. Also what a CondVar waits with.
class MICROGPT_ANNOTATE(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) MICROGPT_ANNOTATE(acquire_capability(mutex))
      : mutex_(mutex) {
    mutex_.lock();
  }
  ~MutexLock() MICROGPT_ANNOTATE(release_capability()) { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

// Wait on it in a loop that checks the condition, with the mutex held.
using CondVar = std::condition_variable_any;

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_THREADS_MUTEX_H_
