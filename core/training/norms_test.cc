// SPDX-License-Identifier: MIT
#include "core/training/norms.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "core/model/scalar_autograd.h"
#include "core/random/python_random.h"
#include "core/training/allocations.h"
#include "core/training/optimizer.h"
#include "core/training/trainer.h"

namespace microgpt {
namespace {

TEST(NormStepsTest, OfUpTo64StepsAllAreChosen) {
  for (uint32_t steps = 1; steps <= 64; ++steps) {
    const std::vector<uint32_t> chosen = NormSteps(steps);
    ASSERT_EQ(chosen.size(), steps);
    for (uint32_t i = 0; i < steps; ++i) ASSERT_EQ(chosen[i], i + 1);
  }
}

TEST(NormStepsTest, OfMoreASixteenthWithinLimits) {
  EXPECT_EQ(NormSteps(65).size(), 64);
  EXPECT_EQ(NormSteps(1000).size(), 64);
  EXPECT_EQ(NormSteps(1600).size(), 100);
  EXPECT_EQ(NormSteps(8192).size(), 512);
  EXPECT_EQ(NormSteps(1'000'000).size(), 512);
}

TEST(NormStepsTest, AreEvenlySpacedFromTheFirstStepToTheLast) {
  for (const uint32_t steps : {65u, 100u, 1000u, 12'345u, 999'999u}) {
    const std::vector<uint32_t> chosen = NormSteps(steps);
    EXPECT_EQ(chosen.front(), 1);
    EXPECT_EQ(chosen.back(), steps);
    std::set<uint32_t> gaps;
    for (size_t i = 1; i < chosen.size(); ++i) {
      ASSERT_LT(chosen[i - 1], chosen[i]) << steps;
      gaps.insert(chosen[i] - chosen[i - 1]);
    }
    EXPECT_LE(*gaps.rbegin() - *gaps.begin(), 1) << steps;
  }
}

// Of letters that all occur; of up to `longest` characters.
Corpus LetterCorpus(size_t longest) {
  PythonRandom random(1);
  std::string text = "abcdef\n";
  for (int i = 0; i < 200; ++i) {
    for (size_t n = 1 + random.RandBelow(longest); n > 0; --n) {
      text += static_cast<char>('a' + random.RandBelow(6));
    }
    text += '\n';
  }
  return *Corpus::FromText(text);
}

template <typename T>
Parameters<T> Weights(const Trainer& trainer) {
  const Model model = trainer.Snapshot();
  return std::get<Parameters<T>>(model.parameters());
}

// value(i) of the tensor's weights.
double Norm(const TensorSpec& tensor,
            const std::function<double(size_t)>& value) {
  double sum = 0;
  for (size_t i = 0; i < tensor.rows * tensor.cols; ++i) {
    sum += value(tensor.offset + i) * value(tensor.offset + i);
  }
  return std::sqrt(sum);
}

struct Case {
  ModelSettings model;
  size_t longest;  // document
  uint32_t batch_size;
  uint32_t threads;
  Optimizer optimizer;
};

// Single documents, short and long; one chunk, several, more than threads;
// rows that fill their vectors and others; weights worth sharing.
std::vector<Case> Cases() {
  const ModelSettings usual, narrow = {.n_layer = 2, .n_embd = 12};
  const ModelSettings wide = {.n_layer = 2, .n_embd = 40, .block_size = 40};
  std::vector<Case> cases;
  for (const Optimizer optimizer : {Optimizer::kAdam, Optimizer::kSgd}) {
    for (const uint32_t batch_size : {1u, 3u, 60u}) {
      cases.push_back({usual, 9, batch_size, 1, optimizer});
      cases.push_back({narrow, 9, batch_size, 2, optimizer});
      cases.push_back({wide, 45, batch_size, 3, optimizer});
    }
  }
  return cases;
}

TrainingConfig Training(const Case& c, Precision precision) {
  return *TrainingConfig::Create(
      {.steps = 20,
       .batch_size = c.batch_size,
       .learning_rate = DefaultLearningRate(c.optimizer),
       .optimizer = c.optimizer,
       .precision = precision,
       .threads = c.threads});
}

template <typename T>
class MeasuredStepTest : public ::testing::Test {
 protected:
  static constexpr Precision kPrecision =
      sizeof(T) == 4 ? Precision::kFloat32 : Precision::kFloat64;

