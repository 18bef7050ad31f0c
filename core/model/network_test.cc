// SPDX-License-Identifier: MIT
#include "core/model/network.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "core/kernels/kernels.h"
#include "core/model/scalar_autograd.h"

namespace microgpt {
namespace {

// A model of random odd shape and a text for it, tokens [0, n) of which are
// inputs and [1, n] targets.
struct Example {
  ModelConfig config;
  uint32_t vocab_size;
  std::vector<uint32_t> tokens;

  std::span<const uint32_t> inputs() const {
    return std::span(tokens).first(tokens.size() - 1);
  }
  std::span<const uint32_t> targets() const {
    return std::span(tokens).subspan(1);
  }
};

Example RandomExample(uint32_t seed) {
  std::mt19937 random(seed);
  const auto number = [&](uint32_t min, uint32_t max) {
    return std::uniform_int_distribution<uint32_t>(min, max)(random);
  };
  const uint32_t n_head = number(1, 4), block_size = number(1, 7);
  Example example{
      .config = *ModelConfig::Create({.n_layer = number(1, 3),
                                      .n_embd = n_head * number(1, 3),
                                      .n_head = n_head,
                                      .block_size = block_size}),
      .vocab_size = 2 * number(1, 8) + 1,
      .tokens = {}};
  for (uint32_t n = number(1, block_size) + 1; n > 0; --n) {
    example.tokens.push_back(number(0, example.vocab_size - 1));
  }
  return example;
}

// Weights large enough for every nonlinearity to matter.
template <typename T>
Parameters<T> RandomParameters(const Example& example, uint32_t seed) {
  Parameters<T> parameters(example.config, example.vocab_size);
  PythonRandom random(seed);
  parameters.Draw(0.5, random);
  return parameters;
}

// A network with all that it needs to run on one example.
template <typename T>
class Network {
 public:
  explicit Network(const Example& example)
      : example_(example),
        cache_(example.config),
        activations_(example.config, example.vocab_size,
                     example.inputs().size()) {}

  // The mean loss; with `gradient`, adds its derivative to that.
  double Loss(const Parameters<T>& parameters, Parameters<T>* gradient) {
    const Matrix<T> logits =
        Forward(parameters, example_.inputs(), 0, cache_, activations_);
    const double n = static_cast<double>(logits.rows);
    const double loss = CrossEntropy<T>(logits, example_.targets(), logits);
    if (gradient != nullptr) {
      CrossEntropyBackward<T>(example_.targets(), static_cast<T>(1 / n),
                              logits);
      Backward<T>(parameters, example_.inputs(), logits, cache_, activations_,
                  *gradient);
    }
    return loss / n;
  }

