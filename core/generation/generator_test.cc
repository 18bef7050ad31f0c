// SPDX-License-Identifier: MIT
//
// Errors that were planted and caught: a cache that is not rewound to the
// prefix, the end mark left out of logprob, one character too many, logprob at
// the sampling temperature.
#include "core/generation/generator.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <string>
#include <tuple>

#include "core/errors/errors.h"
#include "core/generation/scorer.h"
#include "core/random/indexed_random.h"
#include "core/testdata/golden.h"
#include "core/training/trainer.h"

namespace microgpt {
namespace {

using ModelPointer = std::shared_ptr<const Model>;
using Strings = std::vector<std::string>;

// Trains as a golden's program did.
ModelPointer Train(const Golden& golden, Precision precision) {
  const ModelConfig model =
      *ModelConfig::Create({.n_layer = golden.n_layer,
                            .n_embd = golden.n_embd,
                            .n_head = golden.n_head,
                            .block_size = golden.block_size});
  TrainingSettings settings;
  settings.steps = golden.steps;
  settings.batch_size = golden.batch_size;
  settings.learning_rate = golden.learning_rate;
  settings.seed = golden.seed;
  settings.precision = precision;
  if (golden.optimizer == "sgd") settings.optimizer = Optimizer::kSgd;
  const TrainingConfig training = *TrainingConfig::Create(settings);
  const Corpus corpus = *Corpus::FromText(ReadTestdata("minerals.txt"));
  const std::unique_ptr<Trainer> trainer =
      Trainer::Create(model, training, corpus);
  while (trainer->steps_done() < golden.steps) trainer->Step({});
  return std::make_shared<const Model>(trainer->Snapshot());
}

// 60 steps on minerals.txt; block_size 16.
ModelPointer Minerals(Precision precision) {
  static const ModelPointer float32 =
      Train(LoadGolden("default"), Precision::kFloat32);
  static const ModelPointer float64 =
      Train(LoadGolden("default"), Precision::kFloat64);
  return precision == Precision::kFloat32 ? float32 : float64;
}

std::unique_ptr<Generator> MakeGenerator(const ModelPointer& model,
                                         const SamplingSettings& settings = {},
                                         std::string_view prefix = "") {
  auto generator =
      Generator::Create(model, *SamplingConfig::Create(settings), prefix);
  EXPECT_TRUE(generator.ok()) << generator.status();
  return *std::move(generator);
}

Sample DrawOne(Generator& generator, uint32_t index = 0) {
  IndexedRandom random(42, index);
  return *generator.Draw(random, {});
}

class GoldenSamplesTest
    : public testing::TestWithParam<std::tuple<const char*, Precision>> {};

TEST_P(GoldenSamplesTest, SamplesArePythonsInBothPrecisions) {
  const auto& [name, precision] = GetParam();
  const Golden golden = LoadGolden(name);
  const ModelPointer model = Train(golden, precision);
  const std::unique_ptr<Generator> generator = MakeGenerator(model);
  PythonRandom random = model->random();
  Strings samples;
  for (size_t i = 0; i < golden.samples.size(); ++i) {
    samples.push_back(generator->Draw(random, {})->text);
  }
  EXPECT_EQ(samples, golden.samples);
}

INSTANTIATE_TEST_SUITE_P(
    All, GoldenSamplesTest,
    testing::Combine(testing::Values("default", "deep", "batch", "sgd"),
                     testing::Values(Precision::kFloat32,
                                     Precision::kFloat64)));

class GeneratorTest : public testing::TestWithParam<Precision> {
 protected:
  const ModelPointer model_ = Minerals(GetParam());
};

INSTANTIATE_TEST_SUITE_P(Precisions, GeneratorTest,
                         testing::Values(Precision::kFloat32,
                                         Precision::kFloat64));

TEST_P(GeneratorTest, ASampleDependsOnItsRandomNumbersAlone) {
  const auto generator = MakeGenerator(model_);
  const Sample first = DrawOne(*generator, 5);
  for (uint32_t i = 0; i < 10; ++i) DrawOne(*generator, i);
  EXPECT_EQ(DrawOne(*generator, 5).text, first.text);
  EXPECT_EQ(DrawOne(*MakeGenerator(model_), 5).text, first.text);
}

TEST_P(GeneratorTest, TemperatureZeroAndTopKOfOneAreGreedyAndAlike) {
  const auto greedy = MakeGenerator(model_, {.temperature = 0});
  const auto top_1 = MakeGenerator(model_, {.temperature = 2, .top_k = 1});
  const auto tiny = MakeGenerator(model_, {.temperature = 2, .top_p = 1e-9});
  const Sample expected = DrawOne(*greedy, 0);
  for (uint32_t i = 0; i < 5; ++i) {
    EXPECT_EQ(DrawOne(*greedy, i).text, expected.text);
    EXPECT_EQ(DrawOne(*top_1, i).text, expected.text);
    EXPECT_EQ(DrawOne(*tiny, i).text, expected.text);
  }
}

TEST_P(GeneratorTest, SamplesBeginWithThePrefix) {
  const auto generator = MakeGenerator(model_, {.temperature = 1}, "löll");
  for (uint32_t i = 0; i < 50; ++i) {
    EXPECT_TRUE(DrawOne(*generator, i).text.starts_with("löll"));
  }
}

// The prefix's state is computed once; going on from it must be the same as
// drawing it: the rest of the string, given the same numbers, and its logprob.
TEST_P(GeneratorTest, APrefixGoesOnAsIfItHadBeenDrawn) {
  const auto whole = MakeGenerator(model_);
  int compared = 0;
  for (uint32_t i = 0; i < 50; ++i) {
    const Sample sample = DrawOne(*whole, i);
    if (sample.text.size() < 3 || sample.text[0] & 0x80 ||
        sample.text[1] & 0x80) {
      continue;
    }
    const auto rest = MakeGenerator(model_, {}, sample.text.substr(0, 2));
    IndexedRandom random(42, i);
    random.Uniform();
    random.Uniform();
    const Sample again = *rest->Draw(random, {});
    EXPECT_EQ(again.text, sample.text);
    EXPECT_EQ(again.token_logprobs, sample.token_logprobs);
    ++compared;
  }
  EXPECT_GT(compared, 20);
}

TEST_P(GeneratorTest, TheEndMarkIsPartOfTheLogprobAndBlockSizeEndsAString) {
  const auto generator = MakeGenerator(model_, {.temperature = 3});
  int ended = 0, truncated = 0;
  for (uint32_t i = 0; i < 300; ++i) {
    const Sample sample = DrawOne(*generator, i);
    const size_t characters = model_->tokenizer().Encode(sample.text)->size();
    EXPECT_EQ(sample.token_logprobs.size(), characters + !sample.truncated);
    EXPECT_EQ(sample.truncated, characters == 16);
    EXPECT_EQ(sample.logprob,
              std::accumulate(sample.token_logprobs.begin(),
                              sample.token_logprobs.end(), 0.0));
    ++(sample.truncated ? truncated : ended);
  }
  EXPECT_GT(ended, 10);
  EXPECT_GT(truncated, 10);
}

TEST_P(GeneratorTest, LogprobIsWhatTheScorerSaysWhateverTheSampling) {
  const std::unique_ptr<Scorer> scorer = Scorer::Create(model_);
  for (const SamplingSettings& settings :
       {SamplingSettings{}, SamplingSettings{.temperature = 0},
        SamplingSettings{.temperature = 2, .top_k = 5, .top_p = 0.9}}) {
    for (const std::string_view prefix : {"", "a", "ruby"}) {
      const auto generator = MakeGenerator(model_, settings, prefix);
      for (uint32_t i = 0; i < 10; ++i) {
        const Sample sample = DrawOne(*generator, i);
        const StringScore score = *scorer->Score(sample.text, {});
        EXPECT_NEAR(score.logprob, sample.logprob, 1e-12);
        EXPECT_EQ(score.truncated, sample.truncated);
      }
    }
  }
}

// The model gives the first character as it gives any: the frequencies of
// 20,000 first characters stay within 5 sigma of the scorer's probability.
TEST_P(GeneratorTest, FrequenciesAreTheScoredProbabilities) {
  constexpr int kDraws = 20000;
  const auto generator = MakeGenerator(model_, {.temperature = 1});
  const std::unique_ptr<Scorer> scorer = Scorer::Create(model_);
  int count = 0;
  for (uint32_t i = 0; i < kDraws; ++i) {
    count += DrawOne(*generator, i).text.starts_with("a");
  }
  const double p = std::exp(scorer->Score("a", {})->token_logprobs[0]);
  EXPECT_NEAR(count, kDraws * p, 5 * std::sqrt(kDraws * p * (1 - p)));
}

TEST_P(GeneratorTest, APrefixAsLongAsBlockSizeIsTheString) {
  const std::string prefix(16, 'a');
  const Sample sample = DrawOne(*MakeGenerator(model_, {}, prefix));
  EXPECT_EQ(sample.text, prefix);
  EXPECT_TRUE(sample.truncated);
  EXPECT_EQ(sample.token_logprobs.size(), 16u);
  EXPECT_NEAR(sample.logprob,
              Scorer::Create(model_)->Score(prefix, {})->logprob, 1e-12);
}

TEST_P(GeneratorTest, APrefixOneShorterLeavesRoomForOneToken) {
  const std::string prefix(15, 'a');
  const auto generator = MakeGenerator(model_, {.temperature = 5}, prefix);
  for (uint32_t i = 0; i < 20; ++i) {
    EXPECT_EQ(DrawOne(*generator, i).token_logprobs.size(), 16u);
  }
}

TEST_P(GeneratorTest, APrefixAboveBlockSizeIsUnsatisfiable) {
  const absl::Status status =
      Generator::Create(model_, SamplingConfig(), std::string(17, 'a'))
          .status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(status), "UNSATISFIABLE");
  EXPECT_EQ(status.message(),
            "prefix: 17 characters are above the model's block_size 16");
}

TEST_P(GeneratorTest, ACharacterTheModelNeverSawIsRefusedWithItsPlace) {
  const absl::Status status =
      Generator::Create(model_, SamplingConfig(), "rubyÄ").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(FieldOf(status), "prefix");
  EXPECT_EQ(status.message(),
            "prefix: 'Ä' (U+00C4) at position 5 is none of the model's "
            "characters");
}

TEST_P(GeneratorTest, AStopBeforeTheFirstTokenGivesNothing) {
  std::stop_source source;
  source.request_stop();
  IndexedRandom random(42, 0);
  EXPECT_FALSE(
      MakeGenerator(model_)->Draw(random, source.get_token()).has_value());
}

// Nothing is left to draw after this prefix; it is the reading that stops.
TEST_P(GeneratorTest, AStopBeforeThePrefixIsReadGivesNothingAndDoesNoHarm) {
  const std::string prefix(16, 'a');
  std::stop_source source;
  source.request_stop();
  IndexedRandom random(42, 0);
  const auto generator = MakeGenerator(model_, {}, prefix);
  EXPECT_FALSE(generator->Draw(random, source.get_token()).has_value());
  EXPECT_EQ(DrawOne(*generator).token_logprobs,
            DrawOne(*MakeGenerator(model_, {}, prefix)).token_logprobs);
}

// Every second of its clusters has two code points or more.
ModelPointer TrainOnClusters(Precision precision) {
  const Corpus corpus = *Corpus::FromText(
      "ae\u0301a👩‍👧\ne\u0301a🇯🇵a\na👩‍👧ae\u0301a🇯🇵"
      "\n");
  const TrainingConfig training =
      *TrainingConfig::Create({.steps = 60,
                               .precision = precision,
                               .tokenizer = TokenizerKind::kGrapheme});
  const auto trainer = Trainer::Create(*ModelConfig::Create({.block_size = 6}),
                                       training, corpus);
  while (trainer->steps_done() < 60) trainer->Step({});
  return std::make_shared<const Model>(trainer->Snapshot());
}

TEST_P(GeneratorTest, AModelOfClustersDrawsWholeOnesUpToBlockSize) {
  const ModelPointer model = TrainOnClusters(GetParam());
  const auto generator = MakeGenerator(model, {}, "👩‍👧a");
  bool had_cluster = false;
  for (uint32_t i = 0; i < 50; ++i) {
    const Sample sample = DrawOne(*generator, i);
    const auto tokens = model->tokenizer().Encode(sample.text);
    ASSERT_TRUE(tokens.ok()) << tokens.status();
    EXPECT_EQ(model->tokenizer().Decode(*tokens), sample.text);
    EXPECT_TRUE(sample.text.starts_with("👩‍👧a"));
    EXPECT_LE(tokens->size(), 6);
    EXPECT_EQ(sample.token_logprobs.size(),
              tokens->size() + (sample.truncated ? 0 : 1));
    had_cluster |= sample.text.find("🇯🇵") != std::string::npos;
  }
  EXPECT_TRUE(had_cluster);
}

TEST_P(GeneratorTest, AClusterTheModelNeverSawIsRefusedWithItsPlace) {
  EXPECT_EQ(Generator::Create(TrainOnClusters(GetParam()), SamplingConfig(),
                              "👩‍👧🇯🇵e")
                .status()
                .message(),
            "prefix: 'e' (U+0065) at position 3 is none of the model's "
            "characters");
}

// Stops while the given number of a string is drawn.
class StoppingRandom : public RandomSource {
 public:
  StoppingRandom(int after, std::stop_source& source)
      : left_(after), source_(source) {}
  double Uniform() override {
    if (--left_ == 0) source_.request_stop();
    ++drawn_;
    return 0;  // the first character, for ever: never the end mark
  }
  int drawn() const { return drawn_; }

 private:
  int left_;
  int drawn_ = 0;
  std::stop_source& source_;
};

TEST_P(GeneratorTest, AStopIsSeenWithinOneTokenAndDoesNoHarm) {
  std::stop_source source;
  StoppingRandom random(3, source);
  const auto generator = MakeGenerator(model_);
  const Sample before = DrawOne(*generator, 1);
  EXPECT_FALSE(generator->Draw(random, source.get_token()).has_value());
  EXPECT_EQ(random.drawn(), 3);
  EXPECT_EQ(DrawOne(*generator, 1).text, before.text);
}

}  // namespace
}  // namespace microgpt
