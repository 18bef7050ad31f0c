// SPDX-License-Identifier: MIT
#include "server/http/connection_table.h"

#include <utility>
#include <vector>

namespace microgpt::server {

bool ConnectionTable::Add(Id id, Close close) {
  Close evicted;
  {
    MutexLock lock(mutex_);
    if (shut_) return false;
    if (connections_.size() >= max_) {
      evicted = TakeLongestIdle();
      if (!evicted) return false;
    }
    const uint64_t now = ++clock_;
    connections_[id] = {.close = std::move(close), .idle_since = now};
    idle_[now] = id;
  }
  if (evicted) evicted();
  return true;
}

void ConnectionTable::SetBusy(Id id) {
  MutexLock lock(mutex_);
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;  // it was just evicted
  idle_.erase(found->second.idle_since);
  found->second.idle_since = 0;
}

void ConnectionTable::SetIdle(Id id) {
  MutexLock lock(mutex_);
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  idle_.erase(found->second.idle_since);
  found->second.idle_since = ++clock_;
  idle_[clock_] = id;
}

void ConnectionTable::Remove(Id id) {
  MutexLock lock(mutex_);
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  idle_.erase(found->second.idle_since);
  connections_.erase(found);
  if (connections_.empty()) removed_.notify_all();
}

ConnectionTable::Close ConnectionTable::TakeLongestIdle() {
  if (idle_.empty()) return nullptr;
  const auto found = connections_.find(idle_.begin()->second);
  Close close = std::move(found->second.close);
  idle_.erase(idle_.begin());
  connections_.erase(found);
  if (connections_.empty()) removed_.notify_all();
  return close;
}

bool ConnectionTable::CloseLongestIdle() {
  Close close;
  {
    MutexLock lock(mutex_);
    close = TakeLongestIdle();
  }
  if (close) close();
  return close != nullptr;
}

void ConnectionTable::Shut() {
  {
    MutexLock lock(mutex_);
    shut_ = true;
  }
  while (CloseLongestIdle()) {
  }
}

void ConnectionTable::CloseAll() {
  std::vector<Close> closes;
  {
    MutexLock lock(mutex_);
    for (const auto& [id, connection] : connections_) {
      closes.push_back(connection.close);
    }
  }
  for (const Close& close : closes) close();
}

bool ConnectionTable::AwaitNone(
    std::chrono::steady_clock::time_point deadline) {
  MutexLock lock(mutex_);
  while (!connections_.empty() &&
         removed_.wait_until(mutex_, deadline) == std::cv_status::no_timeout) {
  }
  return connections_.empty();
}

size_t ConnectionTable::size() const {
  MutexLock lock(mutex_);
  return connections_.size();
}

}  // namespace microgpt::server
