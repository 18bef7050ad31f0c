// SPDX-License-Identifier: MIT
#include "core/generation/decoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <utility>
#include <variant>

#include "core/kernels/kernels.h"

namespace microgpt {

template <typename T>
Decoder<T>::Decoder(std::shared_ptr<const Model> model)
    : model_(std::move(model)),
      parameters_(std::get<Parameters<T>>(model_->parameters())),
      cache_(model_->config()),
      activations_(
          model_->config(), model_->tokenizer().vocab_size(),
          std::min<size_t>(kTokensAtOnce, model_->config()->block_size)) {}

template <typename T>
std::optional<std::vector<double>> Decoder<T>::Begin(
    std::span<const Token> text, const std::function<bool()>& stopped) {
  const size_t block_size = model_->config()->block_size;
  assert(text.size() <= block_size);
  std::vector<Token> inputs = {model_->tokenizer().bos()};
  inputs.insert(inputs.end(), text.begin(), text.end());
  inputs.resize(std::min(inputs.size(), block_size));
  std::vector<double> logprobs;
  position_ = 0;
  while (position_ < inputs.size()) {
    if (stopped()) return std::nullopt;
    const size_t n =
        std::min(inputs.size() - position_, activations_.max_tokens());
    const Matrix<T> logits = Read(std::span(inputs).subspan(position_, n));
    for (size_t i = 0; i < n && logprobs.size() < text.size(); ++i) {
      logprobs.push_back(LogProbability<T>({logits.row(i), logits.cols},
                                           text[logprobs.size()]));
    }
  }
  return logprobs;
}

template <typename T>
std::span<const T> Decoder<T>::Feed(Token token) {
  Read({&token, 1});
  return logits_;
}

template <typename T>
void Decoder<T>::Rewind(size_t position) {
  assert(position <= position_);
  position_ = position;
}

template <typename T>
Matrix<T> Decoder<T>::Read(std::span<const Token> tokens) {
  assert(position_ + tokens.size() <= model_->config()->block_size);
  const Matrix<T> logits =
      Forward(parameters_, tokens, position_, cache_, activations_);
  position_ += tokens.size();
  logits_ = {logits.row(logits.rows - 1), logits.cols};
  return logits;
}

template class Decoder<float>;
template class Decoder<double>;

std::string DescribeTooLong(size_t characters, uint32_t block_size) {
  return fmt::format("{} characters are above the model's block_size {}",
                     characters, block_size);
}

}  // namespace microgpt
