// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_INSPECTION_NEXT_TOKENS_H_
#define MICROGPT_CORE_INSPECTION_NEXT_TOKENS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>

#include "core/generation/sampling.h"
#include "core/model/model.h"
#include "core/text/tokenizer.h"

namespace microgpt {

// Which token may come next, a number each. Borrowed.
struct NextTokens {
  std::span<const double> logits;  // Generator's, in the model's precision
  std::span<const double> drawn;   // its chance when drawn as `sampling` says
};

// Calls `visit` with what may come after `prefix` (nullopt) and, if `after`,
// after the prefix and each token but BOS behind it, in order of their ids.
// False if `stop` was requested, which it looks at once in some dozens of them.
//   prefix: tokens, less than block_size, and one less with `after`
bool ReadNextTokens(
    const std::shared_ptr<const Model>& model, const SamplingConfig& sampling,
    std::span<const Token> prefix, bool after, const std::stop_token& stop,
    const std::function<void(std::optional<Token>, const NextTokens&)>& visit);

// One number of the streams of IndexedRandom.
struct StreamNumber {
  uint32_t seed;
  uint32_t index;
  uint32_t number;
};

// The token that Generator draws after `prefix` with that number; BOS is the
// end mark. nullopt if `stop` was requested.
//   prefix: less than block_size tokens
std::optional<Token> DrawNextToken(const std::shared_ptr<const Model>& model,
                                   const SamplingConfig& sampling,
                                   std::span<const Token> prefix,
                                   const StreamNumber& from,
                                   const std::stop_token& stop);

}  // namespace microgpt

#endif  // MICROGPT_CORE_INSPECTION_NEXT_TOKENS_H_
