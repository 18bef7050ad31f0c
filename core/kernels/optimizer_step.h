// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_KERNELS_OPTIMIZER_STEP_H_
#define MICROGPT_CORE_KERNELS_OPTIMIZER_STEP_H_

namespace microgpt {

// One step of Adam (Kingma & Ba, 2015, algorithm 1) or SGD, over parameters
// whose gradient becomes known piece by piece.
//
// m and v are kept without the factors 1 - beta1 and 1 - beta2: m = beta1 · m +
// g, v = beta2 · v + g². What they lack to be unbiased means stands in `rate`
// and `v_scale`:
//   value -= rate · m / (v_scale · sqrt(v) + eps)
//   rate = learning_rate · (1 - beta1) / (1 - beta1^t)
//   v_scale = sqrt((1 - beta2) / (1 - beta2^t)),   t the step, from 1
// SGD: m and v are nullptr, and value -= rate · g.
template <typename T>
struct OptimizerStep {
  T* values;
  T* m;
  T* v;
  T rate;
  T beta1, beta2;
  T v_scale;
  T eps;
};

}  // namespace microgpt

#endif  // MICROGPT_CORE_KERNELS_OPTIMIZER_STEP_H_
