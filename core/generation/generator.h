// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_GENERATION_GENERATOR_H_
#define MICROGPT_CORE_GENERATION_GENERATOR_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/generation/sampling.h"
#include "core/model/model.h"
#include "core/random/random_source.h"
#include "core/text/tokenizer.h"

namespace microgpt {

// One string that a model made.
struct Sample {
  std::string text;
  double logprob = 0;      // nats, of the whole string, at temperature 1
  bool truncated = false;  // ended by block_size, not by an end mark
  std::optional<bool> novel = {};  // not a document of the model's text
  // Sums to logprob; end mark last. Empty if not asked for.
  std::vector<double> token_logprobs = {};
  // As they were drawn, prefix included, without the end mark; only with
  // token_logprobs. The tokenizer may make others of `text`.
  std::vector<Token> tokens = {};
};

// One draw of a sample, which has as many of them as it takes to find a string
// that is wanted. It takes its numbers from stream `index` of IndexedRandom,
// from number attempt · kNumbersOfAttempt on, which no other draw takes.
struct Attempt {
  // Even, and more than a string takes: one a token, and one for its end.
  static constexpr uint32_t kNumbersOfAttempt = 2048;
  // So many have numbers of their own.
  static constexpr uint32_t kMaxAttempts = 1'000'000;

  uint32_t index;
  uint32_t attempt = 0;  // 0..kMaxAttempts - 1
};

// Draws strings that begin with a prefix from one model. Holds the model and
// what it learns of the strings' common beginnings, the prefix's first, which
// the first draw computes. A string depends on the model, the settings and its
// random numbers alone, not on what is drawn before it or beside it. Not
// thread-safe.
class Generator {
 public:
  // INVALID_ARGUMENT, field "prefix": a character the model never saw.
  // FAILED_PRECONDITION, reason UNSATISFIABLE: a prefix above block_size.
  static absl::StatusOr<std::unique_ptr<Generator>> Create(
      std::shared_ptr<const Model> model, const SamplingConfig& sampling,
      std::string_view prefix);
  virtual ~Generator() = default;

  // Draws one string: from BOS and the prefix on, until the end mark or
  // block_size characters. Takes one number a token from `random`, none at
  // temperature 0. nullopt if `stop` was requested, which it looks at once a
  // token, and once in 16 tokens while it reads the prefix, many at a time.
  virtual std::optional<Sample> Draw(RandomSource& random,
                                     const std::stop_token& stop) = 0;

  // Draws a string for each of `attempts`, as Draw does with
  // IndexedRandom(seed, index, attempt · kNumbersOfAttempt), many at once.
  // nullopt if `stop` was requested, which it looks at as often.
  virtual std::optional<std::vector<Sample>> DrawMany(
      uint32_t seed, std::span<const Attempt> attempts, bool token_logprobs,
      const std::stop_token& stop) = 0;

  // How many strings at once make good use of the machine and still take a few
  // milliseconds at most, or are a vector's worth.
  virtual size_t StringsAtOnce() const = 0;
};

}  // namespace microgpt

#endif  // MICROGPT_CORE_GENERATION_GENERATOR_H_
