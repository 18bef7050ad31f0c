// SPDX-License-Identifier: MIT
#include "core/generation/sample_sequence.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "core/generation/text_owners.h"
#include "core/model/random_model_test.h"
#include "core/random/indexed_random.h"
#include "core/random/python_random.h"

namespace microgpt {
namespace {

using Strings = std::vector<std::string>;

// Its vocabulary is 'a' and the end mark: about half of all strings are empty.
std::shared_ptr<const Model> HalfEmpty(double end_mark = 0) {
  const ModelConfig config = *ModelConfig::Create({.block_size = 6});
  Parameters<float> parameters(config, 2);
  PythonRandom random(1);
  parameters.Draw(0.02, random);
  for (size_t i = 0; i < config->n_embd; ++i) {
    parameters.wte().row(1)[i] = 1;  // after the normalisation about 1
    parameters.lm_head().row(1)[i] += static_cast<float>(end_mark);
  }
  return std::make_shared<const Model>(
      config, Tokenizer(TokenizerKind::kCodePoint, {"a"}),
      std::move(parameters), random);
}

std::unique_ptr<Generator> MakeGenerator(
    std::shared_ptr<const Model> model = HalfEmpty()) {
  return *Generator::Create(std::move(model), SamplingConfig(), "");
}

// One draw after the other, as SampleSequence::Indexed promises it.
Strings Naive(const std::shared_ptr<const Model>& model, uint32_t seed,
              uint32_t count, const std::function<bool(const std::string&)>& ok,
              bool unique, uint64_t& attempts) {
  const auto generator = MakeGenerator(model);
  Strings texts;
  for (uint32_t i = 0; i < count; ++i) {
    for (uint32_t attempt = 0;; ++attempt) {
      IndexedRandom random(seed, i, attempt * Attempt::kNumbersOfAttempt);
      const std::string text = generator->Draw(random, {})->text;
      ++attempts;
      if (text.empty() || !ok(text)) continue;
      if (unique && std::count(texts.begin(), texts.end(), text) > 0) continue;
      texts.push_back(text);
      break;
    }
  }
  return texts;
}

bool Anything(const std::string&) { return true; }

Strings TakeAll(SampleSequence& sequence) {
  Strings texts;
  while (!sequence.exhausted()) {
    if (auto sample = sequence.Take()) {
      texts.push_back(sample->text);
    } else {
      EXPECT_TRUE(sequence.Draw({}));
    }
  }
  return texts;
}

TEST(SampleSequenceTest, ASampleIsTheFirstOfItsStreamThatIsNotEmpty) {
  uint64_t attempts = 0;
  const Strings expected =
      Naive(HalfEmpty(), 42, 3000, Anything, false, attempts);
  EXPECT_GT(attempts, 4000);
  const auto sequence = SampleSequence::Indexed(
      MakeGenerator(), 42, {.count = 3000, .max_attempts = 1000});
  EXPECT_EQ(TakeAll(*sequence), expected);
  EXPECT_EQ(sequence->attempts(), attempts);
}

TEST(SampleSequenceTest, TheFirstSampleIsDrawnAlone) {
  const auto sequence = SampleSequence::Indexed(
      MakeGenerator(), 42, {.count = 3000, .max_attempts = 1000});
  std::optional<Sample> first;
  while (!(first = sequence->Take())) ASSERT_TRUE(sequence->Draw({}));
  EXPECT_FALSE(sequence->Take().has_value());
}

TEST(SampleSequenceTest, ItEndsWhereTheAttemptsEnd) {
  const auto sequence = SampleSequence::Indexed(
      MakeGenerator(HalfEmpty(50)), 42, {.count = 10, .max_attempts = 17});
  EXPECT_EQ(TakeAll(*sequence), Strings());
  EXPECT_EQ(sequence->attempts(), 340);
}

TEST(SampleSequenceTest, ASampleWithoutAttemptsLeftEndsThoseBeforeItInOrder) {
  const auto make = [](uint32_t max_attempts) {
    return SampleSequence::Indexed(
        MakeGenerator(), 42, {.count = 3000, .max_attempts = max_attempts});
  };
  const Strings all = TakeAll(*make(1000));
  const auto sequence = make(1);
  const Strings some = TakeAll(*sequence);
  ASSERT_LT(some.size(), all.size());
  EXPECT_EQ(some, Strings(all.begin(), all.begin() + some.size()));
  EXPECT_EQ(sequence->attempts(), some.size() + 20);
}

TEST(SampleSequenceTest, AStoppedDrawDoesNoHarm) {
  const SampleSequence::Settings settings{
      .count = 50, .max_attempts = 1000, .token_logprobs = true};
  const auto sequence = SampleSequence::Indexed(MakeGenerator(), 42, settings);
  std::stop_source source;
  source.request_stop();
  EXPECT_FALSE(sequence->Draw(source.get_token()));
  EXPECT_FALSE(sequence->Take().has_value());
  EXPECT_EQ(TakeAll(*sequence),
            TakeAll(*SampleSequence::Indexed(MakeGenerator(), 42, settings)));
}

TEST(SampleSequenceTest, OneStreamGivesEmptyStringsToo) {
  PythonRandom random(5);
  const auto generator = MakeGenerator();
  Strings expected;
  for (int i = 0; i < 40; ++i)
    expected.push_back(generator->Draw(random, {})->text);
  const auto sequence = SampleSequence::InOneStream(
      MakeGenerator(), std::make_unique<PythonRandom>(5),
      {.count = 40, .max_attempts = 1});
  EXPECT_EQ(TakeAll(*sequence), expected);
  EXPECT_EQ(sequence->attempts(), 40);
  EXPECT_NE(std::count(expected.begin(), expected.end(), ""), 0);
}

// Letters 'a' to 'd', so that strings are often alike.
std::shared_ptr<const Model> FourLetters() {
  return RandomModel<float>({.block_size = 5}, {"a", "b", "c", "d"}, 3, 0.02);
}

Condition MakeCondition(const Model& model, const ConditionSettings& settings) {
  return *Condition::Create(settings, model.tokenizer(),
                            model.config()->block_size, "");
}

TEST(SampleSequenceTest, SamplesAreTheFirstOfTheirAttemptsThatAreWanted) {
  const auto model = FourLetters();
  const ConditionSettings rare{.suffix = "ab", .regex = "[^d]*ab"};
  const auto documents = std::make_shared<const DocumentSet>(
      std::make_shared<const Corpus>(*Corpus::FromText("ab\ncab\nddab")));
  for (const bool unique : {false, true}) {
    for (const uint32_t count : {1, 2, 8}) {
      SCOPED_TRACE(testing::Message() << unique << " " << count);
      const Wanted wanted{.condition = MakeCondition(*model, rare),
                          .documents = documents,
                          .novel = true,
                          .unique = unique};
      const auto ok = [&](const std::string& text) {
        return wanted.condition->IsMetBy(text) && !documents->Contains(text);
      };
      uint64_t attempts = 0;
      const Strings expected = Naive(model, 7, count, ok, unique, attempts);
      const auto sequence = SampleSequence::Indexed(
          MakeGenerator(model), 7,
          {.count = count, .max_attempts = 100000, .wanted = wanted});
      EXPECT_EQ(TakeAll(*sequence), expected);
      EXPECT_EQ(sequence->attempts(), attempts);
      EXPECT_GT(attempts, 5 * count);
    }
  }
}

TEST(SampleSequenceTest, UniqueStringsAreTheSameInWhateverOrderTheyAreFound) {
  const auto model = FourLetters();
  constexpr uint32_t kCount = 300;
  uint64_t attempts = 0;
  const Strings expected = Naive(model, 9, kCount, Anything, true, attempts);
  EXPECT_GT(attempts, kCount + 20);
  const auto sequence = SampleSequence::Indexed(
      MakeGenerator(model), 9,
      {.count = kCount, .max_attempts = 10000, .wanted = {.unique = true}});
  EXPECT_EQ(TakeAll(*sequence), expected);
  EXPECT_EQ(sequence->attempts(), attempts);
}

TEST(SampleSequenceTest, ThereAreNoMoreUniqueStringsThanThereAre) {
  const auto model = HalfEmpty();  // "a" to "aaaaaa"
  for (const bool one_stream : {false, true}) {
    SampleSequence::Settings settings{
        .count = 10, .max_attempts = 500, .wanted = {.unique = true}};
    const auto sequence =
        one_stream ? SampleSequence::InOneStream(
                         MakeGenerator(model),
                         std::make_unique<PythonRandom>(5), settings)
                   : SampleSequence::Indexed(MakeGenerator(model), 1, settings);
    Strings texts = TakeAll(*sequence);
    EXPECT_EQ(texts.size(), 6);
    std::sort(texts.begin(), texts.end());
    EXPECT_EQ(std::unique(texts.begin(), texts.end()), texts.end());
    EXPECT_EQ(sequence->attempts(), 500 * (6 + 20));
  }
}

// One string in some 500 is wanted: no sample of 200 finds it in its first
// 1000 attempts by luck alone.
TEST(SampleSequenceTest, BadLuckWithASampleEndsNoSequence) {
  const auto model = FourLetters();
  const Wanted wanted{
      .condition = MakeCondition(*model, {.regex = "abca|bcad|cabd|dabc"})};
  const auto sequence = SampleSequence::Indexed(
      MakeGenerator(model), 7,
      {.count = 200, .max_attempts = 1000, .wanted = wanted});
  EXPECT_EQ(TakeAll(*sequence).size(), 200);
  EXPECT_GT(sequence->attempts(), 50000);
}

TEST(SampleSequenceTest, WhatIsHopelessEndsSoon) {
  const auto model = FourLetters();
  const Wanted wanted{.condition =
                          MakeCondition(*model, {.regex = "a?[^a-d]+"})};
  const auto sequence = SampleSequence::Indexed(
      MakeGenerator(model), 7,
      {.count = 1'000'000, .max_attempts = 1000, .wanted = wanted});
  EXPECT_EQ(TakeAll(*sequence), Strings());
  EXPECT_EQ(sequence->attempts(), 20000);
}

TEST(SampleSequenceTest, NovelIsToldOfEverySampleWhereTheDocumentsAreKnown) {
  const auto documents = std::make_shared<const DocumentSet>(
      std::make_shared<const Corpus>(*Corpus::FromText("a\naa")));
  const auto sequence = SampleSequence::Indexed(
      MakeGenerator(), 42,
      {.count = 200, .max_attempts = 1000, .wanted = {.documents = documents}});
  int known = 0, novel = 0;
  while (!sequence->exhausted()) {
    const auto sample = sequence->Take();
    if (!sample) {
      ASSERT_TRUE(sequence->Draw({}));
      continue;
    }
    EXPECT_EQ(*sample->novel, sample->text.size() > 2) << sample->text;
    ++(*sample->novel ? novel : known);
  }
  EXPECT_GT(known, 10);
  EXPECT_GT(novel, 10);
}

TEST(SampleSequenceTest, InOneStreamWhatIsNotWantedIsLeftOut) {
  PythonRandom random(5);
  const auto generator = MakeGenerator(FourLetters());
  Strings expected;
  uint64_t attempts = 0;
  while (expected.size() < 20) {
    const std::string text = generator->Draw(random, {})->text;
    ++attempts;
    if (text.size() == 2) expected.push_back(text);
  }
  const auto model = FourLetters();
  const Wanted wanted{
      .condition = MakeCondition(*model, {.min_length = 2, .max_length = 2})};
  const auto sequence = SampleSequence::InOneStream(
      MakeGenerator(model), std::make_unique<PythonRandom>(5),
      {.count = 20, .max_attempts = 1000, .wanted = wanted});
  EXPECT_EQ(TakeAll(*sequence), expected);
  EXPECT_EQ(sequence->attempts(), attempts);
}

TEST(TextOwnersTest, TheLowestIndexHasAText) {
  TextOwners owners;
  EXPECT_EQ(owners.Claim("emma", 5), TextOwners::kNobody);
  EXPECT_EQ(owners.Claim("ava", 5), TextOwners::kNobody);
  EXPECT_EQ(owners.Claim("emma", 7), 5);
  EXPECT_EQ(owners.Claim("emma", 2), 5);
  EXPECT_EQ(owners.Claim("emma", 3), 2);
}

TEST(TextOwnersTest, ManyTextsOfAnyLengthStay) {
  TextOwners owners;
  const auto text = [](uint32_t i) {
    return std::to_string(i) + std::string(i % 7 == 0 ? 3000 : i % 20, 'x');
  };
  for (uint32_t i = 0; i < 3000; ++i) {
    ASSERT_EQ(owners.Claim(text(i), i), TextOwners::kNobody);
  }
  for (uint32_t i = 0; i < 3000; ++i) ASSERT_EQ(owners.Claim(text(i), 5000), i);
}

}  // namespace
}  // namespace microgpt
