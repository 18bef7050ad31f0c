// SPDX-License-Identifier: MIT
#include "core/benchmark/case.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/errors/errors.h"

namespace microgpt::benchmark {
namespace {

// The defaults of model, training and documents.
bool IsDefault(const Case& c) {
  const ModelSettings model;
  const TrainingSettings training;
  return c->model.n_layer == model.n_layer && c->model.n_embd == model.n_embd &&
         c->model.n_head == model.n_head &&
         c->model.block_size == model.block_size &&
         c->training.batch_size == training.batch_size &&
         c->training.precision == training.precision &&
         c->training.threads == training.threads &&
         c->documents == Documents::kLines;
}

TEST(CaseTest, TheDefaultSettingsComeFirst) {
  EXPECT_TRUE(IsDefault(TrainCases(2).front()));
  EXPECT_TRUE(IsDefault(GenerateCases().front()));
}

TEST(CaseTest, NoCaseHasMoreThreadsThanTheMachine) {
  const auto has_two = [](const Case& c) { return c->training.threads == 2; };
  EXPECT_TRUE(std::ranges::none_of(TrainCases(1), has_two));
  EXPECT_TRUE(std::ranges::none_of(TimeToLossCases(1), has_two));
  EXPECT_EQ(std::ranges::count_if(TrainCases(2), has_two), 4);
  EXPECT_EQ(std::ranges::count_if(TimeToLossCases(2), has_two), 1);
}

TEST(CaseTest, AWrongFieldIsNamed) {
  EXPECT_EQ(FieldOf(Case::Create({.model = {.n_embd = 18}}).status()),
            "n_embd");
  EXPECT_EQ(FieldOf(Case::Create({.vocab = 1}).status()), "vocab");
}

}  // namespace
}  // namespace microgpt::benchmark
