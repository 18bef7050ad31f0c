// SPDX-License-Identifier: MIT
//
// Errors that were planted and caught: bisect_left for bisect_right, top_p on
// the whole in place of what top_k left, equals ordered by the higher id,
// logits multiplied by the temperature, a number drawn at temperature 0.
#include "core/generation/sampling.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include "core/errors/errors.h"
#include "core/random/python_random.h"

namespace microgpt {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

SamplingConfig Config(const SamplingSettings& settings) {
  return *SamplingConfig::Create(settings);
}

std::string ErrorOf(const SamplingSettings& settings) {
  return std::string(settings.Validate().message());
}

// Gives one number for ever, and counts how often it was asked.
class FixedRandom : public RandomSource {
 public:
  explicit FixedRandom(double number) : number_(number) {}
  double Uniform() override {
    ++asked_;
    return number_;
  }
  int asked() const { return asked_; }

 private:
  double number_;
  int asked_ = 0;
};

TEST(SamplingSettingsTest, DefaultsAndLimitsAreValid) {
  EXPECT_TRUE(SamplingSettings().Validate().ok());
  EXPECT_EQ(SamplingSettings().temperature, 0.5);
  EXPECT_TRUE((SamplingSettings{.temperature = 0, .top_k = 1, .top_p = 1})
                  .Validate()
                  .ok());
  EXPECT_TRUE((SamplingSettings{
                   .temperature = 100, .top_k = 4294967295, .top_p = 1e-300})
                  .Validate()
                  .ok());
}

TEST(SamplingSettingsTest, ErrorsNameFieldValueAndLimit) {
  EXPECT_EQ(ErrorOf({.temperature = -0.5}),
            "temperature: -0.5 is below the minimum 0");
  EXPECT_EQ(ErrorOf({.temperature = 100.5}),
            "temperature: 100.5 is above the maximum 100");
  EXPECT_EQ(ErrorOf({.temperature = kNaN}), "temperature: nan is not a number");
  EXPECT_EQ(ErrorOf({.top_k = 0}), "top_k: 0 is below the minimum 1");
  EXPECT_EQ(ErrorOf({.top_p = 0}), "top_p: 0 is not above 0");
  EXPECT_EQ(ErrorOf({.top_p = 1.25}), "top_p: 1.25 is above the maximum 1");
  EXPECT_EQ(ErrorOf({.top_p = kNaN}), "top_p: nan is not a number");
  EXPECT_EQ(FieldOf(SamplingSettings{.top_k = 0}.Validate()), "top_k");
}

template <typename T>
class TokenSamplerTest : public testing::Test {
 protected:
  using Vector = std::vector<T>;

  static Vector Probabilities(const SamplingSettings& settings,
                              const Vector& logits) {
    TokenSampler<T> sampler(Config(settings));
    const std::span<const T> probabilities = sampler.Probabilities(logits);
    return Vector(probabilities.begin(), probabilities.end());
  }

  static uint32_t Draw(const SamplingSettings& settings, const Vector& logits,
                       double number) {
    FixedRandom random(number);
    return TokenSampler<T>(Config(settings)).Draw(logits, random);
  }

