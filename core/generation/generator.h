// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_GENERATION_GENERATOR_H_
#define MICROGPT_CORE_GENERATION_GENERATOR_H_

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/generation/sampling.h"
#include "core/model/model.h"
#include "core/random/random_source.h"

namespace microgpt {

// One string that a model made.
struct Sample {
  std::string text;
  double logprob = 0;      // nats, of the whole string, at temperature 1
  bool truncated = false;  // ended by block_size, not by an end mark
  std::vector<double> token_logprobs = {};  // sums to logprob; end mark last
};

// Draws strings that begin with a prefix from one model. Holds the model, a KV
// cache and the prefix's state, which the first Draw computes. Not thread-safe.
class Generator {
 public:
  // INVALID_ARGUMENT, field "prefix": a character the model never saw.
  // FAILED_PRECONDITION, reason UNSATISFIABLE: a prefix above block_size.
  static absl::StatusOr<std::unique_ptr<Generator>> Create(
      std::shared_ptr<const Model> model, const SamplingConfig& sampling,
      std::string_view prefix);
  virtual ~Generator() = default;

  // Draws one string: from BOS and the prefix on, until the end mark or
  // block_size characters. Takes one number a token from `random`. nullopt if
  // `stop` was requested, which it looks at once a token, and once in 16 tokens
  // while it reads the prefix, many at a time.
  virtual std::optional<Sample> Draw(RandomSource& random,
                                     const std::stop_token& stop) = 0;
};

}  // namespace microgpt

#endif  // MICROGPT_CORE_GENERATION_GENERATOR_H_
