// SPDX-License-Identifier: MIT
#include "core/benchmark/work.h"

namespace microgpt::benchmark {

uint64_t MultipliedParameters(const ModelSettings& model, uint32_t vocab_size) {
  const uint64_t n_embd = model.n_embd;
  return 12 * model.n_layer * n_embd * n_embd + vocab_size * n_embd;
}

double TrainingFlops(const ModelSettings& model, uint32_t vocab_size,
                     uint32_t tokens) {
  const double t = tokens;
  const auto parameters =
      static_cast<double>(MultipliedParameters(model, vocab_size));
  const double attention = 1.0 * model.n_layer * model.n_embd * t * (t + 1);
  return 6 * (parameters * t + attention);
}

}  // namespace microgpt::benchmark
