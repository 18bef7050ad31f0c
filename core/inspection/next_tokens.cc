// SPDX-License-Identifier: MIT
#include "core/inspection/next_tokens.h"

#include <cassert>
#include <numeric>
#include <variant>
#include <vector>

#include "core/generation/decoder.h"
#include "core/generation/string_batch.h"

namespace microgpt {
namespace {

// What `sampling` makes of logits.
template <typename T>
class Reading {
 public:
  explicit Reading(const SamplingConfig& sampling) : sampler_(sampling) {}

  // Borrowed until the next call.
  NextTokens Of(std::span<const T> logits) {
    logits_.assign(logits.begin(), logits.end());
    const std::span<const T> chances = sampler_.Probabilities(logits);
    drawn_.assign(chances.begin(), chances.end());
    const double sum = std::accumulate(drawn_.begin(), drawn_.end(), 0.0);
    for (double& chance : drawn_) chance /= sum;
    return {.logits = logits_, .drawn = drawn_};
  }

 private:
  TokenSampler<T> sampler_;
  std::vector<double> logits_, drawn_;
};

}  // namespace

bool ReadNextTokens(
    const std::shared_ptr<const Model>& model, const SamplingConfig& sampling,
    std::span<const Token> prefix, bool after, const std::stop_token& stop,
    const std::function<void(std::optional<Token>, const NextTokens&)>& visit) {
  const auto stopped = [&] { return stop.stop_requested(); };
  const auto read = [&]<typename T>(const Parameters<T>&) {
    Decoder<T> decoder(model);
    Reading<T> reading(sampling);
    if (!decoder.Begin(prefix, stopped)) return false;
    visit(std::nullopt, reading.Of(decoder.logits()));
    if (!after) return true;
    std::vector<Token> tokens(model->tokenizer().bos());
    std::iota(tokens.begin(), tokens.end(), Token{0});
    return decoder.ReadEach(tokens, stopped,
                            [&](size_t i, std::span<const T> logits) {
                              visit(tokens[i], reading.Of(logits));
                            });
  };
  return std::visit(read, model->parameters());
}

// Draws a whole string, of which the first token is asked for: so it is the
// very code that Generator runs, and strings are short.
std::optional<Token> DrawNextToken(const std::shared_ptr<const Model>& model,
                                   const SamplingConfig& sampling,
                                   std::span<const Token> prefix,
                                   const StreamNumber& from,
                                   const std::stop_token& stop) {
  assert(prefix.size() < model->config()->block_size);
  const auto draw = [&]<typename T>(const Parameters<T>&) {
    StringBatch<T> batch(model, sampling, {prefix.begin(), prefix.end()});
    DrawnString string{};
    string.index = from.index;
    string.taken = from.number;
    std::optional<Token> token;
    if (batch.Draw({&string, 1}, from.seed, nullptr, false, stop)) {
      token = string.length == prefix.size() ? model->tokenizer().bos()
                                             : batch.TokensOf(0)[prefix.size()];
    }
    return token;
  };
  return std::visit(draw, model->parameters());
}

}  // namespace microgpt
