// SPDX-License-Identifier: MIT
#include "server/http/body_memory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <thread>

#include "server/errors/errors.h"

namespace microgpt::server {
namespace {

using ::testing::HasSubstr;

TEST(BodyMemoryTest, AllRequestsHoldNoMoreThanThereIs) {
  BodyMemory memory(100, "all bodies");
  BodyMemory::Share one(memory);
  BodyMemory::Share other(memory);
  EXPECT_TRUE(one.Resize(60).ok());
  const absl::Status refused = other.Resize(41);
  EXPECT_TRUE(absl::IsResourceExhausted(refused)) << refused;
  EXPECT_THAT(refused.message(),
              HasSubstr("all bodies would take more than the maximum of 100"));
  EXPECT_TRUE(RetryDelayOf(refused).has_value());
  EXPECT_TRUE(other.Resize(40).ok());
}

TEST(BodyMemoryTest, WhatIsRefusedStaysAsItWas) {
  BodyMemory memory(100, "all bodies");
  BodyMemory::Share share(memory);
  EXPECT_TRUE(share.Resize(60).ok());
  EXPECT_FALSE(share.Resize(101).ok());
  EXPECT_TRUE(share.Resize(100).ok());
  BodyMemory::Share other(memory);
  EXPECT_FALSE(other.Resize(1).ok());
}

TEST(BodyMemoryTest, ARequestGivesBackWhatItHeld) {
  BodyMemory memory(100, "all bodies");
  BodyMemory::Share other(memory);
  {
    BodyMemory::Share share(memory);
    EXPECT_TRUE(share.Resize(100).ok());
    EXPECT_TRUE(share.Resize(30).ok());
    EXPECT_TRUE(other.Resize(70).ok());
    share.Clear();
    EXPECT_TRUE(other.Resize(100).ok());
    EXPECT_TRUE(other.Resize(0).ok());
    EXPECT_TRUE(share.Resize(100).ok());
  }
  EXPECT_TRUE(other.Resize(100).ok());
}

TEST(BodyMemoryTest, WhoGrowsKeepsNobodyOutThatFits) {
  BodyMemory memory(100, "all bodies");
  std::jthread growing([&](const std::stop_token& stop) {
    BodyMemory::Share share(memory);
    while (!stop.stop_requested()) {
      EXPECT_TRUE(share.Resize(40).ok());
      EXPECT_TRUE(share.Resize(60).ok());
    }
  });
  BodyMemory::Share other(memory);
  for (int i = 0; i < 100'000; ++i) {
    ASSERT_TRUE(other.Resize(40).ok());
    other.Clear();
  }
}

}  // namespace
}  // namespace microgpt::server
