// SPDX-License-Identifier: MIT
#include "server/http/connection_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <vector>

namespace microgpt::server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Clock = std::chrono::steady_clock;

class ConnectionTableTest : public ::testing::Test {
 protected:
  bool Add(ConnectionTable::Id id) {
    return table_.Add(id, [this, id] { closed_.push_back(id); });
  }

  ConnectionTable table_{3};
  std::vector<ConnectionTable::Id> closed_;
};

TEST_F(ConnectionTableTest, TheLongestIdleMakesRoom) {
  for (int id = 1; id <= 3; ++id) EXPECT_TRUE(Add(id));
  table_.SetBusy(1);
  table_.SetIdle(1);  // now idle for less time than 2
  table_.SetIdle(2);  // and now 2 than 3: it had a short request
  EXPECT_TRUE(Add(4));
  EXPECT_THAT(closed_, ElementsAre(3));
  EXPECT_TRUE(Add(5));
  EXPECT_THAT(closed_, ElementsAre(3, 1));
  EXPECT_TRUE(Add(6));
  EXPECT_THAT(closed_, ElementsAre(3, 1, 2));
  EXPECT_EQ(table_.size(), 3u);
}

TEST_F(ConnectionTableTest, WhoIsBusyIsNotClosed) {
  for (int id = 1; id <= 3; ++id) {
    EXPECT_TRUE(Add(id));
    table_.SetBusy(id);
  }
  EXPECT_FALSE(Add(4));
  EXPECT_FALSE(table_.CloseLongestIdle());
  EXPECT_THAT(closed_, IsEmpty());
  table_.Remove(2);
  EXPECT_TRUE(Add(5));
}

TEST_F(ConnectionTableTest, WhatWasClosedMayStillSpeak) {
  EXPECT_TRUE(Add(1));
  EXPECT_TRUE(table_.CloseLongestIdle());
  table_.SetBusy(1);
  table_.SetIdle(1);
  table_.Remove(1);
  EXPECT_EQ(table_.size(), 0u);
}

TEST_F(ConnectionTableTest, ShutItTakesNoneAndClosesTheIdle) {
  EXPECT_TRUE(Add(1));
  EXPECT_TRUE(Add(2));
  table_.SetBusy(2);
  table_.Shut();
  EXPECT_THAT(closed_, ElementsAre(1));
  EXPECT_FALSE(Add(3));
  EXPECT_FALSE(table_.AwaitNone(Clock::now()));
  table_.CloseAll();
  EXPECT_THAT(closed_, ElementsAre(1, 2));
  table_.Remove(2);
  EXPECT_TRUE(table_.AwaitNone(Clock::now()));
}

}  // namespace
}  // namespace microgpt::server
