// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_TRAINING_BACKPROPAGATION_H_
#define MICROGPT_CORE_TRAINING_BACKPROPAGATION_H_

#include <cstddef>
#include <span>

#include "core/kernels/optimizer_step.h"
#include "core/training/chunk.h"
#include "core/training/packed_layout.h"
#include "core/training/workspace.h"

namespace microgpt {

// The loss of a chunk summed over its positions, in nats: the reference
// algorithm's forward pass.
//   weights: PackedLayout's.
template <typename T>
double ChunkLoss(const PackedLayout& layout, const T* weights,
                 const Chunk& chunk, const WorkspaceArrays<T>& workspace);

// What becomes of a gradient.
enum class GradientUse {
  kStore,  // overwrites `gradient`
  kAdd,    // is added to it
  kMove,  // moves the weights at once, and `gradient` is scratch space: quicker
          // than kStore and MoveWeights for one short document
};

// Where a gradient goes to.
template <typename T>
struct GradientSink {
  GradientUse use;
  T* gradient;            // PackedLayout's
  OptimizerStep<T> step;  // step.values: the weights; of use to kMove
};

// The same, and the derivative of scale · loss by every weight.
template <typename T>
double ChunkGradient(const PackedLayout& layout, const T* weights,
                     const Chunk& chunk, T scale,
                     const WorkspaceArrays<T>& workspace,
                     const GradientSink<T>& sink);

// Moves the weights [begin, end) against gradients[0] + gradients[1] + …, added
// in this order. begin and end are multiples of a row's length.
template <typename T>
void MoveWeights(const OptimizerStep<T>& step,
                 std::span<const T* const> gradients, size_t begin, size_t end);

}  // namespace microgpt

#endif  // MICROGPT_CORE_TRAINING_BACKPROPAGATION_H_
