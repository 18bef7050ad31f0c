// SPDX-License-Identifier: MIT
#include "server/handlers/evaluation.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <string>

#include "core/errors/errors.h"
#include "core/training/trainer.h"

namespace microgpt::server {
namespace {

// Documents of so many characters, and a model of them after one step.
struct Trained {
  Corpus corpus;
  std::shared_ptr<const Model> model;

  Trained(size_t length, uint32_t n_embd, uint32_t block_size)
      : corpus(*Corpus::FromText(std::string(length, 'a') + "\n" +
                                 std::string(length, 'b') + "\n")) {
    ModelSettings settings;
    settings.n_embd = n_embd;
    settings.block_size = block_size;
    const auto trainer = Trainer::Create(*ModelConfig::Create(settings),
                                         TrainingConfig(), corpus);
    trainer->Step({});
    model = std::make_shared<const Model>(trainer->Snapshot());
  }

  absl::StatusOr<EvaluationConfig> Parse(
      const v1::EvaluateRequest& request) const {
    return ParseEvaluation(request, *model, corpus);
  }
};

TEST(ParseEvaluationTest, ASmallModelAllowsAll) {
  const Trained small(6, 16, 16);
  const EvaluationConfig unset = *small.Parse({});
  EXPECT_EQ(unset->documents, 2000);
  EXPECT_EQ(unset->samples, 1000);
  EXPECT_EQ(unset->seed, 42);
  v1::EvaluateRequest request;
  request.set_documents(100'000);
  request.set_samples(100'000);
  request.set_seed(0);
  const EvaluationConfig most = *small.Parse(request);
  EXPECT_EQ(most->documents, 100'000);
  EXPECT_EQ(most->samples, 100'000);
  EXPECT_EQ(most->seed, 0);
}

TEST(ParseEvaluationTest, ALargeModelLowersDefaultsAndRefusesMore) {
  const Trained large(900, 128, 1024);
  const EvaluationConfig unset = *large.Parse({});
  EXPECT_LT(unset->documents, 1000);
  EXPECT_GT(unset->documents, 100);
  EXPECT_EQ(unset->samples, unset->documents);
  const uint32_t most = unset->documents;
  v1::EvaluateRequest request;
  request.set_documents(most);
  EXPECT_TRUE(large.Parse(request).ok());
  request.set_documents(most + 1);
  const absl::Status refused = large.Parse(request).status();
  EXPECT_EQ(FieldOf(refused), "documents");
  // Three tokens, and 1024 places for them.
  EXPECT_EQ(refused.message(),
            fmt::format("documents: {} is above the maximum {} for a model of "
                        "{} parameters and documents of 901 tokens",
                        most + 1, most, 12 * 128 * 128 + 128 * (3 + 1024 + 3)));
  request.clear_documents();
  request.set_samples(most + 1);
  EXPECT_EQ(FieldOf(large.Parse(request).status()), "samples");
}

}  // namespace
}  // namespace microgpt::server