 private:
  const Example& example_;
  KvCache<T> cache_;
  Activations<T> activations_;
};

// "layer0.attn_wq[3]", for messages.
std::string Describe(const Parameters<double>& parameters, size_t index) {
  size_t i = parameters.specs().size() - 1;
  while (parameters.specs()[i].offset > index) --i;
  const TensorSpec& spec = parameters.specs()[i];
  return spec.name + "[" + std::to_string(index - spec.offset) + "]";
}

TEST(NetworkTest, BackwardIsTheDerivativeByEveryParameter) {
  constexpr double kStep = 1e-5;
  for (uint32_t seed = 0; seed < 12; ++seed) {
    SCOPED_TRACE(seed);
    const Example example = RandomExample(seed);
    auto parameters = RandomParameters<double>(example, seed);
    Parameters<double> gradient(example.config, example.vocab_size);
    Network<double> network(example);
    network.Loss(parameters, &gradient);
    for (size_t i = 0; i < parameters.size(); ++i) {
      double& value = parameters.values()[i];
      const double at = value;
      value = at + kStep;
      const double above = network.Loss(parameters, nullptr);
      value = at - kStep;
      const double below = network.Loss(parameters, nullptr);
      value = at;
      const double want = (above - below) / (2 * kStep);
      ASSERT_NEAR(gradient.values()[i], want, 1e-7 * (1 + std::abs(want)))
          << Describe(parameters, i);
    }
  }
}

TEST(NetworkTest, LossAndGradientEqualTheScalarAutogradsForEveryParameter) {
  for (uint32_t seed = 0; seed < 12; ++seed) {
    SCOPED_TRACE(seed);
    const Example example = RandomExample(seed);
    const auto parameters = RandomParameters<double>(example, seed);
    Parameters<double> gradient(example.config, example.vocab_size);
    const double loss = Network<double>(example).Loss(parameters, &gradient);
    const LossAndGradient want =
        ScalarAutograd(example.config, parameters, example.tokens);
    EXPECT_NEAR(loss, want.loss, 1e-13 * (1 + want.loss));
    for (size_t i = 0; i < gradient.size(); ++i) {
      ASSERT_NEAR(gradient.values()[i], want.gradient[i],
                  1e-12 * (1 + std::abs(want.gradient[i])))
          << Describe(gradient, i);
    }
  }
}

TEST(NetworkTest, BackwardAddsToTheGradient) {
  const Example example = RandomExample(1);
  const auto parameters = RandomParameters<double>(example, 1);
  Parameters<double> once(example.config, example.vocab_size);
  Parameters<double> twice = once;
  Network<double> network(example);
  network.Loss(parameters, &once);
  network.Loss(parameters, &twice);
  network.Loss(parameters, &twice);
  for (size_t i = 0; i < once.size(); ++i) {
    const double want = 2 * once.values()[i];
    EXPECT_NEAR(twice.values()[i], want, 1e-15 + 1e-12 * std::abs(want));
  }
}

TEST(NetworkTest, FloatGradientsAreTheDoubleOnesRounded) {
  for (uint32_t seed = 0; seed < 12; ++seed) {
    SCOPED_TRACE(seed);
    const Example example = RandomExample(seed);
    const auto doubles = RandomParameters<double>(example, seed);
    const auto floats = RandomParameters<float>(example, seed);
    Parameters<double> gradient(example.config, example.vocab_size);
    Parameters<float> rounded(example.config, example.vocab_size);
    const double loss = Network<double>(example).Loss(doubles, &gradient);
    EXPECT_NEAR(Network<float>(example).Loss(floats, &rounded), loss,
                1e-6 * (1 + loss));
    for (size_t i = 0; i < gradient.size(); ++i) {
      const double want = gradient.values()[i];
      ASSERT_NEAR(rounded.values()[i], want, 1e-5 * (1 + std::abs(want)))
          << Describe(gradient, i);
    }
  }
}

template <typename T>
class DecodingTest : public ::testing::Test {};
using Precisions = ::testing::Types<float, double>;
TYPED_TEST_SUITE(DecodingTest, Precisions);

// In steps of `stride` tokens, through the KV cache.
template <typename T>
void ExpectDecodingEqualsFullForward(const Example& example, size_t stride) {
  const auto parameters = RandomParameters<T>(example, 1);
  const std::span<const uint32_t> tokens = example.inputs();
  KvCache<T> full_cache(example.config), cache(example.config);
  Activations<T> full(example.config, example.vocab_size, tokens.size());
  Activations<T> activations(example.config, example.vocab_size,
                             std::min(stride, tokens.size()));
  const Matrix<T> want = Forward(parameters, tokens, 0, full_cache, full);
  for (size_t past = 0; past < tokens.size(); past += stride) {
    const size_t n = std::min(stride, tokens.size() - past);
    const Matrix<T> logits =
        Forward(parameters, tokens.subspan(past, n), past, cache, activations);
    ASSERT_EQ(logits.size(), want.Rows(past, n).size());
    for (size_t i = 0; i < logits.size(); ++i) {
      ASSERT_EQ(logits.data[i], want.row(past)[i]);
    }
  }
}

TYPED_TEST(DecodingTest, TokenByTokenHasTheSameBitsAsTheFullForward) {
  for (uint32_t seed = 0; seed < 30; ++seed) {
    ExpectDecodingEqualsFullForward<TypeParam>(RandomExample(seed), 1);
  }
}

TYPED_TEST(DecodingTest, InChunksHasTheSameBitsAsTheFullForward) {
  for (uint32_t seed = 0; seed < 30; ++seed) {
    ExpectDecodingEqualsFullForward<TypeParam>(RandomExample(seed), 3);
  }
}

TYPED_TEST(DecodingTest, ALaterTokenDoesNotChangeAnEarlierOnesLogits) {
  using T = TypeParam;
  const Example example{
      .config = ModelConfig(), .vocab_size = 5, .tokens = {0, 1, 2, 3, 4}};
  const auto parameters = RandomParameters<T>(example, 1);
  KvCache<T> cache(example.config);
  Activations<T> activations(example.config, 5, 5);
  const std::vector<uint32_t> other = {0, 1, 2, 4, 0};
  const Matrix<T> logits =
      Forward<T>(parameters, example.tokens, 0, cache, activations);
  const std::vector<T> first(logits.data, logits.data + logits.size());
  const Matrix<T> changed =
      Forward<T>(parameters, other, 0, cache, activations);
  for (size_t i = 0; i < 3 * 5; ++i) EXPECT_EQ(changed.data[i], first[i]);
  EXPECT_NE(changed.row(3)[0], first[3 * 5]);
}

}  // namespace
}  // namespace microgpt
