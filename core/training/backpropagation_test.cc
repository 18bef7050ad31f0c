// SPDX-License-Identifier: MIT
//
// The loss and the gradient of chunks: against the scalar autograd and central
// differences, on every instruction set that the machine has.
#include "core/training/backpropagation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "core/kernels/simd_test.h"
#include "core/model/scalar_autograd.h"
#include "core/training/chunk_example_test.h"
#include "core/training/optimizer.h"

namespace microgpt {
namespace {

// "layer0.attn_wq[3]", for messages.
std::string Describe(const ChunkExample& example, size_t index) {
  const auto specs = TensorSpecs(example.config, example.vocab_size);
  size_t i = specs.size() - 1;
  while (specs[i].offset > index) --i;
  return specs[i].name + "[" + std::to_string(index - specs[i].offset) + "]";
}

// Sums over the positions of all documents, by the scalar autograd.
LossAndGradient Expected(const ChunkExample& example) {
  const auto parameters = RandomParameters<double>(example);
  LossAndGradient sum{.loss = 0,
                      .gradient = std::vector<double>(parameters.size())};
  for (const auto& document : example.documents) {
    std::vector<uint32_t> tokens = {example.bos()};
    tokens.insert(tokens.end(), document.begin(), document.end());
    tokens.push_back(example.bos());
    tokens.resize(CountPositions(document, example.config->block_size) + 1);
    const LossAndGradient one =
        ScalarAutograd(example.config, parameters, tokens);
    const double n = static_cast<double>(tokens.size() - 1);
    sum.loss += n * one.loss;
    for (size_t i = 0; i < sum.gradient.size(); ++i) {
      sum.gradient[i] += n * one.gradient[i];
    }
  }
  return sum;
}

// |got - want| ≤ bound · (scale + |want|) for every parameter.
template <typename T, typename U>
void ExpectNear(const ChunkExample& example, const std::vector<T>& got,
                const std::vector<U>& want, double bound, double scale = 1) {
  ASSERT_EQ(got.size(), want.size());
  for (size_t i = 0; i < got.size(); ++i) {
    ASSERT_NEAR(got[i], want[i], bound * (scale + std::abs(double{want[i]})))
        << Describe(example, i);
  }
}

void ExpectTheAutogradsLossAndGradient(const ChunkExample& example) {
  const LossAndGradient want = Expected(example);
  const double positions = static_cast<double>(example.Limits().positions);
  ForEachTarget([&](int64_t) {
    ChunkRun<double> run(example);
    EXPECT_NEAR(run.Loss(), want.loss, 1e-13 * (positions + want.loss));
    EXPECT_NEAR(run.Gradient(), want.loss, 1e-13 * (positions + want.loss));
    ExpectNear(example, run.UnpackedGradient(), want.gradient, 1e-12,
               positions);
  });
}

TEST(BackpropagationTest, ADocumentsLossAndGradientAreTheScalarAutograds) {
  for (uint32_t seed = 0; seed < 30; ++seed) {
    SCOPED_TRACE(seed);
    ExpectTheAutogradsLossAndGradient(RandomSingle(seed));
    if (HasFatalFailure()) return;
  }
}

TEST(BackpropagationTest, SeveralDocumentsGiveTheSumOfTheScalarAutograds) {
  for (uint32_t seed = 0; seed < 12; ++seed) {
    SCOPED_TRACE(seed);
    ExpectTheAutogradsLossAndGradient(RandomSeveral(seed));
    if (HasFatalFailure()) return;
  }
}

// Many documents of names' shape: sharing saves columns, and nothing else.
TEST(BackpropagationTest, SharedBeginningsGiveTheSumOverSingleDocuments) {
  ExampleDice dice(1);
  const ChunkExample example{*ModelConfig::Create({.n_layer = 2}), 27,
                             RandomDocuments(120, 12, 3, dice)};
  ForEachTarget([&](int64_t) {
    ChunkRun<double> together(example);
    const double loss = together.Gradient();
    EXPECT_LT(together.chunk().columns(), example.Limits().positions);
    ChunkRun<double> alone(example, 1, {1, 16, 16});
    std::fill(alone.gradient().begin(), alone.gradient().end(), 0);
    double sum = 0;
    for (const auto& document : example.documents) {
      alone.Lay({example.config, example.vocab_size, {document}});
      sum += alone.Gradient(1, GradientUse::kAdd);
    }
    EXPECT_NEAR(loss, sum, 1e-13 * sum);
    ExpectNear(example, together.UnpackedGradient(), alone.UnpackedGradient(),
               1e-12, static_cast<double>(example.Limits().positions));
  });
}

void ExpectTheDerivativeOfTheLoss(const ChunkExample& example) {
  constexpr double kStep = 1e-5, kScale = 0.25;
  ChunkRun<double> run(example);
  run.Gradient(kScale);
  const AlignedVector<double> gradient = run.gradient();
  for (size_t i = 0; i < run.layout().size; ++i) {
    if (i % run.layout().row_length >= example.config->n_embd) continue;
    double& value = run.weights()[i];
    const double at = value;
    value = at + kStep;
    const double above = run.Loss();
    value = at - kStep;
    const double below = run.Loss();
    value = at;
    const double want = kScale * (above - below) / (2 * kStep);
    ASSERT_NEAR(gradient[i], want, 1e-7 * (1 + std::abs(want))) << i;
  }
}

TEST(BackpropagationTest, TheGradientIsTheDerivativeOfTheLossByEveryWeight) {
  for (uint32_t seed = 0; seed < 4; ++seed) {
    SCOPED_TRACE(seed);
    ExampleDice dice(seed);
    ChunkExample example{
        *ModelConfig::Create(
            {.n_layer = 2, .n_embd = 6, .n_head = 2, .block_size = 7}),
        5, RandomDocuments(1 + 5 * (seed % 2), 8, 4, dice)};
    ExpectTheDerivativeOfTheLoss(example);
  }
}

TEST(BackpropagationTest, FloatGradientsAreTheDoubleOnesRounded) {
  ForEachTarget([](int64_t) {
    for (uint32_t seed = 0; seed < 20; ++seed) {
      SCOPED_TRACE(seed);
      const ChunkExample example =
          seed % 2 == 0 ? RandomSingle(seed) : RandomSeveral(seed);
      ChunkRun<double> doubles(example);
      ChunkRun<float> floats(example);
      const double loss = doubles.Gradient();
      const double positions = static_cast<double>(example.Limits().positions);
      EXPECT_NEAR(floats.Loss(), loss, 1e-6 * (positions + loss));
      EXPECT_NEAR(floats.Gradient(), loss, 1e-6 * (positions + loss));
      const std::vector<double> want = doubles.UnpackedGradient();
      double largest = 0;
      for (const double value : want) {
        largest = std::max(largest, std::abs(value));
      }
      ExpectNear(example, floats.UnpackedGradient(), want, 1e-5, 1 + largest);
      if (HasFatalFailure()) return;
    }
  });
}

template <typename T>
class ChunkGradientTest : public ::testing::Test {};
using Precisions = ::testing::Types<float, double>;
TYPED_TEST_SUITE(ChunkGradientTest, Precisions);

constexpr uint32_t kExamples = 24;  // random shapes a test

ChunkExample RandomExample(uint32_t seed) {
  return seed % 2 == 0 ? RandomSingle(seed) : RandomSeveral(seed);
}

TYPED_TEST(ChunkGradientTest, AnswersTheLossOfChunkLoss) {
  for (uint32_t seed = 0; seed < kExamples; ++seed) {
    ChunkRun<TypeParam> run(RandomExample(seed));
    EXPECT_EQ(run.Loss(), run.Gradient(0.1)) << seed;
  }
}

TYPED_TEST(ChunkGradientTest, StoredOverwritesAndAddedAdds) {
  using T = TypeParam;
  for (uint32_t seed = 0; seed < kExamples; ++seed) {
    SCOPED_TRACE(seed);
    const ChunkExample example = RandomExample(seed);
    ChunkRun<T> run(example);
    std::ranges::fill(run.gradient(), std::numeric_limits<T>::quiet_NaN());
    run.Gradient();
    const std::vector<T> once = run.UnpackedGradient();
    run.Gradient(1, GradientUse::kAdd);
    const std::vector<T> twice = run.UnpackedGradient();
    const double positions = static_cast<double>(example.Limits().positions);
    for (size_t i = 0; i < once.size(); ++i) {
      ASSERT_NEAR(twice[i], 2 * once[i],
                  4 * kUnit<T> * positions * (1 + std::abs(double{once[i]})))
          << Describe(example, i);
    }
  }
}

// The same bits: no weight is read after it moved, none moves twice.
TYPED_TEST(ChunkGradientTest, MovingAtOnceIsMovingAfterwards) {
  using T = TypeParam;
  ForEachTarget([](int64_t) {
    for (uint32_t seed = 0; seed < kExamples; ++seed) {
      SCOPED_TRACE(seed);
      const ChunkExample example = RandomExample(seed);
      for (const Optimizer kind : {Optimizer::kAdam, Optimizer::kSgd}) {
        const TrainingConfig config =
            *TrainingConfig::Create({.optimizer = kind});
        ChunkRun<T> at_once(example), afterwards(example);
        const size_t size = at_once.layout().size;
        OptimizerOf<T> a(config, size), b(config, size);
        for (uint32_t step = 0; step < 3; ++step) {
          const double moved = at_once.Gradient(
              0.1, GradientUse::kMove, a.Step(step, at_once.weights().data()));
          EXPECT_EQ(afterwards.Gradient(0.1), moved);
          const T* gradient = afterwards.gradient().data();
          MoveWeights<T>(b.Step(step, afterwards.weights().data()),
                         {&gradient, 1}, 0, size);
        }
        ASSERT_EQ(at_once.Unpack(at_once.weights()),
                  afterwards.Unpack(afterwards.weights()));
      }
    }
  });
}

TYPED_TEST(ChunkGradientTest, IsProportionalToItsScale) {
  using T = TypeParam;
  ChunkRun<T> run(RandomSeveral(1));
  run.Gradient(1);
  std::vector<T> want = run.UnpackedGradient();
  for (T& value : want) value *= T{0.125};  // exact
  run.Gradient(0.125);
  EXPECT_EQ(run.UnpackedGradient(), want);
}

// In a workspace that has room for more and held a larger chunk, and in one
// without a number.
TYPED_TEST(ChunkGradientTest, WhatStoodInTheWorkspaceDoesNotMatter) {
  using T = TypeParam;
  ForEachTarget([](int64_t) {
    for (uint32_t seed = 0; seed < kExamples; ++seed) {
      SCOPED_TRACE(seed);
      const ChunkExample small = RandomExample(seed);
      ChunkExample large = small;
      ExampleDice dice(seed);
      large.documents = RandomDocuments(100, 31, small.vocab_size - 1, dice);
      ChunkLimits limits = large.Limits();
      limits.positions += small.Limits().positions;
      limits.longest = std::max(limits.longest, small.Limits().longest);
      ChunkRun<T> fresh(small, 1, limits), used(small, 1, limits);
      used.Lay(large);
      used.Gradient();
      used.Lay(small);
      EXPECT_EQ(used.Gradient(), fresh.Gradient());
      ASSERT_EQ(used.UnpackedGradient(), fresh.UnpackedGradient());
      std::ranges::fill(used.Arena(), std::numeric_limits<T>::quiet_NaN());
      EXPECT_EQ(used.Gradient(), fresh.Gradient());
      ASSERT_EQ(used.UnpackedGradient(), fresh.UnpackedGradient());
    }
  });
}

TYPED_TEST(ChunkGradientTest, ARoomierWorkspaceGivesTheSameBits) {
  using T = TypeParam;
  for (uint32_t seed = 0; seed < kExamples; ++seed) {
    const ChunkExample example = RandomExample(seed);
    ChunkLimits limits = example.Limits();
    limits.documents += 50;
    limits.positions += 1000;
    limits.longest += 60;
    ChunkRun<T> tight(example), roomy(example, 1, limits);
    EXPECT_EQ(tight.Gradient(), roomy.Gradient());
    EXPECT_EQ(tight.UnpackedGradient(), roomy.UnpackedGradient()) << seed;
  }
}

TYPED_TEST(ChunkGradientTest, TargetsThatRoundAlikeGiveTheSameBits) {
  using T = TypeParam;
  ExpectTheSameBitsOnTargetsThatRoundAlike([] {
    std::vector<T> numbers;
    for (uint32_t seed = 0; seed < kExamples; ++seed) {
      ChunkRun<T> run(RandomExample(seed));
      const double loss = run.Gradient();  // to all its digits
      numbers.push_back(static_cast<T>(loss));
      numbers.push_back(
          static_cast<T>(loss - static_cast<double>(numbers.back())));
      const std::vector<T> gradient = run.UnpackedGradient();
      numbers.insert(numbers.end(), gradient.begin(), gradient.end());
    }
    return numbers;
  });
}

}  // namespace
}  // namespace microgpt
