// SPDX-License-Identifier: MIT
#include "core/training/workspace.h"

#include <algorithm>

#include "core/training/chunk.h"

namespace microgpt {
namespace {

constexpr size_t kMostLanes = 16;  // of the widest vectors

// Values that attention keeps for one head. Of a single document: for every
// vector of queries the keys up to its end, and one more. Of several: a vector
// of documents at a time, of which the longest counts.
size_t WeightsPerHead(const ChunkLimits& limits) {
  const size_t t = limits.longest;
  if (limits.documents == 1) {
    const size_t rounded = RoundUpToLine(t);
    return rounded * (rounded + kMostLanes) / 2 + (rounded + kMostLanes);
  }
  return (t + 3) * (kMostLanes * t + limits.positions) / 2;
}

// Deals `values` out, or, given nullptr, only counts them.
template <typename T>
size_t Lay(const ModelConfig& config, uint32_t vocab_size,
           const ChunkLimits& limits, T* values, WorkspaceArrays<T>& a) {
  const size_t columns =
      Chunk::MaxColumns(limits.documents, limits.positions);
  // Documents in lanes are read a vector at a time, beyond the last one.
  const size_t lines = columns / 16 + (limits.documents > 1 ? 1 : 0);
  a.stride = 16 * (lines | 1);
  const size_t n_embd = config->n_embd;
  const size_t row_length = RoundUpToLine(n_embd);
  size_t taken = 0;
  const auto take = [&](size_t count) {
    T* begin = values == nullptr ? nullptr : values + taken;
    taken += RoundUpToLine(count);
    return begin;
  };
  const auto take_rows = [&](size_t rows) { return take(rows * a.stride); };
  a.embedding_norm = take_rows(row_length);
  a.embedding_scale = take_rows(1);
  a.layers.resize(config->n_layer);
  for (auto& layer : a.layers) {
    layer.attn_norm = take_rows(row_length);
    layer.attn_scale = take_rows(1);
    layer.qkv = take_rows(3 * n_embd);
    layer.weights = take(config->n_head * WeightsPerHead(limits));
    layer.heads = take_rows(row_length);
    layer.mlp_norm = take_rows(row_length);
    layer.mlp_scale = take_rows(1);
    layer.hidden = take_rows(4 * n_embd);
  }
  a.x = take_rows(row_length);
  a.logits = take_rows(vocab_size);
  a.weight = take_rows(1);
  a.log_sum = take_rows(1);
  a.dx = take_rows(row_length);
  a.dnorm = take_rows(row_length);
  a.dheads = take_rows(n_embd);
  a.dqkv = take_rows(3 * n_embd);
  a.dhidden = take_rows(4 * n_embd);
  a.transposed = take_rows(row_length);
  a.transposed_dx = take_rows(row_length);
  const size_t keys = RoundUpToLine(limits.longest) + 1;
  a.dscores = take(keys * kMostLanes);
  a.transposed_scores = take(keys * kMostLanes);
  take_rows(1);  // read beyond the last row
  return taken;
}

}  // namespace

template <typename T>
Workspace<T>::Workspace(const ModelConfig& config, uint32_t vocab_size,
                        const ChunkLimits& limits) {
  values_.resize(Lay<T>(config, vocab_size, limits, nullptr, arrays_));
  Lay<T>(config, vocab_size, limits, values_.data(), arrays_);
}

template <typename T>
uint64_t Workspace<T>::Bytes(const ModelConfig& config, uint32_t vocab_size,
                             const ChunkLimits& limits) {
  WorkspaceArrays<T> arrays;
  return sizeof(Workspace) +
         config->n_layer * sizeof(typename WorkspaceArrays<T>::Layer) +
         Lay<T>(config, vocab_size, limits, nullptr, arrays) * sizeof(T);
}

template class Workspace<float>;
template class Workspace<double>;

}  // namespace microgpt