  // Which tokens can be drawn.
  static std::vector<uint32_t> Kept(const SamplingSettings& settings,
                                    const Vector& logits) {
    const Vector probabilities = Probabilities(settings, logits);
    std::vector<uint32_t> kept;
    for (uint32_t i = 0; i < probabilities.size(); ++i) {
      if (probabilities[i] > 0) kept.push_back(i);
    }
    return kept;
  }
};

using Precisions = testing::Types<float, double>;
TYPED_TEST_SUITE(TokenSamplerTest, Precisions);

using Ids = std::vector<uint32_t>;

TYPED_TEST(TokenSamplerTest, ProbabilitiesAreTheSoftmaxOfLogitsByTemperature) {
  const auto p = this->Probabilities({.temperature = 0.5}, {1, 2, 3});
  const double total = std::exp(2) + std::exp(4) + std::exp(6);
  EXPECT_NEAR(p[0], std::exp(2) / total, 1e-7);
  EXPECT_NEAR(p[1], std::exp(4) / total, 1e-7);
  EXPECT_NEAR(p[2], std::exp(6) / total, 1e-7);
}

// python3 -c 'import random; random.seed(42)
// print(random.choices(range(5), weights=[1, 2, 3, 4, 6], k=24))'
TYPED_TEST(TokenSamplerTest, DrawsWhatRandomChoicesDraws) {
  std::vector<TypeParam> logits;
  for (const double weight : {1, 2, 3, 4, 6}) {
    logits.push_back(static_cast<TypeParam>(std::log(weight)));
  }
  TokenSampler<TypeParam> sampler(Config({.temperature = 1}));
  PythonRandom random(42);
  for (const uint32_t expected :
       {4u, 0u, 2u, 2u, 4u, 4u, 4u, 1u, 3u, 0u, 2u, 3u,
        0u, 2u, 4u, 3u, 2u, 3u, 4u, 0u, 4u, 4u, 2u, 1u}) {
    EXPECT_EQ(sampler.Draw(logits, random), expected);
  }
}

TYPED_TEST(TokenSamplerTest, ANumberOnTheBorderBelongsToTheNextToken) {
  // Two equal logits: running sums of exactly 0.5 and 1.
  EXPECT_EQ(this->Draw({}, {0, 0}, 0.0), 0u);
  EXPECT_EQ(this->Draw({}, {0, 0}, std::nextafter(0.5, 0)), 0u);
  EXPECT_EQ(this->Draw({}, {0, 0}, 0.5), 1u);
  EXPECT_EQ(this->Draw({}, {0, 0}, std::nextafter(1.0, 0)), 1u);
}

// With 100,000 draws and 10 tokens the statistic follows a chi-square
// distribution of 9 degrees of freedom, which exceeds 27.88 once in a thousand
// seeds; this seed is not that one.
TYPED_TEST(TokenSamplerTest, FrequenciesAreTheProbabilities) {
  constexpr int kDraws = 100000;
  constexpr double kBound = 27.88;
  std::vector<TypeParam> logits;
  for (int i = 0; i < 10; ++i) {
    logits.push_back(static_cast<TypeParam>(std::sin(i)));
  }
  TokenSampler<TypeParam> sampler(Config({.temperature = 0.8}));
  PythonRandom random(7);
  std::vector<int> counts(logits.size());
  for (int i = 0; i < kDraws; ++i) ++counts[sampler.Draw(logits, random)];
  double statistic = 0;
  for (size_t i = 0; i < logits.size(); ++i) {
    const double expected = kDraws * sampler.Probabilities(logits)[i];
    statistic += (counts[i] - expected) * (counts[i] - expected) / expected;
  }
  EXPECT_LT(statistic, kBound);
}

TYPED_TEST(TokenSamplerTest, TemperatureZeroTakesTheLikeliestAndNoNumber) {
  FixedRandom random(0.999);
  TokenSampler<TypeParam> sampler(Config({.temperature = 0}));
  const std::vector<TypeParam> logits = {1, 3, 2, 3};
  EXPECT_EQ(sampler.Draw(logits, random), 1u);  // the lower of equals
  EXPECT_EQ(random.asked(), 0);
  EXPECT_EQ(this->Kept({.temperature = 0}, logits), (Ids{1}));
}

TYPED_TEST(TokenSamplerTest, AnyOtherTemperatureTakesOneNumber) {
  for (const SamplingSettings& settings :
       {SamplingSettings{.temperature = 1e-300},
        SamplingSettings{.temperature = 1, .top_k = 1}}) {
    FixedRandom random(0.999);
    TokenSampler<TypeParam> sampler(Config(settings));
    EXPECT_EQ(sampler.Draw(std::vector<TypeParam>{1, 3, 2}, random), 1u);
    EXPECT_EQ(random.asked(), 1);
  }
}

TYPED_TEST(TokenSamplerTest, TopKOfOneAndATinyTopPAreGreedy) {
  PythonRandom random(42);
  for (int i = 0; i < 100; ++i) {
    std::vector<TypeParam> logits(20);
    for (TypeParam& logit : logits) {
      logit = static_cast<TypeParam>(random.Gauss(0, 2));
    }
    const uint32_t greedy = this->Draw({.temperature = 0}, logits, 0);
    EXPECT_EQ(this->Draw({.temperature = 5, .top_k = 1}, logits, 0.99), greedy);
    EXPECT_EQ(this->Draw({.temperature = 5, .top_p = 1e-9}, logits, 0.99),
              greedy);
  }
}

TYPED_TEST(TokenSamplerTest, TopKKeepsTheLikeliest) {
  EXPECT_EQ(this->Kept({.top_k = 2}, {1, 4, 2, 3}), (Ids{1, 3}));
  EXPECT_EQ(this->Kept({.top_k = 4}, {1, 4, 2, 3}), (Ids{0, 1, 2, 3}));
  EXPECT_EQ(this->Kept({.top_k = 100}, {1, 4, 2, 3}), (Ids{0, 1, 2, 3}));
}

TYPED_TEST(TokenSamplerTest, AmongEqualsTheLowerIdIsTheLikelier) {
  EXPECT_EQ(this->Kept({.top_k = 2}, {0, 1, 1, 1}), (Ids{1, 2}));
  EXPECT_EQ(this->Kept({.top_p = 0.5}, {0, 0, 0, 0}), (Ids{0, 1}));
}

TYPED_TEST(TokenSamplerTest, TopPKeepsTheLeastSetThatReachesIt) {
  // A quarter each, exactly.
  EXPECT_EQ(this->Kept({.top_p = 0.25}, {0, 0, 0, 0}), (Ids{0}));
  EXPECT_EQ(this->Kept({.top_p = 0.26}, {0, 0, 0, 0}), (Ids{0, 1}));
  EXPECT_EQ(this->Kept({.top_p = 1}, {0, 0, 0, 0}), (Ids{0, 1, 2, 3}));
}

TYPED_TEST(TokenSamplerTest, TopPIsAShareOfWhatTopKLeft) {
  // Of two quarters, 0.5 is one of them; of the whole it would be both.
  EXPECT_EQ(this->Kept({.top_k = 2, .top_p = 0.5}, {0, 0, 0, 0}), (Ids{0}));
  EXPECT_EQ(this->Kept({.top_k = 2, .top_p = 0.51}, {0, 0, 0, 0}), (Ids{0, 1}));
}

// What top_k and top_p keep of `p`, by putting all tokens in order first.
template <typename T>
Ids KeptByFullSort(const SamplingSettings& settings, const std::vector<T>& p) {
  Ids order(p.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, [&](uint32_t a, uint32_t b) {
    return p[a] > p[b];  // of equals the lower id stays before the higher
  });
  order.resize(std::min<size_t>(settings.top_k.value_or(p.size()), p.size()));
  double total = 0, sum = 0;
  for (const uint32_t token : order) total += p[token];
  size_t kept = 0;
  while (kept < order.size() && (kept == 0 || sum < *settings.top_p * total)) {
    sum += p[order[kept++]];
  }
  order.resize(kept);
  std::ranges::sort(order);
  return order;
}

// Sizes around the borders of the chunks and between them, values in steps, so
// that many are equal, and every share from few tokens to nearly all.
TYPED_TEST(TokenSamplerTest, TopPKeepsWhatAFullSortWouldKeep) {
  PythonRandom random(42);
  std::vector<uint32_t> sizes = {1, 2, 63, 64, 65, 575, 576, 577, 4672, 5000};
  while (sizes.size() < 60) sizes.push_back(1 + random.RandBelow(5000));
  for (const uint32_t size : sizes) {
    std::vector<TypeParam> logits(size);
    for (TypeParam& logit : logits) {
      logit = static_cast<TypeParam>(std::round(random.Gauss(0, 8)) / 8);
    }
    for (const double top_p : {0.01, 0.1, 0.5, 0.9, 0.999}) {
      SamplingSettings settings = {.temperature = 1, .top_p = top_p};
      const auto p = this->Probabilities({.temperature = 1}, logits);
      EXPECT_EQ(this->Kept(settings, logits), KeptByFullSort(settings, p))
          << size << " " << top_p;
      settings.top_k = 1 + random.RandBelow(size);
      EXPECT_EQ(this->Kept(settings, logits), KeptByFullSort(settings, p))
          << size << " " << top_p << " " << *settings.top_k;
    }
  }
}

TYPED_TEST(TokenSamplerTest, WhatIsLeftKeepsItsProbability) {
  const auto all = this->Probabilities({}, {1, 4, 2, 3});
  const auto two = this->Probabilities({.top_k = 2}, {1, 4, 2, 3});
  EXPECT_EQ(two[1], all[1]);
  EXPECT_EQ(two[3], all[3]);
}

TYPED_TEST(TokenSamplerTest, WhatIsLeftOutIsNeverDrawn) {
  for (const double number : {0.0, 0.3, 0.6, std::nextafter(1.0, 0)}) {
    const uint32_t token = this->Draw({.top_k = 2}, {1, 4, 2, 3, 0}, number);
    EXPECT_TRUE(token == 1 || token == 3) << token;
  }
}

TYPED_TEST(TokenSamplerTest, ExtremeTemperaturesStayFinite) {
  for (const double temperature : {1e-300, 1e-30, 100.0}) {
    double sum = 0;
    for (const TypeParam p :
         this->Probabilities({.temperature = temperature}, {-50, 3, 80})) {
      sum += p;
    }
    EXPECT_NEAR(sum, 1, 1e-6) << temperature;
  }
}

TYPED_TEST(TokenSamplerTest, LogitsThatAreNotNumbersDrawSomeToken) {
  const TypeParam nan = std::numeric_limits<TypeParam>::quiet_NaN();
  const std::vector<TypeParam> logits = {nan, 1, nan, 2};
  EXPECT_EQ(this->Draw({.temperature = 0}, logits, 0), 3u);
  for (const SamplingSettings& settings :
       {SamplingSettings{}, SamplingSettings{.top_k = 3, .top_p = 0.5}}) {
    EXPECT_LT(this->Draw(settings, logits, 0.5), 4u);
    EXPECT_LT(this->Draw(settings, {nan, nan, nan}, 0.5), 3u);
  }
}

}  // namespace
}  // namespace microgpt