  // Calls `check` with a trainer for every case.
  void ForEachCase(
      const std::function<void(
          const Case&, const Corpus&,
          const std::function<std::unique_ptr<Trainer>(uint32_t threads)>&)>&
          check) {
    for (const Case& c : Cases()) {
      SCOPED_TRACE(testing::Message()
                   << "n_embd " << c.model.n_embd << ", batch_size "
                   << c.batch_size << ", optimizer "
                   << static_cast<int>(c.optimizer));
      const Corpus corpus = LetterCorpus(c.longest);
      check(c, corpus, [&](uint32_t threads) {
        Case with_threads = c;
        with_threads.threads = threads;
        return Trainer::Create(*ModelConfig::Create(c.model),
                               Training(with_threads, kPrecision), corpus);
      });
    }
  }
};
using Precisions = ::testing::Types<float, double>;
TYPED_TEST_SUITE(MeasuredStepTest, Precisions);

TYPED_TEST(MeasuredStepTest, LeadsToTheSameBitsAsAStep) {
  this->ForEachCase([](const Case& c, const Corpus&, const auto& create) {
    const auto measured = create(c.threads), plain = create(c.threads);
    const auto specs = Weights<TypeParam>(*plain).specs();
    std::vector<TensorNorms> norms(specs.size());
    for (int s = 0; s < 6; ++s) {
      // Also a step that is not measured after one that is.
      const auto loss =
          s % 3 == 2 ? measured->Step({}) : measured->MeasuredStep({}, norms);
      ASSERT_EQ(loss, plain->Step({})) << s;
      ASSERT_TRUE(std::ranges::equal(Weights<TypeParam>(*measured).values(),
                                     Weights<TypeParam>(*plain).values()))
          << s;
    }
  });
}

TYPED_TEST(MeasuredStepTest, MeasuresWhatSnapshotsShow) {
  this->ForEachCase([](const Case& c, const Corpus&, const auto& create) {
    const auto trainer = create(c.threads);
    std::vector<TensorNorms> norms(CountTensors(trainer->Snapshot().config()));
    for (int s = 0; s < 5; ++s) {
      const auto before = Weights<TypeParam>(*trainer);
      ASSERT_TRUE(trainer->MeasuredStep({}, norms));
      const auto after = Weights<TypeParam>(*trainer);
      for (size_t t = 0; t < norms.size(); ++t) {
        const double weights = Norm(after.specs()[t], [&](size_t i) {
          return double{after.values()[i]};
        });
        const double update = Norm(after.specs()[t], [&](size_t i) {
          return double{after.values()[i]} - double{before.values()[i]};
        });
        EXPECT_NEAR(norms[t].parameter, weights, 1e-13 * weights);
        EXPECT_NEAR(norms[t].update, update, 1e-13 * update);
        EXPECT_GT(update, 0) << after.specs()[t].name;
      }
    }
  });
}

// Weights are rounded after they have moved.
TYPED_TEST(MeasuredStepTest, SgdMovesByTheRateTimesTheGradient) {
  const double rounding = std::numeric_limits<TypeParam>::epsilon();
  this->ForEachCase([&](const Case& c, const Corpus&, const auto& create) {
    if (c.optimizer != Optimizer::kSgd) return;
    const auto trainer = create(c.threads);
    const TrainingConfig training = Training(c, TestFixture::kPrecision);
    std::vector<TensorNorms> norms(CountTensors(trainer->Snapshot().config()));
    for (uint32_t s = 0; s < 5; ++s) {
      ASSERT_TRUE(trainer->MeasuredStep({}, norms));
      const double rate = LearningRate(training, s);
      for (const TensorNorms& tensor : norms) {
        EXPECT_NEAR(tensor.update, rate * tensor.gradient,
                    rounding * (tensor.parameter + tensor.update));
      }
    }
  });
}

TYPED_TEST(MeasuredStepTest, MeasuresTheSameOnAnyNumberOfThreads) {
  this->ForEachCase([](const Case&, const Corpus&, const auto& create) {
    const auto alone = create(1), together = create(3);
    const size_t tensors = CountTensors(alone->Snapshot().config());
    std::vector<TensorNorms> a(tensors), b(tensors);
    for (int s = 0; s < 5; ++s) {
      ASSERT_TRUE(alone->MeasuredStep({}, a));
      ASSERT_TRUE(together->MeasuredStep({}, b));
      for (size_t t = 0; t < tensors; ++t) {
        EXPECT_EQ(a[t].gradient, b[t].gradient);
        EXPECT_EQ(a[t].parameter, b[t].parameter);
        EXPECT_EQ(a[t].update, b[t].update);
      }
    }
  });
}

TYPED_TEST(MeasuredStepTest, AllocatesNothing) {
  this->ForEachCase([](const Case& c, const Corpus&, const auto& create) {
    const auto trainer = create(c.threads);
    std::vector<TensorNorms> norms(CountTensors(trainer->Snapshot().config()));
    const size_t before = AllocatedBytes();
    for (int s = 0; s < 5; ++s) trainer->MeasuredStep({}, norms);
    EXPECT_EQ(AllocatedBytes(), before);
  });
}

TYPED_TEST(MeasuredStepTest, ACancelledOneChangesNothing) {
  std::stop_source stop;
  stop.request_stop();
  this->ForEachCase([&](const Case& c, const Corpus&, const auto& create) {
    const auto trainer = create(c.threads);
    std::vector<TensorNorms> norms(CountTensors(trainer->Snapshot().config()));
    const auto before = Weights<TypeParam>(*trainer);
    EXPECT_EQ(trainer->MeasuredStep(stop.get_token(), norms), std::nullopt);
    EXPECT_EQ(trainer->steps_done(), 0);
    EXPECT_TRUE(std::ranges::equal(Weights<TypeParam>(*trainer).values(),
                                   before.values()));
  });
}

// A corpus of one document, so that every step's is known: a, b, BOS are 0, 1,
// 2.
TEST(GradientNormsTest, AreThoseOfTheScalarAutogradAtEveryStep) {
  const ModelConfig model =
      *ModelConfig::Create({.n_layer = 2, .n_embd = 8, .n_head = 2});
  const auto trainer = Trainer::Create(
      model, *TrainingConfig::Create({.precision = Precision::kFloat64}),
      *Corpus::FromText("abba\n"));
  const std::vector<uint32_t> tokens = {2, 0, 1, 1, 0, 2};
  std::vector<TensorNorms> norms(CountTensors(model));
  for (int s = 0; s < 10; ++s) {
    const auto weights = Weights<double>(*trainer);
    const LossAndGradient want = ScalarAutograd(model, weights, tokens);
    const auto loss = trainer->MeasuredStep({}, norms);
    ASSERT_NEAR(loss.value(), want.loss, 1e-12);
    for (size_t t = 0; t < norms.size(); ++t) {
      EXPECT_NEAR(
          norms[t].gradient,
          Norm(weights.specs()[t], [&](size_t i) { return want.gradient[i]; }),
          1e-12)
          << weights.specs()[t].name << " at step " << s + 1;
    }
  }
}

}  // namespace
}  // namespace microgpt
