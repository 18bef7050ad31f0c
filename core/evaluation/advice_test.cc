// SPDX-License-Identifier: MIT
#include "core/evaluation/advice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace microgpt {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// The default model on first names, as it was measured.
Evaluation Names() {
  Evaluation evaluation;
  evaluation.scored_on = ScoredDocuments::kHeldOut;
  evaluation.scored_documents = 2000;
  evaluation.predictions = 14'307;
  evaluation.characters = 12'307;
  evaluation.losses = {2.380, 3.296, 2.830, 2.464, 1.980};
  evaluation.lead_error = 0.012;
  evaluation.training_loss = 2.315;
  evaluation.parameters = 4192;
  evaluation.training_documents = 28'830;
  evaluation.training_tokens = 205'288;
  evaluation.samples = {1000, 0.886, 0.982, 0, 0.008};
  evaluation.compared = 1000;
  evaluation.sample_shape = {5.507, 0.144, 0.048};
  evaluation.floor_shape = {6.141, 0.049, 0.015};
  evaluation.data_mean_length = 6.121;
  return evaluation;
}

std::vector<std::string> AdviseDefault(const Evaluation& evaluation) {
  return Advise(evaluation, {}, TrainingConfig());
}

TEST(AdviceTest, TheDefaultModelOfNamesIsToldAllThatIsWrongWithIt) {
  EXPECT_THAT(
      AdviseDefault(Names()),
      ElementsAre(
          "5-grams predict the scored documents better than the model does: "
          "1.980 against 2.380 nats a token, 0.671 bits a character less.",
          "The model does not overfit: its loss is 2.315 on documents that it "
          "was trained on, and 2.380 on others. It can be larger, or be "
          "trained for longer.",
          "Training took 1000 of 28830 documents: with more steps or a larger "
          "batch_size it takes the others too.",
          "Try n_embd 64, n_layer 3, steps 3000, batch_size 64, learning_rate "
          "0.005: of 32033 first names it predicted the held-out ones with "
          "1.963 nats a token, the default config with 2.380, 5-grams with "
          "1.980.",
          "There are 49.0 tokens to train on for each parameter (205288 for "
          "4192), plenty: a larger model can make use of them.",
          "Pairs of characters in the samples are 0.048 bits from those of the "
          "documents, where as many documents are 0.015: it can be told that "
          "the model made them.",
          "The lengths of samples differ from those of documents by 0.144 "
          "(total variation), those of as many documents by 0.049: samples "
          "have 5.5 characters on average, documents 6.1."));
}

TEST(AdviceTest, AModelAboveEvenPairsIsTold) {
  Evaluation evaluation = Names();
  evaluation.losses.model = 2.5;
  EXPECT_EQ(AdviseDefault(evaluation)[1],
            "Even pairs of characters predict them better, with 2.464 nats a "
            "token.");
}

TEST(AdviceTest, ABetterModelIsSaidToBeBetter) {
  Evaluation evaluation = Names();
  evaluation.losses.model = 1.95;
  EXPECT_EQ(AdviseDefault(evaluation)[0],
            "The model predicts the scored documents better than 5-grams do: "
            "1.950 against 1.980 nats a token, 0.050 bits a character less.");
}

TEST(AdviceTest, ADifferenceWithinTwoErrorsIsNone) {
  Evaluation evaluation = Names();
  evaluation.losses.model = 1.96;
  EXPECT_THAT(AdviseDefault(evaluation)[0], HasSubstr("about equally well"));
}

TEST(AdviceTest, FewDocumentsTellNothing) {
  Evaluation evaluation = Names();
  evaluation.losses.model = 2.5;
  evaluation.scored_documents = 9;
  evaluation.lead_error = 0;
  const std::vector<std::string> advice = AdviseDefault(evaluation);
  EXPECT_THAT(advice[0], StartsWith("Too few documents could be scored"));
  EXPECT_THAT(advice, Not(Contains(HasSubstr("Even pairs"))));
}

