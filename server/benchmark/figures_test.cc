// SPDX-License-Identifier: MIT
#include "server/benchmark/figures.h"

#include <gtest/gtest.h>

#include <vector>

namespace microgpt::benchmark {
namespace {

TEST(FiguresTest, AQuantileIsTheLeastValueThatCoversItsShare) {
  EXPECT_EQ(Quantile({7}, 0.01), 7);
  EXPECT_EQ(Quantile({7}, 1), 7);
  EXPECT_EQ(Quantile({3, 1, 2}, 0.5), 2);
  EXPECT_EQ(Quantile({4, 3, 2, 1}, 0.5), 2);
  std::vector<double> hundred;
  for (int i = 100; i >= 1; --i) hundred.push_back(i);
  EXPECT_EQ(Quantile(hundred, 0.99), 99);
  EXPECT_EQ(Quantile(hundred, 0.1), 10);
}

TEST(FiguresTest, FourDigitsAreLeftOfANumber) {
  EXPECT_EQ(Rounded(0), 0);
  EXPECT_EQ(Rounded(1.23456), 1.235);
  EXPECT_EQ(Rounded(-0.000123456), -0.0001235);
  EXPECT_EQ(Rounded(1234567), 1235000);
}

TEST(FiguresTest, AFigureStandsWithItsSpread) {
  Row row = NewRow("echo");
  AddFigure("p50_us", {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, row);
  EXPECT_EQ(row.dump(), R"({"bench":"rpc","what":"echo","p50_us":5.0,)"
                        R"("p50_us_spread":[1.0,9.0]})");
}

}  // namespace
}  // namespace microgpt::benchmark
