// SPDX-License-Identifier: MIT
#include "server/sqlite/pool.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <utility>
#include <vector>

namespace microgpt::server::sqlite {
namespace {

std::vector<std::unique_ptr<Connection>> Connections(int count) {
  std::vector<std::unique_ptr<Connection>> connections;
  for (int i = 0; i < count; ++i) {
    connections.push_back(
        *Connection::Open(":memory:", Connection::Mode::kReadWrite));
  }
  return connections;
}

TEST(PoolTest, LeasesAtTheSameTimeAreOfDifferentConnections) {
  Pool pool(Connections(2));
  const Pool::Lease first = pool.Take();
  const Pool::Lease second = pool.Take();
  EXPECT_NE(&*first, &*second);
}

TEST(PoolTest, WhatIsGivenBackIsTakenAgain) {
  Pool pool(Connections(1));
  const Connection* connection = &*pool.Take();
  Pool::Lease lease = pool.Take();
  const Pool::Lease moved = std::move(lease);
  EXPECT_EQ(&*moved, connection);
}

TEST(PoolTest, ThreadsTakeTurnsOnOneConnection) {
  Pool pool(Connections(1));
  ASSERT_TRUE(pool.Take()->RunScript("CREATE TABLE t (x)").ok());
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&pool] {
        for (int j = 0; j < 100; ++j) {
          const Pool::Lease db = pool.Take();
          EXPECT_TRUE(db->Run("BEGIN").ok()) << "somebody else is within";
          EXPECT_TRUE(db->Run("INSERT INTO t VALUES (1)").ok());
          EXPECT_TRUE(db->Run("COMMIT").ok());
        }
      });
    }
  }
  const Pool::Lease db = pool.Take();
  Statement count = db->Query("SELECT count(*) FROM t");
  ASSERT_TRUE(count.Next());
  int rows;
  count.Read(rows);
  EXPECT_EQ(rows, 800);
}

}  // namespace
}  // namespace microgpt::server::sqlite