TEST(AdviceTest, ScoresOnTrainingDocumentsAreSaidToFavourTheModel) {
  Evaluation evaluation = Names();
  evaluation.scored_on = ScoredDocuments::kTraining;
  evaluation.training_loss = evaluation.losses.model;
  const std::vector<std::string> advice = AdviseDefault(evaluation);
  EXPECT_THAT(advice[0], HasSubstr("trained on, which favours it"));
  EXPECT_THAT(advice, Not(Contains(HasSubstr("overfit"))));
}

// 1500 names, a model of n_embd 32 trained for 5000 steps of 32.
TEST(AdviceTest, AnOverfittedModelIsToBeSmallerNotLarger) {
  Evaluation evaluation = Names();
  evaluation.losses.model = 4.314;
  evaluation.training_loss = 1.094;
  evaluation.parameters = 14'528;
  evaluation.training_tokens = 19'875;
  const ModelConfig model = *ModelConfig::Create({.n_embd = 32});
  TrainingSettings settings;
  settings.steps = 5000;
  settings.batch_size = 32;
  const std::vector<std::string> advice =
      Advise(evaluation, model, *TrainingConfig::Create(settings));
  EXPECT_THAT(advice, Contains(StartsWith("The model overfits: its loss is "
                                          "1.094 on documents")));
  EXPECT_THAT(advice, Contains(StartsWith("Try n_embd 16, n_layer 1")));
  EXPECT_THAT(advice, Contains(HasSubstr("1.4 tokens to train on for each "
                                         "parameter (19875 for 14528), too "
                                         "few")));
  EXPECT_THAT(AdviseDefault(evaluation), Not(Contains(StartsWith("Try"))));
  EXPECT_THAT(Advise(evaluation, model, TrainingConfig()),
              Not(Contains(StartsWith("Try"))))
      << "more steps for an overfitted model";
}

// Recipes were measured on first names.
TEST(AdviceTest, ThousandsOfCharactersHaveNoRecipe) {
  Evaluation evaluation = Names();
  evaluation.losses.uniform = 7.760;  // ln 2345
  EXPECT_THAT(AdviseDefault(evaluation), Not(Contains(StartsWith("Try"))));
}

// A model of n_embd 32 trained on one-line programs, which did well.
TEST(AdviceTest, AWideningGapIsToBeWatched) {
  Evaluation evaluation = Names();
  evaluation.losses.model = 1.501;
  evaluation.training_loss = 1.239;
  EXPECT_THAT(AdviseDefault(evaluation),
              Contains(StartsWith("The model begins to learn documents by "
                                  "heart: its loss is 1.239")));
  evaluation.training_loss = 1.400;
  EXPECT_THAT(AdviseDefault(evaluation), Not(Contains(HasSubstr("its loss"))));
}

TEST(AdviceTest, AModelAlreadyAtTheRecipeIsNotToldToTryIt) {
  const ModelConfig model = *ModelConfig::Create({.n_layer = 3, .n_embd = 64});
  TrainingSettings settings;
  settings.steps = 3000;
  settings.batch_size = 64;
  EXPECT_THAT(Advise(Names(), model, *TrainingConfig::Create(settings)),
              Not(Contains(StartsWith("Try"))));
  settings.batch_size = 1;
  EXPECT_THAT(Advise(Names(), model, *TrainingConfig::Create(settings)),
              Contains(StartsWith("Try")));
}

TEST(AdviceTest, TooLittleTextForAnyRecipeHasNone) {
  Evaluation evaluation = Names();
  evaluation.training_tokens = 3963;
  const std::vector<std::string> advice = AdviseDefault(evaluation);
  EXPECT_THAT(advice, Not(Contains(StartsWith("Try"))));
  EXPECT_THAT(advice, Not(Contains(HasSubstr("It can be larger"))));
}

TEST(AdviceTest, LittleTextIsToBlameOnlyIfItDidHarm) {
  Evaluation evaluation = Names();
  evaluation.training_tokens = 3963;
  EXPECT_THAT(AdviseDefault(evaluation),
              Contains(HasSubstr("few for the size, which did no harm yet")));
  evaluation.training_loss = 1;
  EXPECT_THAT(AdviseDefault(evaluation),
              Contains(HasSubstr("More documents help most")));
  evaluation.training_loss.reset();
  EXPECT_THAT(AdviseDefault(evaluation),
              Contains(HasSubstr("More documents help most")));
}

