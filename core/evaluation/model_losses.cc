// SPDX-License-Identifier: MIT
#include "core/evaluation/model_losses.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>
#include <variant>

#include "core/generation/decoder.h"

namespace microgpt {
namespace {

template <typename T>
std::optional<double> Loss(Decoder<T>& decoder, std::span<const Token> document,
                           const std::stop_token& stop) {
  const size_t block_size = decoder.model().config()->block_size;
  const std::optional<std::vector<double>> logprobs =
      decoder.Score(document.first(std::min(document.size(), block_size)),
                    [&] { return stop.stop_requested(); });
  if (!logprobs) return std::nullopt;
  return -std::accumulate(logprobs->begin(), logprobs->end(), 0.0);
}

}  // namespace

std::optional<std::vector<double>> ModelLosses(
    std::shared_ptr<const Model> model,
    std::span<const std::span<const Token>> documents,
    const std::stop_token& stop) {
  const auto score = [&]<typename T>(const Parameters<T>&) {
    Decoder<T> decoder(model);
    std::optional<std::vector<double>> losses(std::in_place);
    for (const std::span<const Token> document : documents) {
      const std::optional<double> loss = Loss(decoder, document, stop);
      if (!loss) return std::optional<std::vector<double>>();
      losses->push_back(*loss);
    }
    return losses;
  };
  return std::visit(score, model->parameters());
}

}  // namespace microgpt
