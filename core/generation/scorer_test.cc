// SPDX-License-Identifier: MIT
#include "core/generation/scorer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <stop_token>
#include <string>
#include <variant>

#include "core/errors/errors.h"
#include "core/model/scalar_autograd.h"
#include "core/training/trainer.h"

namespace microgpt {
namespace {

using ModelPointer = std::shared_ptr<const Model>;

// Two layers and a context of 40, of which a score reads 16 at a time.
ModelPointer Train(Precision precision) {
  const ModelConfig model = *ModelConfig::Create(
      {.n_layer = 2, .n_embd = 12, .n_head = 3, .block_size = 40});
  TrainingSettings settings;
  settings.steps = 30;
  settings.precision = precision;
  const TrainingConfig training = *TrainingConfig::Create(settings);
  const Corpus corpus = *Corpus::FromText("anna\nemma\nhannah\nmaéva\n");
  const std::unique_ptr<Trainer> trainer =
      Trainer::Create(model, training, corpus);
  while (trainer->steps_done() < 30) trainer->Step({});
  return std::make_shared<const Model>(trainer->Snapshot());
}

// By core/reference/microgpt.cc, whose loss is the mean over the positions.
double ReferenceLogprob(const Model& model, std::string_view text) {
  std::vector<Token> tokens = *model.tokenizer().Encode(text);
  tokens.insert(tokens.begin(), model.tokenizer().bos());
  tokens.push_back(model.tokenizer().bos());
  tokens.resize(
      std::min<size_t>(tokens.size(), model.config()->block_size + 1));
  const LossAndGradient reference = ScalarAutograd(
      model.config(), std::get<Parameters<double>>(model.parameters()), tokens);
  return -reference.loss * static_cast<double>(tokens.size() - 1);
}

class ScorerTest : public testing::TestWithParam<Precision> {
 protected:
  const std::unique_ptr<Scorer> scorer_ = Scorer::Create(Train(GetParam()));
};

INSTANTIATE_TEST_SUITE_P(Precisions, ScorerTest,
                         testing::Values(Precision::kFloat32,
                                         Precision::kFloat64));

TEST(ScorerOracleTest, AScoreIsTheReferencesLossOverAllPositions) {
  const ModelPointer model = Train(Precision::kFloat64);
  const std::unique_ptr<Scorer> scorer = Scorer::Create(model);
  for (const size_t length : {0, 1, 2, 14, 15, 16, 17, 31, 32, 33, 39, 40}) {
    const std::string text = std::string("emmaann").substr(0, length) +
                             std::string(length > 7 ? length - 7 : 0, 'h');
    EXPECT_NEAR(scorer->Score(text, {})->logprob,
                ReferenceLogprob(*model, text), 1e-11)
        << length;
  }
}

TEST_P(ScorerTest, TokensSumUpToTheScoreEndMarkLast) {
  const StringScore score = *scorer_->Score("maéva", {});
  EXPECT_EQ(score.token_logprobs.size(), 6u);
  EXPECT_FALSE(score.truncated);
  EXPECT_EQ(score.logprob, std::accumulate(score.token_logprobs.begin(),
                                           score.token_logprobs.end(), 0.0));
  EXPECT_DOUBLE_EQ(score.bits_per_token,
                   -score.logprob / 6 / std::numbers::ln2);
}

TEST_P(ScorerTest, TheEmptyStringIsTheEndMarkAlone) {
  const StringScore score = *scorer_->Score("", {});
  EXPECT_EQ(score.token_logprobs.size(), 1u);
  EXPECT_LT(score.logprob, 0);
}

// What may come after a prefix is one of the characters or the end.
TEST_P(ScorerTest, ProbabilitiesOfAllContinuationsSumToOne) {
  double sum = std::exp(scorer_->Score("emm", {})->token_logprobs[3]);
  for (const std::string next : {"a", "e", "h", "m", "n", "v", "é"}) {
    sum += std::exp(scorer_->Score("emm" + next, {})->token_logprobs[3]);
  }
  EXPECT_NEAR(sum, 1, 1e-12);
}

TEST_P(ScorerTest, WhatTheModelLearnedIsLikelierThanNoise) {
  EXPECT_GT(scorer_->Score("hannah", {})->logprob,
            scorer_->Score("vhéevm", {})->logprob);
}

TEST_P(ScorerTest, AScoreDoesNotDependOnThoseBefore) {
  const double logprob = scorer_->Score("emma", {})->logprob;
  ASSERT_TRUE(scorer_->Score(std::string(40, 'h'), {}).ok());
  ASSERT_FALSE(scorer_->Score("emma!", {}).ok());
  EXPECT_EQ(scorer_->Score("emma", {})->logprob, logprob);
}

TEST_P(ScorerTest, AStoppedScoreIsCancelledAndDoesNoHarm) {
  const double logprob = scorer_->Score("emma", {})->logprob;
  std::stop_source source;
  source.request_stop();
  EXPECT_EQ(scorer_->Score("emma", source.get_token()).status().code(),
            absl::StatusCode::kCancelled);
  EXPECT_EQ(scorer_->Score("emma", {})->logprob, logprob);
}

TEST_P(ScorerTest, AStringAsLongAsBlockSizeHasNoEndMark) {
  const StringScore score = *scorer_->Score(std::string(40, 'a'), {});
  EXPECT_TRUE(score.truncated);
  EXPECT_EQ(score.token_logprobs.size(), 40u);
  EXPECT_FALSE(scorer_->Score(std::string(39, 'a'), {})->truncated);
}

TEST_P(ScorerTest, AStringAboveBlockSizeIsRefused) {
  const absl::Status status = scorer_->Score(std::string(41, 'a'), {}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(),
            "41 characters are above the model's block_size 40");
}

TEST_P(ScorerTest, ACharacterTheModelNeverSawIsNamed) {
  const absl::Status status = scorer_->Score("emmb", {}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(),
            "'b' (U+0062) at position 4 is none of the model's characters");
}

}  // namespace
}  // namespace microgpt
