// SPDX-License-Identifier: MIT
#include "core/evaluation/model_losses.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "core/generation/scorer.h"
#include "core/model/random_model_test.h"

namespace microgpt {
namespace {

using ModelPointer = std::shared_ptr<const Model>;

template <typename T>
ModelPointer ThreeLetters() {
  return RandomModel<T>({.n_embd = 8, .n_head = 2, .block_size = 6},
                        {"a", "b", "c"}, 1, 0.5);
}

void ExpectWhatScorerSays(const ModelPointer& model) {
  const std::vector<std::string> texts = {"", "a", "abcba", "cccccc"};
  std::vector<std::vector<Token>> tokens;
  for (const std::string& text : texts) {
    tokens.push_back(*model->tokenizer().Encode(text));
  }
  const std::vector<std::span<const Token>> documents(tokens.begin(),
                                                      tokens.end());
  const std::vector<double> losses = *ModelLosses(model, documents, {});
  ASSERT_EQ(losses.size(), texts.size());
  const auto scorer = Scorer::Create(model);
  for (size_t i = 0; i < texts.size(); ++i) {
    EXPECT_NEAR(losses[i], -scorer->Score(texts[i], {})->logprob, 1e-12);
  }
}

TEST(ModelLossesTest, AreWhatScorerSays) {
  ExpectWhatScorerSays(ThreeLetters<float>());
  ExpectWhatScorerSays(ThreeLetters<double>());
}

TEST(ModelLossesTest, WhatBlockSizeCutsOffDoesNotCount) {
  const std::vector<Token> longer = {0, 1, 2, 0, 1, 2, 0, 1};
  const std::vector<std::span<const Token>> documents = {
      longer, std::span(longer).first(6)};
  const std::vector<double> losses =
      *ModelLosses(ThreeLetters<float>(), documents, {});
  EXPECT_EQ(losses[0], losses[1]);
}

TEST(ModelLossesTest, AStopLeavesNone) {
  std::stop_source source;
  source.request_stop();
  const std::vector<std::span<const Token>> documents(1);
  EXPECT_FALSE(
      ModelLosses(ThreeLetters<float>(), documents, source.get_token()));
}

}  // namespace
}  // namespace microgpt
