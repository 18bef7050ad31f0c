// SPDX-License-Identifier: MIT
#include "core/training/trainer.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <time.h>

#include <chrono>
#include <cmath>
#include <map>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/random/python_random.h"
#include "core/training/allocations.h"

namespace microgpt {
namespace {

// Words of one to four open syllables: something to learn beyond how frequent
// each letter is.
std::string Words(size_t count) {
  constexpr std::string_view kConsonants = "kmnrst", kVowels = "aeiou";
  PythonRandom random(1);
  std::string text;
  for (size_t i = 0; i < count; ++i) {
    for (uint32_t syllables = 1 + random.RandBelow(4); syllables > 0;
         --syllables) {
      text += kConsonants[random.RandBelow(kConsonants.size())];
      text += kVowels[random.RandBelow(kVowels.size())];
    }
    text += '\n';
  }
  return text;
}

Corpus WordCorpus(size_t count = 300) {
  return *Corpus::FromText(Words(count));
}

TrainingConfig Training(TrainingSettings settings) {
  return *TrainingConfig::Create(settings);
}

std::vector<double> TakeSteps(Trainer& trainer, uint32_t steps) {
  std::vector<double> losses;
  for (uint32_t s = 0; s < steps; ++s) {
    losses.push_back(trainer.Step(std::stop_token()).value());
  }
  return losses;
}

template <typename T>
std::vector<T> Values(const Trainer& trainer) {
  const Model model = trainer.Snapshot();
  const auto values = std::get<Parameters<T>>(model.parameters()).values();
  return {values.begin(), values.end()};
}

std::stop_token Stopped() {
  std::stop_source source;
  source.request_stop();
  return source.get_token();
}

TEST(TrainerTest, TheSameSeedGivesTheSameBits) {
  const Corpus corpus = WordCorpus();
  const TrainingConfig training = Training({.steps = 50, .batch_size = 3});
  const auto a = Trainer::Create(ModelConfig(), training, corpus);
  const auto b = Trainer::Create(ModelConfig(), training, corpus);
  EXPECT_EQ(TakeSteps(*a, 50), TakeSteps(*b, 50));
  EXPECT_EQ(Values<float>(*a), Values<float>(*b));
}

// The batch is of several chunks, and one of more chunks than there are sums.
TEST(TrainerTest, AnyNumberOfThreadsGivesTheSameBits) {
  const Corpus corpus = WordCorpus();
  for (const uint32_t batch_size : {80u, 1000u}) {
    const auto alone = Trainer::Create(
        ModelConfig(), Training({.batch_size = batch_size}), corpus);
    const std::vector<double> losses = TakeSteps(*alone, 5);
    for (const uint32_t threads : {2u, 3u, 64u}) {
      const auto together = Trainer::Create(
          ModelConfig(),
          Training({.batch_size = batch_size, .threads = threads}), corpus);
      EXPECT_EQ(TakeSteps(*together, 5), losses) << threads;
      EXPECT_EQ(Values<float>(*together), Values<float>(*alone)) << threads;
    }
  }
}

TEST(TrainerTest, ClustersOfOneCodePointGiveTheSameBitsAsCodePoints) {
  const Corpus corpus = WordCorpus();
  const auto code_points = Trainer::Create(ModelConfig(), Training({}), corpus);
  const auto clusters = Trainer::Create(
      ModelConfig(), Training({.tokenizer = TokenizerKind::kGrapheme}), corpus);
  EXPECT_EQ(TakeSteps(*clusters, 50), TakeSteps(*code_points, 50));
  EXPECT_EQ(Values<float>(*clusters), Values<float>(*code_points));
}

// Each a character: as if the letters a, b and c had been trained on.
TEST(TrainerTest, AClusterIsLearntLikeALetter) {
  const Corpus letters = *Corpus::FromText("abca\ncab\n");
  const Corpus clusters = *Corpus::FromText(
      "e\u0301🇯🇵👩‍👧e\u0301\n👩‍👧e\u0301🇯🇵\n");
  const ModelConfig model = *ModelConfig::Create({.block_size = 4});
  const auto a = Trainer::Create(model, Training({}), letters);
  const auto b = Trainer::Create(
      model, Training({.tokenizer = TokenizerKind::kGrapheme}), clusters);
  EXPECT_EQ(TakeSteps(*a, 50), TakeSteps(*b, 50));
  EXPECT_EQ(b->Snapshot().tokenizer().kind(), TokenizerKind::kGrapheme);
}

TEST(TrainerTest, AnotherSeedGivesOtherWeightsAndAnotherOrder) {
  const Corpus corpus = WordCorpus();
  const auto a = Trainer::Create(ModelConfig(), Training({.seed = 1}), corpus);
  const auto b = Trainer::Create(ModelConfig(), Training({.seed = 2}), corpus);
  EXPECT_NE(Values<float>(*a), Values<float>(*b));
  EXPECT_NE(TakeSteps(*a, 5), TakeSteps(*b, 5));
}

TEST(TrainerTest, FloatLossesFollowDoubleLossesToTwoInAHundredThousand) {
  const Corpus corpus = WordCorpus();
  const auto floats = Trainer::Create(ModelConfig(), Training({}), corpus);
  const auto doubles = Trainer::Create(
      ModelConfig(), Training({.precision = Precision::kFloat64}), corpus);
  const std::vector<double> rounded = TakeSteps(*floats, 1000);
  const std::vector<double> losses = TakeSteps(*doubles, 1000);
  for (size_t s = 0; s < losses.size(); ++s) {
    ASSERT_NEAR(rounded[s], losses[s], 2e-5) << "step " << s + 1;
  }
}

// Mean of the last 100 losses of a training with every other default.
double FinalLoss(const Corpus& corpus, Optimizer optimizer,
                 const ModelConfig& model = ModelConfig()) {
  const TrainingConfig training =
      Training({.learning_rate = DefaultLearningRate(optimizer),
                .optimizer = optimizer});
  const auto trainer = Trainer::Create(model, training, corpus);
  TakeSteps(*trainer, 900);
  double sum = 0;
  for (const double loss : TakeSteps(*trainer, 100)) sum += loss;
  return sum / 100;
}

// The entropy of characters and end marks: the least loss of a model that
// knows how frequent each is, and nothing else.
double UnigramLoss(const Corpus& corpus) {
  std::map<char, double> counts;
  double total = 0;
  for (size_t i = 0; i < corpus.size(); ++i) {
    for (const char c : std::string(corpus[i]) + '\n') {
      ++counts[c];
      ++total;
    }
  }
  double loss = 0;
  for (const auto& [c, count] : counts) {
    loss -= count / total * std::log(count / total);
  }
  return loss;
}

TEST(TrainerTest, BothOptimizersLearnMoreThanLetterFrequencies) {
  for (const size_t words : {20, 300, 3000}) {
    const Corpus corpus = WordCorpus(words);
    const double unigram = UnigramLoss(corpus);
    EXPECT_LT(FinalLoss(corpus, Optimizer::kAdam), unigram - 0.3) << words;
    EXPECT_LT(FinalLoss(corpus, Optimizer::kSgd), unigram - 0.3) << words;
  }
}

TEST(TrainerTest, SgdsDefaultRateAlsoSuitsAWiderAndDeeperModel) {
  const ModelConfig model = *ModelConfig::Create({.n_layer = 3, .n_embd = 48});
  const Corpus corpus = WordCorpus();
  EXPECT_LT(FinalLoss(corpus, Optimizer::kSgd, model),
            UnigramLoss(corpus) - 0.3);
}

TEST(TrainerTest, AnUntrainedModelWithoutWeightsIsUniform) {
  const auto trainer =
      Trainer::Create(ModelConfig(), Training({.init_std = 0}), WordCorpus());
  EXPECT_NEAR(TakeSteps(*trainer, 1)[0], std::log(12),
              1e-6);  // 11 letters and BOS
}

// The loss is a mean over positions, not over documents, and so is its
// gradient.
TEST(TrainerTest, ABatchAveragesOverAllItsPositions) {
  const TrainingSettings settings = {.learning_rate = 1,
                                     .init_std = 0.5,
                                     .optimizer = Optimizer::kSgd,
                                     .precision = Precision::kFloat64};
  TrainingSettings batched = settings;
  batched.batch_size = 2;
  // Shuffled alike, one begins with the document that the other ends with.
  const Corpus corpus = *Corpus::FromText("aba\nb\n");
  const Corpus reversed = *Corpus::FromText("b\naba\n");
  const auto both = Trainer::Create(ModelConfig(), Training(batched), corpus);
  const auto first = Trainer::Create(ModelConfig(), Training(settings), corpus);
  const auto last =
      Trainer::Create(ModelConfig(), Training(settings), reversed);
  std::vector<std::string> documents = {"aba", "b"};
  PythonRandom(42).Shuffle(std::span(documents));
  const double share = static_cast<double>(documents[0].size() + 1) / 6;

  EXPECT_NEAR(
      TakeSteps(*both, 1)[0],
      share * TakeSteps(*first, 1)[0] + (1 - share) * TakeSteps(*last, 1)[0],
      1e-14);
  const auto a = Values<double>(*first), b = Values<double>(*last);
  const auto mean = Values<double>(*both);
  for (size_t i = 0; i < mean.size(); ++i) {
    ASSERT_NEAR(mean[i], share * a[i] + (1 - share) * b[i], 1e-14);
  }
}

TEST(TrainerTest, ACancelledStepChangesNothing) {
  const Corpus corpus = WordCorpus();
  const TrainingConfig training = Training({.steps = 20, .batch_size = 4});
  const auto cancelled = Trainer::Create(ModelConfig(), training, corpus);
  const auto undisturbed = Trainer::Create(ModelConfig(), training, corpus);
  TakeSteps(*cancelled, 3);
  TakeSteps(*undisturbed, 3);
  EXPECT_EQ(cancelled->Step(Stopped()), std::nullopt);
  EXPECT_EQ(cancelled->steps_done(), 3);
  EXPECT_EQ(Values<float>(*cancelled), Values<float>(*undisturbed));
  EXPECT_EQ(TakeSteps(*cancelled, 17), TakeSteps(*undisturbed, 17));
  EXPECT_EQ(Values<float>(*cancelled), Values<float>(*undisturbed));
}

// How long the thread of this clock has computed.
std::chrono::nanoseconds CpuTime(clockid_t thread) {
  timespec time;
  clock_gettime(thread, &time);
  return std::chrono::seconds(time.tv_sec) +
         std::chrono::nanoseconds(time.tv_nsec);
}

// Requests a stop once the thread that made it has computed for some time.
class StopAfter {
 public:
  explicit StopAfter(std::chrono::nanoseconds cpu_time) {
    clockid_t clock;
    pthread_getcpuclockid(pthread_self(), &clock);
    canceller_ = std::jthread([this, clock, end = CpuTime(clock) + cpu_time](
                                  std::stop_token given_up) {
      while (CpuTime(clock) < end) {
        if (given_up.stop_requested()) return;
        std::this_thread::yield();
      }
      source_.request_stop();
    });
  }
  std::stop_token token() const { return source_.get_token(); }

