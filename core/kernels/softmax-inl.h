// SPDX-License-Identifier: MIT
//
// Softmax over the rows of columns. Per target: see linear-inl.h.
#if defined(MICROGPT_CORE_KERNELS_SOFTMAX_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MICROGPT_CORE_KERNELS_SOFTMAX_INL_H_
#undef MICROGPT_CORE_KERNELS_SOFTMAX_INL_H_
#else
#define MICROGPT_CORE_KERNELS_SOFTMAX_INL_H_
#endif

#include <cstddef>

#include "core/kernels/vector_math-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace microgpt {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// x[·, c] = weight[c] · softmax(x[·, c]) for one vector of columns, in place.
//   x: [rows, columns] with `stride`; log_sum[c] = log sum_r exp(x[r, c]).
template <class D, typename T = hn::TFromD<D>>
HWY_NOINLINE void WeightedSoftmax(D d, size_t rows, const T* weight, T* x,
                                  size_t stride, T* log_sum) {
  using V = hn::Vec<D>;
  const V max = MaxOfRows(d, rows, x, stride);
  V sum = hn::Zero(d);
  for (size_t r = 0; r < rows; ++r) {
    T* at = x + r * stride;
    const V power = ExpOfNegative(d, hn::Sub(hn::Load(d, at), max));
    sum = hn::Add(sum, power);
    hn::Store(power, d, at);
  }
  hn::Store(hn::Add(max, hn::Log(d, sum)), d, log_sum);
  const V factor = hn::Div(hn::Load(d, weight), sum);
  for (size_t r = 0; r < rows; ++r) {
    T* at = x + r * stride;
    hn::Store(hn::Mul(factor, hn::Load(d, at)), d, at);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace microgpt
HWY_AFTER_NAMESPACE();

#endif  // MICROGPT_CORE_KERNELS_SOFTMAX_INL_H_
