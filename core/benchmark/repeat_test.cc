// SPDX-License-Identifier: MIT
#include "core/benchmark/repeat.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace microgpt::benchmark {
namespace {

using ::testing::ElementsAre;

TEST(SummaryTest, PercentilesAreBetweenTheValues) {
  const Summary summary = Summarize({5, 1, 4, 2, 3, 0});
  EXPECT_DOUBLE_EQ(summary.median, 2.5);
  EXPECT_DOUBLE_EQ(summary.p10, 0.5);
  EXPECT_DOUBLE_EQ(summary.p90, 4.5);
  EXPECT_DOUBLE_EQ(summary.min, 0);
  EXPECT_DOUBLE_EQ(summary.max, 5);
}

TEST(SummaryTest, OneValueIsAllOfThem) {
  const Summary summary = Summarize({7});
  EXPECT_DOUBLE_EQ(summary.median, 7);
  EXPECT_DOUBLE_EQ(summary.p10, 7);
  EXPECT_DOUBLE_EQ(summary.p90, 7);
}

// Work that says it took a millisecond each.
TEST(RepeatTest, RepetitionsAreLongEnoughAndAsManyAsTheTimeTakes) {
  std::vector<uint64_t> amounts;
  const std::vector<double> values =
      Repeat({.seconds = 0.008, .repetition_ms = 3, .repetitions = 1},
             [&](uint64_t amount) -> Timed {
               amounts.push_back(amount);
               return {.seconds = 0.001 * static_cast<double>(amount),
                       .units = 2.0 * static_cast<double>(amount)};
             });
  EXPECT_THAT(amounts, ElementsAre(1, 2, 4, 4, 4));  // 4 ms twice
  EXPECT_THAT(values, ElementsAre(0.0005, 0.0005));
}

TEST(RepeatTest, ThereIsALeastNumberOfRepetitions) {
  const Effort effort{.seconds = 0, .repetition_ms = 0, .repetitions = 3};
  EXPECT_EQ(Repeat(effort, [](uint64_t) { return Timed{.seconds = 1}; }).size(),
            3);
}

}  // namespace
}  // namespace microgpt::benchmark
