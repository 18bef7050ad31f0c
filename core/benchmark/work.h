// SPDX-License-Identifier: MIT
//
// How much arithmetic training takes: what measured times are compared with.
#ifndef MICROGPT_CORE_BENCHMARK_WORK_H_
#define MICROGPT_CORE_BENCHMARK_WORK_H_

#include <cstdint>

#include "core/model/config.h"

namespace microgpt::benchmark {

// Weights that stand in matrix products: 12·E² a layer and lm_head's V·E. The
// tables wte and wpe are looked up, not multiplied.
uint64_t MultipliedParameters(const ModelSettings& model, uint32_t vocab_size);

// Floating-point operations of one document with T predicted tokens, forward
// and backward, computed in full: a multiplication and an addition for each
// weight and token, and twice as many backward; attention, where position t
// reads t + 1 keys and as many values, likewise:
//
//   6 · multiplied parameters · T  +  6 · n_layer · n_embd · T · (T + 1)
//
// Norms, activations, softmax and the optimizer are not counted; nor is it
// credited or charged when documents share what they have in common.
double TrainingFlops(const ModelSettings& model, uint32_t vocab_size,
                     uint32_t tokens);

}  // namespace microgpt::benchmark

#endif  // MICROGPT_CORE_BENCHMARK_WORK_H_
