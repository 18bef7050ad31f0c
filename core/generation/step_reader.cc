// SPDX-License-Identifier: MIT
#include "core/generation/step_reader.h"

#include <algorithm>
#include <numeric>
#include <span>
#include <utility>
#include <variant>

#include "core/generation/decoder.h"

namespace microgpt {
namespace {

template <typename T>
class TypedStepReader : public StepReader {
 public:
  TypedStepReader(std::shared_ptr<const Model> model,
                  const SamplingConfig& sampling)
      : decoder_(std::move(model)),
        greedy_(sampling->temperature == 0),
        sampler_(sampling) {}

  std::optional<std::vector<TokenStep>> Read(
      const Sample& sample, size_t prefix_tokens,
      const std::stop_token& stop) override {
    const Token bos = decoder_.model().tokenizer().bos();
    const std::vector<Token>& tokens = sample.tokens;
    std::vector<TokenStep> steps;
    const auto read = decoder_.Begin(
        tokens, [&stop] { return stop.stop_requested(); },
        [&](size_t position, std::span<const T> logits) {
          if (position < prefix_tokens) return;
          if (position < tokens.size()) {
            steps.push_back(StepOf(tokens[position], logits));
          } else if (!sample.truncated) {
            steps.push_back(StepOf(bos, logits));
          }
        });
    if (!read) return std::nullopt;
    return steps;
  }

 private:
  TokenStep StepOf(Token drawn, std::span<const T> logits) {
    if (greedy_) return {.drawn = {drawn, 1}, .alternatives = {{drawn, 1}}};
    const std::span<const T> weights = sampler_.Probabilities(logits);
    const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
    const auto choice = [&](Token token) {
      return TokenStep::Choice{token, weights[token] / sum};
    };
    TokenStep step{.drawn = choice(drawn), .alternatives = {}};
    order_.resize(weights.size());
    std::iota(order_.begin(), order_.end(), Token{0});
    const size_t count = std::min(kAlternatives, order_.size());
    std::partial_sort(
        order_.begin(), order_.begin() + count, order_.end(),
        [&](Token a, Token b) {
          return weights[a] != weights[b] ? weights[a] > weights[b] : a < b;
        });
    for (size_t i = 0; i < count && weights[order_[i]] > 0; ++i) {
      step.alternatives.push_back(choice(order_[i]));
    }
    return step;
  }

  Decoder<T> decoder_;
  const bool greedy_;
  TokenSampler<T> sampler_;
  std::vector<Token> order_;
};

}  // namespace

std::unique_ptr<StepReader> StepReader::Create(
    std::shared_ptr<const Model> model, const SamplingConfig& sampling) {
  return std::visit(
      [&]<typename T>(const Parameters<T>&) -> std::unique_ptr<StepReader> {
        return std::make_unique<TypedStepReader<T>>(model, sampling);
      },
      model->parameters());
}

}  // namespace microgpt
