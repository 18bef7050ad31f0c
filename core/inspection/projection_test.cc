// SPDX-License-Identifier: MIT
#include "core/inspection/projection.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "core/random/python_random.h"

namespace microgpt {
namespace {

Matrix<const double> Of(const std::vector<double>& values, size_t rows) {
  return {values.data(), rows, values.size() / rows};
}

std::vector<double> RandomValues(size_t count, uint64_t seed) {
  PythonRandom random(seed);
  std::vector<double> values(count);
  for (double& value : values) value = random.Gauss(1, 2);
  return values;
}

double Dot(std::span<const double> a, std::span<const double> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

// Along (3, 4), and a little across.
const std::vector<double> kAlongALine = {10 - 3, 20 - 4, 10 - 0.4, 20 + 0.3,
                                         10 + 3, 20 + 4, 10 + 0.4, 20 - 0.3};

TEST(ProjectionTest, ComponentsAreTheDirectionsOfMostVariance) {
  const Projection p = *Project(Of(kAlongALine, 4), 2);
  EXPECT_NEAR(p.components.row(0)[0], 0.6, 1e-12);
  EXPECT_NEAR(p.components.row(0)[1], 0.8, 1e-12);
  EXPECT_NEAR(p.components.row(1)[0], 0.8, 1e-12) << "the larger is positive";
  EXPECT_NEAR(p.components.row(1)[1], -0.6, 1e-12);
  EXPECT_NEAR(p.points.row(0)[0], -5, 1e-12);
  EXPECT_NEAR(p.points.row(2)[0], 5, 1e-12);
  EXPECT_NEAR(p.points.row(3)[1], 0.5, 1e-12);
  EXPECT_NEAR(p.variance[0], 25 / 25.25, 1e-12);
  EXPECT_NEAR(p.variance[1], 0.25 / 25.25, 1e-12);
}

TEST(ProjectionTest, ComponentsAreOrthonormalAndAccountForAllVariance) {
  constexpr size_t kRows = 27, kColumns = 16;
  const std::vector<double> values = RandomValues(kRows * kColumns, 1);
  const Projection p = *Project(Of(values, kRows), kColumns);
  double sum = 0, before = 1;
  for (size_t i = 0; i < kColumns; ++i) {
    for (size_t j = 0; j < kColumns; ++j) {
      EXPECT_NEAR(Dot(p.components.row(i), p.components.row(j)), i == j, 1e-12);
    }
    EXPECT_LE(p.variance[i], before);
    before = p.variance[i];
    sum += before;
  }
  EXPECT_NEAR(sum, 1, 1e-12);
}

// The definition: coordinates are uncorrelated, and have the shares told.
TEST(ProjectionTest, CoordinatesAreCentredAndUncorrelated) {
  constexpr size_t kRows = 40, kColumns = 6;
  const std::vector<double> values = RandomValues(kRows * kColumns, 2);
  const Projection p = *Project(Of(values, kRows), kColumns);
  std::vector<std::vector<double>> columns(kColumns);
  double total = 0;
  for (size_t i = 0; i < kColumns; ++i) {
    for (size_t r = 0; r < kRows; ++r) columns[i].push_back(p.points.row(r)[i]);
    EXPECT_NEAR(std::reduce(columns[i].begin(), columns[i].end()), 0, 1e-11);
    total += Dot(columns[i], columns[i]);
  }
  for (size_t i = 0; i < kColumns; ++i) {
    EXPECT_NEAR(Dot(columns[i], columns[i]) / total, p.variance[i], 1e-12);
    for (size_t j = 0; j < i; ++j) {
      EXPECT_NEAR(Dot(columns[i], columns[j]), 0, 1e-10);
    }
  }
}

TEST(ProjectionTest, FewerComponentsAreTheFirstOfMore) {
  const std::vector<double> values = RandomValues(60, 3);
  const Projection all = *Project(Of(values, 12), 5);
  const Projection two = *Project(Of(values, 12), 2);
  ASSERT_EQ(two.points.shape, (std::vector<size_t>{12, 2}));
  for (size_t r = 0; r < 12; ++r) {
    EXPECT_NEAR(two.points.row(r)[1], all.points.row(r)[1], 1e-12);
  }
  EXPECT_EQ(two.variance[1], all.variance[1]);
}

TEST(ProjectionTest, FloatsAreProjectedInDouble) {
  const std::vector<double> values = RandomValues(60, 4);
  std::vector<float> floats(values.begin(), values.end());
  const Projection p = *Project(Matrix<const float>{floats.data(), 12, 5}, 2);
  const Projection want = *Project(Of(values, 12), 2);
  for (size_t i = 0; i < p.points.values.size(); ++i) {
    EXPECT_NEAR(p.points.values[i], want.points.values[i], 1e-5);
  }
}

TEST(ProjectionTest, SignsAgreeWithTheOthers) {
  const std::vector<double> before = RandomValues(60, 5);
  std::vector<double> after = before;
  for (double& value : after) value = -1.01 * value;  // points on the far side
  const Projection other = *Project(Of(before, 12), 5);
  Projection turned = *Project(Of(after, 12), 5);
  for (size_t i = 0; i < 5; ++i) {  // as unlike as signs can be
    for (double& number : turned.components.row(i)) number = -number;
    for (size_t r = 0; r < 12; ++r) turned.points.row(r)[i] *= -1;
  }
  AlignSigns(other, turned);
  for (size_t i = 0; i < 5; ++i) {
    EXPECT_GT(Dot(turned.components.row(i), other.components.row(i)), 0.99);
    EXPECT_NEAR(turned.points.row(3)[i], -1.01 * other.points.row(3)[i], 1e-10)
        << "points follow their components";
  }
}

TEST(ProjectionTest, RowsThatDoNotDifferHaveNoVariance) {
  const std::vector<double> values(12, 0.5);
  const Projection p = *Project(Of(values, 4), 3);
  for (const double share : p.variance) EXPECT_EQ(share, 0);
  for (const double number : p.points.values) EXPECT_EQ(number, 0);
  const Projection one = *Project(Of(RandomValues(3, 6), 1), 3);
  for (const double share : one.variance) EXPECT_EQ(share, 0);
}

TEST(ProjectionTest, WhatIsNotFiniteIsRefused) {
  std::vector<double> values = RandomValues(12, 7);
  values[5] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(absl::IsFailedPrecondition(Project(Of(values, 4), 2).status()));
  values[5] = 1e200;
  EXPECT_TRUE(absl::IsFailedPrecondition(Project(Of(values, 4), 2).status()));
}

}  // namespace
}  // namespace microgpt
