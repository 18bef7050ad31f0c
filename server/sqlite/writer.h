// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_SQLITE_WRITER_H_
#define MICROGPT_SERVER_SQLITE_WRITER_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "server/sqlite/connection.h"
#include "server/sqlite/pool.h"
#include "server/threads/mutex.h"

namespace microgpt::server::sqlite {

// The one thread that writes to a database, and its group commit: all writes
// that wait go into one transaction, which costs one flush of the disk for all
// of them. Thread-safe.
class Writer {
 public:
  struct Write {
    // Does the write, within a transaction; on an error all that it did is
    // undone. It is called again when another write of its group failed in a
    // way that undid the whole group, so it must not use up what it captured.
    std::function<absl::Status(Connection&)> apply;
    // If given: what is left to do outside the transaction, once it is
    // committed. Its error is the write's, though the commit stands.
    std::function<absl::Status(Connection&)> after_commit;
    // Called exactly once, on the writer's thread, when the write will last or
    // has failed. May Submit, but must not wait for it.
    std::function<void(const absl::Status&)> done;
    // How long the write may wait for others to share its flush with.
    std::chrono::milliseconds linger{0};
  };

  // connections: to the database that is written to; one of them is taken for
  // each group. Must outlive the writer.
  explicit Writer(Pool& connections);

  // Does what was submitted, then ends the thread.
  ~Writer();

  // Puts a write behind those submitted before. It begins when the writer is
  // free and the linger of one that waits has run out.
  void Submit(Write write) ABSL_LOCKS_EXCLUDED(mutex_);

  // Transactions committed: each costs one flush, or none if it changed
  // nothing.
  uint64_t commits() const { return commits_; }

 private:
  using Clock = std::chrono::steady_clock;
  struct Entry {
    Write write;
    absl::Status result;
    bool ended_group = false;  // its failure undid the group: left out of it
  };
  using Group = std::vector<Entry>;

  void Work() ABSL_LOCKS_EXCLUDED(mutex_);
  Group TakeGroup() ABSL_LOCKS_EXCLUDED(mutex_);
  void Perform(Group& group);
  static absl::Status ApplyAll(Connection& connection, Group& group);
  static absl::StatusOr<bool> TryApplyAll(Connection& connection, Group& group);

  Pool& connections_;
  std::atomic<uint64_t> commits_ = 0;
  Mutex mutex_;
  CondVar changed_;
  Group waiting_ ABSL_GUARDED_BY(mutex_);
  // When the first linger of those waiting runs out.
  Clock::time_point begin_ ABSL_GUARDED_BY(mutex_) = Clock::time_point::max();
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace microgpt::server::sqlite

#endif  // MICROGPT_SERVER_SQLITE_WRITER_H_
