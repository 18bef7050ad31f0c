// SPDX-License-Identifier: MIT
#include "core/evaluation/evaluation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/evaluation/ngram_model.h"
#include "core/generation/generator.h"
#include "core/random/indexed_random.h"
#include "core/testdata/golden.h"
#include "core/training/chunk.h"
#include "core/training/split.h"
#include "core/training/trainer.h"

namespace microgpt {
namespace {

// 154 names of minerals, of up to 15 letters.
const Corpus& Minerals() {
  static const auto* const corpus =
      new Corpus(*Corpus::FromText(ReadTestdata("minerals.txt")));
  return *corpus;
}

TrainingConfig Training(uint32_t steps, double validation) {
  TrainingSettings settings;
  settings.steps = steps;
  settings.validation = validation;
  return *TrainingConfig::Create(settings);
}

struct Trained {
  std::shared_ptr<const Model> model;
  std::optional<double> validation_loss;
};

Trained Train(const Corpus& corpus, const TrainingConfig& training,
              const ModelConfig& config = {}) {
  const auto trainer = Trainer::Create(config, training, corpus);
  while (trainer->steps_done() < training->steps) trainer->Step({});
  return {std::make_shared<const Model>(trainer->Snapshot()),
          trainer->ValidationLoss({})};
}

Evaluation EvaluateMinerals(const TrainingConfig& training,
                            const EvaluationSettings& settings = {}) {
  return *Evaluate(Train(Minerals(), training).model, Minerals(), training,
                   *EvaluationConfig::Create(settings), {});
}

TEST(EvaluationTest, TheModelsLossIsTheTrainersOnTheHeldOutDocuments) {
  const TrainingConfig training = Training(300, 0.2);
  const Trained trained = Train(Minerals(), training);
  const Evaluation evaluation =
      *Evaluate(trained.model, Minerals(), training, {}, {});
  EXPECT_EQ(evaluation.scored_on, ScoredDocuments::kHeldOut);
  EXPECT_EQ(evaluation.scored_documents, 30);
  EXPECT_EQ(evaluation.training_documents, 124);
  EXPECT_EQ(evaluation.ngram_documents, 124);
  EXPECT_NEAR(evaluation.losses.model, *trained.validation_loss, 1e-5);
}

TEST(EvaluationTest, BaselinesLearnTheTrainingDocumentsAndPredictTheSame) {
  const ModelConfig config = *ModelConfig::Create({.block_size = 6});
  const TrainingConfig training = Training(50, 0.2);
  const auto model = Train(Minerals(), training, config).model;
  const Evaluation evaluation = *Evaluate(model, Minerals(), training, {}, {});
  const TokenizedCorpus documents = model->tokenizer().Encode(Minerals());
  const DocumentSplit split = SplitDocuments(training, documents.size());
  std::vector<std::span<const Token>> learned;
  for (const uint32_t i : split.training()) learned.push_back(documents[i]);
  const uint32_t vocab_size = model->tokenizer().vocab_size();
  const auto loss = [&](uint32_t order) {
    const NgramModel ngrams =
        *NgramModel::Fit({order, vocab_size, 6}, learned, {});
    double nats = 0, predictions = 0;
    for (const uint32_t i : split.held_out()) {
      nats += ngrams.Loss(documents[i]);
      predictions += static_cast<double>(CountPositions(documents[i], 6));
    }
    EXPECT_EQ(predictions, evaluation.predictions);
    return nats / predictions;
  };
  EXPECT_DOUBLE_EQ(evaluation.losses.uniform, std::log(vocab_size));
  EXPECT_DOUBLE_EQ(evaluation.losses.unigram, loss(1));
  EXPECT_DOUBLE_EQ(evaluation.losses.bigram, loss(2));
  EXPECT_DOUBLE_EQ(evaluation.losses.five_gram, loss(5));
  EXPECT_LT(evaluation.losses.five_gram, evaluation.losses.bigram);
  EXPECT_LT(evaluation.losses.bigram, evaluation.losses.unigram);
  EXPECT_LT(evaluation.losses.unigram, evaluation.losses.uniform);
}

TEST(EvaluationTest, WithoutAShareDocumentsThatTheStepsLeftAreScored) {
  const Evaluation evaluation = EvaluateMinerals(Training(25, 0));
  EXPECT_EQ(evaluation.scored_on, ScoredDocuments::kUnused);
  EXPECT_EQ(evaluation.scored_documents, 129);
  EXPECT_EQ(evaluation.ngram_documents, 25);
  EXPECT_EQ(evaluation.training_documents, 154);
  EXPECT_TRUE(evaluation.training_loss);
}

TEST(EvaluationTest, WhereAllWereUsedATenthOfTheTrainingDocumentsIsScored) {
  for (const uint32_t steps : {100, 400}) {  // 54 left are too few
    const Evaluation evaluation = EvaluateMinerals(Training(steps, 0));
    EXPECT_EQ(evaluation.scored_on, ScoredDocuments::kTraining);
    EXPECT_EQ(evaluation.scored_documents, steps == 100 ? 10 : 16);
    EXPECT_EQ(evaluation.ngram_documents, 154 - evaluation.scored_documents);
    EXPECT_EQ(evaluation.training_loss, evaluation.losses.model);
  }
}

TEST(EvaluationTest, WithoutAConfigDocumentsCountAsTrainedOn) {
  const Evaluation evaluation =
      *Evaluate(Train(Minerals(), Training(25, 0)).model, Minerals(),
                std::nullopt, {}, {});
  EXPECT_EQ(evaluation.scored_on, ScoredDocuments::kTraining);
  EXPECT_EQ(evaluation.scored_documents, 16);
}

TEST(EvaluationTest, OverfittingShowsInTheTrainingLoss) {
  const Evaluation evaluation = EvaluateMinerals(Training(20'000, 0.3));
  EXPECT_LT(*evaluation.training_loss, evaluation.losses.model - 0.5);
}

TEST(EvaluationTest, TheWorkIsBounded) {
  const Evaluation evaluation = EvaluateMinerals(
      Training(300, 0.2), {.documents = 7, .samples = 9, .ngrams = 500});
  EXPECT_EQ(evaluation.scored_documents, 7);
  EXPECT_EQ(evaluation.training_documents, 124);
  EXPECT_LT(evaluation.ngram_documents, 50);
  EXPECT_EQ(evaluation.samples.samples, 9);
  EXPECT_EQ(evaluation.compared, 7);
}

TEST(EvaluationTest, BitsOfEndMarksAreCharged) {
  const Evaluation evaluation = EvaluateMinerals(Training(300, 0.2));
  EXPECT_EQ(evaluation.predictions,
            evaluation.characters + evaluation.scored_documents);
  EXPECT_DOUBLE_EQ(
      evaluation.BitsPerCharacter(std::numbers::ln2),
      static_cast<double>(evaluation.predictions) / evaluation.characters);
}

TEST(EvaluationTest, SamplesAreThoseOfGenerateAndCounted) {
  const TrainingConfig training = Training(3000, 0.2);
  const ModelConfig config = *ModelConfig::Create({.block_size = 8});
  const auto model = Train(Minerals(), training, config).model;
  const SampleFigures figures =
      Evaluate(model, Minerals(), training, {}, {})->samples;
  std::set<std::string> known, seen;
  for (size_t i = 0; i < Minerals().size(); ++i) {
    known.insert(std::string(Minerals()[i]));
  }
  const auto generator = *Generator::Create(
      model, *SamplingConfig::Create({.temperature = 1}), "");
  double novel = 0, truncated = 0, empty = 0;
  for (uint32_t i = 0; i < 1000; ++i) {
    IndexedRandom random(42, i);
    const Sample sample = *generator->Draw(random, {});
    seen.insert(sample.text);
    novel += !sample.text.empty() && !known.contains(sample.text);
    truncated += sample.truncated;
    empty += sample.text.empty();
  }
  EXPECT_EQ(figures.samples, 1000);
  EXPECT_DOUBLE_EQ(figures.novel, novel / 1000);
  EXPECT_DOUBLE_EQ(figures.distinct, seen.size() / 1000.0);
  EXPECT_DOUBLE_EQ(figures.truncated, truncated / 1000);
  EXPECT_DOUBLE_EQ(figures.empty, empty / 1000);
  EXPECT_GT(truncated, 0);
  EXPECT_LT(novel, 1000);
}

TEST(EvaluationTest, AModelThatSaysItsOnlyDocumentIsNotNovel) {
  std::string text;
  for (int i = 0; i < 30; ++i) text += "abc\n";
  const Corpus corpus = *Corpus::FromText(text);
  const TrainingConfig training = Training(500, 0.5);
  const Evaluation evaluation =
      *Evaluate(Train(corpus, training).model, corpus, training, {}, {});
  EXPECT_LT(evaluation.samples.novel, 0.02);
  EXPECT_LT(evaluation.samples.distinct, 0.02);
  EXPECT_EQ(evaluation.floor_shape.length_distance, 0);
  EXPECT_EQ(evaluation.floor_shape.pair_divergence, 0);
  EXPECT_EQ(evaluation.data_mean_length, 3);
  EXPECT_LT(evaluation.losses.five_gram, 0.1);
}

TEST(EvaluationTest, AWorseModelIsFartherFromTheData) {
  const Evaluation early =
      EvaluateMinerals(Training(1, 0.5), {.documents = 77});
  const Evaluation late = EvaluateMinerals(Training(3000, 0.5));
  EXPECT_GT(early.sample_shape.pair_divergence,
            late.sample_shape.pair_divergence);
  EXPECT_GT(late.sample_shape.pair_divergence, 0);
  EXPECT_EQ(early.floor_shape.pair_divergence,
            late.floor_shape.pair_divergence);
}

TEST(EvaluationTest, TheSameAgainIsTheSame) {
  const TrainingConfig training = Training(300, 0.2);
  const Evaluation a = EvaluateMinerals(training);
  const Evaluation b = EvaluateMinerals(training);
  EXPECT_EQ(a.losses.five_gram, b.losses.five_gram);
  EXPECT_EQ(a.lead_error, b.lead_error);
  EXPECT_GT(a.lead_error, 0);
  EXPECT_EQ(a.samples.novel, b.samples.novel);
  EXPECT_EQ(a.sample_shape.pair_divergence, b.sample_shape.pair_divergence);
}

TEST(EvaluationTest, OneDocumentIsEnough) {
  const Corpus corpus = *Corpus::FromText("abc\n");
  const TrainingConfig training = Training(10, 0.5);
  const Evaluation evaluation =
      *Evaluate(Train(corpus, training).model, corpus, training, {}, {});
  EXPECT_EQ(evaluation.scored_on, ScoredDocuments::kTraining);
  EXPECT_EQ(evaluation.ngram_documents, 0);
  EXPECT_EQ(evaluation.training_documents, 1);
  EXPECT_DOUBLE_EQ(evaluation.losses.five_gram, std::log(4));
  EXPECT_EQ(evaluation.compared, 0);
}

TEST(EvaluationTest, GraphemeClustersAreCharactersToo) {
  const Corpus corpus =
      *Corpus::FromText("e\u0301e\u0301\n\u0301ab\nae\u0301\nba\u0301b\n");
  TrainingSettings settings;
  settings.tokenizer = TokenizerKind::kGrapheme;
  settings.validation = 0.5;
  const TrainingConfig training = *TrainingConfig::Create(settings);
  const Evaluation evaluation =
      *Evaluate(Train(corpus, training).model, corpus, training, {}, {});
  EXPECT_EQ(evaluation.scored_documents, 2);
  EXPECT_GT(evaluation.compared, 0);
}

TEST(EvaluationTest, AnotherCorpusIsRefusedByTheCharacterThatItHas) {
  const auto model = Train(Minerals(), Training(10, 0)).model;
  const absl::Status status =
      Evaluate(model, *Corpus::FromText("quartz\nQuartz\n"), std::nullopt, {},
               {})
          .status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(),
            "'Q' (U+0051) at position 1 is none of the model's characters");
}

TEST(EvaluationTest, AModelBlownUpIsRefused) {
  const ModelConfig config;
  Parameters<float> parameters(config, 2);
  parameters.values()[3] = std::numeric_limits<float>::quiet_NaN();
  const auto model = std::make_shared<const Model>(
      config, Tokenizer(TokenizerKind::kCodePoint, {"a"}),
      std::move(parameters), PythonRandom(1));
  EXPECT_EQ(Evaluate(model, *Corpus::FromText("a"), std::nullopt, {}, {})
                .status()
                .code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST(EvaluationTest, AStoppedOneIsCancelled) {
  std::stop_source source;
  source.request_stop();
  const auto model = Train(Minerals(), Training(10, 0)).model;
  EXPECT_EQ(Evaluate(model, Minerals(), std::nullopt, {}, source.get_token())
                .status()
                .code(),
            absl::StatusCode::kCancelled);
}

TEST(EvaluationTest, WorkOutsideItsRangeIsRefused) {
  EXPECT_FALSE(EvaluationConfig::Create({.documents = 0}).ok());
  EXPECT_FALSE(EvaluationConfig::Create({.documents = 100'001}).ok());
  EXPECT_FALSE(EvaluationConfig::Create({.samples = 0}).ok());
  EXPECT_FALSE(EvaluationConfig::Create({.samples = 100'001}).ok());
  EXPECT_FALSE(EvaluationConfig::Create({.ngrams = 0}).ok());
}

}  // namespace
}  // namespace microgpt
