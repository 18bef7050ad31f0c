// SPDX-License-Identifier: MIT
#include "server/http/body_memory.h"

#include <gtest/gtest.h>

#include <optional>

#include "server/errors/errors.h"

namespace microgpt::server {
namespace {

TEST(BodyMemoryTest, AllRequestsHoldNoMoreThanThereIs) {
  BodyMemory memory(100);
  BodyMemory::Share one(memory);
  BodyMemory::Share other(memory);
  EXPECT_TRUE(one.Resize(60).ok());
  const absl::Status refused = other.Resize(41);
  EXPECT_TRUE(absl::IsResourceExhausted(refused)) << refused;
  EXPECT_TRUE(RetryDelayOf(refused).has_value());
  EXPECT_TRUE(other.Resize(40).ok());
}

TEST(BodyMemoryTest, WhatIsRefusedStaysAsItWas) {
  BodyMemory memory(100);
  BodyMemory::Share share(memory);
  EXPECT_TRUE(share.Resize(60).ok());
  EXPECT_FALSE(share.Resize(101).ok());
  EXPECT_TRUE(share.Resize(100).ok());
  BodyMemory::Share other(memory);
  EXPECT_FALSE(other.Resize(1).ok());
}

TEST(BodyMemoryTest, ARequestGivesBackWhatItHeld) {
  BodyMemory memory(100);
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

}  // namespace
}  // namespace microgpt::server
