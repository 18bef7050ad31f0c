// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_HTTP_CONNECTION_TABLE_H_
#define MICROGPT_SERVER_HTTP_CONNECTION_TABLE_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>

#include "server/threads/mutex.h"

namespace microgpt::server {

// The connections there are: at most so many. A connection is idle while no
// request of it is under way; the one that has been idle longest makes room for
// a new one. Thread-safe.
class ConnectionTable {
 public:
  using Id = uint64_t;
  // Closes a connection, from any thread, soon; the connection then calls
  // Remove. No lock is held.
  using Close = std::function<void()>;

  explicit ConnectionTable(size_t max_connections) : max_(max_connections) {}

  // Takes in a connection, idle. False: all are busy, or this is shut.
  bool Add(Id id, Close close) ABSL_LOCKS_EXCLUDED(mutex_);

  // A request of it is under way.
  void SetBusy(Id id) ABSL_LOCKS_EXCLUDED(mutex_);
  // None is, since now; also if it was idle before.
  void SetIdle(Id id) ABSL_LOCKS_EXCLUDED(mutex_);

  void Remove(Id id) ABSL_LOCKS_EXCLUDED(mutex_);

  // Closes the one that has been idle longest. False: all are busy.
  bool CloseLongestIdle() ABSL_LOCKS_EXCLUDED(mutex_);

  // From now on takes none in, and closes those that are idle.
  void Shut() ABSL_LOCKS_EXCLUDED(mutex_);

  // Closes all.
  void CloseAll() ABSL_LOCKS_EXCLUDED(mutex_);

  // Blocks until there is none or `deadline`; answers whether it is so.
  bool AwaitNone(std::chrono::steady_clock::time_point deadline)
      ABSL_LOCKS_EXCLUDED(mutex_);

  size_t size() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Connection {
    Close close;
    uint64_t idle_since = 0;  // the key in idle_; 0: busy
  };

  // Takes the one that has been idle longest out; null: there is none.
  Close TakeLongestIdle() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const size_t max_;
  mutable Mutex mutex_;
  CondVar removed_;
  bool shut_ ABSL_GUARDED_BY(mutex_) = false;
  std::map<Id, Connection> connections_ ABSL_GUARDED_BY(mutex_);
  std::map<uint64_t, Id> idle_ ABSL_GUARDED_BY(mutex_);  // longest first
  uint64_t clock_ ABSL_GUARDED_BY(mutex_) = 0;           // orders events
};

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_HTTP_CONNECTION_TABLE_H_
