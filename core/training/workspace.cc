// SPDX-License-Identifier: MIT
#include "core/training/workspace.h"

#include <algorithm>

namespace microgpt {
namespace {

constexpr size_t kMostLanes = 16;  // of the widest vectors

// Values that attention keeps for one head. Of a single document: for every
// vector of queries the keys up to its end, and one more. Of several: a vector
// of documents at a time, of which the longest counts.
size_t WeightsPerHead(const ChunkLimits& limits) {
  const size_t rounded = RoundUpToLine(limits.longest);
  const size_t single =
      rounded * (rounded + kMostLanes) / 2 + (rounded + kMostLanes);
  const size_t t = std::min(limits.longest, Chunk::kShort);
  const size_t documents = (t + 3) * (kMostLanes * t + limits.positions) / 2;
  const size_t several = documents + 14 * (limits.positions + 4 * kMostLanes);
  return limits.documents == 1 ? single : std::max(single, several);
}

// … and of the largest group of queries.
size_t WeightsPerGroup(const ChunkLimits& limits) {
  const size_t keys = RoundUpToLine(limits.longest) + kMostLanes + 1;
  const size_t single = keys * kMostLanes;
  const size_t t = std::min(limits.longest, Chunk::kShort);
  const size_t several = kMostLanes * t * (t + 3) / 2;
  return limits.documents == 1 ? single : std::max(single, several);
}

size_t StrideFor(size_t columns, const ChunkLimits& limits) {
  // Neighbouring documents are read a vector at a time, beyond the last one.
  const size_t beyond = limits.documents > 1 ? kMostLanes : 0;
  return RoundUpToLine(columns + beyond) | 16;
}

// Deals `values` out, or, given nullptr, only counts them.
template <typename T>
size_t Lay(const ModelConfig& config, uint32_t vocab_size,
           const ChunkLimits& limits, size_t stride, T* values,
           WorkspaceArrays<T>& a) {
  a.stride = stride;
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
  const size_t keys = RoundUpToLine(limits.longest) + kMostLanes + 1;
  a.dscores = take(config->n_head * WeightsPerGroup(limits));
  a.transposed_scores = take(keys * kMostLanes);
  take_rows(1);  // read beyond the last row
  return taken;
}

}  // namespace

template <typename T>
Workspace<T>::Workspace(const ModelConfig& config, uint32_t vocab_size,
                        const ChunkLimits& limits)
    : config_(config), vocab_size_(vocab_size), limits_(limits) {
  const size_t columns = Chunk::MaxColumns(limits.documents, limits.positions);
  const size_t stride = StrideFor(columns, limits);
  values_.resize(Lay<T>(config, vocab_size, limits, stride, nullptr, arrays_));
  Arrange(columns);
}

template <typename T>
const WorkspaceArrays<T>& Workspace<T>::Arrange(size_t columns) {
  const size_t stride = StrideFor(columns, limits_);
  if (stride != arrays_.stride || arrays_.x == nullptr) {
    Lay<T>(config_, vocab_size_, limits_, stride, values_.data(), arrays_);
  }
  return arrays_;
}

template <typename T>
uint64_t Workspace<T>::Bytes(const ModelConfig& config, uint32_t vocab_size,
                             const ChunkLimits& limits) {
  const size_t columns = Chunk::MaxColumns(limits.documents, limits.positions);
  WorkspaceArrays<T> arrays;
  return sizeof(Workspace) +
         config->n_layer * sizeof(typename WorkspaceArrays<T>::Layer) +
         sizeof(T) * Lay<T>(config, vocab_size, limits,
                            StrideFor(columns, limits), nullptr, arrays);
}

template class Workspace<float>;
template class Workspace<double>;

}  // namespace microgpt
