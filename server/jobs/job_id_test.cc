// SPDX-License-Identifier: MIT
#include "server/jobs/job_id.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace microgpt::server {
namespace {

Time AtMs(int64_t ms) { return Time(std::chrono::milliseconds(ms)); }

constexpr int64_t kNow = 1'700'000'000'000;

TEST(JobIdTest, BeginsWithTheMillisecondInBase32) {
  JobIdGenerator ids;
  // The example of the ULID specification's first implementation.
  EXPECT_EQ(ids.Next(AtMs(1'469'918'176'385)).substr(0, 10), "01aryz6s41");
}

TEST(JobIdTest, HasTheFormOfAJobId) {
  JobIdGenerator ids;
  for (int i = 0; i < 1000; ++i) {
    const std::string id = ids.Next(AtMs(kNow + i / 10));
    EXPECT_TRUE(IsJobId(id)) << id;
  }
}

TEST(JobIdTest, OtherTextsAreNoJobIds) {
  const std::string id = "01aryz6s41tsv4rrffq69g5fav";
  ASSERT_TRUE(IsJobId(id));
  EXPECT_FALSE(IsJobId(""));
  EXPECT_FALSE(IsJobId(id.substr(1)));
  EXPECT_FALSE(IsJobId(id + "0"));
  EXPECT_FALSE(IsJobId("01ARYZ6S41TSV4RRFFQ69G5FAV"));
  // Crockford's alphabet leaves out what is read as another digit.
  for (const char c : {'i', 'l', 'o', 'u', '-', ' ', '\0'}) {
    std::string wrong = id;
    wrong[13] = c;
    EXPECT_FALSE(IsJobId(wrong)) << wrong;
  }
}

TEST(JobIdTest, IdsAscendWithinAMillisecond) {
  JobIdGenerator ids;
  std::string last;
  // More than fit into the last byte, so that counting carries.
  for (int i = 0; i < 1000; ++i) {
    const std::string id = ids.Next(AtMs(kNow));
    EXPECT_GT(id, last);
    last = id;
  }
}

TEST(JobIdTest, IdsAscendWithTheClock) {
  JobIdGenerator ids;
  std::string last;
  for (int i = 0; i < 1000; ++i) {
    const std::string id = ids.Next(AtMs(kNow + i));
    EXPECT_GT(id, last);
    last = id;
  }
}

TEST(JobIdTest, IdsAscendWhenTheClockIsSetBack) {
  JobIdGenerator ids;
  const std::string before = ids.Next(AtMs(kNow));
  const std::string after = ids.Next(AtMs(kNow - 3'600'000));
  const std::string later = ids.Next(AtMs(kNow + 1));
  EXPECT_LT(before, after);
  EXPECT_LT(after, later);
}

TEST(JobIdTest, TwoGeneratorsDifferWithinAMillisecond) {
  JobIdGenerator one, other;
  EXPECT_NE(one.Next(AtMs(kNow)), other.Next(AtMs(kNow)));
}

TEST(JobIdTest, ThreadsGetDifferentIdsEachInAscendingOrder) {
  constexpr size_t kThreads = 4, kIds = 2000;
  JobIdGenerator ids;
  std::vector<std::vector<std::string>> made(kThreads);
  {
    std::vector<std::jthread> threads;
    for (std::vector<std::string>& mine : made) {
      threads.emplace_back([&ids, &mine] {
        for (size_t i = 0; i < kIds; ++i) {
          // Every thread's clock goes back and forth.
          mine.push_back(ids.Next(AtMs(kNow + static_cast<int64_t>(i % 7))));
        }
      });
    }
  }
  std::set<std::string> all;
  for (const std::vector<std::string>& mine : made) {
    EXPECT_TRUE(std::ranges::is_sorted(mine));
    all.insert(mine.begin(), mine.end());
  }
  EXPECT_EQ(all.size(), kThreads * kIds);
}

}  // namespace
}  // namespace microgpt::server
