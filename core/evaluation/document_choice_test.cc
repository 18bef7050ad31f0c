// SPDX-License-Identifier: MIT
#include "core/evaluation/document_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/training/split.h"

namespace microgpt {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::IsSubsetOf;
using testing::UnorderedElementsAreArray;

using Numbers = std::vector<uint32_t>;

TrainingConfig Training(uint32_t steps, uint32_t batch_size,
                        double validation) {
  TrainingSettings settings;
  settings.steps = steps;
  settings.batch_size = batch_size;
  settings.validation = validation;
  return *TrainingConfig::Create(settings);
}

Numbers First(const Numbers& numbers, size_t n) {
  return {numbers.begin(), numbers.begin() + static_cast<ptrdiff_t>(n)};
}

Numbers From(const Numbers& numbers, size_t n) {
  return {numbers.begin() + static_cast<ptrdiff_t>(n), numbers.end()};
}

TEST(DocumentChoiceTest, HeldOutDocumentsAreScored) {
  const TrainingConfig training = Training(5, 4, 0.1);
  const Numbers order = SplitDocuments(training, 300).order;
  const DocumentChoice choice = ChooseDocuments(training, 300, 1000);
  EXPECT_EQ(choice.scored_on, ScoredDocuments::kHeldOut);
  EXPECT_EQ(choice.scored, From(order, 270));
  EXPECT_EQ(choice.others, First(order, 270));
  EXPECT_EQ(choice.used, First(order, 20));
}

TEST(DocumentChoiceTest, OfMoreThanTheMostThereAreAsManyEvenlySpaced) {
  const TrainingConfig training = Training(1000, 1, 0.1);
  const Numbers order = SplitDocuments(training, 300).order;
  const DocumentChoice choice = ChooseDocuments(training, 300, 3);
  EXPECT_THAT(choice.scored, ElementsAre(order[270], order[280], order[290]));
  EXPECT_THAT(choice.used, ElementsAre(order[0], order[90], order[180]));
  EXPECT_EQ(choice.others, First(order, 270));
}

TEST(DocumentChoiceTest, WithoutAShareThoseThatTheStepsDidNotComeToAreScored) {
  const TrainingConfig training = Training(50, 4, 0);
  const Numbers order = SplitDocuments(training, 300).order;
  const DocumentChoice choice = ChooseDocuments(training, 300, 1000);
  EXPECT_EQ(choice.scored_on, ScoredDocuments::kUnused);
  EXPECT_EQ(choice.scored, From(order, 200));
  EXPECT_EQ(choice.others, First(order, 200));
  EXPECT_EQ(choice.used.size(), 100);
  EXPECT_THAT(choice.used, IsSubsetOf(First(order, 200)));
}

TEST(DocumentChoiceTest, FewUnusedOnesAreNotWorthIt) {
  const TrainingConfig training = Training(201, 1, 0);
  const Numbers order = SplitDocuments(training, 300).order;
  const DocumentChoice choice = ChooseDocuments(training, 300, 1000);
  EXPECT_EQ(choice.scored_on, ScoredDocuments::kTraining);
  EXPECT_EQ(choice.scored.size(), 21);
  EXPECT_THAT(choice.scored, IsSubsetOf(First(order, 201)));
  EXPECT_THAT(choice.used, IsEmpty());
}

TEST(DocumentChoiceTest, EveryTrainingDocumentIsScoredOrAmongTheOthers) {
  for (const auto& training :
       {std::optional<TrainingConfig>(), std::optional(Training(1000, 1, 0)),
        std::optional(Training(100, 1, 0))}) {
    DocumentChoice choice = ChooseDocuments(training, 300, 7);
    EXPECT_EQ(choice.scored.size(), 7);
    choice.others.insert(choice.others.end(), choice.scored.begin(),
                         choice.scored.end());
    EXPECT_THAT(
        choice.others,
        UnorderedElementsAreArray(SplitDocuments(TrainingConfig(), 300).order));
  }
}

TEST(DocumentChoiceTest, NothingIsKnownWithoutAConfig) {
  const DocumentChoice choice = ChooseDocuments(std::nullopt, 5000, 2000);
  EXPECT_EQ(choice.scored_on, ScoredDocuments::kTraining);
  EXPECT_EQ(choice.scored.size(), 500);
  EXPECT_THAT(choice.used, IsEmpty());
}

TEST(DocumentChoiceTest, OneDocumentIsScoredAndNoneAreLeft) {
  const DocumentChoice choice = ChooseDocuments(Training(9, 1, 0.5), 1, 2000);
  EXPECT_EQ(choice.scored_on, ScoredDocuments::kTraining);
  EXPECT_THAT(choice.scored, ElementsAre(0));
  EXPECT_THAT(choice.others, IsEmpty());
}

}  // namespace
}  // namespace microgpt
