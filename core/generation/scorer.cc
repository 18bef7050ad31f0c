// SPDX-License-Identifier: MIT
#include "core/generation/scorer.h"

#include <numbers>
#include <numeric>
#include <utility>
#include <variant>

#include "core/errors/errors.h"
#include "core/generation/decoder.h"

namespace microgpt {
namespace {

template <typename T>
class TypedScorer : public Scorer {
 public:
  explicit TypedScorer(std::shared_ptr<const Model> model)
      : decoder_(std::move(model)) {}

  absl::StatusOr<StringScore> Score(std::string_view text,
                                    const std::stop_token& stop) override {
    const uint32_t block_size = decoder_.model().config()->block_size;
    MICROGPT_ASSIGN_OR_RETURN(const std::vector<Token> tokens,
                              decoder_.model().tokenizer().Encode(text));
    if (tokens.size() > block_size) {
      return absl::InvalidArgumentError(
          DescribeTooLong(tokens.size(), block_size));
    }
    auto read = decoder_.Score(tokens, [&] { return stop.stop_requested(); });
    if (!read) return absl::CancelledError();
    StringScore score{.token_logprobs = *std::move(read)};
    const std::vector<double>& logprobs = score.token_logprobs;
    score.truncated = tokens.size() == block_size;
    score.logprob = std::accumulate(logprobs.begin(), logprobs.end(), 0.0);
    score.bits_per_token = -score.logprob / std::numbers::ln2 /
                           static_cast<double>(logprobs.size());
    return score;
  }

 private:
  Decoder<T> decoder_;
};

}  // namespace

std::unique_ptr<Scorer> Scorer::Create(std::shared_ptr<const Model> model) {
  return std::visit(
      [&]<typename T>(const Parameters<T>&) -> std::unique_ptr<Scorer> {
        return std::make_unique<TypedScorer<T>>(model);
      },
      model->parameters());
}

}  // namespace microgpt
