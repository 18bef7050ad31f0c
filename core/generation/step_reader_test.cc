// SPDX-License-Identifier: MIT
#include "core/generation/step_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "core/model/random_model_test.h"
#include "core/random/indexed_random.h"
#include "core/random/python_random.h"

namespace microgpt {
namespace {

const std::vector<std::string> kLetters = {"a", "b", "c", "d", "e", "f", "g"};

template <typename T>
std::shared_ptr<const Model> MakeModel() {
  return RandomModel<T>({.block_size = 9}, kLetters, 4, 0.2);
}

template <typename T>
class StepReaderTest : public testing::Test {
 protected:
  // The steps of some samples, each with the sample.
  template <class F>
  void ForEachSample(const SamplingSettings& settings, std::string_view prefix,
                     const F& f) {
    const SamplingConfig sampling = *SamplingConfig::Create(settings);
    const auto generator = *Generator::Create(model_, sampling, prefix);
    const auto reader = StepReader::Create(model_, sampling);
    for (uint32_t i = 0; i < 30; ++i) {
      IndexedRandom random(1, i);
      const Sample sample = *generator->Draw(random, {});
      f(sample, *reader->Read(sample, prefix.size(), {}));
    }
  }

  std::string TextOf(const std::vector<TokenStep>& steps) {
    std::string text;
    for (const TokenStep& step : steps) {
      if (step.drawn.token < 7) text += kLetters[step.drawn.token];
    }
    return text;
  }

  const std::shared_ptr<const Model> model_ = MakeModel<T>();
};

using Precisions = testing::Types<float, double>;
TYPED_TEST_SUITE(StepReaderTest, Precisions);

TYPED_TEST(StepReaderTest, AtTemperatureOneTheyAreTheModelsOwnProbabilities) {
  this->ForEachSample(
      {.temperature = 1}, "",
      [](const Sample& sample, const std::vector<TokenStep>& steps) {
        ASSERT_EQ(steps.size(), sample.token_logprobs.size());
        for (size_t i = 0; i < steps.size(); ++i) {
          EXPECT_NEAR(steps[i].drawn.probability,
                      std::exp(sample.token_logprobs[i]), 1e-6);
        }
      });
}

TYPED_TEST(StepReaderTest, TheStepsAreThoseBehindThePrefixAndTheEndMark) {
  int truncated = 0, ended = 0;
  this->ForEachSample(
      {.temperature = 1}, "bad",
      [&](const Sample& sample, const std::vector<TokenStep>& steps) {
        EXPECT_EQ("bad" + this->TextOf(steps), sample.text);
        const bool has_end = !steps.empty() && steps.back().drawn.token == 7;
        EXPECT_NE(has_end, sample.truncated);
        ++(sample.truncated ? truncated : ended);
      });
  EXPECT_GT(truncated, 0);
  EXPECT_GT(ended, 0);
}

TYPED_TEST(StepReaderTest, AlternativesAreTheLikeliestInOrder) {
  this->ForEachSample(
      {.temperature = 0.7}, "",
      [](const Sample&, const std::vector<TokenStep>& steps) {
        for (const TokenStep& step : steps) {
          ASSERT_EQ(step.alternatives.size(), 5);
          double sum = 0;
          for (size_t i = 0; i < 5; ++i) {
            const TokenStep::Choice& choice = step.alternatives[i];
            sum += choice.probability;
            if (i > 0) {
              EXPECT_LE(choice.probability,
                        step.alternatives[i - 1].probability);
            }
            if (choice.token == step.drawn.token) {
              EXPECT_EQ(choice.probability, step.drawn.probability);
            }
          }
          EXPECT_LT(sum, 1);
          EXPECT_GT(sum, 5.0 / 8);
        }
      });
}

TYPED_TEST(StepReaderTest, WhatTopKAndTopPLeaveOutHasNoProbability) {
  for (const SamplingSettings& settings :
       {SamplingSettings{.top_k = 2}, SamplingSettings{.top_p = 0.2}}) {
    this->ForEachSample(settings, "",
                        [](const Sample&, const std::vector<TokenStep>& steps) {
                          for (const TokenStep& step : steps) {
                            double sum = 0;
                            for (const auto& choice : step.alternatives) {
                              sum += choice.probability;
                            }
                            EXPECT_LE(step.alternatives.size(), 2);
                            EXPECT_NEAR(sum, 1, 1e-6);
                            EXPECT_GT(step.drawn.probability, 0);
                          }
                        });
  }
}

TYPED_TEST(StepReaderTest, GreedyDrawingLeavesNoChoice) {
  this->ForEachSample({.temperature = 0}, "",
                      [](const Sample&, const std::vector<TokenStep>& steps) {
                        for (const TokenStep& step : steps) {
                          ASSERT_EQ(step.alternatives.size(), 1);
                          EXPECT_EQ(step.drawn.probability, 1);
                        }
                      });
}

// Regional indicators: two of them in a row are a flag, one character, which
// this tokenizer does not have.
TEST(StepReaderGraphemeTest, TokensThatJoinAreThoseThatWereDrawn) {
  const auto model = RandomModel<float>({.block_size = 6}, {"🇯", "🇵"}, 4, 0.1,
                                        TokenizerKind::kGrapheme);
  const auto generator = *Generator::Create(model, SamplingConfig(), "");
  const auto reader = StepReader::Create(model, SamplingConfig());
  int joined = 0;
  for (uint32_t i = 0; i < 30; ++i) {
    IndexedRandom numbers(1, i);
    const Sample sample = *generator->Draw(numbers, {});
    const auto steps = *reader->Read(sample, 0, {});
    EXPECT_EQ(steps.size(), sample.token_logprobs.size());
    std::string text;
    for (const TokenStep& step : steps) {
      if (step.drawn.token < 2) {
        text += model->tokenizer().alphabet()[step.drawn.token];
      }
    }
    EXPECT_EQ(text, sample.text);
    joined += !model->tokenizer().Encode(sample.text).ok();
  }
  EXPECT_GT(joined, 5);
}

}  // namespace
}  // namespace microgpt
