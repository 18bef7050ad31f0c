// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_MODEL_ACTIVATIONS_H_
#define MICROGPT_CORE_MODEL_ACTIVATIONS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/kernels/matrix.h"
#include "core/model/config.h"

namespace microgpt {

// What Forward leaves behind for its n tokens, and Backward needs: every
// intermediate result of every layer, in one arena that is reused from call to
// call, so that neither allocates. Not thread-safe.
template <typename T>
class Activations {
 public:
  struct Layer {
    Matrix<T> attn_norm;      // [n, n_embd]
    std::span<T> attn_scale;  // [n], the norm's
    Matrix<T> q;              // [n, n_embd]; k and v stand in the KV cache
    Matrix<T> weights;        // [n_head · n, past + n], row h · n + t
    Matrix<T> heads;          // [n, n_embd], attention's output before attn_wo
    Matrix<T> mlp_norm;       // [n, n_embd]
    std::span<T> mlp_scale;   // [n]
    Matrix<T> hidden;         // [n, 4·n_embd], after ReLU
  };

  // Borrowed from the arena, until the next Reshape().
  struct Views {
    Matrix<T> embedding_norm;      // [n, n_embd]
    std::span<T> embedding_scale;  // [n]
    std::vector<Layer> layers;
    Matrix<T> x;       // [n, n_embd], the residual stream after the last layer
    Matrix<T> logits;  // [n, vocab_size]

    // Forward's and Backward's scratch space.
    Matrix<T> branch;             // [n, n_embd], to be added to a sum
    Matrix<T> dx, dnorm, dheads;  // [n, n_embd]
    Matrix<T> dq, dk, dv;         // [n, n_embd]
    Matrix<T> dhidden;            // [n, 4·n_embd]
    std::span<T> dweights;        // [n]
  };

  // Room for at most max_tokens tokens a call: 1..block_size. The only place
  // that allocates.
  Activations(const ModelConfig& config, uint32_t vocab_size,
              size_t max_tokens);
  Activations(const Activations&) = delete;
  Activations& operator=(const Activations&) = delete;

  // How many bytes such an object takes, without making it.
  static uint64_t Bytes(const ModelConfig& config, uint32_t vocab_size,
                        size_t max_tokens);

  size_t max_tokens() const { return max_tokens_; }
  size_t n_head() const { return config_->n_head; }

  // The views for n = tokens tokens after `past` others. What they show is
  // what happens to stand in the arena.
  const Views& Reshape(size_t tokens, size_t past);
  const Views& views() const { return views_; }

 private:
  ModelConfig config_;
  uint32_t vocab_size_;
  size_t max_tokens_;
  std::vector<T> values_;
  Views views_;
};

}  // namespace microgpt

#endif  // MICROGPT_CORE_MODEL_ACTIVATIONS_H_
