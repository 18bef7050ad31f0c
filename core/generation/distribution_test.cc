// SPDX-License-Identifier: MIT
//
// Strings follow the model's distribution, as the sampling settings leave it,
// under the condition: a million draws each against the exact probability of
// every string there is.
//
// Of each string that is expected 20 times or more the count stays within five
// standard deviations, and Pearson's statistic within five of its own (rarer
// strings counted together): a right program fails one of some 3,000 such
// comparisons with a probability of about 0.002. Seeds are fixed, so what
// passes once passes always.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "core/generation/sample_sequence.h"
#include "core/generation/scorer.h"
#include "core/model/random_model_test.h"
#include "core/random/python_random.h"

namespace microgpt {
namespace {

using Probabilities = std::map<std::string, double>;

const std::vector<std::string> kLetters = {"a", "b", "c"};

// Strings of up to four of three letters: 120 and the empty one.
template <typename T>
std::shared_ptr<const Model> MakeModel() {
  return RandomModel<T>({.n_embd = 16, .n_head = 4, .block_size = 4}, kLetters,
                        3, 0.15);
}

// What of a distribution top_k and top_p leave, by their definition: the k
// likeliest; of these the fewest of the likeliest that have the share p.
std::vector<double> Left(std::vector<double> p, const SamplingSettings& s) {
  std::vector<size_t> order(p.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return p[a] > p[b]; });
  size_t kept = std::min<size_t>(s.top_k.value_or(p.size()), p.size());
  double sum = 0;
  for (size_t i = 0; i < kept; ++i) sum += p[order[i]];
  double reached = 0;
  for (size_t i = 0; i < kept && s.top_p; ++i) {
    reached += p[order[i]];
    if (reached >= *s.top_p * sum) kept = i + 1;
  }
  for (size_t i = kept; i < order.size(); ++i) p[order[i]] = 0;
  sum = std::accumulate(p.begin(), p.end(), 0.0);
  for (double& value : p) value /= sum;
  return p;
}

// The probability of every string, token by token from what the scorer says.
class ExactDistribution {
 public:
  ExactDistribution(std::shared_ptr<const Model> model,
                    const SamplingSettings& settings)
      : scorer_(Scorer::Create(std::move(model))), settings_(settings) {
    Add("", 1);
  }
  const Probabilities& probabilities() const { return probabilities_; }

 private:
  void Add(const std::string& text, double probability) {
    if (text.size() == 4) {
      probabilities_[text] += probability;
      return;
    }
    std::vector<double> next;
    for (const std::string& letter : kLetters) {
      next.push_back(Weight(text + letter, text.size()));
    }
    next.push_back(Weight(text, text.size()));  // the end mark
    next = Left(std::move(next), settings_);
    for (size_t i = 0; i < kLetters.size(); ++i) {
      if (next[i] > 0) Add(text + kLetters[i], probability * next[i]);
    }
    probabilities_[text] += probability * next.back();
  }

  double Weight(const std::string& text, size_t token) {
    const StringScore score = *scorer_->Score(text, {});
    return std::exp(score.token_logprobs[token] / settings_.temperature);
  }

