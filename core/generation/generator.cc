// SPDX-License-Identifier: MIT
#include "core/generation/generator.h"

#include <fmt/format.h>

#include <numeric>
#include <span>
#include <utility>
#include <variant>

#include "core/errors/errors.h"
#include "core/generation/decoder.h"
#include "core/kernels/kernels.h"

namespace microgpt {
namespace {

template <typename T>
class TypedGenerator : public Generator {
 public:
  // prefix: at most block_size tokens.
  TypedGenerator(std::shared_ptr<const Model> model,
                 const SamplingConfig& sampling, std::vector<Token> prefix)
      : decoder_(std::move(model)),
        sampler_(sampling),
        prefix_(std::move(prefix)),
        prefix_logprobs_(decoder_.Begin(prefix_)),
        prefix_logits_(decoder_.logits().begin(), decoder_.logits().end()),
        prefix_position_(decoder_.position()) {}

  std::optional<Sample> Draw(RandomSource& random,
                             const std::stop_token& stop) override {
    const Tokenizer& tokenizer = decoder_.model().tokenizer();
    const size_t block_size = decoder_.model().config()->block_size;
    std::vector<Token> tokens = prefix_;
    std::vector<double> logprobs = prefix_logprobs_;
    std::span<const T> logits = prefix_logits_;
    decoder_.Rewind(prefix_position_);
    bool ended = false;
    while (!ended && tokens.size() < block_size) {
      if (stop.stop_requested()) return std::nullopt;
      // Only now is it known that another token is wanted.
      if (tokens.size() > prefix_.size()) logits = decoder_.Feed(tokens.back());
      const Token token = sampler_.Draw(logits, random);
      logprobs.push_back(LogProbability(logits, token));
      ended = token == tokenizer.bos();
      if (!ended) tokens.push_back(token);
    }
    return Sample{
        .text = tokenizer.Decode(tokens),
        .logprob = std::accumulate(logprobs.begin(), logprobs.end(), 0.0),
        .truncated = !ended,
        .token_logprobs = std::move(logprobs)};
  }

 private:
  Decoder<T> decoder_;
  TokenSampler<T> sampler_;
  // The prefix, log p of its tokens, and what stands after it.
  std::vector<Token> prefix_;
  std::vector<double> prefix_logprobs_;
  std::vector<T> prefix_logits_;
  size_t prefix_position_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Generator>> Generator::Create(
    std::shared_ptr<const Model> model, const SamplingConfig& sampling,
    std::string_view prefix) {
  absl::StatusOr<std::vector<Token>> tokens = model->tokenizer().Encode(prefix);
  if (!tokens.ok()) {
    return FieldError("prefix", std::string(tokens.status().message()));
  }
  const uint32_t block_size = model->config()->block_size;
  if (tokens->size() > block_size) {
    return WithReason(
        absl::FailedPreconditionError(fmt::format(
            "prefix: {}", DescribeTooLong(tokens->size(), block_size))),
        "UNSATISFIABLE");
  }
  return std::visit(
      [&]<typename T>(const Parameters<T>&) -> std::unique_ptr<Generator> {
        return std::make_unique<TypedGenerator<T>>(model, sampling,
                                                   *std::move(tokens));
      },
      model->parameters());
}

}  // namespace microgpt
