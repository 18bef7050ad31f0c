// SPDX-License-Identifier: MIT
#include "server/cache/lru_cache.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace microgpt::server {
namespace {

struct Value {
  size_t size;
  size_t memory_bytes() const { return size; }
};

std::shared_ptr<const Value> Sized(size_t size) {
  return std::make_shared<const Value>(Value{size});
}

TEST(LruCacheTest, WhatIsInsertedIsFound) {
  LruCache<Value> cache(10);
  const auto value = Sized(4);
  EXPECT_EQ(cache.Insert("a", value), value);
  EXPECT_EQ(cache.Find("a"), value);
  EXPECT_EQ(cache.Find("b"), nullptr);
  EXPECT_EQ(cache.bytes(), 4u);
}

TEST(LruCacheTest, TheLeastRecentlyUsedLeaveFirst) {
  LruCache<Value> cache(10);
  cache.Insert("a", Sized(4));
  cache.Insert("b", Sized(4));
  cache.Find("a");
  cache.Insert("c", Sized(4));
  EXPECT_NE(cache.Find("a"), nullptr);
  EXPECT_EQ(cache.Find("b"), nullptr);
  EXPECT_NE(cache.Find("c"), nullptr);
  EXPECT_EQ(cache.bytes(), 8u);
}

TEST(LruCacheTest, OneLargeValueTakesThePlaceOfMany) {
  LruCache<Value> cache(10);
  for (const char* key : {"a", "b", "c"}) cache.Insert(key, Sized(3));
  cache.Insert("d", Sized(10));
  EXPECT_EQ(cache.Find("a"), nullptr);
  EXPECT_EQ(cache.Find("c"), nullptr);
  EXPECT_NE(cache.Find("d"), nullptr);
  EXPECT_EQ(cache.bytes(), 10u);
}

TEST(LruCacheTest, WhatIsLargerThanTheCacheIsHandedBackButNotKept) {
  LruCache<Value> cache(10);
  cache.Insert("a", Sized(10));
  const auto large = Sized(11);
  EXPECT_EQ(cache.Insert("b", large), large);
  EXPECT_EQ(cache.Find("b"), nullptr);
  EXPECT_NE(cache.Find("a"), nullptr) << "nobody left for it";
}

TEST(LruCacheTest, OfTwoValuesOfAKeyTheFirstIsUsed) {
  LruCache<Value> cache(10);
  const auto first = cache.Insert("a", Sized(4));
  EXPECT_EQ(cache.Insert("a", Sized(4)), first);
  EXPECT_EQ(cache.bytes(), 4u);
}

TEST(LruCacheTest, AValueInUseOutlivesItsPlace) {
  LruCache<Value> cache(10);
  const auto used = cache.Insert("a", Sized(10));
  cache.Insert("b", Sized(10));
  EXPECT_EQ(cache.Find("a"), nullptr);
  EXPECT_EQ(used->size, 10u);
}

TEST(LruCacheTest, AnErasedValueIsGone) {
  LruCache<Value> cache(10);
  cache.Insert("a", Sized(4));
  cache.Erase("a");
  cache.Erase("unknown");
  EXPECT_EQ(cache.Find("a"), nullptr);
  EXPECT_EQ(cache.bytes(), 0u);
}

TEST(LruCacheTest, ThreadsShareItWithinItsLimit) {
  constexpr int kThreads = 4, kKeys = 50, kRounds = 500;
  LruCache<Value> cache(100);
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&cache, t] {
        for (int i = 0; i < kRounds; ++i) {
          const std::string key = std::to_string((i * 7 + t) % kKeys);
          if (i % 5 == 0) cache.Erase(key);
          EXPECT_EQ(cache.Insert(key, Sized(10))->size, 10u);
          EXPECT_LE(cache.bytes(), 100u);
        }
      });
    }
  }
  EXPECT_LE(cache.bytes(), 100u);
}

}  // namespace
}  // namespace microgpt::server
