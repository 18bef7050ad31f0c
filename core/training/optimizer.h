// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_TRAINING_OPTIMIZER_H_
#define MICROGPT_CORE_TRAINING_OPTIMIZER_H_

#include <cstddef>
#include <cstdint>

#include "core/kernels/aligned.h"
#include "core/kernels/optimizer_step.h"
#include "core/model/config.h"

namespace microgpt {

// The rate of a step, counted from 0: learning_rate · (1 - step / steps).
double LearningRate(const TrainingConfig& config, uint32_t step);

// What the optimizer that `config` names has to remember from step to step. Not
// thread-safe.
template <typename T>
class OptimizerOf {
 public:
  // For so many parameters. The only place that allocates.
  OptimizerOf(const TrainingConfig& config, size_t parameters);

  // How many bytes such an object takes, without making it.
  static uint64_t Bytes(const TrainingConfig& config, uint64_t parameters);

  // Step `step` (counted from 0) of `values`, one a parameter, at
  // LearningRate(config, step). Every step must be done, in order.
  OptimizerStep<T> Step(uint32_t step, T* values);

 private:
  TrainingConfig config_;
  AlignedVector<T> m_, v_;  // Adam's moments
};

}  // namespace microgpt

#endif  // MICROGPT_CORE_TRAINING_OPTIMIZER_H_
