// SPDX-License-Identifier: MIT
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/optimizer_step_test.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
// After it:
#include "core/kernels/optimizer_step-inl.h"
#include "core/kernels/simd_test.h"

HWY_BEFORE_NAMESPACE();
namespace microgpt {
namespace HWY_NAMESPACE {

// [0, n) of the parameters, n a multiple of 16.
template <typename T>
void RunMove(const OptimizerStep<T>& step, const T* gradient, size_t n) {
  const hn::ScalableTag<T> d;
  const ParameterMover<hn::ScalableTag<T>> mover(d, step);
  for (size_t i = 0; i < n; i += hn::Lanes(d)) {
    mover.Move(d, hn::Load(d, gradient + i), i);
  }
}
void MoveFloats(const OptimizerStep<float>& step, const float* gradient,
                size_t n) {
  RunMove(step, gradient, n);
}
void MoveDoubles(const OptimizerStep<double>& step, const double* gradient,
                 size_t n) {
  RunMove(step, gradient, n);
}

}  // namespace HWY_NAMESPACE
}  // namespace microgpt
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace microgpt {

HWY_EXPORT(MoveFloats);
HWY_EXPORT(MoveDoubles);

namespace {

void Move(const OptimizerStep<float>& step, std::span<const float> gradient) {
  HWY_DYNAMIC_DISPATCH(MoveFloats)(step, gradient.data(), gradient.size());
}
void Move(const OptimizerStep<double>& step, std::span<const double> gradient) {
  HWY_DYNAMIC_DISPATCH(MoveDoubles)(step, gradient.data(), gradient.size());
}

constexpr size_t kParameters = 16 * 9;

template <typename T>
OptimizerStep<T> AdamAt(int t, double beta1, double beta2, T* values, T* m,
                        T* v) {
  return {.values = values,
          .m = m,
          .v = v,
          .rate = static_cast<T>(0.01 * (1 - beta1) / (1 - std::pow(beta1, t))),
          .beta1 = static_cast<T>(beta1),
          .beta2 = static_cast<T>(beta2),
          .v_scale =
              static_cast<T>(std::sqrt((1 - beta2) / (1 - std::pow(beta2, t)))),
          .eps = static_cast<T>(1e-8)};
}

// Ten steps from random values, whose last values it answers.
template <typename T>
AlignedVector<T> TenAdamSteps() {
  SimdDice dice(1);
  AlignedVector<T> values(kParameters), m(kParameters), v(kParameters);
  AlignedVector<T> gradient(kParameters);
  dice.Fill(std::span(values));
  for (int t = 1; t <= 10; ++t) {
    dice.Fill(std::span(gradient));
    Move(AdamAt(t, 0.85, 0.99, values.data(), m.data(), v.data()), gradient);
  }
  return values;
}

// Adam as it is published, in double. t: the step, from 1.
void AdamInDouble(int t, double beta1, double beta2,
                  std::span<const double> gradient, std::span<double> m,
                  std::span<double> v, std::span<double> values) {
  for (size_t i = 0; i < values.size(); ++i) {
    m[i] = beta1 * m[i] + (1 - beta1) * gradient[i];
    v[i] = beta2 * v[i] + (1 - beta2) * gradient[i] * gradient[i];
    const double m_hat = m[i] / (1 - std::pow(beta1, t));
    const double v_hat = v[i] / (1 - std::pow(beta2, t));
    values[i] -= 0.01 * m_hat / (std::sqrt(v_hat) + 1e-8);
  }
}

template <typename T>
class ParameterMoverTest : public ::testing::Test {};
using Precisions = ::testing::Types<float, double>;
TYPED_TEST_SUITE(ParameterMoverTest, Precisions);

// Gradients of every size, zero among them: m, v and the values.
TYPED_TEST(ParameterMoverTest, ByAdamEqualsTheReferenceStepAfterStep) {
  using T = TypeParam;
  ForEachTarget([](int64_t) {
    SimdDice dice(1);
    AlignedVector<T> values(kParameters), m(kParameters), v(kParameters);
    AlignedVector<T> gradient(kParameters);
    dice.Fill(std::span(values));
    std::vector<double> values2(values.begin(), values.end());
    std::vector<double> m2(kParameters), v2(kParameters);
    const double beta1 = T{0.875}, beta2 = T{0.984375};  // exact in float
    for (int t = 1; t <= 20; ++t) {
      dice.Fill(std::span(gradient));
      for (size_t i = 0; i < kParameters; ++i) {
        gradient[i] *= static_cast<T>(std::pow(10, i % 5) * 1e-4);
        if (i % 17 == 0) gradient[i] = 0;
      }
      Move(AdamAt(t, beta1, beta2, values.data(), m.data(), v.data()),
           gradient);
      const std::vector<double> gradient2(gradient.begin(), gradient.end());
      AdamInDouble(t, beta1, beta2, gradient2, m2, v2, values2);
      for (size_t i = 0; i < kParameters; ++i) {
        ASSERT_NEAR((1 - beta1) * m[i], m2[i], 64 * kUnit<T>) << i;
        ASSERT_NEAR((1 - beta2) * v[i], v2[i], 64 * kUnit<T>) << i;
        // Every step is rounded once, and is about 0.01 long.
        ASSERT_NEAR(values[i], values2[i], t * 2 * kUnit<T>) << i;
      }
    }
  });
}

TYPED_TEST(ParameterMoverTest, ByAdamLeavesAParameterWithoutGradientAlone) {
  using T = TypeParam;
  ForEachTarget([](int64_t) {
    AlignedVector<T> values(16, T{2}), m(16), v(16), gradient(16);
    Move(AdamAt(1, 0.85, 0.99, values.data(), m.data(), v.data()), gradient);
    for (const T value : values) EXPECT_EQ(value, 2);
  });
}

TYPED_TEST(ParameterMoverTest, BySgdEqualsTheReference) {
  using T = TypeParam;
  ForEachTarget([](int64_t) {
    SimdDice dice(1);
    AlignedVector<T> values(kParameters), gradient(kParameters);
    dice.Fill(std::span(values));
    dice.Fill(std::span(gradient));
    std::vector<double> want(values.begin(), values.end());
    const std::vector<double> gradient2(gradient.begin(), gradient.end());
    OptimizerStep<T> step = {};
    step.values = values.data();
    step.rate = T{0.375};
    Move(step, gradient);
    for (size_t i = 0; i < kParameters; ++i) {
      want[i] -= 0.375 * gradient2[i];
      ASSERT_NEAR(values[i], want[i], 4 * kUnit<T>) << i;
    }
  });
}

TYPED_TEST(ParameterMoverTest, TargetsThatRoundAlikeGiveTheSameBits) {
  ExpectTheSameBitsOnTargetsThatRoundAlike(
      [] { return TenAdamSteps<TypeParam>(); });
}

}  // namespace
}  // namespace microgpt
#endif  // HWY_ONCE
