// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_SQLITE_POOL_H_
#define MICROGPT_SERVER_SQLITE_POOL_H_

#include <memory>
#include <utility>
#include <vector>

#include "server/sqlite/connection.h"
#include "server/threads/mutex.h"

namespace microgpt::server::sqlite {

// Connections to one database that threads take turns on. Thread-safe.
class Pool {
 public:
  // The use of a connection, given back when the lease is destroyed. Must not
  // outlive the pool.
  class Lease {
   public:
    Lease(Lease&& other) noexcept
        : pool_(other.pool_), connection_(std::move(other.connection_)) {}
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (connection_ != nullptr) pool_.GiveBack(std::move(connection_));
    }

    Connection& operator*() const { return *connection_; }
    Connection* operator->() const { return connection_.get(); }

   private:
    friend class Pool;
    Lease(Pool& pool, std::unique_ptr<Connection> connection)
        : pool_(pool), connection_(std::move(connection)) {}

    Pool& pool_;
    std::unique_ptr<Connection> connection_;
  };

  // connections: at least one.
  explicit Pool(std::vector<std::unique_ptr<Connection>> connections)
      : idle_(std::move(connections)) {}

  // Blocks until a connection is idle.
  Lease Take() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void GiveBack(std::unique_ptr<Connection> connection)
      ABSL_LOCKS_EXCLUDED(mutex_);

  Mutex mutex_;
  CondVar given_back_;
  std::vector<std::unique_ptr<Connection>> idle_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace microgpt::server::sqlite

#endif  // MICROGPT_SERVER_SQLITE_POOL_H_
