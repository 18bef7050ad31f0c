// SPDX-License-Identifier: MIT
#include "server/sqlite/writer.h"

#include <algorithm>
#include <utility>

#include "core/errors/errors.h"

namespace microgpt::server::sqlite {
namespace {

// Runs `apply` so that its failure undoes what it did, and only that.
absl::Status ApplyOne(Connection& connection,
                      const std::function<absl::Status(Connection&)>& apply) {
  MICROGPT_RETURN_IF_ERROR(connection.Run("SAVEPOINT write"));
  absl::Status result = apply(connection);
  if (!connection.in_transaction()) {
    return result.ok() ? absl::InternalError("a write ended its transaction")
                       : result;
  }
  if (!result.ok()) {
    MICROGPT_RETURN_IF_ERROR(connection.Run("ROLLBACK TO write"));
  }
  MICROGPT_RETURN_IF_ERROR(connection.Run("RELEASE write"));
  return result;
}

}  // namespace

Writer::Writer(Pool& connections)
    : connections_(connections), thread_([this] { Work(); }) {}

Writer::~Writer() {
  {
    MutexLock lock(mutex_);
    closing_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

void Writer::Submit(Write write) {
  MutexLock lock(mutex_);
  begin_ = std::min(begin_, Clock::now() + write.linger);
  waiting_.push_back({std::move(write), absl::OkStatus()});
  changed_.notify_all();
}

void Writer::Work() {
  while (true) {
    Group group = TakeGroup();
    if (group.empty()) return;
    Perform(group);
  }
}

// Everything that waits, once it may begin; nothing when the writer closes.
Writer::Group Writer::TakeGroup() {
  MutexLock lock(mutex_);
  while (!closing_ && (waiting_.empty() || Clock::now() < begin_)) {
    if (waiting_.empty()) {
      changed_.wait(mutex_);
    } else {
      const Clock::time_point begin = begin_;  // it may change meanwhile
      changed_.wait_until(mutex_, begin);
    }
  }
  begin_ = Clock::time_point::max();
  return std::exchange(waiting_, {});
}

void Writer::Perform(Group& group) {
  {
    const Pool::Lease connection = connections_.Take();
    const absl::Status committed = ApplyAll(*connection, group);
    if (committed.ok()) ++commits_;
    for (Entry& entry : group) {
      if (!entry.result.ok()) continue;
      entry.result = committed;
      if (committed.ok() && entry.write.after_commit) {
        entry.result = entry.write.after_commit(*connection);
      }
    }
  }
  for (const Entry& entry : group) entry.write.done(entry.result);
}

// Commits the group, but for the writes that fail. An error: nothing was
// committed.
absl::Status Writer::ApplyAll(Connection& connection, Group& group) {
  absl::StatusOr<bool> whole = false;
  while (whole.ok() && !*whole) whole = TryApplyAll(connection, group);
  absl::Status result = whole.ok() ? connection.Run("COMMIT") : whole.status();
  if (!result.ok() && connection.in_transaction()) {
    // What this answers adds nothing to why it is needed.
    static_cast<void>(connection.Run("ROLLBACK"));
  }
  return result;
}

// Answers whether the group is applied and its transaction open. If not, one
// write has undone it all, and is left out the next time.
absl::StatusOr<bool> Writer::TryApplyAll(Connection& connection, Group& group) {
  MICROGPT_RETURN_IF_ERROR(connection.Run("BEGIN IMMEDIATE"));
  for (Entry& entry : group) {
    if (entry.ended_group) continue;
    entry.result = ApplyOne(connection, entry.write.apply);
    if (!connection.in_transaction()) {
      entry.ended_group = true;
      return false;
    }
  }
  return true;
}

}  // namespace microgpt::server::sqlite
