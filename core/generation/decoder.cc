// SPDX-License-Identifier: MIT
#include "core/generation/decoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <utility>
#include <variant>

namespace microgpt {

template <typename T>
Decoder<T>::Decoder(std::shared_ptr<const Model> model)
    : model_(std::move(model)),
      weights_(model_->config(), std::get<Parameters<T>>(model_->parameters())),
      kernels_(ChooseDecodingKernels<T>()),
      space_(weights_, kernels_.columns),
      // Rows must not compete for the same places of the cache.
      stride_(RoundUpToLine(weights_.block_size) | 16),
      qkv_(weights_.layers.size() * 3 * weights_.n_embd * stride_),
      logits_(weights_.vocab_size) {}

template <typename T>
std::optional<std::vector<double>> Decoder<T>::Begin(
    std::span<const Token> text, const std::function<bool()>& stopped,
    const Visit& visit) {
  const size_t block_size = weights_.block_size;
  assert(text.size() <= block_size);
  std::vector<Token> inputs = {model_->tokenizer().bos()};
  inputs.insert(inputs.end(), text.begin(), text.end());
  inputs.resize(std::min(inputs.size(), block_size));
  std::vector<double> logprobs;
  position_ = 0;
  while (position_ < inputs.size()) {
    if (stopped()) return std::nullopt;
    Read(inputs, std::min(inputs.size() - position_, kTokensAtOnce), text,
         visit, logprobs);
  }
  return logprobs;
}

template <typename T>
std::optional<std::vector<double>> Decoder<T>::Score(
    std::span<const Token> text, const std::function<bool()>& stopped) {
  auto logprobs = Begin(text, stopped);
  if (logprobs && text.size() < weights_.block_size) {
    logprobs->push_back(logits_[model_->tokenizer().bos()] - log_sum_);
  }
  return logprobs;
}

template <typename T>
void Decoder<T>::Read(std::span<const Token> inputs, size_t count,
                      std::span<const Token> text, const Visit& visit,
                      std::vector<double>& logprobs) {
  const DecodingArrays<T>& a = space_.arrays();
  const size_t end = position_ + count;
  while (position_ < end) {
    const size_t n = std::min(end - position_, a.columns);
    kernels_.read_text(weights_,
                       {.count = n,
                        .first = position_,
                        .tokens = inputs.data() + position_,
                        .qkv = qkv_.data(),
                        .stride = stride_},
                       a);
    for (size_t i = 0; i < n && position_ + i < text.size(); ++i) {
      const T logit = a.logits[text[position_ + i] * a.columns + i];
      logprobs.push_back(logit - a.log_sums[i]);
    }
    for (size_t i = 0; visit && i < n; ++i) {
      TakeLogits(i);
      visit(position_ + i, logits_);
    }
    TakeLogits(n - 1);
    position_ += n;
  }
}

template <typename T>
bool Decoder<T>::ReadEach(std::span<const Token> tokens,
                          const std::function<bool()>& stopped,
                          const Visit& visit) {
  assert(position_ > 0 && position_ < weights_.block_size);
  const DecodingArrays<T>& a = space_.arrays();
  const size_t size = weights_.StateSize();
  AlignedVector<T> states(position_ * size);
  std::vector<const T*> path(position_);  // all columns'
  for (size_t t = 0; t < position_; ++t) {
    path[t] = &states[t * size];
    CopyState(t, &states[t * size]);
  }
  StringPanel<T> panel;
  panel.position = position_;
  std::fill_n(panel.past, kMaxPanelColumns, path.data());
  std::fill_n(panel.state, kMaxPanelColumns, nullptr);  // needed no further
  std::vector<T> logits(logits_.size());
  for (size_t from = 0; from < tokens.size(); from += panel.count) {
    if (stopped()) return false;
    panel.count = std::min(tokens.size() - from, a.columns);
    for (size_t c = 0; c < a.columns; ++c) {
      panel.tokens[c] = tokens[from + (c < panel.count ? c : 0)];
    }
    kernels_.read_strings(weights_, nullptr, panel, a);
    for (size_t c = 0; c < panel.count; ++c) {
      CopyLogits(c, logits);
      visit(from + c, logits);
    }
  }
  return true;
}

template <typename T>
void Decoder<T>::CopyLogits(size_t column, std::span<T> logits) const {
  const DecodingArrays<T>& a = space_.arrays();
  for (size_t i = 0; i < logits.size(); ++i) {
    logits[i] = a.logits[i * a.columns + column];
  }
}

template <typename T>
void Decoder<T>::TakeLogits(size_t column) {
  CopyLogits(column, logits_);
  log_sum_ = space_.arrays().log_sums[column];
}

template <typename T>
void Decoder<T>::CopyState(size_t position, T* state) const {
  assert(position < position_);
  const T* column = qkv_.data() + position;
  for (size_t i = 0; i < weights_.layers.size(); ++i) {
    column += weights_.n_embd * stride_;  // q
    for (size_t part = 0; part < 2; ++part, state += weights_.row) {
      for (size_t j = 0; j < weights_.n_embd; ++j, column += stride_) {
        state[j] = *column;
      }
    }
  }
}

template class Decoder<float>;
template class Decoder<double>;

std::string DescribeTooLong(size_t characters, uint32_t block_size) {
  return fmt::format("{} characters are above the model's block_size {}",
                     characters, block_size);
}

}  // namespace microgpt
