// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_MODEL_NETWORK_H_
#define MICROGPT_CORE_MODEL_NETWORK_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/kernels/matrix.h"
#include "core/model/activations.h"
#include "core/model/config.h"
#include "core/model/parameters.h"

namespace microgpt {

// The keys and values of the positions seen so far, for every layer: k and v
// are [block_size, n_embd]. Not thread-safe.
template <typename T>
class KvCache {
 public:
  explicit KvCache(const ModelConfig& config);

  // How many bytes such an object takes, without making it.
  static uint64_t Bytes(const ModelConfig& config);

  Matrix<T> k(size_t layer);
  Matrix<T> v(size_t layer);

 private:
  static size_t Count(const ModelConfig& config);

  size_t block_size_, n_embd_;
  std::vector<T> values_;
};

// Runs `tokens` at positions past, past + 1, … through the model: the
// reference algorithm's `gpt` for several tokens at once. Reads positions below
// `past` from the cache and writes the new ones into it. One token at a time
// gives the same bits as all at once.
//   tokens: 1..activations.max_tokens(), past + tokens.size() ≤ block_size.
// Answers the logits, [tokens, vocab_size], borrowed from `activations` until
// its next use.
template <typename T>
Matrix<T> Forward(const Parameters<T>& parameters,
                  std::span<const uint32_t> tokens, size_t past,
                  KvCache<T>& cache, Activations<T>& activations);

// Accumulates into `gradient` the derivative of a loss by every parameter,
// after Forward(parameters, tokens, 0, cache, activations).
//   dlogits: [tokens, vocab_size], the derivative by the logits; may be the
//   matrix that Forward answered.
template <typename T>
void Backward(const Parameters<T>& parameters, std::span<const uint32_t> tokens,
              Matrix<const T> dlogits, KvCache<T>& cache,
              Activations<T>& activations, Parameters<T>& gradient);

}  // namespace microgpt

#endif  // MICROGPT_CORE_MODEL_NETWORK_H_
