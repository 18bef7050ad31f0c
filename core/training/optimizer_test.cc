// SPDX-License-Identifier: MIT
#include "core/training/optimizer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <initializer_list>
#include <limits>

#include "core/kernels/aligned.h"
#include "core/training/allocations.h"
#include "core/training/backpropagation.h"

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

// An optimizer and its parameters, as many as a row.
class Training {
 public:
  Training(TrainingSettings settings, double value)
      : config_(Config(settings)),
        optimizer_(config_, kRow),
        values_(kRow, value) {}

  // Step `step` with the given gradients, and 0 for the other parameters.
  void Step(uint32_t step, std::initializer_list<double> gradient) {
    AlignedVector<double> row(gradient);
    row.resize(kRow);
    const double* begin = row.data();
    MoveWeights<double>(optimizer_.Step(step, values_.data()), {&begin, 1}, 0,
                        kRow);
  }

  double value(size_t i) const { return values_[i]; }

 private:
  static constexpr size_t kRow = 16;

  const TrainingConfig config_;
  OptimizerOf<double> optimizer_;
  AlignedVector<double> values_;
};

// With its bias corrected, Adam's first step is one learning rate long whatever
// the gradient's size.
TEST(OptimizerTest, AdamsFirstStepIsAsLongAsTheLearningRate) {
  Training adam({}, 1);
  adam.Step(0, {2, -0.001, 0});
  EXPECT_NEAR(adam.value(0), 0.99, 1e-9);
  EXPECT_NEAR(adam.value(1), 1.01, 1e-6);
  EXPECT_EQ(adam.value(2), 1);
}

TEST(OptimizerTest, AdamRemembersBothMomentsAndCorrectsTheirBias) {
  Training adam({}, 1);
  double m = 0, v = 0, expected = 1;
  for (uint32_t step = 0; step < 5; ++step) {
    const double gradient = std::cos(step);
    adam.Step(step, {gradient});
    m = 0.85 * m + 0.15 * gradient;
    v = 0.99 * v + 0.01 * gradient * gradient;
    const double m_hat = m / (1 - std::pow(0.85, step + 1));
    const double v_hat = v / (1 - std::pow(0.99, step + 1));
    expected -= 0.01 * (1 - step / 1000.0) * m_hat / (std::sqrt(v_hat) + 1e-8);
    EXPECT_NEAR(adam.value(0), expected, 1e-14) << step;
  }
}

TEST(OptimizerTest, SgdStepsAreTheLearningRateTimesTheGradient) {
  Training sgd({.steps = 2, .learning_rate = 0.5, .optimizer = Optimizer::kSgd},
               1);
  sgd.Step(0, {2});
  EXPECT_EQ(sgd.value(0), 0);
  sgd.Step(1, {2});
  EXPECT_EQ(sgd.value(0), -0.5);
}

template <typename T>
class AdamTest : public ::testing::Test {};
using Precisions = ::testing::Types<float, double>;
TYPED_TEST_SUITE(AdamTest, Precisions);

// A step with all sixteen gradients alike; how far down it leads.
template <typename T>
T StepOn(OptimizerOf<T>& adam, uint32_t step, T gradient,
         AlignedVector<T>& values) {
  AlignedVector<T> row(16, gradient);
  const T* begin = row.data();
  const T before = values[0];
  MoveWeights<T>(adam.Step(step, values.data()), {&begin, 1}, 0, 16);
  return before - values[0];
}

// The first steps of Adam are one learning rate long at most, however small the
// gradient and eps: also where the square of the gradient is 0 as a T.
TYPED_TEST(AdamTest, StepsAreNoLongerThanTheRateForTheSmallestGradients) {
  using T = TypeParam;
  const int smallest = std::numeric_limits<T>::min_exponent10;
  const TrainingConfig config = Config({.eps = std::pow(10, smallest)});
  for (int exponent = smallest; exponent <= 0; ++exponent) {
    OptimizerOf<T> adam(config, 16);
    AlignedVector<T> values(16);
    for (uint32_t step = 0; step < 20; ++step) {
      ASSERT_LE(
          StepOn(adam, step, static_cast<T>(std::pow(10, exponent)), values),
          1.01 * config->learning_rate)
          << "gradient 1e" << exponent << ", step " << step;
    }
  }
}

// Without memory a step is rate · g / (g + eps): half a rate for an eps of g, a
// third for twice that.
TYPED_TEST(AdamTest, TakesAnEpsThatIsLargeEnoughAsItIs) {
  using T = TypeParam;
  const T g = 1024 * std::sqrt(std::numeric_limits<T>::min());
  for (const double factor : {1, 2}) {
    const TrainingConfig config =
        Config({.learning_rate = 1, .beta1 = 0, .beta2 = 0, .eps = factor * g});
    OptimizerOf<T> adam(config, 16);
    AlignedVector<T> values(16);
    EXPECT_NEAR(StepOn(adam, 0, g, values), 1 / (1 + factor), 1e-6);
  }
}

TYPED_TEST(AdamTest, LeavesParametersWithoutGradientAlone) {
  using T = TypeParam;
  OptimizerOf<T> adam(Config({.eps = 1e-300}), 16);
  AlignedVector<T> values(16, T{2});
  EXPECT_EQ(StepOn(adam, 0, T{0}, values), 0);
}

// Gradients of several chunks are added in their order before they are squared.
TYPED_TEST(AdamTest, MovesAgainstTheSumOfTheGradients) {
  using T = TypeParam;
  const TrainingConfig config = Config({});
  OptimizerOf<T> one(config, 32), several(config, 32);
  AlignedVector<T> a(32, T{1}), b(32, T{-0.75}), c(32, T{0.5});
  AlignedVector<T> sum(32, T{0.75}), moved(32), want(32);
  const T* parts[] = {a.data(), b.data(), c.data()};
  const T* whole[] = {sum.data()};
  MoveWeights<T>(several.Step(0, moved.data()), parts, 0, 32);
  MoveWeights<T>(one.Step(0, want.data()), whole, 0, 32);
  EXPECT_EQ(moved, want);
}

TYPED_TEST(AdamTest, WeightsMoveOnlyWhereTheyAreToldTo) {
  using T = TypeParam;
  OptimizerOf<T> adam(Config({}), 48);
  AlignedVector<T> values(48), gradient(48, T{1});
  const T* begin = gradient.data();
  MoveWeights<T>(adam.Step(0, values.data()), {&begin, 1}, 16, 32);
  for (size_t i = 0; i < 48; ++i) {
    EXPECT_EQ(values[i] != 0, i >= 16 && i < 32) << i;
  }
}

TYPED_TEST(AdamTest, BytesIsWhatConstructionTakes) {
  using Subject = OptimizerOf<TypeParam>;
  for (const Optimizer optimizer : {Optimizer::kAdam, Optimizer::kSgd}) {
    const TrainingConfig config = Config({.optimizer = optimizer});
    const size_t before = AllocatedBytes();
    const Subject made(config, 1000);
    EXPECT_EQ(AllocatedBytes() - before + sizeof(Subject),
              Subject::Bytes(config, 1000));
  }
}

}  // namespace
}  // namespace microgpt
