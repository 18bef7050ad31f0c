// SPDX-License-Identifier: MIT
//
// Strings drawn many at once are those drawn alone, bit for bit.
#include <gtest/gtest.h>

#include <limits>
#include <map>
#include <random>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "core/generation/generator.h"
#include "core/generation/scorer.h"
#include "core/model/random_model_test.h"
#include "core/random/indexed_random.h"
#include "core/random/python_random.h"
#include "hwy/highway.h"

namespace microgpt {
namespace {

using ModelPointer = std::shared_ptr<const Model>;

// The first `size` characters from U+0100 on.
std::vector<std::string> Alphabet(uint32_t size) {
  std::vector<std::string> alphabet;
  for (uint32_t i = 0; i < size; ++i) {
    const uint32_t code = 0x100 + i;
    alphabet.push_back({static_cast<char>(0xC0 | code >> 6),
                        static_cast<char>(0x80 | (code & 63))});
  }
  return alphabet;
}

template <typename T>
ModelPointer EightCharacters(const ModelSettings& settings = {}) {
  return RandomModel<T>(settings, Alphabet(8), 1, 0.5);
}

std::unique_ptr<Generator> MakeGenerator(const ModelPointer& model,
                                         const SamplingSettings& settings,
                                         std::string_view prefix = "") {
  return *Generator::Create(model, *SamplingConfig::Create(settings), prefix);
}

std::vector<Attempt> Attempts(uint32_t first, uint32_t count,
                              uint32_t attempt = 0) {
  std::vector<Attempt> attempts;
  for (uint32_t i = 0; i < count; ++i) attempts.push_back({first + i, attempt});
  return attempts;
}

std::vector<Sample> DrawMany(Generator& generator, uint32_t first,
                             uint32_t count) {
  return *generator.DrawMany(7, Attempts(first, count), true, {});
}

void ExpectSame(const Sample& a, const Sample& b) {
  EXPECT_EQ(a.text, b.text);
  EXPECT_EQ(a.logprob, b.logprob);
  EXPECT_EQ(a.truncated, b.truncated);
  EXPECT_EQ(a.token_logprobs, b.token_logprobs);
}

// A model, settings and a prefix of random shape, odd ones too.
template <typename T>
struct Example {
  explicit Example(uint32_t seed) {
    std::mt19937 random(seed);
    const auto number = [&](uint32_t min, uint32_t max) {
      return std::uniform_int_distribution<uint32_t>(min, max)(random);
    };
    const bool default_shape = seed % 4 == 0;
    const bool wide = seed % 8 == 1;  // more features than are taken at once
    const uint32_t n_head = default_shape ? 4 : number(1, 5);
    const uint32_t head_size = default_shape ? 4
                               : wide        ? number(60, 70) / n_head + 1
                                             : number(1, 6);
    const uint32_t block_size = number(0, 3) == 0 ? 1 : number(2, 20);
    vocab_size = number(0, 2) == 0 ? number(65, 300) : number(2, 30);
    model = RandomModel<T>({.n_layer = number(1, 3),
                            .n_embd = n_head * head_size,
                            .n_head = n_head,
                            .block_size = block_size},
                           Alphabet(vocab_size - 1), seed, wide ? 0.1 : 0.5);
    settings.temperature = std::vector{0.0, 0.3, 0.5, 1.0, 2.0}[number(0, 4)];
    if (number(0, 3) == 0) settings.top_k = number(1, 5);
    if (number(0, 3) == 0) settings.top_p = 0.8;
    for (uint32_t n = number(0, std::min(3u, block_size)); n > 0; --n) {
      prefix += Alphabet(vocab_size - 1)[number(0, vocab_size - 2)];
    }
    count = number(1, 150);
  }

  std::unique_ptr<Generator> Make() const {
    return MakeGenerator(model, settings, prefix);
  }

