// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_GENERATION_STEP_READER_H_
#define MICROGPT_CORE_GENERATION_STEP_READER_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "core/generation/generator.h"
#include "core/generation/sampling.h"
#include "core/model/model.h"
#include "core/text/tokenizer.h"

namespace microgpt {

// How one token of a string was drawn.
struct TokenStep {
  struct Choice {
    Token token;  // BOS is the end mark
    double probability;
  };
  Choice drawn;
  // The likeliest, of probability above 0, the likelier first; of equals, that
  // of the lower id.
  std::vector<Choice> alternatives;
};

// Tells of strings that a Generator drew how it drew them: with what
// probabilities, as temperature, top_k and top_p leave them. Holds the model.
// Not thread-safe.
class StepReader {
 public:
  static constexpr size_t kAlternatives = 5;

  // sampling: the generator's.
  static std::unique_ptr<StepReader> Create(std::shared_ptr<const Model> model,
                                            const SamplingConfig& sampling);
  virtual ~StepReader() = default;

  // A step for each token of the sample behind its first `prefix_tokens`; its
  // end mark is the last, unless it was truncated. nullopt if `stop` was
  // requested, which it looks at once in 16 tokens.
  //   sample: with its tokens.
  virtual std::optional<std::vector<TokenStep>> Read(
      const Sample& sample, size_t prefix_tokens,
      const std::stop_token& stop) = 0;
};

}  // namespace microgpt

#endif  // MICROGPT_CORE_GENERATION_STEP_READER_H_
