// SPDX-License-Identifier: MIT
#include "core/generation/generator.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>
#include <utility>
#include <variant>

#include "core/errors/errors.h"
#include "core/generation/decoder.h"
#include "core/generation/string_batch.h"

namespace microgpt {
namespace {

// Tokenizer::Decode for very many short strings: most characters are a few
// bytes, which one move copies whether there are as many or not.
class TextMaker {
 public:
  TextMaker(const Tokenizer& tokenizer, size_t max_tokens)
      : tokenizer_(tokenizer),
        all_short_(tokenizer.vocab_size() <= kMaxVocabulary),
        buffer_(kMove * max_tokens) {
    if (!all_short_) return;
    for (const std::string& character : tokenizer.alphabet()) {
      all_short_ = all_short_ && character.size() <= kMove;
      if (!all_short_) return;
      Character& added = characters_.emplace_back();
      added.size = character.size();
      character.copy(added.bytes, kMove);
    }
  }

  std::string Make(std::span<const Token> tokens) {
    if (!all_short_) return tokenizer_.Decode(tokens);
    char* end = buffer_.data();
    for (const Token token : tokens) {
      std::memcpy(end, characters_[token].bytes, kMove);
      end += characters_[token].size;
    }
    return {buffer_.data(), end};
  }

 private:
  static constexpr size_t kMove = 8;
  // To go through more would take longer than a call for one string.
  static constexpr size_t kMaxVocabulary = 1000;
  struct Character {
    size_t size;
    char bytes[kMove] = {};
  };

  const Tokenizer& tokenizer_;
  bool all_short_;
  std::vector<Character> characters_;  // by token
  std::vector<char> buffer_;
};

template <typename T>
class TypedGenerator : public Generator {
 public:
  // prefix: at most block_size tokens.
  TypedGenerator(std::shared_ptr<const Model> model,
                 const SamplingConfig& sampling, std::vector<Token> prefix)
      : batch_(std::move(model), sampling, std::move(prefix)),
        texts_(batch_.model().tokenizer(),
               batch_.model().config()->block_size) {}

  std::optional<Sample> Draw(RandomSource& random,
                             const std::stop_token& stop) override {
    DrawnString string{};
    if (!batch_.Draw({&string, 1}, 0, &random, true, stop)) return std::nullopt;
    return MakeSample(string, 0, true);
  }

  std::optional<std::vector<Sample>> DrawMany(
      uint32_t seed, std::span<const Attempt> attempts, bool token_logprobs,
      const std::stop_token& stop) override {
    std::vector<Sample> samples;
    samples.reserve(attempts.size());
    while (!attempts.empty()) {
      const size_t n = std::min(attempts.size(), batch_.max_strings());
      strings_.resize(n);
      for (size_t i = 0; i < n; ++i) {
        strings_[i].index = attempts[i].index;
        strings_[i].taken = attempts[i].attempt * Attempt::kNumbersOfAttempt;
      }
      if (!batch_.Draw(strings_, seed, nullptr, token_logprobs, stop)) {
        return std::nullopt;
      }
      for (size_t i = 0; i < n; ++i) {
        samples.push_back(MakeSample(strings_[i], i, token_logprobs));
      }
      attempts = attempts.subspan(n);
    }
    return samples;
  }

  size_t StringsAtOnce() const override { return batch_.max_strings(); }

 private:
  Sample MakeSample(const DrawnString& string, size_t i, bool token_logprobs) {
    Sample sample{.text = texts_.Make(batch_.TokensOf(i)),
                  .logprob = string.logprob,
                  .truncated = !string.ended};
    if (token_logprobs) {
      const std::span<const double> logprobs = batch_.LogprobsOf(i);
      sample.token_logprobs.assign(logprobs.begin(), logprobs.end());
      const std::span<const Token> tokens = batch_.TokensOf(i);
      sample.tokens.assign(tokens.begin(), tokens.end());
    }
    return sample;
  }

  StringBatch<T> batch_;
  TextMaker texts_;
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
