// SPDX-License-Identifier: MIT
#include "core/training/optimizer.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace microgpt {

double LearningRate(const TrainingConfig& config, uint32_t step) {
  return config->learning_rate *
         (1 - static_cast<double>(step) / config->steps);
}

template <typename T>
OptimizerOf<T>::OptimizerOf(const TrainingConfig& config, size_t parameters)
    : config_(config) {
  if (config->optimizer == Optimizer::kSgd) return;
  m_.resize(parameters);
  v_.resize(parameters);
}

template <typename T>
uint64_t OptimizerOf<T>::Bytes(const TrainingConfig& config,
                               uint64_t parameters) {
  if (config->optimizer == Optimizer::kSgd) return sizeof(OptimizerOf);
  return sizeof(OptimizerOf) + 2 * parameters * sizeof(T);
}

template <typename T>
OptimizerStep<T> OptimizerOf<T>::Step(uint32_t step, T* values) {
  OptimizerStep<T> result = {};
  result.values = values;
  const double rate = LearningRate(config_, step);
  if (config_->optimizer == Optimizer::kSgd) {
    result.rate = static_cast<T>(rate);
    return result;
  }
  const double beta1 = config_->beta1, beta2 = config_->beta2;
  result.m = m_.data();
  result.v = v_.data();
  result.rate =
      static_cast<T>(rate * (1 - beta1) / (1 - std::pow(beta1, step + 1)));
  result.beta1 = static_cast<T>(beta1);
  result.beta2 = static_cast<T>(beta2);
  result.v_scale =
      static_cast<T>(std::sqrt((1 - beta2) / (1 - std::pow(beta2, step + 1))));
  // The square of a gradient below this vanishes, and nothing else would be
  // left to divide its mean by.
  result.eps = std::max(static_cast<T>(config_->eps),
                        std::sqrt(std::numeric_limits<T>::min()));
  return result;
}

template class OptimizerOf<float>;
template class OptimizerOf<double>;

}  // namespace microgpt
