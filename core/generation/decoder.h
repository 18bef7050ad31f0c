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

#include "core/generation/decoding.h"
#include "core/model/model.h"
#include "core/text/tokenizer.h"

namespace microgpt {

// Reads strings with a model, many tokens at a time, and says how likely each
// was and what may come next. Holds the model and the keys and values of one
// string. Not thread-safe.
template <typename T>
class Decoder {
 public:
  // How many tokens Begin() reads at a time.
  static constexpr size_t kTokensAtOnce = 16;

  // Precondition: the model's precision is T.
  explicit Decoder(std::shared_ptr<const Model> model);

  // Begins anew: reads BOS and `text`, which has at most block_size tokens, as
  // far as block_size positions go. Answers log p of each token of `text`, in
  // nats; nullopt if `stopped` said so, which it asks before each
  // kTokensAtOnce. Nothing but Begin may follow that.
  //   visit: if given, called for each position with the logits of the token
  //   that comes next, borrowed for the call.
  using Visit = std::function<void(size_t position, std::span<const T> logits)>;
  std::optional<std::vector<double>> Begin(std::span<const Token> text,
                                           const std::function<bool()>& stopped,
                                           const Visit& visit = {});

  // Begins anew: log p of each of `text`'s predictions, in nats, its end mark's
  // last, unless it has block_size tokens: then there is no room for one. As
  // Begin otherwise.
  std::optional<std::vector<double>> Score(
      std::span<const Token> text, const std::function<bool()>& stopped);

  // The logits after the string read so far and each of `tokens` behind it,
  // side by side: the same bits as after Begin with that token added. False if
  // `stopped` said so, which it asks before each panel. What was read stays.
  // Precondition: position() is below block_size, and at least 1.
  //   visit: called for each of `tokens`, as in Begin, with its place there.
  bool ReadEach(std::span<const Token> tokens,
                const std::function<bool()>& stopped, const Visit& visit);

  // The logits of the token after those read, and log sum exp(logits).
  // Borrowed until the next Begin.
  std::span<const T> logits() const { return logits_; }
  double log_sum() const { return log_sum_; }

  // How many tokens were read, BOS included.
  size_t position() const { return position_; }

  // The state (see DecodingWeights) of the token at `position`.
  void CopyState(size_t position, T* state) const;

  const Model& model() const { return *model_; }

 private:
  // Reads `count` tokens on; appends log p of the known tokens after each.
  void Read(std::span<const Token> inputs, size_t count,
            std::span<const Token> text, const Visit& visit,
            std::vector<double>& logprobs);
  void CopyLogits(size_t column, std::span<T> logits) const;
  void TakeLogits(size_t column);

  std::shared_ptr<const Model> model_;
  const DecodingWeights<T> weights_;
  const DecodingKernels<T> kernels_;
  DecodingSpace<T> space_;
  const size_t stride_;
  AlignedVector<T> qkv_;  // [n_layer, 3·n_embd, stride_]
  size_t position_ = 0;
  std::vector<T> logits_;
  double log_sum_ = 0;
};

// "17 characters are above the model's block_size 16".
std::string DescribeTooLong(size_t characters, uint32_t block_size);

}  // namespace microgpt

#endif  // MICROGPT_CORE_GENERATION_DECODER_H_
