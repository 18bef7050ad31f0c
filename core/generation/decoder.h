// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_GENERATION_DECODER_H_
#define MICROGPT_CORE_GENERATION_DECODER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/model/model.h"
#include "core/model/network.h"
#include "core/text/tokenizer.h"

namespace microgpt {

// Reads one string with a model and says at each point what may come next:
// what generating and scoring have in common. Holds the model and a KV cache.
// Not thread-safe.
template <typename T>
class Decoder {
 public:
  // How many tokens Begin() reads at a time: enough for weights to be used
  // often while they are in the cache, few enough for the activations to be
  // small.
  static constexpr size_t kTokensAtOnce = 16;

  // Precondition: the model's precision is T.
  explicit Decoder(std::shared_ptr<const Model> model);

  // Begins anew: reads BOS and `text`, which has at most block_size tokens, as
  // far as block_size positions go. Answers log p of each token of `text`, in
  // nats; nullopt if `stopped` said so, which it asks before each
  // kTokensAtOnce. Nothing but Begin may follow that.
  std::optional<std::vector<double>> Begin(
      std::span<const Token> text, const std::function<bool()>& stopped);

  // Reads one more token and answers logits(). Precondition: position() <
  // block_size.
  std::span<const T> Feed(Token token);

  // The logits of the token after those read. Borrowed until the next call
  // that is not const.
  std::span<const T> logits() const { return logits_; }

  // How many tokens were read, BOS included.
  size_t position() const { return position_; }

  // Forgets all but the first `position` tokens. logits() are those of what
  // was read last until the next Feed.
  void Rewind(size_t position);

  const Model& model() const { return *model_; }

 private:
  // Reads tokens and answers the logits after each: [tokens, vocab_size].
  Matrix<T> Read(std::span<const Token> tokens);

  std::shared_ptr<const Model> model_;
  const Parameters<T>& parameters_;  // model_'s
  KvCache<T> cache_;
  Activations<T> activations_;
  size_t position_ = 0;
  std::span<const T> logits_;
};

// "17 characters are above the model's block_size 16".
std::string DescribeTooLong(size_t characters, uint32_t block_size);

}  // namespace microgpt

#endif  // MICROGPT_CORE_GENERATION_DECODER_H_
