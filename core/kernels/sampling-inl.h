// SPDX-License-Identifier: MIT
//
// Drawing tokens from the logits of columns. Per target: see linear-inl.h.
#if defined(MICROGPT_CORE_KERNELS_SAMPLING_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MICROGPT_CORE_KERNELS_SAMPLING_INL_H_
#undef MICROGPT_CORE_KERNELS_SAMPLING_INL_H_
#else
#define MICROGPT_CORE_KERNELS_SAMPLING_INL_H_
#endif

#include <cstddef>

#include "core/kernels/aligned.h"
#include "core/kernels/vector_math-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace microgpt {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// sums[r, c] = sum_{i ≤ r} exp((x[i, c] - max_i x[i, c]) · scale), for one
// vector of columns. x, sums: [rows, columns] with `stride`.
template <class D, typename T = hn::TFromD<D>>
HWY_INLINE void RunningSums(D d, size_t rows, const T* HWY_RESTRICT x,
                            size_t stride, T scale, T* HWY_RESTRICT sums) {
  using V = hn::Vec<D>;
  const V max = MaxOfRows(d, rows, x, stride);
  const V factor = hn::Set(d, scale);
  V sum = hn::Zero(d);
  for (size_t r = 0; r < rows; ++r) {
    const V logit = hn::Load(d, x + r * stride);
    sum = hn::Add(sum, ExpOfNegative(d, hn::Mul(hn::Sub(logit, max), factor)));
    hn::Store(sum, d, sums + r * stride);
  }
}

// log_sums[c] = log sum_r exp(x[r, c]) in double, for one vector of doubles'
// columns.
template <typename T>
HWY_INLINE void LogSums(size_t rows, const T* x, size_t stride,
                        double* log_sums) {
  const hn::ScalableTag<double> d;
  const hn::Rebind<T, decltype(d)> dt;
  using V = hn::Vec<decltype(d)>;
  const auto widen = [&](auto values) {
    if constexpr (sizeof(T) == sizeof(double)) {
      return values;
    } else {
      return hn::PromoteTo(d, values);
    }
  };
  const V max = widen(MaxOfRows(dt, rows, x, stride));
  V sum = hn::Zero(d);
  for (size_t r = 0; r < rows; ++r) {
    const V logit = widen(hn::Load(dt, x + r * stride));
    sum = hn::Add(sum, hn::Exp(d, hn::Sub(logit, max)));
  }
  hn::Store(hn::Add(max, hn::Log(d, sum)), d, log_sums);
}

// tokens[c] = how many of sums[r, c], r < rows - 1, are at most drawn[c]: the
// reference program's bisect_right. For one vector of columns.
template <class D, typename T = hn::TFromD<D>>
HWY_INLINE void FindDrawn(D d, size_t rows, const T* sums, size_t stride,
                          const T* drawn,
                          hn::TFromD<hn::RebindToSigned<D>>* tokens) {
  const hn::RebindToSigned<D> di;
  const auto border = hn::Load(d, drawn);
  auto count = hn::Zero(di);
  for (size_t r = 0; r + 1 < rows; ++r) {
    const auto passed = hn::Le(hn::Load(d, sums + r * stride), border);
    count = hn::Sub(count, hn::VecFromMask(di, hn::RebindMask(di, passed)));
  }
  hn::Store(count, di, tokens);
}

// How many of sums[0…rows - 2] are at most `drawn`, where they ascend, are
// rounded up to whole lines (RoundUpToLine) and infinite beyond `rows`.
template <class D, typename T = hn::TFromD<D>>
HWY_INLINE size_t FindInRow(D d, size_t rows, const T* sums, T drawn) {
  constexpr size_t kBlock = 16;
  const size_t lanes = hn::Lanes(d);
  size_t begin = 0, end = RoundUpToLine(rows);
  // Halves a long row until four blocks are left.
  while (end - begin > 4 * kBlock) {
    const size_t middle = begin + (end - begin) / (2 * kBlock) * kBlock;
    (sums[middle - 1] <= drawn ? begin : end) = middle;
  }
  const auto border = hn::Set(d, drawn);
  size_t passed = begin;
  for (size_t i = begin; i < end; i += lanes) {
    passed += hn::CountTrue(d, hn::Le(hn::Load(d, sums + i), border));
  }
  return HWY_MIN(passed, rows - 1);
}

}  // namespace HWY_NAMESPACE
}  // namespace microgpt
HWY_AFTER_NAMESPACE();

#endif  // MICROGPT_CORE_KERNELS_SAMPLING_INL_H_
