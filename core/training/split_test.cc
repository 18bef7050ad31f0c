// SPDX-License-Identifier: MIT
#include "core/training/split.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <vector>

namespace microgpt {
namespace {

using testing::ElementsAreArray;

TrainingConfig Training(double validation, uint32_t seed) {
  TrainingSettings settings;
  settings.validation = validation;
  settings.seed = seed;
  return *TrainingConfig::Create(settings);
}

TEST(SplitTest, HoldsOutTheFloorOfTheShareButAtLeastOneAndNeverAll) {
  EXPECT_EQ(HeldOutDocuments(0, 100), 0);
  EXPECT_EQ(HeldOutDocuments(0.1, 100), 10);
  EXPECT_EQ(HeldOutDocuments(0.1, 109), 10);
  EXPECT_EQ(HeldOutDocuments(0.29, 100), 29);
  EXPECT_EQ(HeldOutDocuments(0.01, 50), 1);
  EXPECT_EQ(HeldOutDocuments(0.5, 3), 1);
  EXPECT_EQ(HeldOutDocuments(0.5, 2), 1);
  EXPECT_EQ(HeldOutDocuments(0.5, 1), 0);
}

TEST(SplitTest, EveryDocumentIsOnOneSide) {
  const DocumentSplit split = SplitDocuments(Training(0.2, 42), 99);
  EXPECT_EQ(split.training().size(), 80);
  EXPECT_EQ(split.held_out().size(), 19);
  std::vector<uint32_t> sorted = split.order;
  std::sort(sorted.begin(), sorted.end());
  std::vector<uint32_t> all(99);
  std::iota(all.begin(), all.end(), 0);
  EXPECT_EQ(sorted, all);
}

// random.seed(7); d = list(range(8)); random.shuffle(d)
TEST(SplitTest, ShufflesAsPythonDoes) {
  EXPECT_THAT(SplitDocuments(Training(0, 7), 8).order,
              ElementsAreArray({6, 7, 2, 4, 0, 3, 1, 5}));
}

TEST(SplitTest, TheShareDoesNotChangeTheOrder) {
  EXPECT_EQ(SplitDocuments(Training(0, 3), 50).order,
            SplitDocuments(Training(0.5, 3), 50).order);
  EXPECT_NE(SplitDocuments(Training(0, 3), 50).order,
            SplitDocuments(Training(0, 4), 50).order);
}

}  // namespace
}  // namespace microgpt
