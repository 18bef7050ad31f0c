// SPDX-License-Identifier: MIT
//
// What a call promises of its strings, over random models, conditions and
// seeds. What a condition says is looked at here without the code that holds
// it.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <regex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/errors/errors.h"
#include "core/generation/sample_sequence.h"
#include "core/model/random_model_test.h"
#include "core/random/python_random.h"

namespace microgpt {
namespace {

// A call, drawn from a seed.
class RandomCall {
 public:
  explicit RandomCall(uint32_t seed) : random_(seed) {
    letters_ = std::string("abcdefg").substr(0, 2 + Below(6));
    model_ = MakeModel();
    if (Chance(3)) prefix_ = Word(2);
    if (Chance(4)) where_.suffix = Word(2);
    if (Chance(4)) where_.contains = Word(2);
    if (Chance(4))
      where_.regex = Pick({".*a.*", "[a-c]*", "(a|b).*b?", ".{3}"});
    if (Chance(5)) where_.alphabet = letters_.substr(0, 1 + Below(4));
    if (Chance(4)) where_.min_length = Below(5);
    if (Chance(4)) where_.max_length = 1 + Below(8);
    novel_ = Chance(3);
    unique_ = Chance(2);
    sampling_.temperature = Pick({0.0, 0.5, 1.0, 3.0});
    if (Chance(4)) sampling_.top_k = 1 + Below(4);
    if (Chance(4)) sampling_.top_p = 0.5;
    seed_ = random_();
    documents_ = std::make_shared<const DocumentSet>(
        std::make_shared<const Corpus>(*Corpus::FromText("a\nb\nab\nba\naba")));
  }

  // Null: its conditions contradict each other, or the alphabet.
  std::unique_ptr<SampleSequence> Start(uint32_t count) const {
    auto condition = Condition::Create(where_, model_->tokenizer(),
                                       model_->config()->block_size, prefix_);
    if (!condition.ok()) {
      EXPECT_TRUE(FieldOf(condition.status()) == "alphabet" ||
                  ReasonOf(condition.status()) == "UNSATISFIABLE")
          << condition.status();
      return nullptr;
    }
    return SampleSequence::Indexed(
        *Generator::Create(model_, *SamplingConfig::Create(sampling_), prefix_),
        seed_,
        {.count = count,
         .max_attempts = 300,
         .wanted = {.condition = *std::move(condition),
                    .documents = documents_,
                    .novel = novel_,
                    .unique = unique_}});
  }

  void ExpectMet(const std::string& text) const {
    EXPECT_FALSE(text.empty());
    EXPECT_TRUE(text.starts_with(prefix_)) << text;
    EXPECT_TRUE(text.ends_with(where_.suffix)) << text;
    EXPECT_NE(text.find(where_.contains), std::string::npos) << text;
    if (!where_.regex.empty()) {
      EXPECT_TRUE(std::regex_match(text, std::regex(where_.regex))) << text;
    }
    if (!where_.alphabet.empty()) {
      EXPECT_EQ(text.find_first_not_of(where_.alphabet), std::string::npos);
    }
    EXPECT_GE(text.size(), where_.min_length.value_or(1));
    EXPECT_LE(text.size(),
              where_.max_length.value_or(model_->config()->block_size));
    if (novel_) {
      EXPECT_FALSE(documents_->Contains(text)) << text;
    }
  }

  bool unique() const { return unique_; }

 private:
  uint32_t Below(uint32_t n) { return random_() % n; }
  bool Chance(uint32_t one_in) { return Below(one_in) == 0; }
  template <typename T>
  T Pick(std::initializer_list<T> of) {
    return of.begin()[Below(static_cast<uint32_t>(of.size()))];
  }
  std::string Word(uint32_t most) {
    std::string word;
    for (uint32_t i = 1 + Below(most); i > 0; --i) {
      word += letters_[Below(static_cast<uint32_t>(letters_.size()))];
    }
    return word;
  }

