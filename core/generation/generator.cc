// SPDX-License-Identifier: MIT
#include "core/generation/generator.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>
#include <variant>

#include "core/errors/errors.h"
#include "core/generation/decoder.h"
#include "core/generation/string_batch.h"

namespace microgpt {
namespace {

template <typename T>
class TypedGenerator : public Generator {
 public:
  // prefix: at most block_size tokens.
  TypedGenerator(std::shared_ptr<const Model> model,
                 const SamplingConfig& sampling, std::vector<Token> prefix)
      : batch_(std::move(model), sampling, std::move(prefix)) {}

  std::optional<Sample> Draw(RandomSource& random,
                             const std::stop_token& stop) override {
    DrawnString string{};
    if (!batch_.Draw({&string, 1}, 0, &random, true, stop)) return std::nullopt;
    return MakeSample(string, 0, true);
  }

  std::optional<std::vector<Sample>> DrawMany(
      uint32_t seed, std::span<StreamPlace> places, bool token_logprobs,
      const std::stop_token& stop) override {
    std::vector<Sample> samples;
    samples.reserve(places.size());
    while (!places.empty()) {
      const size_t n = std::min(places.size(), batch_.max_strings());
      strings_.resize(n);
      for (size_t i = 0; i < n; ++i) {
        strings_[i].index = places[i].index;
        strings_[i].taken = places[i].taken;
      }
      if (!batch_.Draw(strings_, seed, nullptr, token_logprobs, stop)) {
        return std::nullopt;
      }
      for (size_t i = 0; i < n; ++i) {
        places[i].taken = strings_[i].taken;
        samples.push_back(MakeSample(strings_[i], i, token_logprobs));
      }
      places = places.subspan(n);
    }
    return samples;
  }

  size_t StringsAtOnce() const override { return batch_.max_strings(); }

 private:
  Sample MakeSample(const DrawnString& string, size_t i, bool token_logprobs) {
    Sample sample{.text = batch_.model().tokenizer().Decode(batch_.TokensOf(i)),
                  .logprob = string.logprob,
                  .truncated = !string.ended};
    if (token_logprobs) {
      const std::span<const double> logprobs = batch_.LogprobsOf(i);
      sample.token_logprobs.assign(logprobs.begin(), logprobs.end());
    }
    return sample;
  }

  StringBatch<T> batch_;
  std::vector<DrawnString> strings_;
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
