// SPDX-License-Identifier: MIT
#include "core/inspection/tensor_statistics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

namespace microgpt {
namespace {

using testing::ElementsAre;

TEST(TensorStatisticsTest, FiguresAreThoseOfAllNumbers) {
  const std::vector<double> values = {1, 2, 3, 6};
  const TensorStatistics s = Describe<double>(values, 5);
  EXPECT_DOUBLE_EQ(s.mean, 3);
  EXPECT_DOUBLE_EQ(s.standard_deviation, std::sqrt(14.0 / 4));
  EXPECT_EQ(s.min, 1);
  EXPECT_EQ(s.max, 6);
  EXPECT_DOUBLE_EQ(s.norm, std::sqrt(50));
}

TEST(TensorStatisticsTest, BinsHoldTheirLowerEdgeAndTheLastItsUpperToo) {
  const std::vector<float> values = {0, 0.5f, 1, 1, 2.5f, 4};
  EXPECT_THAT(Describe<float>(values, 4).histogram, ElementsAre(2, 2, 1, 1));
  EXPECT_THAT(Describe<float>(values, 1).histogram, ElementsAre(6));
}

TEST(TensorStatisticsTest, EqualNumbersAreAllInTheLastBin) {
  const std::vector<double> values(7, 0.25);
  const TensorStatistics s = Describe<double>(values, 3);
  EXPECT_THAT(s.histogram, ElementsAre(0, 0, 7));
  EXPECT_EQ(s.standard_deviation, 0);
}

TEST(TensorStatisticsTest, NumbersThatHardlyDifferAreAllCounted) {
  const double tiny = std::numeric_limits<double>::denorm_min();
  const std::vector<double> values = {0, tiny, 2 * tiny};
  const TensorStatistics s = Describe<double>(values, 1000);
  EXPECT_EQ(std::accumulate(s.histogram.begin(), s.histogram.end(), 0u), 3u);
}

TEST(TensorStatisticsTest, NumbersAsFarApartAsCanBeAreAllInTheirBins) {
  const double most = std::numeric_limits<double>::max();
  const std::vector<double> values = {-most, -most / 2, 0, most};
  EXPECT_THAT(Describe<double>(values, 4).histogram, ElementsAre(1, 1, 1, 1));
}

// A float's sum of squares would have lost all of it.
TEST(TensorStatisticsTest, ALargeMeanHidesNoDeviation) {
  const std::vector<double> values = {1e9 - 1, 1e9 + 1};
  EXPECT_DOUBLE_EQ(Describe<double>(values, 2).standard_deviation, 1);
}

}  // namespace
}  // namespace microgpt
