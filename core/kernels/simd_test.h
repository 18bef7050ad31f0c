// SPDX-License-Identifier: MIT
//
// What tests of SIMD code share. The code is reached through HWY_EXPORT; the
// checks are plain code, and run for one instruction set after the other.
#ifndef MICROGPT_CORE_KERNELS_SIMD_TEST_H_
#define MICROGPT_CORE_KERNELS_SIMD_TEST_H_

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "core/kernels/aligned.h"
#include "hwy/targets.h"

namespace microgpt {

// While it lives, dynamic dispatch takes this instruction set.
class OnTarget {
 public:
  explicit OnTarget(int64_t target) { hwy::SetSupportedTargetsForTest(target); }
  ~OnTarget() { hwy::SetSupportedTargetsForTest(0); }
  OnTarget(const OnTarget&) = delete;
  OnTarget& operator=(const OnTarget&) = delete;
};

// Calls f(target) on every instruction set that the binary has and the machine
// runs.
template <class F>
void ForEachTarget(const F& f) {
  for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    const OnTarget on(target);
    f(target);
    if (::testing::Test::HasFatalFailure()) return;
  }
}

// Whether a multiply-add is rounded once.
inline bool HasFusedMultiplyAdd(int64_t target) {
#if HWY_ARCH_X86
  return (target & (HWY_AVX2 | HWY_AVX3 | HWY_AVX3_DL)) != 0;
#else
  return target != HWY_SCALAR && target != HWY_EMU128;
#endif
}

// a · b + c as MulAdd of this target rounds it. In code compiled with
// -ffp-contract=off.
template <typename T>
T MultiplyAdd(int64_t target, T a, T b, T c) {
  if (HasFusedMultiplyAdd(target)) return std::fma(a, b, c);
  return a * b + c;
}

// Half of what separates 1 from the next number: the relative error of one
// rounding.
template <typename T>
inline constexpr double kUnit = std::numeric_limits<T>::epsilon() / 2;

// Expects compute(), a vector of numbers, to give the same bits on all targets
// that have a fused multiply-add, whatever the width of their vectors; and on
// all that have none. Skips the test in the end where there is but one of the
// former: it must be the last statement of a test.
template <class F>
void ExpectTheSameBitsOnTargetsThatRoundAlike(const F& compute) {
  using Numbers = decltype(compute());
  size_t fused_targets = 0;
  for (const bool fused : {false, true}) {
    Numbers first;
    std::string name;
    ForEachTarget([&](int64_t target) {
      if (HasFusedMultiplyAdd(target) != fused) return;
      fused_targets += fused;
      const Numbers numbers = compute();
      if (name.empty()) {
        first = numbers;
        name = hwy::TargetName(target);
        return;
      }
      ASSERT_EQ(numbers.size(), first.size());
      EXPECT_EQ(std::memcmp(numbers.data(), first.data(),
                            numbers.size() * sizeof(numbers[0])),
                0)
          << "other bits than on " << name;
    });
  }
  if (fused_targets < 2) {
    GTEST_SKIP() << "this machine has fewer than two instruction sets with a "
                    "fused multiply-add; those without agree";
  }
}

// Random shapes and numbers, the same on every machine.
class SimdDice {
 public:
  explicit SimdDice(uint32_t seed) : random_(seed) {}

  // min..max.
  size_t Number(size_t min, size_t max) {
    return min + random_() % (max - min + 1);
  }

  // Even in -1..1.
  double Real() { return random_() * 0x1p-31 - 1; }

  template <typename T>
  void Fill(std::span<T> values, double scale = 1) {
    for (T& value : values) value = static_cast<T>(scale * Real());
  }

 private:
  std::mt19937 random_;
};

// [rows, stride] values, a row longer than its columns by less than two cache
// lines. What is not given is NaN, so that whoever reads or writes it is seen.
template <typename T>
class Columns {
 public:
  Columns(size_t rows, size_t columns)
      : rows_(rows),
        columns_(columns),
        stride_(RoundUpToLine(columns) | 16),
        values_(rows * stride_, std::numeric_limits<T>::quiet_NaN()) {}
  Columns(size_t rows, size_t columns, SimdDice& dice, double scale = 1)
      : Columns(rows, columns) {
    for (size_t r = 0; r < rows; ++r) {
      dice.Fill(std::span(row(r), columns), scale);
    }
  }

  size_t rows() const { return rows_; }
  size_t columns() const { return columns_; }
  size_t stride() const { return stride_; }
  T* data() { return values_.data(); }
  const T* data() const { return values_.data(); }
  T* row(size_t r) { return data() + r * stride_; }
  T at(size_t r, size_t c) const { return values_[r * stride_ + c]; }

  // The columns that count, row by row.
  std::vector<T> Numbers() const {
    std::vector<T> numbers;
    for (size_t r = 0; r < rows_; ++r) {
      numbers.insert(numbers.end(), data() + r * stride_,
                     data() + r * stride_ + columns_);
    }
    return numbers;
  }

  // Nothing was written behind the vectors that hold the columns.
  void ExpectUntouchedFrom(size_t padded) const {
    for (size_t r = 0; r < rows_; ++r) {
      for (size_t c = padded; c < stride_; ++c) {
        ASSERT_TRUE(std::isnan(at(r, c))) << "row " << r << ", column " << c;
      }
    }
  }

 private:
  size_t rows_, columns_, stride_;
  AlignedVector<T> values_;
};

}  // namespace microgpt

#endif  // MICROGPT_CORE_KERNELS_SIMD_TEST_H_
