// SPDX-License-Identifier: MIT
#include "core/evaluation/string_shape.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace microgpt {
namespace {

using Strings = std::vector<std::vector<Token>>;

// Letters 0, 1 and 2, the mark 3, a context of 4.
StringShape Shape(const Strings& strings) {
  StringShape shape(4, 4);
  for (const std::vector<Token>& string : strings) shape.Add(string);
  return shape;
}

TEST(StringShapeTest, EqualSetsAreAtNoDistance) {
  const Strings strings = {{0, 1}, {2}, {}, {0, 0, 1, 2, 2}};
  EXPECT_EQ(Shape(strings).LengthDistance(Shape(strings)), 0);
  EXPECT_EQ(Shape(strings).PairDivergence(Shape(strings)), 0);
}

TEST(StringShapeTest, TheNumberOfStringsDoesNotMatter) {
  const StringShape once = Shape({{0, 1}, {2}});
  const StringShape twice = Shape({{2}, {0, 1}, {0, 1}, {2}});
  EXPECT_EQ(once.LengthDistance(twice), 0);
  EXPECT_EQ(once.PairDivergence(twice), 0);
}

TEST(StringShapeTest, NothingInCommonIsOne) {
  // At block_size there is no end mark; the beginnings differ.
  const StringShape zeros = Shape({{0, 0, 0, 0}});
  EXPECT_DOUBLE_EQ(zeros.PairDivergence(Shape({{1, 1}})), 1);
  EXPECT_DOUBLE_EQ(zeros.LengthDistance(Shape({{1, 1}})), 1);
}

TEST(StringShapeTest, LengthsDifferByHalfTheSumOfTheirDifferences) {
  const StringShape a = Shape({{0}, {0}, {0, 0}, {0, 0, 0}});
  const StringShape b = Shape({{0}, {}});
  // 0.5, 0.25 and 0.25 against 0.5 and another 0.5.
  EXPECT_DOUBLE_EQ(a.LengthDistance(b), 0.5);
  EXPECT_DOUBLE_EQ(b.LengthDistance(a), 0.5);
  EXPECT_DOUBLE_EQ(a.MeanLength(), 7.0 / 4);
  EXPECT_DOUBLE_EQ(b.MeanLength(), 0.5);
}

// ^0 0$ against ^0 01 1$: of p = (1/2, 1/2, 0, 0) and q = (1/3, 0, 1/3, 1/3)
// the middle is (5/12, 1/4, 1/6, 1/6).
TEST(StringShapeTest, PairsDivergeByTheMeanInformation) {
  const double expected =
      0.5 * (0.5 * std::log2(6.0 / 5) + 0.5) +
      0.5 * (1.0 / 3 * std::log2(4.0 / 5) + 1.0 / 3 + 1.0 / 3);
  EXPECT_NEAR(Shape({{0}}).PairDivergence(Shape({{0, 1}})), expected, 1e-15);
  EXPECT_NEAR(Shape({{0, 1}}).PairDivergence(Shape({{0}})), expected, 1e-15);
}

TEST(StringShapeTest, WhatBlockSizeCutsOffDoesNotCount) {
  const StringShape cut = Shape({{0, 1, 2, 0, 1, 1, 1}});
  EXPECT_EQ(cut.PairDivergence(Shape({{0, 1, 2, 0}})), 0);
  EXPECT_EQ(cut.MeanLength(), 4);
}

}  // namespace
}  // namespace microgpt