TEST(AdviceTest, TextIsEnoughForItsParameters) {
  Evaluation evaluation = Names();
  evaluation.training_tokens = 20'000;
  EXPECT_THAT(AdviseDefault(evaluation),
              Contains(HasSubstr("enough to learn from")));
  evaluation.training_tokens = 60'000;
  EXPECT_THAT(AdviseDefault(evaluation),
              Contains(HasSubstr("enough for training to be stable")));
}

TEST(AdviceTest, OtherHeadsAndOptimizersAreNamed) {
  const ModelConfig model = *ModelConfig::Create({.n_head = 1});
  TrainingSettings settings;
  settings.optimizer = Optimizer::kSgd;
  EXPECT_THAT(
      Advise(Names(), model, *TrainingConfig::Create(settings)),
      Contains(HasSubstr("learning_rate 0.005, n_head 4, optimizer adam:")));
}

TEST(AdviceTest, AModelWithoutAConfigIsAdvisedToo) {
  Evaluation evaluation = Names();
  evaluation.scored_on = ScoredDocuments::kTraining;
  evaluation.training_loss = evaluation.losses.model;
  const std::vector<std::string> advice = Advise(evaluation, {}, std::nullopt);
  EXPECT_THAT(advice, Contains(StartsWith("Try n_embd 64")));
  EXPECT_THAT(advice, Not(Contains(HasSubstr("Training took"))));
}

TEST(AdviceTest, SamplesByHeartRepeatedOrCutOffAreTold) {
  Evaluation evaluation = Names();
  evaluation.samples = {1000, 0.2, 0.3, 0.4, 0.1};
  const std::vector<std::string> advice = AdviseDefault(evaluation);
  EXPECT_THAT(advice, Contains("Of the samples 70% are documents of the "
                               "corpus: the model says them by heart."));
  EXPECT_THAT(advice, Contains("Of the samples only 30% differ: the model "
                               "repeats itself."));
  EXPECT_THAT(advice, Contains("Of the samples 40% end at block_size 16 "
                               "without an end mark: a larger block_size "
                               "leaves them room."));
}

TEST(AdviceTest, FewStringsSayNothingOfShapes) {
  Evaluation evaluation = Names();
  evaluation.compared = 15;
  EXPECT_THAT(AdviseDefault(evaluation), Not(Contains(HasSubstr("Pairs of"))));
}

// --- Before a training.

std::vector<std::string> AdviseNames(uint64_t documents, uint32_t steps,
                                     double validation = 0) {
  TrainingSettings settings;
  settings.steps = steps;
  settings.batch_size = 2;
  settings.validation = validation;
  return AdviseBefore({.documents = documents, .tokens = 7 * documents}, 4192,
                      *TrainingConfig::Create(settings));
}

TEST(AdviceTest, LittleTextTakenOftenIsToldBeforeTheTraining) {
  EXPECT_THAT(
      AdviseNames(500, 5000),
      ElementsAre("There are 0.8 tokens to train on for each parameter (3500 "
                  "for 4192), and each is taken 20 times: the model learns "
                  "them by heart. More documents, fewer steps or a smaller "
                  "model help."));
}

TEST(AdviceTest, EnoughTextOrFewPassesNeedNoAdviceBefore) {
  EXPECT_THAT(AdviseNames(500, 2500), ElementsAre());
  EXPECT_THAT(AdviseNames(500, 2501), testing::SizeIs(1));
  EXPECT_THAT(AdviseNames(1498, 50'000), ElementsAre()) << "2.501 a parameter";
  EXPECT_THAT(AdviseNames(1497, 50'000), testing::SizeIs(1)) << "2.4998";
}

TEST(AdviceTest, WhatIsHeldOutIsNoTextToTrainOn) {
  EXPECT_THAT(AdviseNames(2000, 50'000), ElementsAre());
  EXPECT_THAT(AdviseNames(2000, 50'000, 0.5), testing::SizeIs(1));
}

}  // namespace
}  // namespace microgpt
