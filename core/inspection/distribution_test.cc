// SPDX-License-Identifier: MIT
#include "core/inspection/distribution.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace microgpt {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::vector<double> kLogits = {std::log(0.1), std::log(0.5),
                                     std::log(0.1), std::log(0.3)};

TEST(DistributionTest, ProbabilitiesAreTheSoftmax) {
  const Distribution distribution(kLogits);
  EXPECT_NEAR(distribution.Probability(1), 0.5, 1e-15);
  EXPECT_NEAR(distribution.Probability(3), 0.3, 1e-15);
}

TEST(DistributionTest, LogitsMayBeFarFromZero) {
  const std::vector<double> logits = {-5000, -5000 + std::log(3)};
  EXPECT_NEAR(Distribution(logits).Probability(1), 0.75, 1e-12);
}

TEST(DistributionTest, EntropyIsOfAllTokens) {
  EXPECT_NEAR(
      Distribution(kLogits).Entropy(),
      -(0.2 * std::log(0.1) + 0.5 * std::log(0.5) + 0.3 * std::log(0.3)),
      1e-15);
  const std::vector<double> equal(27);
  EXPECT_NEAR(Distribution(equal).Entropy(), std::log(27), 1e-14);
}

TEST(DistributionTest, WhatIsImpossibleAddsNothingToTheEntropy) {
  const std::vector<double> logits = {
      0, -std::numeric_limits<double>::infinity(), -2000};
  EXPECT_EQ(Distribution(logits).Entropy(), 0);
}

TEST(DistributionTest, AmongEqualsTheLowerIdIsTheLikelier) {
  const Distribution distribution(kLogits);
  EXPECT_THAT(distribution.Likeliest(4), ElementsAre(1, 3, 0, 2));
  EXPECT_THAT(distribution.Likeliest(3), ElementsAre(1, 3, 0));
  EXPECT_THAT(distribution.Likeliest(9), ElementsAre(1, 3, 0, 2));
  EXPECT_THAT(distribution.Likeliest(0), IsEmpty());
}

TEST(DistributionTest, RanksCountInTheSameOrder) {
  const Distribution distribution(kLogits);
  EXPECT_EQ(distribution.RankOf(1), 1u);
  EXPECT_EQ(distribution.RankOf(3), 2u);
  EXPECT_EQ(distribution.RankOf(0), 3u);
  EXPECT_EQ(distribution.RankOf(2), 4u);
}

}  // namespace
}  // namespace microgpt
