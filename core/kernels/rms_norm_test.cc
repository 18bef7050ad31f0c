// SPDX-License-Identifier: MIT
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/rms_norm_test.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
// After it:
#include "core/kernels/linear-inl.h"
#include "core/kernels/rms_norm-inl.h"
#include "core/kernels/simd_test.h"

#ifndef MICROGPT_CORE_KERNELS_RMS_NORM_TEST_CALLS_
#define MICROGPT_CORE_KERNELS_RMS_NORM_TEST_CALLS_
namespace microgpt {

template <typename T>
struct NormCall {
  size_t rows, columns, stride;
  const T* x;
  T *y, *scale;
  // For the derivative.
  const T *dy, *residual;
  T* dx;
};

}  // namespace microgpt
#endif  // MICROGPT_CORE_KERNELS_RMS_NORM_TEST_CALLS_

HWY_BEFORE_NAMESPACE();
namespace microgpt {
namespace HWY_NAMESPACE {

// Over all columns, as many vectors at once as products take.
template <typename T>
void RunNorm(bool backward, const NormCall<T>& call) {
  const hn::ScalableTag<T> d;
  const size_t lanes = hn::Lanes(d);
  size_t c = 0;
  const auto panel = [&](auto vectors) {
    if (!backward) {
      return RmsNorm<vectors>(d, call.rows, call.x + c, call.stride, call.y + c,
                              call.scale + c);
    }
    RmsNormBackward<vectors>(
        d, call.rows, call.dy + c, call.y + c, call.scale + c,
        call.residual == nullptr ? nullptr : call.residual + c, call.stride,
        call.dx + c);
  };
  while (c < call.columns) {
    const size_t left = (call.columns - c + lanes - 1) / lanes;
    const size_t vectors = left < kTileVectors ? left : kTileVectors;
    WithConstant<kTileVectors>(vectors, panel);
    c += vectors * lanes;
  }
}
void NormFloat(bool backward, const NormCall<float>& call) {
  RunNorm(backward, call);
}
void NormDouble(bool backward, const NormCall<double>& call) {
  RunNorm(backward, call);
}
size_t NormLanesFloat() { return hn::Lanes(hn::ScalableTag<float>()); }
size_t NormLanesDouble() { return hn::Lanes(hn::ScalableTag<double>()); }

}  // namespace HWY_NAMESPACE
}  // namespace microgpt
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace microgpt {

HWY_EXPORT(NormFloat);
HWY_EXPORT(NormDouble);
HWY_EXPORT(NormLanesFloat);
HWY_EXPORT(NormLanesDouble);

namespace {

void Norm(bool backward, const NormCall<float>& call) {
  HWY_DYNAMIC_DISPATCH(NormFloat)(backward, call);
}
void Norm(bool backward, const NormCall<double>& call) {
  HWY_DYNAMIC_DISPATCH(NormDouble)(backward, call);
}
template <typename T>
size_t Lanes() {
  if (sizeof(T) == sizeof(float)) return HWY_DYNAMIC_DISPATCH(NormLanesFloat)();
  return HWY_DYNAMIC_DISPATCH(NormLanesDouble)();
}

// Numbers around 1, and columns of small ones for which the 1e-5 counts.
template <typename T>
struct NormExample {
  NormExample(size_t rows, size_t columns, uint32_t seed)
      : dice(seed),
        x(rows, columns, dice),
        y(rows, columns),
        scale(1, columns),
        dy(rows, columns, dice),
        residual(rows, columns, dice),
        dx(rows, columns),
        call{rows,         columns,   x.stride(),      x.data(), y.data(),
             scale.data(), dy.data(), residual.data(), dx.data()} {
    for (size_t c = 0; c < columns; c += 3) {
      for (size_t r = 0; r < rows; ++r) x.row(r)[c] *= T{0.003f};
    }
  }

  void Check() const {
    const size_t lanes = Lanes<T>();
    const size_t padded = (call.columns + lanes - 1) / lanes * lanes;
    for (const auto* array : {&y, &scale, &dx}) {
      array->ExpectUntouchedFrom(padded);
    }
    for (size_t c = 0; c < call.columns; ++c) {
      CheckForward(c);
      CheckBackward(c);
    }
  }

  // Every rounding of a sum of squares, which are all positive, counts half.
  void CheckForward(size_t c) const {
    double squares = 0;
    for (size_t r = 0; r < call.rows; ++r) {
      squares += double{x.at(r, c)} * x.at(r, c);
    }
    const double n = static_cast<double>(call.rows);
    const double want = 1 / std::sqrt(squares / n + 1e-5);
    const double bound = (n + 10) * kUnit<T>;
    ASSERT_NEAR(scale.at(0, c), want, bound * want) << "column " << c;
    for (size_t r = 0; r < call.rows; ++r) {
      const double value = x.at(r, c) * want;
      ASSERT_NEAR(y.at(r, c), value, bound * std::abs(value))
          << "row " << r << ", column " << c;
    }
  }

  void CheckBackward(size_t c) const {
    double mean = 0, size = 0;
    const double n = static_cast<double>(call.rows);
    for (size_t r = 0; r < call.rows; ++r) {
      const double product = double{dy.at(r, c)} * y.at(r, c) / n;
      mean += product;
      size += std::abs(product);
    }
    for (size_t r = 0; r < call.rows; ++r) {
      const double past = call.residual == nullptr ? 0 : residual.at(r, c);
      const double factor = scale.at(0, c);
      const double want = past + factor * (dy.at(r, c) - y.at(r, c) * mean);
      const double terms =
          std::abs(past) +
          factor * (std::abs(dy.at(r, c)) + std::abs(y.at(r, c)) * size);
      ASSERT_NEAR(dx.at(r, c), want, 2 * (n + 4) * kUnit<T> * terms)
          << "row " << r << ", column " << c;
    }
  }

  SimdDice dice;
  Columns<T> x, y, scale, dy, residual, dx;
  NormCall<T> call;
};

template <typename T>
class RmsNormTest : public ::testing::Test {};
using Precisions = ::testing::Types<float, double>;
TYPED_TEST_SUITE(RmsNormTest, Precisions);

TYPED_TEST(RmsNormTest, AndItsBackwardEqualTheReferenceForEverySize) {
  ForEachTarget([](int64_t) {
    for (size_t rows = 1; rows <= 70; ++rows) {
      for (size_t columns = 1; columns <= 50; ++columns) {
        SCOPED_TRACE(testing::Message()
                     << rows << " rows, " << columns << " columns");
        NormExample<TypeParam> example(
            rows, columns, static_cast<uint32_t>(rows * 100 + columns));
        if (columns % 4 == 0) example.call.residual = nullptr;
        Norm(false, example.call);
        Norm(true, example.call);
        example.Check();
        if (testing::Test::HasFatalFailure()) return;
      }
    }
  });
}

TYPED_TEST(RmsNormTest, MayOverwriteWhatItReads) {
  ForEachTarget([](int64_t) {
    NormExample<TypeParam> example(19, 37, 1);
    Norm(false, example.call);
    Norm(true, example.call);
    auto in_place = example.x, dy = example.dy, residual = example.residual;
    NormCall<TypeParam> call = example.call;
    call.x = call.y = in_place.data();
    Norm(false, call);
    EXPECT_EQ(in_place.Numbers(), example.y.Numbers());
    call = example.call;
    call.dy = call.dx = dy.data();
    Norm(true, call);
    EXPECT_EQ(dy.Numbers(), example.dx.Numbers());
    call = example.call;
    call.residual = call.dx = residual.data();
    Norm(true, call);
    EXPECT_EQ(residual.Numbers(), example.dx.Numbers());
  });
}

TYPED_TEST(RmsNormTest, OfZerosIsZeroAndItsScaleFinite) {
  ForEachTarget([](int64_t) {
    NormExample<TypeParam> example(5, 16, 1);
    for (size_t r = 0; r < 5; ++r) std::fill_n(example.x.row(r), 16, 0);
    Norm(false, example.call);
    for (size_t c = 0; c < 16; ++c) {
      EXPECT_EQ(example.y.at(4, c), 0);
      EXPECT_NEAR(example.scale.at(0, c), std::sqrt(1e5), 1e-4);
    }
  });
}

TYPED_TEST(RmsNormTest, TargetsThatRoundAlikeGiveTheSameBits) {
  ExpectTheSameBitsOnTargetsThatRoundAlike([] {
    NormExample<TypeParam> example(67, 101, 1);
    Norm(false, example.call);
    Norm(true, example.call);
    std::vector<TypeParam> numbers = example.y.Numbers();
    for (const auto* more : {&example.scale, &example.dx}) {
      const std::vector<TypeParam> values = more->Numbers();
      numbers.insert(numbers.end(), values.begin(), values.end());
    }
    return numbers;
  });
}

}  // namespace
}  // namespace microgpt
#endif  // HWY_ONCE
