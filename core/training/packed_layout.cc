// SPDX-License-Identifier: MIT
#include "core/training/packed_layout.h"

#include <algorithm>

namespace microgpt {
namespace {

// Calls f(packed row, unpacked values, their stride) for every packed row:
// value i of the row is unpacked values[i · stride].
template <typename P, typename F>
void ForEachRow(const PackedLayout& layout, P& parameters, const F& f) {
  const auto rows = [&](size_t offset, auto matrix) {
    for (size_t r = 0; r < matrix.rows; ++r) {
      f(offset + r * layout.row_length, matrix.row(r), size_t{1});
    }
  };
  rows(layout.wte, parameters.wte());
  rows(layout.wpe, parameters.wpe());
  rows(layout.lm_head, parameters.lm_head());
  for (size_t i = 0; i < layout.layers.size(); ++i) {
    const PackedLayout::Layer& at = layout.layers[i];
    const auto layer = parameters.layer(i);
    const size_t square = layout.n_embd * layout.row_length;
    rows(at.attn_wqkv, layer.attn_wq);
    rows(at.attn_wqkv + square, layer.attn_wk);
    rows(at.attn_wqkv + 2 * square, layer.attn_wv);
    rows(at.attn_wo, layer.attn_wo);
    rows(at.mlp_fc1, layer.mlp_fc1);
    for (size_t c = 0; c < layer.mlp_fc2.cols; ++c) {
      f(at.mlp_fc2 + c * layout.row_length, layer.mlp_fc2.data + c,
        layer.mlp_fc2.cols);
    }
  }
}

}  // namespace

PackedLayout::PackedLayout(const ModelConfig& config, uint32_t vocab)
    : vocab_size(vocab),
      n_embd(config->n_embd),
      n_head(config->n_head),
      row_length(RoundUpToLine(n_embd)) {
  size_t offset = 0;
  const auto take = [&](size_t rows) {
    const size_t begin = offset;
    offset += rows * row_length;
    return begin;
  };
  wte = take(vocab_size);
  wpe = take(config->block_size);
  lm_head = take(vocab_size);
  for (uint32_t i = 0; i < config->n_layer; ++i) {
    Layer layer;
    layer.attn_wqkv = take(3 * n_embd);
    layer.attn_wo = take(n_embd);
    layer.mlp_fc1 = take(4 * n_embd);
    layer.mlp_fc2 = take(4 * n_embd);
    layers.push_back(layer);
  }
  size = offset;
}

template <typename T>
void PackedLayout::Pack(const Parameters<T>& from, AlignedVector<T>& to) const {
  to.assign(size, T{0});
  ForEachRow(*this, from, [&](size_t at, const T* values, size_t stride) {
    for (size_t i = 0; i < n_embd; ++i) to[at + i] = values[i * stride];
  });
}

template <typename T>
void PackedLayout::Unpack(const AlignedVector<T>& from,
                          Parameters<T>& to) const {
  ForEachRow(*this, to, [&](size_t at, T* values, size_t stride) {
    for (size_t i = 0; i < n_embd; ++i) values[i * stride] = from[at + i];
  });
}

std::vector<PackedLayout::Rows> PackedLayout::Tensors() const {
  const size_t square = size_t{n_embd} * row_length;
  std::vector<Rows> tensors = {{wte, vocab_size},
                               {wpe, (lm_head - wpe) / row_length},
                               {lm_head, vocab_size}};
  tensors.reserve(3 + 6 * layers.size());
  for (const Layer& layer : layers) {
    tensors.push_back({layer.attn_wqkv, n_embd});
    tensors.push_back({layer.attn_wqkv + square, n_embd});
    tensors.push_back({layer.attn_wqkv + 2 * square, n_embd});
    tensors.push_back({layer.attn_wo, n_embd});
    tensors.push_back({layer.mlp_fc1, 4 * size_t{n_embd}});
    tensors.push_back({layer.mlp_fc2, 4 * size_t{n_embd}});
  }
  return tensors;
}

template void PackedLayout::Pack(const Parameters<float>&,
                                 AlignedVector<float>&) const;
template void PackedLayout::Pack(const Parameters<double>&,
                                 AlignedVector<double>&) const;
template void PackedLayout::Unpack(const AlignedVector<float>&,
                                   Parameters<float>&) const;
template void PackedLayout::Unpack(const AlignedVector<double>&,
                                   Parameters<double>&) const;

}  // namespace microgpt
