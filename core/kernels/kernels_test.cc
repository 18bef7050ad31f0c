// SPDX-License-Identifier: MIT
//
// Two questions for every kernel: does it compute what reference_kernels.h
// computes, in both precisions; and is every *Backward the derivative of its
// forward, by central differences in double. Outputs that a kernel promises to
// overwrite are NaN before it runs, the ones it accumulates into are random.
#include "core/kernels/kernels.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <random>
#include <vector>

#include "core/kernels/reference_kernels.h"

namespace microgpt {
namespace {

namespace reference = reference_kernels;

using ::testing::Each;
using ::testing::ElementsAre;

// |value - reference| ≤ kBound · (1 + |reference|), for sums of at most some
// 100 products of numbers around 1.
template <typename T>
constexpr double kBound = 0;
template <>
constexpr double kBound<float> = 1e-5;
template <>
constexpr double kBound<double> = 1e-14;

// A matrix that owns its values. It may begin `offset` values into its memory,
// to come at another alignment.
template <typename T>
struct Tensor {
  Tensor(size_t rows_, size_t cols_, T value = T{0}, size_t offset_ = 0)
      : memory(offset_ + rows_ * cols_, value),
        rows(rows_),
        cols(cols_),
        offset(offset_) {}

  Matrix<T> view() { return {memory.data() + offset, rows, cols}; }
  std::span<T> values() { return view().values(); }
  operator Matrix<T>() { return view(); }
  operator Matrix<const T>() { return view(); }

  template <typename U>
  Tensor<U> To() {
    Tensor<U> other(rows, cols);
    std::ranges::copy(values(), other.values().begin());
    return other;
  }

  std::vector<T> memory;
  size_t rows, cols, offset;
};

template <typename T>
Tensor<T> Unset(size_t rows, size_t cols, size_t offset = 0) {
  return Tensor<T>(rows, cols, std::numeric_limits<T>::quiet_NaN(), offset);
}

class Dice {
 public:
  explicit Dice(uint32_t seed) : random_(seed) {}

  size_t Size(size_t max) {
    return std::uniform_int_distribution<size_t>(1, max)(random_);
  }

  template <typename T>
  Tensor<T> Normal(size_t rows, size_t cols, size_t offset = 0) {
    std::normal_distribution<double> normal;
    Tensor<T> tensor(rows, cols, T{0}, offset);
    for (T& value : tensor.values()) value = static_cast<T>(normal(random_));
    return tensor;
  }

  std::vector<uint32_t> Tokens(size_t n, size_t vocab_size) {
    std::vector<uint32_t> tokens(n);
    for (uint32_t& token : tokens) {
      token = static_cast<uint32_t>(Size(vocab_size) - 1);
    }
    return tokens;
  }

