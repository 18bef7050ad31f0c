// SPDX-License-Identifier: MIT
#include "server/sqlite/pool.h"

namespace microgpt::server::sqlite {

Pool::Lease Pool::Take() {
  MutexLock lock(mutex_);
  while (idle_.empty()) given_back_.wait(mutex_);
  std::unique_ptr<Connection> connection = std::move(idle_.back());
  idle_.pop_back();
  return Lease(*this, std::move(connection));
}

void Pool::GiveBack(std::unique_ptr<Connection> connection) {
  MutexLock lock(mutex_);
  idle_.push_back(std::move(connection));
  given_back_.notify_one();
}

}  // namespace microgpt::server::sqlite
