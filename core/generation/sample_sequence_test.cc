// SPDX-License-Identifier: MIT
#include "core/generation/sample_sequence.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

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

// One draw after the other.
Strings Naive(uint32_t seed, uint32_t count, uint64_t& attempts) {
  const auto generator = MakeGenerator();
  Strings texts;
  for (uint32_t i = 0; i < count; ++i) {
    IndexedRandom random(seed, i);
    std::string text;
    while (text.empty()) {
      text = generator->Draw(random, {})->text;
      ++attempts;
    }
    texts.push_back(text);
  }
  return texts;
}

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
  const Strings expected = Naive(42, 3000, attempts);
  EXPECT_GT(attempts, 4000);
  const auto sequence =
      SampleSequence::Indexed(MakeGenerator(), {.seed = 42,
                                                .count = 3000,
                                                .max_attempts = 1000,
                                                .token_logprobs = false});
  EXPECT_EQ(TakeAll(*sequence), expected);
  EXPECT_EQ(sequence->attempts(), attempts);
}

TEST(SampleSequenceTest, TheFirstSampleIsDrawnAlone) {
  const auto sequence =
      SampleSequence::Indexed(MakeGenerator(), {.seed = 42,
                                                .count = 3000,
                                                .max_attempts = 1000,
                                                .token_logprobs = false});
  std::optional<Sample> first;
  while (!(first = sequence->Take())) ASSERT_TRUE(sequence->Draw({}));
  EXPECT_FALSE(sequence->Take().has_value());
}

TEST(SampleSequenceTest, ItEndsWhereTheAttemptsEnd) {
  const auto sequence = SampleSequence::Indexed(
      MakeGenerator(HalfEmpty(50)),
      {.seed = 42, .count = 10, .max_attempts = 17, .token_logprobs = false});
  EXPECT_EQ(TakeAll(*sequence), Strings());
  EXPECT_EQ(sequence->attempts(), 17);
}

TEST(SampleSequenceTest, ASampleWithoutAttemptsLeftEndsThoseBeforeItInOrder) {
  const auto make = [](uint32_t max_attempts) {
    return SampleSequence::Indexed(MakeGenerator(),
                                   {.seed = 42,
                                    .count = 3000,
                                    .max_attempts = max_attempts,
                                    .token_logprobs = false});
  };
  const Strings all = TakeAll(*make(1000));
  const auto sequence = make(4);
  const Strings some = TakeAll(*sequence);
  ASSERT_LT(some.size(), all.size());
  EXPECT_EQ(some, Strings(all.begin(), all.begin() + some.size()));
  EXPECT_GE(sequence->attempts(), some.size() + 4);
}

TEST(SampleSequenceTest, AStoppedDrawDoesNoHarm) {
  const SampleSequence::IndexedSettings settings{
      .seed = 42, .count = 50, .max_attempts = 1000, .token_logprobs = true};
  const auto sequence = SampleSequence::Indexed(MakeGenerator(), settings);
  std::stop_source source;
  source.request_stop();
  EXPECT_FALSE(sequence->Draw(source.get_token()));
  EXPECT_FALSE(sequence->Take().has_value());
  EXPECT_EQ(TakeAll(*sequence),
            TakeAll(*SampleSequence::Indexed(MakeGenerator(), settings)));
}

TEST(SampleSequenceTest, OneStreamGivesEmptyStringsToo) {
  PythonRandom random(5);
  const auto generator = MakeGenerator();
  Strings expected;
  for (int i = 0; i < 40; ++i)
    expected.push_back(generator->Draw(random, {})->text);
  const auto sequence = SampleSequence::InOneStream(
      MakeGenerator(), std::make_unique<PythonRandom>(5), 40);
  EXPECT_EQ(TakeAll(*sequence), expected);
  EXPECT_EQ(sequence->attempts(), 40);
  EXPECT_NE(std::count(expected.begin(), expected.end(), ""), 0);
}

}  // namespace
}  // namespace microgpt
