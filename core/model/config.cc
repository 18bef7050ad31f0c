// SPDX-License-Identifier: MIT
#include "core/model/config.h"

#include <fmt/format.h>

#include <string_view>

#include "core/errors/errors.h"
#include "core/errors/ranges.h"

namespace microgpt {
namespace {

// 0 ≤ value < 1.
absl::Status CheckBeta(std::string_view field, double value) {
  if (value >= 1) {
    return FieldError(field, fmt::format("{} is not below 1", value));
  }
  return CheckRange(field, value, 0, 1);
}

}  // namespace

absl::Status ModelSettings::Validate() const {
  MICROGPT_RETURN_IF_ERROR(CheckRange("n_layer", n_layer, 1, kMaxLayers));
  MICROGPT_RETURN_IF_ERROR(CheckRange("n_embd", n_embd, 1, 1024));
  MICROGPT_RETURN_IF_ERROR(CheckRange("n_head", n_head, 1, 64));
  MICROGPT_RETURN_IF_ERROR(CheckRange("block_size", block_size, 1, 1024));
  if (n_embd % n_head != 0) {
    return FieldError("n_embd", fmt::format("{} is not a multiple of n_head {}",
                                            n_embd, n_head));
  }
  return absl::OkStatus();
}

absl::Status TrainingSettings::Validate() const {
  MICROGPT_RETURN_IF_ERROR(CheckRange("steps", steps, 1, 1'000'000));
  MICROGPT_RETURN_IF_ERROR(CheckRange("batch_size", batch_size, 1, 4096));
  MICROGPT_RETURN_IF_ERROR(CheckPositive("learning_rate", learning_rate, 10));
  MICROGPT_RETURN_IF_ERROR(CheckRange("validation", validation, 0, 0.5));
  MICROGPT_RETURN_IF_ERROR(CheckBeta("beta1", beta1));
  MICROGPT_RETURN_IF_ERROR(CheckBeta("beta2", beta2));
  MICROGPT_RETURN_IF_ERROR(CheckPositive("eps", eps, 1));
  MICROGPT_RETURN_IF_ERROR(CheckRange("init_std", init_std, 0, 10));
  return CheckRange("threads", threads, 1, kMaxThreads);
}

double DefaultLearningRate(Optimizer optimizer) {
  return optimizer == Optimizer::kSgd ? 0.1 : 0.01;
}

uint64_t CountParameters(const ModelConfig& config, uint32_t vocab_size) {
  const uint64_t n_embd = config->n_embd;
  return 2 * vocab_size * n_embd + config->block_size * n_embd +
         12 * config->n_layer * n_embd * n_embd;
}

}  // namespace microgpt
