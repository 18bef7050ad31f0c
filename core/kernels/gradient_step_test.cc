// SPDX-License-Identifier: MIT
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/gradient_step_test.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
// After it:
#include "core/kernels/gradient_step-inl.h"
#include "core/kernels/simd_test.h"

#ifndef MICROGPT_CORE_KERNELS_GRADIENT_STEP_TEST_CALL_
#define MICROGPT_CORE_KERNELS_GRADIENT_STEP_TEST_CALL_
namespace microgpt {

// A step, from which GradientStep is to do the same as WeightGradient and then
// ParameterMover, which tests of their own hold to references. Rows have so
// many vectors of the target.
template <typename T>
struct GradientStepCall {
  size_t tokens, rows, stride, vectors_a_row;
  const T* a;
  const T* bt;
  OptimizerStep<T> step;
  size_t place;
};

}  // namespace microgpt
#endif  // MICROGPT_CORE_KERNELS_GRADIENT_STEP_TEST_CALL_

HWY_BEFORE_NAMESPACE();
namespace microgpt {
namespace HWY_NAMESPACE {

template <typename T>
void RunAtOnce(const GradientStepCall<T>& call) {
  const hn::ScalableTag<T> d;
  GradientStep(d, call.tokens, call.a, call.rows, call.stride, call.bt,
               call.vectors_a_row * hn::Lanes(d), call.step, call.place);
}
void AtOnceFloat(const GradientStepCall<float>& call) { RunAtOnce(call); }
void AtOnceDouble(const GradientStepCall<double>& call) { RunAtOnce(call); }

template <typename T>
void RunOneByOne(const GradientStepCall<T>& call) {
  const hn::ScalableTag<T> d;
  const ParameterMover<hn::ScalableTag<T>> mover(d, call.step);
  WeightGradient(d, call.tokens, call.a, call.rows, call.stride, call.bt,
                 call.vectors_a_row * hn::Lanes(d),
                 [&](auto, auto gradient, size_t place) {
                   mover.Move(d, gradient, call.place + place);
                 });
}
void OneByOneFloat(const GradientStepCall<float>& call) { RunOneByOne(call); }
void OneByOneDouble(const GradientStepCall<double>& call) { RunOneByOne(call); }

}  // namespace HWY_NAMESPACE
}  // namespace microgpt
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace microgpt {

HWY_EXPORT(AtOnceFloat);
HWY_EXPORT(AtOnceDouble);
HWY_EXPORT(OneByOneFloat);
HWY_EXPORT(OneByOneDouble);

namespace {

void AtOnce(const GradientStepCall<float>& call) {
  HWY_DYNAMIC_DISPATCH(AtOnceFloat)(call);
}
void AtOnce(const GradientStepCall<double>& call) {
  HWY_DYNAMIC_DISPATCH(AtOnceDouble)(call);
}
void OneByOne(const GradientStepCall<float>& call) {
  HWY_DYNAMIC_DISPATCH(OneByOneFloat)(call);
}
void OneByOne(const GradientStepCall<double>& call) {
  HWY_DYNAMIC_DISPATCH(OneByOneDouble)(call);
}

constexpr size_t kPlace = 64;  // of the matrix among the parameters
constexpr size_t kMostLanes = 16;

// Values, m and v after a step from random ones.
template <typename T, class F>
AlignedVector<T> After(size_t tokens, size_t rows, size_t vectors_a_row,
                       const F& compute) {
  const size_t stride = 48;
  const size_t parameters = kPlace + (rows * vectors_a_row + 4) * kMostLanes;
  SimdDice dice(static_cast<uint32_t>(tokens * 100 + rows));
  AlignedVector<T> a(rows * stride), bt(tokens * vectors_a_row * kMostLanes);
  AlignedVector<T> state(3 * parameters);
  for (AlignedVector<T>* numbers : {&a, &bt, &state}) {
    dice.Fill(std::span(*numbers));
  }
  T* m = state.data() + parameters;
  T* v = m + parameters;
  for (size_t i = 0; i < parameters; ++i) v[i] = std::abs(v[i]);
  compute(GradientStepCall<T>{.tokens = tokens,
                              .rows = rows,
                              .stride = stride,
                              .vectors_a_row = vectors_a_row,
                              .a = a.data(),
                              .bt = bt.data(),
                              .step = {.values = state.data(),
                                       .m = m,
                                       .v = v,
                                       .rate = T{0.25},
                                       .beta1 = T{0.875},
                                       .beta2 = T{0.75},
                                       .v_scale = T{0.5},
                                       .eps = T{1e-8}},
                              .place = kPlace});
  return state;
}

template <typename T>
class GradientStepTest : public ::testing::Test {};
using Precisions = ::testing::Types<float, double>;
TYPED_TEST_SUITE(GradientStepTest, Precisions);

// More tokens than a tile has vectors and fewer; parameters before and behind
// the matrix, which stay as they are.
TYPED_TEST(GradientStepTest, HasTheBitsOfTheGradientAndTheStepOneByOne) {
  using T = TypeParam;
  ForEachTarget([](int64_t) {
    for (size_t rows = 1; rows <= 20; ++rows) {
      for (size_t tokens = 1; tokens <= 34; ++tokens) {
        for (size_t vectors = 1; vectors <= 4; ++vectors) {
          const auto got =
              After<T>(tokens, rows, vectors,
                       [](const GradientStepCall<T>& call) { AtOnce(call); });
          const auto want =
              After<T>(tokens, rows, vectors,
                       [](const GradientStepCall<T>& call) { OneByOne(call); });
          ASSERT_EQ(got, want) << rows << " rows of " << vectors << " vectors, "
                               << tokens << " tokens";
        }
      }
    }
  });
}

}  // namespace
}  // namespace microgpt
#endif  // HWY_ONCE
