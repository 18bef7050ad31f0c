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
        prefix_(std::move(prefix)) {}

  std::optional<Sample> Draw(RandomSource& random,
                             const std::stop_token& stop) override {
    const Tokenizer& tokenizer = decoder_.model().tokenizer();
    const size_t block_size = decoder_.model().config()->block_size;
    if (!after_prefix_ && !ReadPrefix(stop)) return std::nullopt;
    std::vector<Token> tokens = prefix_;
    std::vector<double> logprobs = after_prefix_->logprobs;
    std::span<const T> logits = after_prefix_->logits;
    decoder_.Rewind(after_prefix_->position);
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
    const double logprob =
        std::accumulate(logprobs.begin(), logprobs.end(), 0.0);
    return Sample{.text = tokenizer.Decode(tokens),
                  .logprob = logprob,
                  .truncated = !ended,
                  .token_logprobs = std::move(logprobs)};
  }

 private:
  // Where every string begins.
  struct AfterPrefix {
    std::vector<double> logprobs;  // of the prefix's tokens
    std::vector<T> logits;         // of the token that follows
    size_t position;               // the decoder's
  };

  // Sets after_prefix_. False, and nothing is set, if `stop` was requested.
  bool ReadPrefix(const std::stop_token& stop) {
    auto logprobs =
        decoder_.Begin(prefix_, [&stop] { return stop.stop_requested(); });
    if (!logprobs) return false;
    const std::span<const T> logits = decoder_.logits();
    after_prefix_ = {.logprobs = *std::move(logprobs),
                     .logits = {logits.begin(), logits.end()},
                     .position = decoder_.position()};
    return true;
  }

  Decoder<T> decoder_;
  TokenSampler<T> sampler_;
  const std::vector<Token> prefix_;
  std::optional<AfterPrefix> after_prefix_;
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
