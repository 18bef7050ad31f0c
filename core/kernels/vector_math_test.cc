// SPDX-License-Identifier: MIT
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/vector_math_test.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
// After it:
#include "core/kernels/simd_test.h"
#include "core/kernels/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace microgpt {
namespace HWY_NAMESPACE {

// In place; n: a multiple of 16.
template <typename T>
void RunExp(T* values, size_t n) {
  const hn::ScalableTag<T> d;
  for (size_t i = 0; i < n; i += hn::Lanes(d)) {
    hn::Store(ExpOfNegative(d, hn::Load(d, values + i)), d, values + i);
  }
}
void ExpFloats(float* values, size_t n) { RunExp(values, n); }
void ExpDoubles(double* values, size_t n) { RunExp(values, n); }

}  // namespace HWY_NAMESPACE
}  // namespace microgpt
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace microgpt {

HWY_EXPORT(ExpFloats);
HWY_EXPORT(ExpDoubles);

namespace {

void Exp(std::span<float> values) {
  HWY_DYNAMIC_DISPATCH(ExpFloats)(values.data(), values.size());
}
void Exp(std::span<double> values) {
  HWY_DYNAMIC_DISPATCH(ExpDoubles)(values.data(), values.size());
}

// Calls f(x, e^x as computed) for every `step`-th float from -0 down to
// `lowest`: negative floats are in order of their bits.
template <class F>
void ForFloatsDownTo(float lowest, uint32_t step, const F& f) {
  constexpr size_t kAtOnce = 4096;
  const auto bits_of = [](float x) { return std::bit_cast<uint32_t>(x); };
  AlignedVector<float> x(kAtOnce), y(kAtOnce);
  for (uint32_t next = bits_of(-0.0f); next <= bits_of(lowest);) {
    for (float& value : x) {
      value = std::bit_cast<float>(std::min(next, bits_of(lowest)));
      next += step;
    }
    y = x;
    Exp(std::span(y));
    for (size_t i = 0; i < kAtOnce; ++i) f(x[i], y[i]);
  }
}

// Every 499th of a thousand million floats.
TEST(ExpOfNegativeTest, OfFloatsIsRightToTwoInTenMillion) {
  ForEachTarget([](int64_t) {
    double worst = 0;
    ForFloatsDownTo(-87.0f, 499, [&](float x, float y) {
      const double want = std::exp(double{x});
      worst = std::max(worst, std::abs(y - want) / want);
    });
    EXPECT_LT(worst, 2e-7);
  });
}

// Where e^x has the most of ln 2 in it: sixteen neighbours of every 112.
TEST(ExpOfNegativeTest, OfFloatsIsAsRightBelowMinusSixtyFour) {
  ForEachTarget([](int64_t) {
    double worst = 0;
    AlignedVector<float> values(16);
    uint32_t next = std::bit_cast<uint32_t>(-64.0f);
    while (next <= std::bit_cast<uint32_t>(-87.0f)) {
      AlignedVector<float> x(16);
      for (float& value : x) value = std::bit_cast<float>(next++);
      values = x;
      Exp(std::span(values));
      for (size_t i = 0; i < 16 && x[i] >= -87.0f; ++i) {
        const double want = std::exp(double{x[i]});
        worst = std::max(worst, std::abs(values[i] - want) / want);
      }
      next += 16 * 7;
    }
    EXPECT_LT(worst, 2e-7);
  });
}

TEST(ExpOfNegativeTest, OfFloatsBelowMinus87IsThatOfMinus87) {
  ForEachTarget([](int64_t) {
    AlignedVector<float> lowest(16, -87.0f);
    Exp(std::span(lowest));
    AlignedVector<float> values(16, -std::numeric_limits<float>::infinity());
    values[0] = std::nextafter(-87.0f, -88.0f);
    values[1] = -88;
    values[2] = -1000;
    values[3] = -1e30f;
    values[4] = std::numeric_limits<float>::lowest();
    Exp(std::span(values));
    for (const float value : values) EXPECT_EQ(value, lowest[0]);
  });
}

TEST(ExpOfNegativeTest, OfZeroIsOneInBothPrecisions) {
  ForEachTarget([](int64_t) {
    AlignedVector<float> floats(16, 0.0f);
    AlignedVector<double> doubles(16, 0.0);
    Exp(std::span(floats));
    Exp(std::span(doubles));
    EXPECT_EQ(floats[3], 1);
    EXPECT_EQ(doubles[3], 1);
  });
}

TEST(ExpOfNegativeTest, OfDoublesIsRightToAUnitInTheLastPlace) {
  ForEachTarget([](int64_t) {
    SimdDice dice(1);
    AlignedVector<double> x(1 << 20);
    for (size_t i = 0; i < x.size(); ++i) {
      x[i] = -std::abs(dice.Real()) * (i % 2 == 0 ? 700 : 2);
    }
    AlignedVector<double> y = x;
    Exp(std::span(y));
    for (size_t i = 0; i < x.size(); ++i) {
      const double want = std::exp(x[i]);
      ASSERT_NEAR(y[i], want, 2 * 2 * kUnit<double> * want) << x[i];
    }
  });
}

TEST(ExpOfNegativeTest, TargetsThatRoundAlikeGiveTheSameBits) {
  ExpectTheSameBitsOnTargetsThatRoundAlike([] {
    SimdDice dice(1);
    AlignedVector<float> floats(1 << 16);
    AlignedVector<double> doubles(1 << 16);
    for (size_t i = 0; i < floats.size(); ++i) {
      doubles[i] = -90 * std::abs(dice.Real());
      floats[i] = static_cast<float>(doubles[i]);
    }
    Exp(std::span(floats));
    Exp(std::span(doubles));
    doubles.insert(doubles.end(), floats.begin(), floats.end());
    return doubles;
  });
}

}  // namespace
}  // namespace microgpt
#endif  // HWY_ONCE
