// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_GENERATION_SCORER_H_
#define MICROGPT_CORE_GENERATION_SCORER_H_

#include <memory>
#include <stop_token>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/model/model.h"

namespace microgpt {

// How likely a model finds a string. Equal to what Generator says of it, unless
// it drew grapheme clusters that Tokenizer::Encode joins to others.
struct StringScore {
  double logprob = 0;  // nats, end mark included unless truncated
  double bits_per_token = 0;
  bool truncated = false;  // as long as block_size: no room for the end mark
  std::vector<double> token_logprobs;
};

// Scores strings with one model. Holds the model. Not thread-safe.
class Scorer {
 public:
  static std::unique_ptr<Scorer> Create(std::shared_ptr<const Model> model);
  virtual ~Scorer() = default;

  // INVALID_ARGUMENT, without a field: a character the model never saw, or more
  // characters than block_size. CANCELLED if `stop` was requested, which it
  // looks at once in 16 tokens.
  virtual absl::StatusOr<StringScore> Score(std::string_view text,
                                            const std::stop_token& stop) = 0;
};

}  // namespace microgpt

#endif  // MICROGPT_CORE_GENERATION_SCORER_H_
