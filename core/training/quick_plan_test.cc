// SPDX-License-Identifier: MIT
#include "core/training/quick_plan.h"

#include <gtest/gtest.h>

#include <string>

namespace microgpt {
namespace {

using std::chrono::milliseconds;

Corpus Lines(int count, const std::string& line) {
  std::string text;
  for (int i = 0; i < count; ++i) text += line + "\n";
  return *Corpus::FromText(text);
}

TEST(QuickPlanTest, TheModelHasRoomForTheLongestDocument) {
  const auto block_size = [](const std::string& line) {
    return PlanQuickTraining(Lines(3, line), 1, milliseconds(200))
        .model->block_size;
  };
  EXPECT_EQ(block_size("emma"), 8);
  EXPECT_EQ(block_size("alexandria"), 11);
  EXPECT_EQ(block_size("東京都千代田区丸の内一丁目"), 14);
  EXPECT_EQ(block_size(std::string(255, 'a')), 256);
  EXPECT_EQ(block_size(std::string(3000, 'a')), 256);
}

TEST(QuickPlanTest, ItGoesThroughTheDocumentsAFewTimes) {
  const auto steps = [](int count) {
    return PlanQuickTraining(Lines(count, "emma"), 1, milliseconds(200))
        .training->steps;
  };
  EXPECT_EQ(steps(2), 30);
  EXPECT_EQ(steps(200), 7 * 200 / 8);
  EXPECT_EQ(steps(500), 7 * 500 / 8);
  EXPECT_EQ(steps(504), 5 * 504 / 8);
  EXPECT_EQ(steps(2000), 5 * 2000 / 8);
}

TEST(QuickPlanTest, LessTimeIsFewerSteps) {
  const Corpus corpus = Lines(2000, std::string(100, 'a'));
  uint32_t before = 0;
  for (const int time : {1, 10, 100, 10000}) {
    const uint32_t steps =
        PlanQuickTraining(corpus, 1, milliseconds(time)).training->steps;
    EXPECT_GT(steps, before);
    before = steps;
  }
  EXPECT_EQ(PlanQuickTraining(corpus, 1, milliseconds(0)).training->steps, 1);
  EXPECT_EQ(before, 5 * 2000 / 8);
}

}  // namespace
}  // namespace microgpt
