// SPDX-License-Identifier: MIT
#include "core/inspection/next_tokens.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "core/generation/decoder.h"
#include "core/generation/generator.h"
#include "core/inspection/distribution.h"
#include "core/random/indexed_random.h"
#include "core/training/trainer.h"

namespace microgpt {
namespace {

std::shared_ptr<const Model> Train(Precision precision) {
  TrainingSettings settings;
  settings.steps = 100;
  settings.precision = precision;
  const Corpus corpus =
      *Corpus::FromText("anna\nemma\nhannah\nmaeva\nada\nebba\n");
  const auto trainer = Trainer::Create(
      *ModelConfig::Create(
          {.n_layer = 2, .n_embd = 12, .n_head = 3, .block_size = 9}),
      *TrainingConfig::Create(settings), corpus);
  while (trainer->steps_done() < settings.steps) trainer->Step({});
  return std::make_shared<const Model>(trainer->Snapshot());
}

class NextTokensTest : public testing::TestWithParam<Precision> {
 protected:
  std::vector<Token> Tokens(const std::string& text) const {
    return *model_->tokenizer().Encode(text);
  }

  const std::shared_ptr<const Model> model_ = Train(GetParam());
};

INSTANTIATE_TEST_SUITE_P(Precisions, NextTokensTest,
                         testing::Values(Precision::kFloat32,
                                         Precision::kFloat64));

SamplingConfig Sampling(double temperature,
                        std::optional<uint32_t> top_k = std::nullopt,
                        std::optional<double> top_p = std::nullopt) {
  return *SamplingConfig::Create(
      {.temperature = temperature, .top_k = top_k, .top_p = top_p});
}

const std::pair<const char*, SamplingConfig> kSamplings[] = {
    {"warm", Sampling(1)},     {"cold", Sampling(0.5)},
    {"top_k", Sampling(1, 3)}, {"top_p", Sampling(1.5, {}, 0.8)},
    {"greedy", Sampling(0)},   {"both", Sampling(0.7, 4, 0.9)},
};

// Token by token, from the prefix that Generator was given on, until the end.
std::string Walk(const std::shared_ptr<const Model>& model,
                 const SamplingConfig& sampling, std::vector<Token> tokens,
                 uint32_t seed, uint32_t index) {
  for (uint32_t number = 0; tokens.size() < model->config()->block_size;
       ++number) {
    const Token token =
        *DrawNextToken(model, sampling, tokens, {seed, index, number}, {});
    if (token == model->tokenizer().bos()) break;
    tokens.push_back(token);
  }
  return model->tokenizer().Decode(tokens);
}

TEST_P(NextTokensTest, DrawsAreGeneratorsAtEveryStep) {
  for (const auto& [name, sampling] : kSamplings) {
    for (const std::string prefix : {"", "an"}) {
      const auto generator = *Generator::Create(model_, sampling, prefix);
      for (uint32_t index = 0; index < 20; ++index) {
        const Attempt attempt{index};
        const std::string want =
            (*generator->DrawMany(7, {&attempt, 1}, false, {}))[0].text;
        EXPECT_EQ(Walk(model_, sampling, Tokens(prefix), 7, index), want)
            << name << ", sample " << index;
      }
    }
  }
}

// The dart: a draw is where the number falls on the running sum of the chances.
TEST_P(NextTokensTest, ChancesAreWhatTheNumberFallsOn) {
  for (const auto& [name, sampling] : kSamplings) {
    if (sampling->temperature == 0) continue;
    std::vector<double> drawn;
    ASSERT_TRUE(ReadNextTokens(model_, sampling, Tokens("an"), false, {},
                               [&](auto, const NextTokens& next) {
                                 drawn.assign(next.drawn.begin(),
                                              next.drawn.end());
                               }));
    EXPECT_NEAR(std::reduce(drawn.begin(), drawn.end()), 1, 1e-12);
    for (uint32_t index = 0; index < 200; ++index) {
      const Token token =
          *DrawNextToken(model_, sampling, Tokens("an"), {3, index, 5}, {});
      const double number = IndexedUniform(3, index, 5);
      const double before =
          std::reduce(drawn.begin(), drawn.begin() + token, 0.0);
      EXPECT_GE(number, before - 1e-6) << name;
      EXPECT_LT(number, before + drawn[token] + 1e-6) << name;
    }
  }
}

TEST_P(NextTokensTest, WhatIsCutHasNoChance) {
  ReadNextTokens(model_, Sampling(1, 3), Tokens("an"), false, {},
                 [](auto, const NextTokens& next) {
                   EXPECT_EQ(std::ranges::count(next.drawn, 0.0),
                             static_cast<long>(next.drawn.size()) - 3);
                 });
  ReadNextTokens(model_, Sampling(0), Tokens("an"), false, {},
                 [](auto, const NextTokens& next) {
                   const Token likeliest =
                       Distribution(next.logits).Likeliest(1)[0];
                   EXPECT_EQ(next.drawn[likeliest], 1);
                 });
}

// Every token behind the prefix has what reading that string gives.
TEST_P(NextTokensTest, AfterEachTokenComesWhatComesAfterThatString) {
  std::vector<std::vector<double>> after;
  std::vector<std::optional<Token>> order;
  ASSERT_TRUE(ReadNextTokens(
      model_, Sampling(0.5), Tokens("an"), true, {},
      [&](std::optional<Token> token, const NextTokens& next) {
        order.push_back(token);
        after.emplace_back(next.logits.begin(), next.logits.end());
        after.back().insert(after.back().end(), next.drawn.begin(),
                            next.drawn.end());
      }));
  ASSERT_EQ(order.size(), model_->tokenizer().vocab_size());
  for (size_t i = 0; i < order.size(); ++i) {
    std::vector<Token> string = Tokens("an");
    if (i > 0) {
      ASSERT_EQ(order[i], i - 1);
      string.push_back(*order[i]);
    }
    ReadNextTokens(
        model_, Sampling(0.5), string, false, {},
        [&](std::optional<Token> token, const NextTokens& next) {
          EXPECT_EQ(token, std::nullopt);
          std::vector<double> want(next.logits.begin(), next.logits.end());
          want.insert(want.end(), next.drawn.begin(), next.drawn.end());
          EXPECT_EQ(after[i], want) << i;
        });
  }
}

TEST_P(NextTokensTest, AStopEndsIt) {
  std::stop_source source;
  source.request_stop();
  EXPECT_FALSE(ReadNextTokens(model_, Sampling(1), {}, true, source.get_token(),
                              [](auto, const NextTokens&) { FAIL(); }));
  EXPECT_FALSE(
      DrawNextToken(model_, Sampling(1), {}, {1, 2, 3}, source.get_token())
          .has_value());
}

}  // namespace
}  // namespace microgpt