 private:
  std::mt19937 random_;
};

template <typename T>
void ExpectNear(Tensor<T>& actual, Tensor<double>& expected) {
  ASSERT_EQ(actual.values().size(), expected.values().size());
  for (size_t i = 0; i < actual.values().size(); ++i) {
    const double want = expected.values()[i];
    ASSERT_NEAR(actual.values()[i], want, kBound<T> * (1 + std::abs(want)))
        << "at " << i;
  }
}

// Compares `derivative` with (f(x + h) - f(x - h)) / 2h for every value of x.
void ExpectDerivative(const std::function<double()>& f, Tensor<double>& x,
                      Tensor<double>& derivative) {
  constexpr double kStep = 1e-5;
  for (size_t i = 0; i < x.values().size(); ++i) {
    double& value = x.values()[i];
    const double at = value;
    value = at + kStep;
    const double above = f();
    value = at - kStep;
    const double below = f();
    value = at;
    const double want = (above - below) / (2 * kStep);
    ASSERT_NEAR(derivative.values()[i], want, 1e-7 * (1 + std::abs(want)))
        << "at " << i;
  }
}

double InnerProduct(Tensor<double>& a, Tensor<double>& b) {
  double sum = 0;
  for (size_t i = 0; i < a.values().size(); ++i) {
    sum += a.values()[i] * b.values()[i];
  }
  return sum;
}

constexpr uint32_t kRounds = 30;  // random shapes a test

template <typename T>
class KernelsTest : public ::testing::Test {};

using Precisions = ::testing::Types<float, double>;
TYPED_TEST_SUITE(KernelsTest, Precisions);

TYPED_TEST(KernelsTest, LinearAndItsBackwardEqualTheReference) {
  using T = TypeParam;
  for (uint32_t seed = 0; seed < kRounds; ++seed) {
    Dice dice(seed);
    const size_t n = dice.Size(19), cols = dice.Size(70), rows = dice.Size(70);
    auto x = dice.Normal<T>(n, cols), w = dice.Normal<T>(rows, cols);
    auto dy = dice.Normal<T>(n, rows), dw = dice.Normal<T>(rows, cols);
    auto y = Unset<T>(n, rows), dx = Unset<T>(n, cols);
    auto x2 = x.template To<double>(), w2 = w.template To<double>();
    auto dy2 = dy.template To<double>(), dw2 = dw.template To<double>();
    Tensor<double> y2(n, rows), dx2(n, cols);

    Linear<T>(x, w, y);
    reference::Linear(x2, w2, y2);
    ExpectNear(y, y2);

    LinearBackward<T>(dy, x, w, dx, dw);
    reference::LinearBackward(dy2, x2, w2, dx2, dw2);
    ExpectNear(dx, dx2);
    ExpectNear(dw, dw2);
  }
}

TYPED_TEST(KernelsTest, RmsNormAndItsBackwardEqualTheReference) {
  using T = TypeParam;
  for (uint32_t seed = 0; seed < kRounds; ++seed) {
    Dice dice(seed);
    const size_t n = dice.Size(19), cols = dice.Size(70);
    auto x = dice.Normal<T>(n, cols), dy = dice.Normal<T>(n, cols);
    auto dx = dice.Normal<T>(n, cols);
    auto y = Unset<T>(n, cols), scale = Unset<T>(1, n);
    auto x2 = x.template To<double>(), dy2 = dy.template To<double>();
    auto dx2 = dx.template To<double>();
    Tensor<double> y2(n, cols), scale2(1, n);

    RmsNorm<T>(x, y, scale.values());
    reference::RmsNorm(x2, y2, scale2.values());
    ExpectNear(y, y2);
    ExpectNear(scale, scale2);

    RmsNormBackward<T>(dy, y, scale.values(), dx);
    reference::RmsNormBackward(dy2, y2, scale2.values(), dx2);
    ExpectNear(dx, dx2);
  }
}

TYPED_TEST(KernelsTest, AttentionWithAPastEqualsTheReference) {
  using T = TypeParam;
  for (uint32_t seed = 0; seed < kRounds; ++seed) {
    Dice dice(seed);
    const size_t n_head = dice.Size(5), cols = n_head * dice.Size(11);
    const size_t n = dice.Size(13), rows = n + dice.Size(9) - 1;
    auto q = dice.Normal<T>(n, cols);
    auto k = dice.Normal<T>(rows, cols), v = dice.Normal<T>(rows, cols);
    auto weights = Unset<T>(n_head * n, rows), out = Unset<T>(n, cols);
    auto q2 = q.template To<double>();
    auto k2 = k.template To<double>(), v2 = v.template To<double>();
    Tensor<double> weights2(n_head * n, rows), out2(n, cols);

    Attention<T>(q, k, v, n_head, weights, out);
    reference::Attention(q2, k2, v2, n_head, weights2, out2);
    ExpectNear(weights, weights2);
    ExpectNear(out, out2);
  }
}

TYPED_TEST(KernelsTest, AttentionBackwardEqualsTheReference) {
  using T = TypeParam;
  for (uint32_t seed = 0; seed < kRounds; ++seed) {
    Dice dice(seed);
    const size_t n_head = dice.Size(5), cols = n_head * dice.Size(11);
    const size_t n = dice.Size(13);
    auto q = dice.Normal<T>(n, cols), k = dice.Normal<T>(n, cols);
    auto v = dice.Normal<T>(n, cols), dout = dice.Normal<T>(n, cols);
    Tensor<T> weights(n_head * n, n), out(n, cols);
    Attention<T>(q, k, v, n_head, weights, out);
    auto q2 = q.template To<double>(), k2 = k.template To<double>();
    auto v2 = v.template To<double>(), dout2 = dout.template To<double>();
    auto weights2 = weights.template To<double>();
    auto dq = Unset<T>(n, cols), dk = Unset<T>(n, cols);
    auto dv = Unset<T>(n, cols), scratch = Unset<T>(1, n);
    Tensor<double> dq2(n, cols), dk2(n, cols), dv2(n, cols);

    AttentionBackward<T>(dout, q, k, v, weights, n_head, scratch.values(), dq,
                         dk, dv);
    reference::AttentionBackward(dout2, q2, k2, v2, weights2, n_head, dq2, dk2,
                                 dv2);
    ExpectNear(dq, dq2);
    ExpectNear(dk, dk2);
    ExpectNear(dv, dv2);
  }
}

TYPED_TEST(KernelsTest, ElementwiseKernelsEqualTheReference) {
  using T = TypeParam;
  for (uint32_t seed = 0; seed < kRounds; ++seed) {
    Dice dice(seed);
    const size_t n = dice.Size(100);
    auto x = dice.Normal<T>(1, n), y = dice.Normal<T>(1, n);
    auto dx = dice.Normal<T>(1, n);
    auto x2 = x.template To<double>(), y2 = y.template To<double>();
    auto dx2 = dx.template To<double>();

    Add<T>(x.values(), y.values());
    reference::Add(x2.values(), y2.values());
    ExpectNear(y, y2);

    Relu<T>(x.values());
    reference::Relu(x2.values());
    ExpectNear(x, x2);

    ReluBackward<T>(x.values(), dx.values());
    reference::ReluBackward(x2.values(), dx2.values());
    ExpectNear(dx, dx2);
  }
}

TYPED_TEST(KernelsTest, CrossEntropyAndItsBackwardEqualTheReference) {
  using T = TypeParam;
  for (uint32_t seed = 0; seed < kRounds; ++seed) {
    Dice dice(seed);
    const size_t n = dice.Size(13), vocab_size = 1 + dice.Size(90);
    const auto targets = dice.Tokens(n, vocab_size);
    auto logits = dice.Normal<T>(n, vocab_size);
    auto p = Unset<T>(n, vocab_size);
    auto logits2 = logits.template To<double>();
    Tensor<double> p2(n, vocab_size);

    const double loss = CrossEntropy<T>(logits, targets, p);
    const double loss2 = reference::CrossEntropy(logits2, targets, p2);
    EXPECT_NEAR(loss, loss2, kBound<T> * (1 + loss2));
    ExpectNear(p, p2);

    CrossEntropyBackward<T>(targets, T{0.25}, p);
    reference::CrossEntropyBackward(targets, 0.25, p2);
    ExpectNear(p, p2);
  }
}

TYPED_TEST(KernelsTest, CrossEntropyMayOverwriteItsLogits) {
  using T = TypeParam;
  Dice dice(1);
  const auto targets = dice.Tokens(5, 17);
  auto logits = dice.Normal<T>(5, 17);
  auto p = Unset<T>(5, 17);
  const double loss = CrossEntropy<T>(logits, targets, p);
  EXPECT_EQ(CrossEntropy<T>(logits, targets, logits), loss);
  EXPECT_EQ(logits.memory, p.memory);
}

TYPED_TEST(KernelsTest, CrossEntropyIsFiniteWhereAProbabilityUnderflows) {
  using T = TypeParam;
  Tensor<T> logits(1, 2);
  logits.values()[0] = 5000;
  auto p = Unset<T>(1, 2);
  EXPECT_EQ(CrossEntropy<T>(logits, std::vector<uint32_t>{1}, p), 5000);
  EXPECT_THAT(p.memory, ElementsAre(1, 0));
  EXPECT_EQ(LogProbability<T>(logits.values(), 1), -5000);
}

TYPED_TEST(KernelsTest, LogProbabilityEqualsTheReference) {
  using T = TypeParam;
  Dice dice(1);
  auto logits = dice.Normal<T>(1, 101);
  auto logits2 = logits.template To<double>();
  for (uint32_t token = 0; token < 101; ++token) {
    EXPECT_NEAR(LogProbability<T>(logits.values(), token),
                reference::LogProbability(logits2.values(), token), 1e-14);
  }
}

constexpr AdamStepSettings kAdam = {.learning_rate = 0.01,
                                    .beta1 = 0.85,
                                    .beta2 = 0.99,
                                    .eps = 1e-8,
                                    .correction1 = 1 - 0.85 * 0.85,
                                    .correction2 = 1 - 0.99 * 0.99};

TYPED_TEST(KernelsTest, AdamStepEqualsTheReference) {
  using T = TypeParam;
  Dice dice(1);
  auto gradient = dice.Normal<T>(1, 101), m = dice.Normal<T>(1, 101);
  auto v = dice.Normal<T>(1, 101), value = dice.Normal<T>(1, 101);
  Relu<T>(v.values());
  auto gradient2 = gradient.template To<double>(), m2 = m.template To<double>();
  auto v2 = v.template To<double>(), value2 = value.template To<double>();

  AdamStep<T>(kAdam, gradient.values(), m.values(), v.values(), value.values());
  reference::AdamStep(kAdam, gradient2.values(), m2.values(), v2.values(),
                      value2.values());
  ExpectNear(m, m2);
  ExpectNear(v, v2);
  ExpectNear(value, value2);
}

TYPED_TEST(KernelsTest, AdamStepLeavesAParameterWithoutGradientAlone) {
  using T = TypeParam;
  AdamStepSettings settings = kAdam;
  settings.eps = 1e-300;  // 0 as a float
  Tensor<T> gradient(1, 3), m(1, 3), v(1, 3), value(1, 3, T{2});
  AdamStep<T>(settings, gradient.values(), m.values(), v.values(),
              value.values());
  EXPECT_THAT(value.memory, Each(2));
}

// The first steps of Adam are one learning rate long at most, however small the
// gradient and eps: also where the square of the gradient is 0 as a T.
TYPED_TEST(KernelsTest, AdamStepIsNoLongerThanTheRateForTheSmallestGradients) {
  using T = TypeParam;
  const int smallest = std::numeric_limits<T>::min_exponent10;
  for (int exponent = smallest; exponent <= 0; ++exponent) {
    AdamStepSettings settings = kAdam;
    settings.eps = std::pow(10, smallest);
    Tensor<T> m(1, 1), v(1, 1), value(1, 1);
    const T g = static_cast<T>(std::pow(10, exponent));
    for (int t = 1; t <= 20; ++t) {
      settings.correction1 = 1 - std::pow(settings.beta1, t);
      settings.correction2 = 1 - std::pow(settings.beta2, t);
      const T before = value.values()[0];
      AdamStep<T>(settings, Tensor<T>(1, 1, g).values(), m.values(), v.values(),
                  value.values());
      ASSERT_LE(before - value.values()[0], 1.01 * settings.learning_rate)
          << "gradient 1e" << exponent << ", step " << t;
    }
  }
}

// Without memory a step is rate · g / (g + eps): half a rate for an eps of g, a
// third for twice that.
TYPED_TEST(KernelsTest, AdamStepTakesAnEpsThatIsLargeEnoughAsItIs) {
  using T = TypeParam;
  for (const double factor : {1, 2}) {
    const T g = 1024 * std::sqrt(std::numeric_limits<T>::min());
    const AdamStepSettings settings = {.learning_rate = 1,
                                       .beta1 = 0,
                                       .beta2 = 0,
                                       .eps = factor * g,
                                       .correction1 = 1,
                                       .correction2 = 1};
    Tensor<T> gradient(1, 1, g), m(1, 1), v(1, 1), value(1, 1);
    AdamStep<T>(settings, gradient.values(), m.values(), v.values(),
                value.values());
    EXPECT_NEAR(value.values()[0], -1 / (1 + factor), 1e-6);
  }
}

TYPED_TEST(KernelsTest, SgdStepEqualsTheReference) {
  using T = TypeParam;
  Dice dice(1);
  auto gradient = dice.Normal<T>(1, 101), value = dice.Normal<T>(1, 101);
  auto gradient2 = gradient.template To<double>();
  auto value2 = value.template To<double>();
  SgdStep<T>(0.3, gradient.values(), value.values());
  reference::SgdStep(0.3, gradient2.values(), value2.values());
  ExpectNear(value, value2);
}

// Every kernel that sums, on tensors that begin `offset` values late.
template <typename T>
std::vector<T> SumsAtOffset(size_t offset) {
  constexpr size_t kTokens = 7, kCols = 33, kRows = 29, kHeads = 3;
  Dice dice(1);
  auto x = dice.Normal<T>(kTokens, kCols, offset);
  auto w = dice.Normal<T>(kRows, kCols, offset);
  auto dw = dice.Normal<T>(kRows, kCols, offset);
  auto y = Unset<T>(kTokens, kRows, offset);
  auto dx = Unset<T>(kTokens, kCols, offset);
  auto scale = Unset<T>(1, kTokens, offset);
  auto norm = Unset<T>(kTokens, kCols, offset);
  auto weights = Unset<T>(kHeads * kTokens, kTokens, offset);
  auto out = Unset<T>(kTokens, kCols, offset);
  auto scratch = Unset<T>(1, kTokens, offset);
  auto dq = Unset<T>(kTokens, kCols, offset);
  auto dk = Unset<T>(kTokens, kCols, offset);
  auto dv = Unset<T>(kTokens, kCols, offset);

  Linear<T>(x, w, y);
  LinearBackward<T>(y, x, w, dx, dw);
  RmsNorm<T>(x, norm, scale.values());
  Attention<T>(x, norm, dx, kHeads, weights, out);
  AttentionBackward<T>(out, x, norm, dx, weights, kHeads, scratch.values(), dq,
                       dk, dv);
  RmsNormBackward<T>(out, norm, scale.values(), dx);
  CrossEntropy<T>(y, dice.Tokens(kTokens, kRows), y);

  std::vector<T> sums;
  for (Tensor<T>* tensor :
       {&y, &dx, &dw, &norm, &weights, &out, &dq, &dk, &dv}) {
    sums.insert(sums.end(), tensor->values().begin(), tensor->values().end());
  }
  return sums;
}

TYPED_TEST(KernelsTest, SumsHaveTheSameBitsAtEveryAlignment) {
  const std::vector<TypeParam> sums = SumsAtOffset<TypeParam>(0);
  for (size_t offset = 1; offset < 8; ++offset) {
    EXPECT_EQ(SumsAtOffset<TypeParam>(offset), sums) << offset;
  }
}

// The order is part of the contract: for the sums, two machines agree by it.
TYPED_TEST(KernelsTest, LinearSumsOverEightLanesThenHalves) {
  using T = TypeParam;
  Dice dice(1);
  auto x = dice.Normal<T>(1, 21), w = dice.Normal<T>(1, 21);
  auto y = Unset<T>(1, 1);
  Linear<T>(x, w, y);
  T lane[8] = {};
  for (size_t i = 0; i < 21; ++i) {
    const T product = x.values()[i] * w.values()[i];
    lane[i % 8] += product;
  }
  EXPECT_EQ(y.values()[0], ((lane[0] + lane[4]) + (lane[2] + lane[6])) +
                               ((lane[1] + lane[5]) + (lane[3] + lane[7])));
}

TYPED_TEST(KernelsTest, ATokensAttentionHasTheSameBitsAloneAndAmongOthers) {
  using T = TypeParam;
  constexpr size_t kTokens = 9, kCols = 15, kHeads = 3;
  Dice dice(1);
  auto q = dice.Normal<T>(kTokens, kCols), k = dice.Normal<T>(kTokens, kCols);
  auto v = dice.Normal<T>(kTokens, kCols);
  Tensor<T> weights(kHeads * kTokens, kTokens), out(kTokens, kCols);
  Attention<T>(q, k, v, kHeads, weights, out);
  for (size_t t = 0; t < kTokens; ++t) {
    Tensor<T> weight(kHeads, t + 1), alone(1, kCols);
    Attention<T>(q.view().Rows(t, 1), k.view().Rows(0, t + 1),
                 v.view().Rows(0, t + 1), kHeads, weight, alone);
    for (size_t c = 0; c < kCols; ++c) {
      EXPECT_EQ(alone.values()[c], out.view().row(t)[c]);
    }
  }
}

TEST(KernelDerivativesTest, LinearBackwardIsTheDerivativeOfLinear) {
  for (uint32_t seed = 0; seed < kRounds; ++seed) {
    Dice dice(seed);
    const size_t n = dice.Size(5), cols = dice.Size(13), rows = dice.Size(13);
    auto x = dice.Normal<double>(n, cols), w = dice.Normal<double>(rows, cols);
    auto dy = dice.Normal<double>(n, rows);
    Tensor<double> y(n, rows), dx(n, cols), dw(rows, cols);
    LinearBackward<double>(dy, x, w, dx, dw);
    const auto f = [&] {
      Linear<double>(x, w, y);
      return InnerProduct(dy, y);
    };
    ExpectDerivative(f, x, dx);
    ExpectDerivative(f, w, dw);
  }
}

TEST(KernelDerivativesTest, RmsNormBackwardIsTheDerivativeOfRmsNorm) {
  for (uint32_t seed = 0; seed < kRounds; ++seed) {
    Dice dice(seed);
    const size_t n = dice.Size(5), cols = 1 + dice.Size(13);
    auto x = dice.Normal<double>(n, cols), dy = dice.Normal<double>(n, cols);
    Tensor<double> y(n, cols), dx(n, cols), scale(1, n);
    RmsNorm<double>(x, y, scale.values());
    RmsNormBackward<double>(dy, y, scale.values(), dx);
    const auto f = [&] {
      RmsNorm<double>(x, y, scale.values());
      return InnerProduct(dy, y);
    };
    ExpectDerivative(f, x, dx);
  }
}

TEST(KernelDerivativesTest, AttentionBackwardIsTheDerivativeOfAttention) {
  for (uint32_t seed = 0; seed < kRounds; ++seed) {
    Dice dice(seed);
    const size_t n_head = dice.Size(4), cols = n_head * dice.Size(5);
    const size_t n = dice.Size(7);
    auto q = dice.Normal<double>(n, cols), k = dice.Normal<double>(n, cols);
    auto v = dice.Normal<double>(n, cols), dout = dice.Normal<double>(n, cols);
    Tensor<double> weights(n_head * n, n), out(n, cols), scratch(1, n);
    Tensor<double> dq(n, cols), dk(n, cols), dv(n, cols);
    const auto f = [&] {
      Attention<double>(q, k, v, n_head, weights, out);
      return InnerProduct(dout, out);
    };
    f();
    AttentionBackward<double>(dout, q, k, v, weights, n_head, scratch.values(),
                              dq, dk, dv);
    ExpectDerivative(f, q, dq);
    ExpectDerivative(f, k, dk);
    ExpectDerivative(f, v, dv);
  }
}

TEST(KernelDerivativesTest, ReluBackwardIsTheDerivativeOfRelu) {
  Dice dice(1);
  auto x = dice.Normal<double>(1, 50), dy = dice.Normal<double>(1, 50);
  auto y = x, dx = dy;
  const auto f = [&] {
    y = x;
    Relu(y.values());
    return InnerProduct(dy, y);
  };
  f();
  ReluBackward(y.values(), dx.values());
  ExpectDerivative(f, x, dx);
}

TEST(KernelDerivativesTest, CrossEntropyBackwardIsTheDerivativeOfCrossEntropy) {
  for (uint32_t seed = 0; seed < kRounds; ++seed) {
    Dice dice(seed);
    const size_t n = dice.Size(5), vocab_size = 1 + dice.Size(13);
    const auto targets = dice.Tokens(n, vocab_size);
    auto logits = dice.Normal<double>(n, vocab_size);
    Tensor<double> p(n, vocab_size), dlogits(n, vocab_size);
    CrossEntropy<double>(logits, targets, dlogits);
    CrossEntropyBackward<double>(targets, 0.25, dlogits);
    const auto f = [&] {
      return 0.25 * CrossEntropy<double>(logits, targets, p);
    };
    ExpectDerivative(f, logits, dlogits);
  }
}

}  // namespace
}  // namespace microgpt
