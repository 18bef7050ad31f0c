// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_MODEL_SCALAR_AUTOGRAD_H_
#define MICROGPT_CORE_MODEL_SCALAR_AUTOGRAD_H_

#include <cstdint>
#include <span>
#include <vector>

#include "core/model/parameters.h"

namespace microgpt {

struct LossAndGradient {
  double loss;                   // mean over the positions, nats
  std::vector<double> gradient;  // of the loss, in the parameters' order
};

// Loss and gradient of one document by core/reference/microgpt.cc, which
// applies the chain rule to one sum and one product at a time. For tests; not
// thread-safe.
//   tokens: inputs and, a place further, targets; 2..block_size + 1.
LossAndGradient ScalarAutograd(const ModelConfig& config,
                               const Parameters<double>& parameters,
                               std::span<const uint32_t> tokens);

}  // namespace microgpt

#endif  // MICROGPT_CORE_MODEL_SCALAR_AUTOGRAD_H_
