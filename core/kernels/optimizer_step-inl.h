// SPDX-License-Identifier: MIT
//
// One step of an optimizer on a vector of parameters. Per target: see
// linear-inl.h.
#if defined(MICROGPT_CORE_KERNELS_OPTIMIZER_STEP_INL_H_) == \
    defined(HWY_TARGET_TOGGLE)
#ifdef MICROGPT_CORE_KERNELS_OPTIMIZER_STEP_INL_H_
#undef MICROGPT_CORE_KERNELS_OPTIMIZER_STEP_INL_H_
#else
#define MICROGPT_CORE_KERNELS_OPTIMIZER_STEP_INL_H_
#endif

#include <cstddef>

#include "core/kernels/optimizer_step.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace microgpt {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Moves values[place…] against their gradient. Square root and division are
// exact: approximations make a training drift from the reference program's.
template <class D, class V = hn::Vec<D>, typename T = hn::TFromD<D>>
HWY_INLINE void MoveParameters(D d, const OptimizerStep<T>& step, V gradient,
                               size_t place) {
  T* values = step.values + place;
  const V value = hn::Load(d, values);
  if (step.m == nullptr) {  // SGD
    const V moved = hn::NegMulAdd(hn::Set(d, step.rate), gradient, value);
    return hn::Store(moved, d, values);
  }
  const V m = hn::MulAdd(hn::Set(d, step.beta1), hn::Load(d, step.m + place),
                         gradient);
  const V v = hn::MulAdd(hn::Set(d, step.beta2), hn::Load(d, step.v + place),
                         hn::Mul(gradient, gradient));
  hn::Store(m, d, step.m + place);
  hn::Store(v, d, step.v + place);
  const V divisor =
      hn::MulAdd(hn::Sqrt(v), hn::Set(d, step.v_scale), hn::Set(d, step.eps));
  hn::Store(
      hn::NegMulAdd(hn::Set(d, step.rate), hn::Div(m, divisor), value), d,
      values);
}

}  // namespace HWY_NAMESPACE
}  // namespace microgpt
HWY_AFTER_NAMESPACE();

#endif  // MICROGPT_CORE_KERNELS_OPTIMIZER_STEP_INL_H_