  ModelPointer model;
  SamplingSettings settings;
  std::string prefix;
  uint32_t vocab_size, count;
};

// Calls f for every instruction set of this machine.
template <typename F>
void ForEachTarget(const F& f) {
  for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    f(target);
  }
  hwy::SetSupportedTargetsForTest(0);
}

template <typename T>
class DrawManyTest : public testing::Test {};
using Precisions = testing::Types<float, double>;
TYPED_TEST_SUITE(DrawManyTest, Precisions);

TYPED_TEST(DrawManyTest, AStringIsTheSameBitsAloneAndAmongOthers) {
  ForEachTarget([](int64_t) {
    for (uint32_t seed = 0; seed < 24; ++seed) {
      SCOPED_TRACE(seed);
      const Example<TypeParam> example(seed);
      const auto many = example.Make(), warm = example.Make();
      const std::vector<Sample> samples = DrawMany(*many, 0, example.count);
      for (uint32_t i = 0; i < example.count; i += 7) {
        ExpectSame(DrawMany(*example.Make(), i, 1)[0], samples[i]);
        IndexedRandom random(7, i);
        ExpectSame(*warm->Draw(random, {}), samples[i]);
      }
    }
  });
}

// What is known of common beginnings grows from draw to draw.
TYPED_TEST(DrawManyTest, AStringIsTheSameBitsWhateverWasDrawnBefore) {
  for (uint32_t seed = 0; seed < 24; ++seed) {
    SCOPED_TRACE(seed);
    const Example<TypeParam> example(seed);
    const auto generator = example.Make();
    const std::vector<Sample> samples = DrawMany(*generator, 3, example.count);
    for (uint32_t i = 0; i < 4; ++i) DrawMany(*generator, 50 * i, 301);
    const std::vector<Sample> again = DrawMany(*generator, 3, example.count);
    for (uint32_t i = 0; i < example.count; ++i)
      ExpectSame(again[i], samples[i]);
  }
}

TYPED_TEST(DrawManyTest, LogprobsAreTheScorersBits) {
  ForEachTarget([](int64_t) {
    for (uint32_t seed = 0; seed < 24; ++seed) {
      SCOPED_TRACE(seed);
      const Example<TypeParam> example(seed);
      const auto scorer = Scorer::Create(example.model);
      const auto generator = example.Make();
      for (const Sample& sample : DrawMany(*generator, 0, 20)) {
        const StringScore score = *scorer->Score(sample.text, {});
        EXPECT_EQ(sample.token_logprobs, score.token_logprobs);
        EXPECT_EQ(sample.logprob, score.logprob);
      }
    }
  });
}

// Where fused multiply-adds are, the vector's width does not matter; elsewhere
// only rounding differs.
TYPED_TEST(DrawManyTest, InstructionSetsAgree) {
  const bool is_float = std::is_same_v<TypeParam, float>;
  for (uint32_t seed = 0; seed < 24; ++seed) {
    SCOPED_TRACE(seed);
    const Example<TypeParam> example(seed);
    const std::string text = DrawMany(*example.Make(), 0, 1)[0].text;
    std::map<bool, std::vector<double>> by_fusing;
    ForEachTarget([&](int64_t target) {
      const bool fuses = target <= HWY_AVX2;  // the better, the lower
      const std::vector<double> logprobs =
          Scorer::Create(example.model)->Score(text, {})->token_logprobs;
      const auto [first, is_first] = by_fusing.try_emplace(fuses, logprobs);
      if (!is_first && fuses) {
        EXPECT_EQ(logprobs, first->second);
      }
      const std::vector<double>& other = by_fusing.begin()->second;
      ASSERT_EQ(logprobs.size(), other.size());
      for (size_t i = 0; i < other.size(); ++i) {
        EXPECT_NEAR(logprobs[i], other[i], is_float ? 1e-3 : 1e-11);
      }
    });
  }
}

TYPED_TEST(DrawManyTest, EveryAttemptHasItsOwnNumbers) {
  const ModelPointer model = EightCharacters<TypeParam>({.block_size = 5});
  const auto generator = MakeGenerator(model, {.temperature = 1});
  for (const uint32_t attempt : {1u, 2u, Attempt::kMaxAttempts - 1}) {
    const auto samples =
        *generator->DrawMany(7, Attempts(0, 33, attempt), true, {});
    for (uint32_t i = 0; i < 33; ++i) {
      IndexedRandom random(7, i, attempt * Attempt::kNumbersOfAttempt);
      ExpectSame(*generator->Draw(random, {}), samples[i]);
    }
  }
}

TYPED_TEST(DrawManyTest, LogprobsThatAreNotAskedForAreLeftOut) {
  const ModelPointer model = EightCharacters<TypeParam>();
  const auto generator = MakeGenerator(model, {});
  const Sample with = DrawMany(*generator, 0, 1)[0];
  const Sample without =
      (*generator->DrawMany(7, Attempts(0, 1), false, {}))[0];
  EXPECT_EQ(without.text, with.text);
  EXPECT_EQ(without.logprob, with.logprob);
  EXPECT_TRUE(without.token_logprobs.empty());
}

TYPED_TEST(DrawManyTest, AStopGivesNothingAndDoesNoHarm) {
  const ModelPointer model = EightCharacters<TypeParam>();
  const auto generator = MakeGenerator(model, {});
  const std::vector<Sample> before = DrawMany(*generator, 0, 100);
  std::stop_source source;
  source.request_stop();
  EXPECT_FALSE(
      generator->DrawMany(7, Attempts(50, 100), true, source.get_token()));
  const std::vector<Sample> after = DrawMany(*generator, 0, 100);
  for (size_t i = 0; i < 100; ++i) ExpectSame(after[i], before[i]);
}

// Requests the stop while a number is drawn, which always is the same.
class StoppingRandom : public RandomSource {
 public:
  StoppingRandom(int after, std::stop_source& source)
      : left_(after), source_(source) {}
  double Uniform() override {
    if (--left_ == 0) source_.request_stop();
    return 0;  // the first character, for ever: never the end mark
  }

