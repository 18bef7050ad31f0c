// SPDX-License-Identifier: MIT
#include "server/store/version_cache.h"

#include <gtest/gtest.h>

#include <string>

namespace microgpt::server {
namespace {

ModelVersion Version(uint32_t number) {
  ModelVersion version;
  version.version = number;
  return version;
}

TEST(VersionCacheTest, WhatWasReadIsFoundUntilSomethingIsWritten) {
  VersionCache cache;
  EXPECT_FALSE(cache.Find("names", 7));
  cache.Keep("names", 7, Version(1));
  ASSERT_TRUE(cache.Find("names", 7));
  EXPECT_EQ(cache.Find("names", 7)->version, 1);
  EXPECT_FALSE(cache.Find("cities", 7));
  EXPECT_FALSE(cache.Find("names", 8));
}

TEST(VersionCacheTest, WhatWasReadBeforeAWriteIsNotKeptAfterIt) {
  VersionCache cache;
  cache.Keep("names", 8, Version(2));
  cache.Keep("names", 7, Version(1));  // a reader that was slow
  EXPECT_EQ(cache.Find("names", 8)->version, 2);
  EXPECT_FALSE(cache.Find("names", 7));
}

TEST(VersionCacheTest, AWriteLetsGoOfAllThatWasReadBefore) {
  VersionCache cache;
  cache.Keep("names", 7, Version(1));
  cache.Keep("cities", 8, Version(1));
  EXPECT_FALSE(cache.Find("names", 8));
}

TEST(VersionCacheTest, ItHoldsABoundedNumber) {
  VersionCache cache;
  const auto name = [](int i) { return "model-" + std::to_string(i); };
  for (int i = 0; i < 1000; ++i) cache.Keep(name(i), 0, Version(1));
  int held = 0;
  for (int i = 0; i < 1000; ++i) held += cache.Find(name(i), 0) ? 1 : 0;
  EXPECT_LE(held, 256);
  EXPECT_TRUE(cache.Find(name(999), 0));
}

}  // namespace
}  // namespace microgpt::server
