// SPDX-License-Identifier: MIT
#include "core/training/optimizer.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace microgpt {
namespace {

TrainingConfig Config(TrainingSettings settings) {
  return *TrainingConfig::Create(settings);
}

TEST(LearningRateTest, FallsLinearlyAndWouldReachZeroAfterTheLastStep) {
  const TrainingConfig config = Config({.steps = 4, .learning_rate = 0.5});
  EXPECT_EQ(LearningRate(config, 0), 0.5);
  EXPECT_EQ(LearningRate(config, 1), 0.375);
  EXPECT_EQ(LearningRate(config, 3), 0.125);
}

// With its bias corrected, Adam's first step is one learning rate long whatever
// the gradient's size.
TEST(OptimizerTest, AdamsFirstStepIsAsLongAsTheLearningRate) {
  const auto adam = OptimizerOf<double>::Create(Config({}), 3);
  const std::array<double, 3> gradient = {2, -0.001, 0};
  std::array<double, 3> values = {1, 1, 1};
  adam->Step(0, gradient, values);
  EXPECT_NEAR(values[0], 0.99, 1e-9);
  EXPECT_NEAR(values[1], 1.01, 1e-6);
  EXPECT_EQ(values[2], 1);
}

TEST(OptimizerTest, AdamRemembersBothMomentsAndCorrectsTheirBias) {
  const TrainingConfig config = Config({});
  const auto adam = OptimizerOf<double>::Create(config, 1);
  double m = 0, v = 0, expected = 1;
  std::array<double, 1> value = {1};
  for (uint32_t step = 0; step < 5; ++step) {
    const std::array<double, 1> gradient = {std::cos(step)};
    adam->Step(step, gradient, value);
    m = 0.85 * m + 0.15 * gradient[0];
    v = 0.99 * v + 0.01 * gradient[0] * gradient[0];
    const double m_hat = m / (1 - std::pow(0.85, step + 1));
    const double v_hat = v / (1 - std::pow(0.99, step + 1));
    expected -= 0.01 * (1 - step / 1000.0) * m_hat / (std::sqrt(v_hat) + 1e-8);
    EXPECT_NEAR(value[0], expected, 1e-14) << step;
  }
}

TEST(OptimizerTest, SgdStepsAreTheLearningRateTimesTheGradient) {
  const auto sgd = OptimizerOf<double>::Create(
      Config({.steps = 2, .learning_rate = 0.5, .optimizer = Optimizer::kSgd}),
      1);
  const std::array<double, 1> gradient = {2};
  std::array<double, 1> value = {1};
  sgd->Step(0, gradient, value);
  EXPECT_EQ(value[0], 0);
  sgd->Step(1, gradient, value);
  EXPECT_EQ(value[0], -0.5);
}

}  // namespace
}  // namespace microgpt
