// SPDX-License-Identifier: MIT
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/softmax_test.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
// After it:
#include "core/kernels/simd_test.h"
#include "core/kernels/softmax-inl.h"

#ifndef MICROGPT_CORE_KERNELS_SOFTMAX_TEST_CALLS_
#define MICROGPT_CORE_KERNELS_SOFTMAX_TEST_CALLS_
namespace microgpt {

template <typename T>
struct SoftmaxCall {
  size_t rows, columns, stride;
  const T* weight;
  T *x, *log_sum;
};

}  // namespace microgpt
#endif  // MICROGPT_CORE_KERNELS_SOFTMAX_TEST_CALLS_

HWY_BEFORE_NAMESPACE();
namespace microgpt {
namespace HWY_NAMESPACE {

template <typename T>
void RunSoftmax(const SoftmaxCall<T>& call) {
  const hn::ScalableTag<T> d;
  for (size_t c = 0; c < call.columns; c += hn::Lanes(d)) {
    WeightedSoftmax(d, call.rows, call.weight + c, call.x + c, call.stride,
                    call.log_sum + c);
  }
}
void SoftmaxFloat(const SoftmaxCall<float>& call) { RunSoftmax(call); }
void SoftmaxDouble(const SoftmaxCall<double>& call) { RunSoftmax(call); }

}  // namespace HWY_NAMESPACE
}  // namespace microgpt
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace microgpt {

HWY_EXPORT(SoftmaxFloat);
HWY_EXPORT(SoftmaxDouble);

namespace {

void Softmax(const SoftmaxCall<float>& call) {
  HWY_DYNAMIC_DISPATCH(SoftmaxFloat)(call);
}
void Softmax(const SoftmaxCall<double>& call) {
  HWY_DYNAMIC_DISPATCH(SoftmaxDouble)(call);
}

// The relative error of an exponential whose argument is exact.
template <typename T>
constexpr double kExpError = 4 * kUnit<double>;
template <>
constexpr double kExpError<float> = 2e-7;

template <typename T>
struct SoftmaxExample {
  // Numbers in -range/2..range/2.
  SoftmaxExample(size_t rows, size_t columns, double range_of_x, uint32_t seed)
      : range(range_of_x),
        dice(seed),
        before(rows, columns, dice, range / 2),
        x(before),
        weight(1, columns, dice),
        log_sum(1, columns) {}

  void Compute() {
    Softmax({x.rows(), x.columns(), x.stride(), weight.data(), x.data(),
             log_sum.data()});
  }

  // Rounding x - max is as bad as so many units of the result; then there are
  // the exponentials, their sum and two roundings, once above and once below
  // the line.
  void Check() const {
    const double rows = static_cast<double>(x.rows());
    const double error = 2 * kExpError<T> + (rows + 2 * range + 6) * kUnit<T>;
    for (size_t c = 0; c < x.columns(); ++c) {
      double max = before.at(0, c), sum = 0;
      for (size_t r = 1; r < x.rows(); ++r) {
        max = std::max<double>(max, before.at(r, c));
      }
      for (size_t r = 0; r < x.rows(); ++r) {
        sum += std::exp(before.at(r, c) - max);
      }
      const double log = max + std::log(sum);
      ASSERT_NEAR(log_sum.at(0, c), log,
                  error + 4 * kUnit<T> * (std::abs(max) + std::abs(log)));
      for (size_t r = 0; r < x.rows(); ++r) {
        const double want =
            weight.at(0, c) * std::exp(before.at(r, c) - max) / sum;
        ASSERT_NEAR(x.at(r, c), want, error * std::abs(want))
            << "row " << r << ", column " << c;
      }
    }
  }

  double range;
  SimdDice dice;
  Columns<T> before, x, weight, log_sum;
};

template <typename T>
class WeightedSoftmaxTest : public ::testing::Test {};
using Precisions = ::testing::Types<float, double>;
TYPED_TEST_SUITE(WeightedSoftmaxTest, Precisions);

TYPED_TEST(WeightedSoftmaxTest, EqualsTheReferenceForEveryHeight) {
  ForEachTarget([](int64_t) {
    uint32_t seed = 0;
    for (const double range : {0.1, 4.0, 80.0}) {
      for (size_t rows = 1; rows <= 100; ++rows, ++seed) {
        SCOPED_TRACE(testing::Message() << rows << " rows");
        SoftmaxExample<TypeParam> example(rows, 1 + seed * 7 % 50, range, seed);
        example.Compute();
        example.Check();
        if (testing::Test::HasFatalFailure()) return;
      }
    }
  });
}

TYPED_TEST(WeightedSoftmaxTest, AVocabularyOfThousandsEqualsTheReference) {
  ForEachTarget([](int64_t) {
    SoftmaxExample<TypeParam> example(2345, 19, 20, 1);
    example.Compute();
    example.Check();
  });
}

// However large logits are the loss, log_sum less the logit, stays finite.
TYPED_TEST(WeightedSoftmaxTest, IsFiniteWhereAnExponentialUnderflows) {
  ForEachTarget([](int64_t) {
    SoftmaxExample<TypeParam> example(3, 16, 1, 1);
    for (size_t c = 0; c < 16; ++c) {
      example.x.row(0)[c] = 5000;
      example.x.row(1)[c] = -5000;
      example.x.row(2)[c] = 0;
    }
    example.Compute();
    for (size_t c = 0; c < 16; ++c) {
      EXPECT_EQ(example.log_sum.at(0, c), 5000);
      EXPECT_EQ(example.x.at(0, c), example.weight.at(0, c));
      EXPECT_NEAR(example.x.at(1, c), 0, 1e-37);
      EXPECT_NEAR(example.x.at(2, c), 0, 1e-37);
    }
  });
}

TYPED_TEST(WeightedSoftmaxTest, AWeightOfZeroGivesZero) {
  ForEachTarget([](int64_t) {
    SoftmaxExample<TypeParam> example(7, 16, 4, 1);
    std::fill_n(example.weight.data(), 16, 0);
    example.Compute();
    for (const TypeParam value : example.x.Numbers()) EXPECT_EQ(value, 0);
  });
}

TYPED_TEST(WeightedSoftmaxTest, TargetsThatRoundAlikeGiveTheSameBits) {
  ExpectTheSameBitsOnTargetsThatRoundAlike([] {
    SoftmaxExample<TypeParam> example(91, 101, 20, 1);
    example.Compute();
    std::vector<TypeParam> numbers = example.x.Numbers();
    const std::vector<TypeParam> sums = example.log_sum.Numbers();
    numbers.insert(numbers.end(), sums.begin(), sums.end());
    return numbers;
  });
}

}  // namespace
}  // namespace microgpt
#endif  // HWY_ONCE
