// SPDX-License-Identifier: MIT
#include "core/model/activations.h"

#include <cassert>

namespace microgpt {
namespace {

// Deals out consecutive parts of `values`, or, given nullptr, only counts.
template <typename T>
class Arena {
 public:
  explicit Arena(T* values) : values_(values) {}

  Matrix<T> Take(size_t rows, size_t cols) {
    T* begin = values_ == nullptr ? nullptr : values_ + taken_;
    taken_ += rows * cols;
    return {begin, rows, cols};
  }

  size_t taken() const { return taken_; }

 private:
  T* values_;
  size_t taken_ = 0;
};

// Lays the views out in `values`, and answers how many values they take.
template <typename T>
size_t Lay(const ModelConfig& config, uint32_t vocab_size, size_t n,
           size_t past, T* values, typename Activations<T>::Views& views) {
  Arena<T> arena(values);
  const size_t n_embd = config->n_embd;
  const auto take_embd = [&] { return arena.Take(n, n_embd); };
  const auto take_scalars = [&] { return arena.Take(n, 1).values(); };
  const auto take_hidden = [&] { return arena.Take(n, 4 * n_embd); };
  views.embedding_norm = take_embd();
  views.embedding_scale = take_scalars();
  for (typename Activations<T>::Layer& layer : views.layers) {
    layer.attn_norm = take_embd();
    layer.attn_scale = take_scalars();
    layer.q = take_embd();
    layer.weights = arena.Take(config->n_head * n, past + n);
    layer.heads = take_embd();
    layer.mlp_norm = take_embd();
    layer.mlp_scale = take_scalars();
    layer.hidden = take_hidden();
  }
  views.logits = arena.Take(n, vocab_size);
  for (Matrix<T>* m : {&views.x, &views.branch, &views.dx, &views.dnorm,
                       &views.dheads, &views.dq, &views.dk, &views.dv}) {
    *m = take_embd();
  }
  views.dhidden = take_hidden();
  views.dweights = take_scalars();
  return arena.taken();
}

// How many values the largest call needs.
template <typename T>
size_t Count(const ModelConfig& config, uint32_t vocab_size,
             size_t max_tokens) {
  typename Activations<T>::Views views;
  views.layers.resize(config->n_layer);
  return Lay<T>(config, vocab_size, max_tokens, config->block_size - max_tokens,
                nullptr, views);
}

}  // namespace

template <typename T>
Activations<T>::Activations(const ModelConfig& config, uint32_t vocab_size,
                            size_t max_tokens)
    : config_(config),
      vocab_size_(vocab_size),
      max_tokens_(max_tokens),
      values_(Count<T>(config, vocab_size, max_tokens)) {
  assert(max_tokens >= 1 && max_tokens <= config->block_size);
  views_.layers.resize(config->n_layer);
}

template <typename T>
uint64_t Activations<T>::Bytes(const ModelConfig& config, uint32_t vocab_size,
                               size_t max_tokens) {
  return sizeof(Activations) + config->n_layer * sizeof(Layer) +
         Count<T>(config, vocab_size, max_tokens) * sizeof(T);
}

template <typename T>
const typename Activations<T>::Views& Activations<T>::Reshape(size_t tokens,
                                                              size_t past) {
  assert(tokens >= 1 && tokens <= max_tokens_);
  assert(past + tokens <= config_->block_size);
  Lay<T>(config_, vocab_size_, tokens, past, values_.data(), views_);
  return views_;
}

template class Activations<float>;
template class Activations<double>;

}  // namespace microgpt
