// SPDX-License-Identifier: MIT
#include "core/training/optimizer.h"

#include <cmath>
#include <vector>

#include "core/kernels/kernels.h"

namespace microgpt {
namespace {

template <typename T>
class Adam final : public OptimizerOf<T> {
 public:
  Adam(const TrainingConfig& config, size_t parameters)
      : config_(config), m_(parameters), v_(parameters) {}

  void Step(uint32_t step, std::span<const T> gradient,
            std::span<T> values) override {
    const double beta1 = config_->beta1, beta2 = config_->beta2;
    const AdamStepSettings settings = {
        .learning_rate = LearningRate(config_, step),
        .beta1 = beta1,
        .beta2 = beta2,
        .eps = config_->eps,
        .correction1 = 1 - std::pow(beta1, step + 1),
        .correction2 = 1 - std::pow(beta2, step + 1)};
    AdamStep<T>(settings, gradient, m_, v_, values);
  }

 private:
  TrainingConfig config_;
  std::vector<T> m_, v_;  // running means of the gradient and of its square
};

template <typename T>
class Sgd final : public OptimizerOf<T> {
 public:
  explicit Sgd(const TrainingConfig& config) : config_(config) {}

  void Step(uint32_t step, std::span<const T> gradient,
            std::span<T> values) override {
    SgdStep<T>(LearningRate(config_, step), gradient, values);
  }

 private:
  TrainingConfig config_;
};

}  // namespace

double LearningRate(const TrainingConfig& config, uint32_t step) {
  return config->learning_rate *
         (1 - static_cast<double>(step) / config->steps);
}

template <typename T>
std::unique_ptr<OptimizerOf<T>> OptimizerOf<T>::Create(
    const TrainingConfig& config, size_t parameters) {
  if (config->optimizer == Optimizer::kSgd) {
    return std::make_unique<Sgd<T>>(config);
  }
  return std::make_unique<Adam<T>>(config, parameters);
}

template <typename T>
uint64_t OptimizerOf<T>::Bytes(const TrainingConfig& config,
                               uint64_t parameters) {
  if (config->optimizer == Optimizer::kSgd) return sizeof(Sgd<T>);
  return sizeof(Adam<T>) + 2 * parameters * sizeof(T);
}

template class OptimizerOf<float>;
template class OptimizerOf<double>;

}  // namespace microgpt
