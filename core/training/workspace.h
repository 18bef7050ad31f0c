// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_TRAINING_WORKSPACE_H_
#define MICROGPT_CORE_TRAINING_WORKSPACE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/kernels/aligned.h"
#include "core/model/config.h"
#include "core/training/chunk.h"

namespace microgpt {

// The arrays that computing a chunk forward and backward leaves behind and
// needs: [rows, stride], a column a token. Those of row_length rows are as high
// as PackedLayout's rows are long; what stands in the rows above n_embd is
// nobody's.
template <typename T>
struct WorkspaceArrays {
  struct Layer {
    T* attn_norm;   // [row_length], rmsnorm(x)
    T* attn_scale;  // [1], the norm's
    T* qkv;         // [3·n_embd]
    T* weights;     // attention-inl.h's, vector by vector of queries
    T* heads;       // [row_length], attention's output before attn_wo
    T* mlp_norm;    // [row_length]
    T* mlp_scale;   // [1]
    T* hidden;      // [4·n_embd], after ReLU
  };

  // From row to row: an odd multiple of a cache line, so that rows do not
  // compete for the same places of the cache.
  size_t stride;

  T* embedding_norm;   // [row_length]
  T* embedding_scale;  // [1]
  std::vector<Layer> layers;
  T* x;        // [row_length], the residual stream
  T* logits;   // [vocab_size], then their derivative
  T* weight;   // [1], of a column's loss in the mean
  T* log_sum;  // [1], log sum exp(logits)

  T* dx;       // [row_length], the derivative by the residual stream
  T* dnorm;    // [row_length]
  T* dheads;   // [n_embd]
  T* dqkv;     // [3·n_embd]
  T* dhidden;  // [4·n_embd]

  T* transposed;         // [stride, row_length], of what is needed next
  T* transposed_dx;      // [stride, row_length], by the MLP block's output
  T* dscores;            // as `weights`, of the queries at hand
  T* transposed_scores;  // of one vector of queries
};

// Such arrays for chunks up to a limit, in one arena. Not thread-safe.
template <typename T>
class Workspace {
 public:
  // The only place that allocates.
  Workspace(const ModelConfig& config, uint32_t vocab_size,
            const ChunkLimits& limits);

  // How many bytes such an object takes, without making it.
  static uint64_t Bytes(const ModelConfig& config, uint32_t vocab_size,
                        const ChunkLimits& limits);

  // The arrays for so many columns, close together. What they show is what
  // happens to stand in the arena. Borrowed until the next call.
  const WorkspaceArrays<T>& Arrange(size_t columns);

 private:
  ModelConfig config_;
  uint32_t vocab_size_;
  ChunkLimits limits_;
  WorkspaceArrays<T> arrays_;
  AlignedVector<T> values_;
};

}  // namespace microgpt

#endif  // MICROGPT_CORE_TRAINING_WORKSPACE_H_
