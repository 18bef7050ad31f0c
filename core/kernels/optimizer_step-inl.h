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

// Moves parameters against their gradient, a vector at a time. Square root and
// division are exact: approximations make a training drift from the reference
// program's.
template <class D>
class ParameterMover {
 public:
  using T = hn::TFromD<D>;
  using V = hn::Vec<D>;

  ParameterMover(D d, const OptimizerStep<T>& step)
      : step_(step),
        rate_(hn::Set(d, step.rate)),
        beta1_(hn::Set(d, step.beta1)),
        beta2_(hn::Set(d, step.beta2)),
        v_scale_(hn::Set(d, step.v_scale)),
        eps_(hn::Set(d, step.eps)) {}

  // Moves the values that begin at `place`.
  HWY_INLINE void Move(D d, V gradient, size_t place) const {
    T* HWY_RESTRICT values = step_.values + place;
    const V value = hn::Load(d, values);
    if (step_.m == nullptr) {  // SGD
      hn::Store(hn::NegMulAdd(rate_, gradient, value), d, values);
      return;
    }
    T* HWY_RESTRICT m_place = step_.m + place;
    T* HWY_RESTRICT v_place = step_.v + place;
    const V m = hn::MulAdd(beta1_, hn::Load(d, m_place), gradient);
    const V v =
        hn::MulAdd(beta2_, hn::Load(d, v_place), hn::Mul(gradient, gradient));
    hn::Store(m, d, m_place);
    hn::Store(v, d, v_place);
    const V divisor = hn::MulAdd(hn::Sqrt(v), v_scale_, eps_);
    hn::Store(hn::NegMulAdd(rate_, hn::Div(m, divisor), value), d, values);
  }

 private:
  const OptimizerStep<T> step_;
  const V rate_, beta1_, beta2_, v_scale_, eps_;
};

}  // namespace HWY_NAMESPACE
}  // namespace microgpt
HWY_AFTER_NAMESPACE();

#endif  // MICROGPT_CORE_KERNELS_OPTIMIZER_STEP_INL_H_