 private:
  int left_;
  std::stop_source& source_;
};

// The string that waits when the stop is seen is the one that is drawn next.
TYPED_TEST(DrawManyTest, AfterAStopNobodyWaits) {
  const ModelPointer model = EightCharacters<TypeParam>();
  const auto draw = [](Generator& generator, int stop_after) {
    std::stop_source source;
    StoppingRandom random(stop_after, source);
    return generator.Draw(random, source.get_token());
  };
  const auto fresh = MakeGenerator(model, {.temperature = 1});
  const Sample expected = *draw(*fresh, 0);
  ASSERT_GT(expected.token_logprobs.size(), 4);
  for (int stop_after = 1; stop_after < 4; ++stop_after) {
    const auto generator = MakeGenerator(model, {.temperature = 1});
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(draw(*generator, stop_after));
    for (int i = 0; i < 3; ++i) ExpectSame(*draw(*generator, 0), expected);
  }
}

// Such as a training with too high a learning rate leaves.
TYPED_TEST(DrawManyTest, AModelThatIsNotFiniteDrawsSomething) {
  for (const double weight : {std::numeric_limits<double>::quiet_NaN(),
                              std::numeric_limits<double>::infinity(), 1e30}) {
    const ModelConfig config = *ModelConfig::Create({.block_size = 4});
    Parameters<TypeParam> parameters(config, 70);
    for (TypeParam& value : parameters.values()) {
      value = static_cast<TypeParam>(weight);
    }
    const auto model = std::make_shared<const Model>(
        config, Tokenizer(TokenizerKind::kCodePoint, Alphabet(69)),
        std::move(parameters), PythonRandom(1));
    for (const SamplingSettings& settings :
         {SamplingSettings{}, SamplingSettings{.temperature = 0},
          SamplingSettings{.top_k = 3, .top_p = 0.5}}) {
      const auto generator = MakeGenerator(model, settings);
      for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(DrawMany(*generator, 0, 40).size(), 40);
      }
    }
  }
}

}  // namespace
}  // namespace microgpt