  const std::unique_ptr<Scorer> scorer_;
  const SamplingSettings settings_;
  Probabilities probabilities_;
};

Probabilities Given(const Probabilities& all,
                    const std::function<bool(const std::string&)>& wanted) {
  Probabilities given;
  double sum = 0;
  for (const auto& [text, p] : all) {
    if (text.empty() || !wanted(text)) continue;
    given[text] = p;
    sum += p;
  }
  for (auto& [text, p] : given) p /= sum;
  return given;
}

constexpr uint32_t kDraws = 1'000'000;

std::map<std::string, uint32_t> Count(SampleSequence& sequence) {
  std::map<std::string, uint32_t> counts;
  while (!sequence.exhausted()) {
    const auto sample = sequence.Take();
    if (sample) {
      ++counts[sample->text];
    } else {
      EXPECT_TRUE(sequence.Draw({}));
    }
  }
  return counts;
}

void ExpectDrawn(const Probabilities& expected,
                 std::map<std::string, uint32_t> counts) {
  constexpr double kFewest = 20;
  double statistic = 0, rare = 0, rare_count = 0;
  int cells = 0;
  const auto add = [&](double count, double mean) {
    statistic += (count - mean) * (count - mean) / mean;
    ++cells;
  };
  uint32_t drawn = 0;
  for (const auto& [text, p] : expected) {
    const double mean = kDraws * p, count = counts[text];
    drawn += counts[text];
    if (mean < kFewest) {
      rare += mean;
      rare_count += count;
      continue;
    }
    EXPECT_NEAR(count, mean, 5 * std::sqrt(mean * (1 - p)) + 1e-6) << text;
    add(count, mean);
  }
  EXPECT_EQ(drawn, kDraws) << "or there were strings that cannot be";
  if (rare >= kFewest) add(rare_count, rare);
  const double freedom = cells - 1;
  EXPECT_LE(statistic, freedom + 5 * std::sqrt(2 * freedom) + 1e-6);
}

template <typename T>
class DistributionTest : public testing::Test {
 protected:
  void Expect(const SamplingSettings& sampling,
              const ConditionSettings& settings, const std::string& prefix,
              const std::function<bool(const std::string&)>& wanted,
              std::shared_ptr<const DocumentSet> documents = nullptr) {
    Wanted asked{.documents = documents, .novel = documents != nullptr};
    asked.condition =
        *Condition::Create(settings, model_->tokenizer(), 4, prefix);
    const auto sequence = SampleSequence::Indexed(
        *Generator::Create(model_, *SamplingConfig::Create(sampling), prefix),
        /*seed=*/11,
        {.count = kDraws, .max_attempts = 100000, .wanted = asked});
    const ExactDistribution exact(model_, sampling);
    ExpectDrawn(Given(exact.probabilities(), wanted), Count(*sequence));
  }

  const std::shared_ptr<const Model> model_ = MakeModel<T>();
};

using Precisions = testing::Types<float, double>;
TYPED_TEST_SUITE(DistributionTest, Precisions);

bool Anything(const std::string&) { return true; }

TYPED_TEST(DistributionTest, AtAnyTemperature) {
  for (const double temperature : {0.3, 1.0, 2.0}) {
    this->Expect({.temperature = temperature}, {}, "", Anything);
  }
}

TYPED_TEST(DistributionTest, AsTopKAndTopPLeaveIt) {
  this->Expect({.temperature = 1, .top_k = 2}, {}, "", Anything);
  this->Expect({.temperature = 1, .top_p = 0.6}, {}, "", Anything);
  this->Expect({.temperature = 0.8, .top_k = 3, .top_p = 0.9}, {}, "",
               Anything);
}

TYPED_TEST(DistributionTest, UnderEachCondition) {
  const SamplingSettings one{.temperature = 1};
  this->Expect(one, {}, "ab",
               [](const auto& text) { return text.starts_with("ab"); });
  this->Expect(one, {.suffix = "a"}, "",
               [](const auto& text) { return text.ends_with("a"); });
  this->Expect(one, {.contains = "b"}, "", [](const auto& text) {
    return text.find('b') != std::string::npos;
  });
  this->Expect(one, {.regex = "[ab]*c?"}, "", [](const auto& text) {
    const size_t c = text.find('c');
    return c == std::string::npos || c + 1 == text.size();
  });
  this->Expect(one, {.alphabet = "ac"}, "", [](const auto& text) {
    return text.find('b') == std::string::npos;
  });
  this->Expect(one, {.min_length = 3}, "",
               [](const auto& text) { return text.size() >= 3; });
  this->Expect(one, {.max_length = 2}, "",
               [](const auto& text) { return text.size() <= 2; });
}

TYPED_TEST(DistributionTest, UnderManyConditionsAtOnce) {
  this->Expect({.temperature = 0.7, .top_k = 3},
               {.suffix = "a", .regex = "[^c].*", .min_length = 2}, "",
               [](const auto& text) {
                 return text.size() >= 2 && text[0] != 'c' &&
                        text.ends_with("a");
               });
}

TYPED_TEST(DistributionTest, OfNovelStrings) {
  const auto documents =
      std::make_shared<const DocumentSet>(std::make_shared<const Corpus>(
          *Corpus::FromText("a\nb\nc\nab\nabc\ncab\naaaa\ncccc")));
  this->Expect(
      {.temperature = 1}, {}, "",
      [&](const auto& text) { return !documents->Contains(text); }, documents);
}

}  // namespace
}  // namespace microgpt
