// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_TRAINING_NORMS_H_
#define MICROGPT_CORE_TRAINING_NORMS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/kernels/optimizer_step.h"
#include "core/training/packed_layout.h"

namespace microgpt {

// L2 norms of one tensor at one step.
struct TensorNorms {
  double gradient = 0;   // of the batch's mean loss
  double parameter = 0;  // of the weights, after the step
  double update = 0;     // of what the step changed in them
};

// The steps of a training, counted from 1 and ascending, at which norms are
// worth taking: all, if there are at most 64; else clamp(steps / 16, 64, 512)
// of them, evenly spaced from the first to the last.
std::vector<uint32_t> NormSteps(uint32_t steps);

// Moves the weights of one tensor as MoveWeights does, to the same bits, and
// measures them. Squares are summed in double, in an order that depends on the
// layout alone. Allocates nothing.
template <typename T>
TensorNorms MoveAndMeasure(const PackedLayout& layout,
                           const PackedLayout::Rows& tensor,
                           const OptimizerStep<T>& step,
                           std::span<const T* const> gradients);

}  // namespace microgpt

#endif  // MICROGPT_CORE_TRAINING_NORMS_H_