 private:
  std::stop_source source_;
  std::jthread canceller_;
};

// What a step does before its first document takes well below a millisecond of
// computing, its 4096 documents take many; so a stop after some of them that
// ends the step fell between two documents. If the other thread did not run
// meanwhile the step is done, and the next one tries again.
TEST(TrainerTest, AStepCancelledBetweenTwoDocumentsChangesNothing) {
  const Corpus corpus = WordCorpus();
  const TrainingConfig training = Training({.steps = 1000, .batch_size = 4096});
  const auto cancelled = Trainer::Create(ModelConfig(), training, corpus);
  const auto undisturbed = Trainer::Create(ModelConfig(), training, corpus);
  while (cancelled->Step(StopAfter(std::chrono::milliseconds(5)).token())) {
    ASSERT_LT(cancelled->steps_done(), 1000) << "no stop came in time";
  }
  TakeSteps(*undisturbed, cancelled->steps_done());
  EXPECT_EQ(Values<float>(*cancelled), Values<float>(*undisturbed));
  EXPECT_EQ(TakeSteps(*cancelled, 1), TakeSteps(*undisturbed, 1));
  EXPECT_EQ(Values<float>(*cancelled), Values<float>(*undisturbed));
}

TEST(TrainerTest, StepAllocatesNothing) {
  for (const Optimizer optimizer : {Optimizer::kAdam, Optimizer::kSgd}) {
    for (const uint32_t batch_size : {1, 4, 300}) {  // 300: several chunks
      const auto trainer = Trainer::Create(ModelConfig(),
                                           Training({.batch_size = batch_size,
                                                     .validation = 0.1,
                                                     .optimizer = optimizer}),
                                           WordCorpus());
      const size_t before = AllocatedBytes();
      for (int s = 0; s < 100; ++s) trainer->Step(std::stop_token());
      trainer->ValidationLoss(std::stop_token());
      EXPECT_EQ(AllocatedBytes(), before) << "batch_size " << batch_size;
    }
  }
}

TEST(TrainerTest, TrainingBytesIsWhatTheLongestDocumentsTake) {
  const ModelConfig model = *ModelConfig::Create(
      {.n_layer = 3, .n_embd = 48, .n_head = 6, .block_size = 40});
  const Corpus corpus = *Corpus::FromText(std::string(50, 'a') + "bcd");
  for (const TrainingSettings& settings :
       {TrainingSettings{}, TrainingSettings{.batch_size = 8},
        TrainingSettings{.batch_size = 8, .threads = 4},
        TrainingSettings{.optimizer = Optimizer::kSgd}}) {
    for (const auto precision : {Precision::kFloat32, Precision::kFloat64}) {
      TrainingSettings with_precision = settings;
      with_precision.precision = precision;
      const TrainingConfig training = Training(with_precision);
      const uint64_t bound = TrainingBytes(model, training, 5);
      const HeldBytes held;
      const auto trainer = Trainer::Create(model, training, corpus);
      const size_t taken = held.most();
      EXPECT_LE(taken, bound + 8192);  // tensor names, the document's tokens
      EXPECT_GE(taken, bound - bound / 20);
    }
  }
}

TEST(TrainerTest, ShortDocumentsTakeLessMemoryThanBlockSizeAllows) {
  const ModelConfig model = *ModelConfig::Create({.block_size = 1024});
  const Corpus corpus = WordCorpus(5);
  const size_t before = AllocatedBytes();
  const auto trainer = Trainer::Create(model, Training({}), corpus);
  EXPECT_LT(AllocatedBytes() - before,
            TrainingBytes(model, Training({}), 12) / 10);
}

TEST(TrainerTest, DocumentsLongerThanBlockSizeAreCutOff) {
  const ModelConfig model = *ModelConfig::Create({.block_size = 3});
  // Equal but for what block_size cuts off.
  const Corpus a = *Corpus::FromText("abcab\n");
  const Corpus b = *Corpus::FromText("abccc\n");
  const auto x = Trainer::Create(model, Training({}), a);
  const auto y = Trainer::Create(model, Training({}), b);
  EXPECT_EQ(TakeSteps(*x, 10), TakeSteps(*y, 10));
}

TEST(ValidationTest, WithoutAShareThereIsNoValidationLoss) {
  const auto trainer =
      Trainer::Create(ModelConfig(), Training({}), WordCorpus());
  EXPECT_EQ(trainer->ValidationLoss(std::stop_token()), std::nullopt);
}

TEST(ValidationTest, ACancelledValidationHasNoLoss) {
  const auto trainer = Trainer::Create(
      ModelConfig(), Training({.validation = 0.1}), WordCorpus());
  EXPECT_EQ(trainer->ValidationLoss(Stopped()), std::nullopt);
}

TEST(ValidationTest, IsTheMeanOverThePositionsOfTheHeldOutDocuments) {
  const auto trainer = Trainer::Create(
      ModelConfig(), Training({.validation = 0.1, .init_std = 0}),
      WordCorpus());
  EXPECT_NEAR(trainer->ValidationLoss(std::stop_token()).value(), std::log(12),
              1e-6);
}

TEST(ValidationTest, LookingDoesNotDisturbTraining) {
  const TrainingConfig training = Training({.validation = 0.1});
  const auto watched = Trainer::Create(ModelConfig(), training, WordCorpus());
  const auto alone = Trainer::Create(ModelConfig(), training, WordCorpus());
  for (int s = 0; s < 10; ++s) {
    watched->ValidationLoss(std::stop_token());
    EXPECT_EQ(TakeSteps(*watched, 1), TakeSteps(*alone, 1));
  }
}

// One word of 'b's among many of 'a's: a model that was not trained on that
// word finds it very unlikely.
TEST(ValidationTest, HoldsOutTheLastOfTheShuffledDocuments) {
  std::vector<std::string> documents(10, "aaa");
  documents[3] = "bbb";
  std::string text;
  for (const std::string& document : documents) text += document + '\n';
  const Corpus corpus = *Corpus::FromText(text);
  int held_out = 0;
  for (uint32_t seed = 0; seed < 40; ++seed) {
    const auto trainer = Trainer::Create(
        ModelConfig(), Training({.steps = 90, .seed = seed, .validation = 0.1}),
        corpus);
    TakeSteps(*trainer, 90);
    std::vector<std::string> shuffled = documents;
    PythonRandom(seed).Shuffle(std::span(shuffled));
    const bool expected = shuffled.back() == "bbb";
    EXPECT_EQ(trainer->ValidationLoss(std::stop_token()).value() > 2, expected);
    held_out += expected;
  }
  EXPECT_GT(held_out, 0);
}

TEST(CountTruncatedTest, CountsCharactersAndTheEndMark) {
  const Corpus corpus = *Corpus::FromText("ab\nabc\nabcd\näöü\näöüß\n");
  EXPECT_EQ(CountTruncated(TokenizerKind::kCodePoint, corpus, 5), 0);
  EXPECT_EQ(CountTruncated(TokenizerKind::kCodePoint, corpus, 4), 2);
  EXPECT_EQ(CountTruncated(TokenizerKind::kCodePoint, corpus, 3), 4);
  EXPECT_EQ(CountTruncated(TokenizerKind::kCodePoint, corpus, 1), 5);
}

TEST(CountTruncatedTest, CountsClustersWhereTheyAreTheCharacters) {
  const Corpus corpus = *Corpus::FromText("e\u0301e\u0301\n🇯🇵🇩🇪🇫🇷\nabcd\n");
  EXPECT_EQ(CountTruncated(TokenizerKind::kCodePoint, corpus, 4), 3);
  EXPECT_EQ(CountTruncated(TokenizerKind::kGrapheme, corpus, 5), 0);
  EXPECT_EQ(CountTruncated(TokenizerKind::kGrapheme, corpus, 4), 1);
  EXPECT_EQ(CountTruncated(TokenizerKind::kGrapheme, corpus, 3), 2);
  EXPECT_EQ(CountTruncated(TokenizerKind::kGrapheme, corpus, 2), 3);
}

}  // namespace
}  // namespace microgpt
