// SPDX-License-Identifier: MIT
#include "core/model/network.h"

#include <algorithm>
#include <cassert>

#include "core/kernels/kernels.h"

namespace microgpt {
namespace {

template <typename T>
using Views = typename Activations<T>::Views;
template <typename T>
using ActivationsLayer = typename Activations<T>::Layer;
template <typename T>
using Weights = typename Parameters<T>::ConstLayer;
template <typename T>
using Gradients = typename Parameters<T>::Layer;

// x = rmsnorm(wte[token] + wpe[position]).
template <typename T>
void Embed(const Parameters<T>& parameters, std::span<const uint32_t> tokens,
           size_t past, const Views<T>& a) {
  const Matrix<const T> wte = parameters.wte(), wpe = parameters.wpe();
  const Matrix<T> sum = a.branch;
  for (size_t t = 0; t < tokens.size(); ++t) {
    assert(tokens[t] < wte.rows);
    std::ranges::copy(wte.Rows(tokens[t], 1).values(), sum.row(t));
    Add<T>(wpe.Rows(past + t, 1).values(), sum.Rows(t, 1).values());
  }
  RmsNorm<T>(sum, a.embedding_norm, a.embedding_scale);
  std::ranges::copy(a.embedding_norm.values(), a.x.data);
}

// dx: the derivative by the embedding's norm.
template <typename T>
void EmbedBackward(std::span<const uint32_t> tokens, const Views<T>& a,
                   Parameters<T>& gradient) {
  const Matrix<T> dsum = a.branch;
  std::ranges::fill(dsum.values(), T{0});
  RmsNormBackward<T>(a.dx, a.embedding_norm, a.embedding_scale, dsum);
  for (size_t t = 0; t < tokens.size(); ++t) {
    const std::span<const T> row = dsum.Rows(t, 1).values();
    Add<T>(row, gradient.wte().Rows(tokens[t], 1).values());
    Add<T>(row, gradient.wpe().Rows(t, 1).values());
  }
}

// x += attn_wo · attention(rmsnorm(x)). k, v: this layer's, of all positions
// up to the newest.
template <typename T>
void AttentionBlock(const Weights<T>& w, Matrix<T> k, Matrix<T> v,
                    size_t n_head, const Views<T>& a,
                    const ActivationsLayer<T>& layer) {
  const size_t n = a.x.rows, past = k.rows - n;
  RmsNorm<T>(a.x, layer.attn_norm, layer.attn_scale);
  Linear<T>(layer.attn_norm, w.attn_wq, layer.q);
  Linear<T>(layer.attn_norm, w.attn_wk, k.Rows(past, n));
  Linear<T>(layer.attn_norm, w.attn_wv, v.Rows(past, n));
  Attention<T>(layer.q, k, v, n_head, layer.weights, layer.heads);
  Linear<T>(layer.heads, w.attn_wo, a.branch);
  Add<T>(a.branch.values(), a.x.values());
}

// dx: the derivative by the block's output, then by its input.
template <typename T>
void AttentionBlockBackward(const Weights<T>& w, Matrix<T> k, Matrix<T> v,
                            size_t n_head, const Views<T>& a,
                            const ActivationsLayer<T>& layer,
                            const Gradients<T>& dw) {
  LinearBackward<T>(a.dx, layer.heads, w.attn_wo, a.dheads, dw.attn_wo);
  AttentionBackward<T>(a.dheads, layer.q, k, v, layer.weights, n_head,
                       a.dweights, a.dq, a.dk, a.dv);
  LinearBackward<T>(a.dq, layer.attn_norm, w.attn_wq, a.dnorm, dw.attn_wq);
  LinearBackward<T>(a.dk, layer.attn_norm, w.attn_wk, a.branch, dw.attn_wk);
  Add<T>(a.branch.values(), a.dnorm.values());
  LinearBackward<T>(a.dv, layer.attn_norm, w.attn_wv, a.branch, dw.attn_wv);
  Add<T>(a.branch.values(), a.dnorm.values());
  RmsNormBackward<T>(a.dnorm, layer.attn_norm, layer.attn_scale, a.dx);
}

// x += mlp_fc2 · relu(mlp_fc1 · rmsnorm(x)).
template <typename T>
void MlpBlock(const Weights<T>& w, const Views<T>& a,
              const ActivationsLayer<T>& layer) {
  RmsNorm<T>(a.x, layer.mlp_norm, layer.mlp_scale);
  Linear<T>(layer.mlp_norm, w.mlp_fc1, layer.hidden);
  Relu(layer.hidden.values());
  Linear<T>(layer.hidden, w.mlp_fc2, a.branch);
  Add<T>(a.branch.values(), a.x.values());
}

// dx: the derivative by the block's output, then by its input.
template <typename T>
void MlpBlockBackward(const Weights<T>& w, const Views<T>& a,
                      const ActivationsLayer<T>& layer,
                      const Gradients<T>& dw) {
  LinearBackward<T>(a.dx, layer.hidden, w.mlp_fc2, a.dhidden, dw.mlp_fc2);
  ReluBackward<T>(layer.hidden.values(), a.dhidden.values());
  LinearBackward<T>(a.dhidden, layer.mlp_norm, w.mlp_fc1, a.dnorm, dw.mlp_fc1);
  RmsNormBackward<T>(a.dnorm, layer.mlp_norm, layer.mlp_scale, a.dx);
}

}  // namespace

template <typename T>
KvCache<T>::KvCache(const ModelConfig& config)
    : block_size_(config->block_size),
      n_embd_(config->n_embd),
      values_(Count(config)) {}

template <typename T>
size_t KvCache<T>::Count(const ModelConfig& config) {
  return size_t{2} * config->n_layer * config->block_size * config->n_embd;
}

template <typename T>
uint64_t KvCache<T>::Bytes(const ModelConfig& config) {
  return sizeof(KvCache) + Count(config) * sizeof(T);
}

template <typename T>
Matrix<T> KvCache<T>::k(size_t layer) {
  return {values_.data() + 2 * layer * block_size_ * n_embd_, block_size_,
          n_embd_};
}

template <typename T>
Matrix<T> KvCache<T>::v(size_t layer) {
  return {values_.data() + (2 * layer + 1) * block_size_ * n_embd_, block_size_,
          n_embd_};
}

template <typename T>
Matrix<T> Forward(const Parameters<T>& parameters,
                  std::span<const uint32_t> tokens, size_t past,
                  KvCache<T>& cache, Activations<T>& activations) {
  const Views<T>& a = activations.Reshape(tokens.size(), past);
  const size_t seen = past + tokens.size();
  Embed(parameters, tokens, past, a);
  for (size_t i = 0; i < a.layers.size(); ++i) {
    const Weights<T> w = parameters.layer(i);
    AttentionBlock<T>(w, cache.k(i).Rows(0, seen), cache.v(i).Rows(0, seen),
                      activations.n_head(), a, a.layers[i]);
    MlpBlock<T>(w, a, a.layers[i]);
  }
  Linear<T>(a.x, parameters.lm_head(), a.logits);
  return a.logits;
}

template <typename T>
void Backward(const Parameters<T>& parameters, std::span<const uint32_t> tokens,
              Matrix<const T> dlogits, KvCache<T>& cache,
              Activations<T>& activations, Parameters<T>& gradient) {
  const Views<T>& a = activations.views();
  const size_t n = tokens.size();
  assert(a.x.rows == n && dlogits.rows == n);
  LinearBackward<T>(dlogits, a.x, parameters.lm_head(), a.dx,
                    gradient.lm_head());
  for (size_t i = a.layers.size(); i-- > 0;) {
    const Weights<T> w = parameters.layer(i);
    const Gradients<T> dw = gradient.layer(i);
    MlpBlockBackward<T>(w, a, a.layers[i], dw);
    AttentionBlockBackward<T>(w, cache.k(i).Rows(0, n), cache.v(i).Rows(0, n),
                              activations.n_head(), a, a.layers[i], dw);
  }
  EmbedBackward(tokens, a, gradient);
}

#define MICROGPT_INSTANTIATE(T)                                               \
  template class KvCache<T>;                                                  \
  template Matrix<T> Forward(const Parameters<T>&, std::span<const uint32_t>, \
                             size_t, KvCache<T>&, Activations<T>&);           \
  template void Backward(const Parameters<T>&, std::span<const uint32_t>,     \
                         Matrix<const T>, KvCache<T>&, Activations<T>&,       \
                         Parameters<T>&)

MICROGPT_INSTANTIATE(float);
MICROGPT_INSTANTIATE(double);

}  // namespace microgpt
