// SPDX-License-Identifier: MIT
//
// RMSNorm of columns and its derivative. Per target: see linear-inl.h.
#if defined(MICROGPT_CORE_KERNELS_RMS_NORM_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MICROGPT_CORE_KERNELS_RMS_NORM_INL_H_
#undef MICROGPT_CORE_KERNELS_RMS_NORM_INL_H_
#else
#define MICROGPT_CORE_KERNELS_RMS_NORM_INL_H_
#endif

#include <cstddef>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace microgpt {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// y[·, c] = x[·, c] · scale[c], scale[c] = 1 / sqrt(mean(x[·, c]²) + 1e-5), for
// kVectors vectors of columns. x, y: [rows, columns] with `stride`; y may be x.
template <size_t kVectors, class D, class Rows, typename T = hn::TFromD<D>>
HWY_NOINLINE void RmsNorm(D d, Rows rows, const T* x, size_t stride, T* y,
                          T* scale) {
  using V = hn::Vec<D>;
  const size_t lanes = hn::Lanes(d);
  V sum[kVectors];
  HWY_UNROLL(4) for (size_t j = 0; j < kVectors; ++j) sum[j] = hn::Zero(d);
  for (size_t r = 0; r < rows; ++r) {
    HWY_UNROLL(4) for (size_t j = 0; j < kVectors; ++j) {
      const V value = hn::Load(d, x + r * stride + j * lanes);
      sum[j] = hn::MulAdd(value, value, sum[j]);
    }
  }
  const V one = hn::Set(d, T{1});
  const V share = hn::Set(d, T{1} / static_cast<T>(size_t{rows}));
  const V eps = hn::Set(d, static_cast<T>(1e-5));
  HWY_UNROLL(4) for (size_t j = 0; j < kVectors; ++j) {
    sum[j] = hn::Div(one, hn::Sqrt(hn::MulAdd(sum[j], share, eps)));
    hn::Store(sum[j], d, scale + j * lanes);
  }
  for (size_t r = 0; r < rows; ++r) {
    HWY_UNROLL(4) for (size_t j = 0; j < kVectors; ++j) {
      const size_t at = r * stride + j * lanes;
      hn::Store(hn::Mul(sum[j], hn::Load(d, x + at)), d, y + at);
    }
  }
}

// dx[·, c] = residual[·, c] + scale[c] · (dy[·, c] - y[·, c] · mean(dy · y)):
// the derivative of RmsNorm, of which y and scale are the outputs, and what
// reaches x past it. residual nullptr: nothing does. dx may be dy or residual.
template <size_t kVectors, class D, class Rows, typename T = hn::TFromD<D>>
HWY_NOINLINE void RmsNormBackward(D d, Rows rows, const T* dy, const T* y,
                                  const T* scale, const T* residual,
                                  size_t stride, T* dx) {
  using V = hn::Vec<D>;
  const size_t lanes = hn::Lanes(d);
  V sum[kVectors], factor[kVectors];
  HWY_UNROLL(4) for (size_t j = 0; j < kVectors; ++j) sum[j] = hn::Zero(d);
  for (size_t r = 0; r < rows; ++r) {
    HWY_UNROLL(4) for (size_t j = 0; j < kVectors; ++j) {
      const size_t at = r * stride + j * lanes;
      sum[j] = hn::MulAdd(hn::Load(d, dy + at), hn::Load(d, y + at), sum[j]);
    }
  }
  const V share = hn::Set(d, T{1} / static_cast<T>(size_t{rows}));
  HWY_UNROLL(4) for (size_t j = 0; j < kVectors; ++j) {
    factor[j] = hn::Load(d, scale + j * lanes);
    sum[j] = hn::Mul(hn::Mul(sum[j], share), factor[j]);
  }
  for (size_t r = 0; r < rows; ++r) {
    HWY_UNROLL(4) for (size_t j = 0; j < kVectors; ++j) {
      const size_t at = r * stride + j * lanes;
      V result = hn::Mul(factor[j], hn::Load(d, dy + at));
      result = hn::NegMulAdd(hn::Load(d, y + at), sum[j], result);
      if (residual != nullptr) {
        result = hn::Add(result, hn::Load(d, residual + at));
      }
      hn::Store(result, d, dx + at);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace microgpt
HWY_AFTER_NAMESPACE();

#endif  // MICROGPT_CORE_KERNELS_RMS_NORM_INL_H_