  std::shared_ptr<const Model> MakeModel() {
    const ModelSettings settings = {.n_layer = 1 + Below(2),
                                    .n_embd = 8 * (1 + Below(2)),
                                    .n_head = 1 + Below(2),
                                    .block_size = 3 + Below(6)};
    std::vector<std::string> alphabet;
    for (const char letter : letters_) alphabet.emplace_back(1, letter);
    const auto seed = static_cast<uint32_t>(random_());
    return RandomModel<float>(settings, alphabet, seed, 0.1 * (1 + Below(4)));
  }

  std::mt19937 random_;
  std::string letters_, prefix_;
  std::shared_ptr<const Model> model_;
  ConditionSettings where_;
  bool novel_, unique_;
  SamplingSettings sampling_;
  uint32_t seed_;
  std::shared_ptr<const DocumentSet> documents_;
};

// The next sample; nullopt at the end.
std::optional<Sample> Next(SampleSequence& sequence) {
  while (!sequence.exhausted()) {
    if (auto sample = sequence.Take()) return sample;
    EXPECT_TRUE(sequence.Draw({}));
  }
  return std::nullopt;
}

std::vector<Sample> All(SampleSequence& sequence) {
  std::vector<Sample> samples;
  while (auto sample = Next(sequence)) samples.push_back(*std::move(sample));
  return samples;
}

constexpr uint32_t kCalls = 400;

TEST(PromisesTest, NoStringBreaksItsCondition) {
  int sent = 0, refused = 0, short_of = 0;
  for (uint32_t seed = 0; seed < kCalls; ++seed) {
    SCOPED_TRACE(seed);
    const RandomCall call(seed);
    const auto sequence = call.Start(50);
    if (sequence == nullptr) {
      ++refused;
      continue;
    }
    std::set<std::string> texts;
    const std::vector<Sample> samples = All(*sequence);
    for (const Sample& sample : samples) {
      call.ExpectMet(sample.text);
      texts.insert(sample.text);
    }
    if (call.unique()) {
      EXPECT_EQ(texts.size(), samples.size());
    }
    EXPECT_GE(sequence->attempts(), samples.size());
    sent += static_cast<int>(samples.size());
    short_of += samples.size() < 50;
  }
  EXPECT_GT(sent, 1000);
  EXPECT_GT(refused, 10);
  EXPECT_GT(short_of, 10);
}

void ExpectSame(const Sample& a, const Sample& b) {
  EXPECT_EQ(a.text, b.text);
  EXPECT_EQ(a.logprob, b.logprob);
  EXPECT_EQ(a.novel, b.novel);
  EXPECT_EQ(a.truncated, b.truncated);
}

TEST(PromisesTest, ASampleIsTheSameHoweverManyAreAskedFor) {
  for (uint32_t seed = 0; seed < kCalls; ++seed) {
    SCOPED_TRACE(seed);
    const RandomCall call(seed);
    const auto many = call.Start(40);
    if (many == nullptr) continue;
    const std::vector<Sample> samples = All(*many);
    for (const uint32_t count : {1, 2, 17}) {
      const std::vector<Sample> some = All(*call.Start(count));
      ASSERT_EQ(some.size(), std::min<size_t>(count, samples.size()));
      for (size_t i = 0; i < some.size(); ++i) ExpectSame(some[i], samples[i]);
    }
  }
}

TEST(PromisesTest, ASampleIsTheSameWhateverOtherCallsDoMeanwhile) {
  for (uint32_t seed = 0; seed < kCalls; seed += 2) {
    SCOPED_TRACE(seed);
    const RandomCall first(seed), second(seed + 1);
    const auto a = first.Start(30), b = second.Start(30);
    if (a == nullptr || b == nullptr) continue;
    const std::vector<Sample> alone = All(*first.Start(30));
    for (const Sample& expected : alone) {
      const std::optional<Sample> sample = Next(*a);
      ASSERT_TRUE(sample.has_value());
      ExpectSame(*sample, expected);
      Next(*b);
    }
  }
}

}  // namespace
}  // namespace microgpt
