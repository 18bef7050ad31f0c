// SPDX-License-Identifier: MIT
#include "core/model/model.h"

#include <gtest/gtest.h>

#include <cmath>
#include <utility>

namespace microgpt {
namespace {

template <typename T>
Model MakeModel() {
  const Tokenizer tokenizer(TokenizerKind::kCodePoint, {"a", "b", "c"});
  return Model(ModelConfig(), tokenizer,
               Parameters<T>(ModelConfig(), tokenizer.vocab_size()),
               PythonRandom(1));
}

TEST(ModelTest, KeepsThePrecisionItWasTrainedIn) {
  EXPECT_TRUE(std::holds_alternative<Parameters<float>>(
      MakeModel<float>().parameters()));
  EXPECT_TRUE(std::holds_alternative<Parameters<double>>(
      MakeModel<double>().parameters()));
}

TEST(ModelTest, MemoryGrowsWithTheWeights) {
  const size_t weights = CountParameters(ModelConfig(), 4);
  EXPECT_GE(MakeModel<float>().memory_bytes(), weights * sizeof(float));
  EXPECT_EQ(
      MakeModel<double>().memory_bytes() - MakeModel<float>().memory_bytes(),
      weights * (sizeof(double) - sizeof(float)));
}

TEST(ModelTest, OneWeightThatIsNoNumberMakesItNotFinite) {
  EXPECT_TRUE(MakeModel<float>().is_finite());
  for (const double bad : {HUGE_VAL, -HUGE_VAL, std::nan("")}) {
    Parameters<double> parameters(ModelConfig(), 4);
    parameters.values().back() = bad;
    EXPECT_FALSE(Model(ModelConfig(),
                       Tokenizer(TokenizerKind::kCodePoint, {"a", "b", "c"}),
                       std::move(parameters), PythonRandom(1))
                     .is_finite());
  }
}

}  // namespace
}  // namespace microgpt
