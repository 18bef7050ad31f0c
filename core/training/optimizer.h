// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_TRAINING_OPTIMIZER_H_
#define MICROGPT_CORE_TRAINING_OPTIMIZER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "core/model/config.h"

namespace microgpt {

// The rate of a step, counted from 0: learning_rate · (1 - step / steps).
double LearningRate(const TrainingConfig& config, uint32_t step);

// Moves parameters against their gradient, and keeps what it has to remember
// for that from step to step. Not thread-safe.
template <typename T>
class OptimizerOf {
 public:
  // The optimizer that `config` names, for so many parameters. The only place
  // that allocates.
  static std::unique_ptr<OptimizerOf> Create(const TrainingConfig& config,
                                             size_t parameters);
  virtual ~OptimizerOf() = default;

  // How many bytes such an object takes, without making it.
  static uint64_t Bytes(const TrainingConfig& config, uint64_t parameters);

  // Updates `values` at LearningRate(config, step). Steps come in order, from
  // 0; both spans have a value a parameter.
  virtual void Step(uint32_t step, std::span<const T> gradient,
                    std::span<T> values) = 0;
};

}  // namespace microgpt

#endif  // MICROGPT_CORE_TRAINING_OPTIMIZER_H_
