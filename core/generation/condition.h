// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_GENERATION_CONDITION_H_
#define MICROGPT_CORE_GENERATION_CONDITION_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "core/text/characters.h"
#include "core/text/tokenizer.h"
#include "re2/re2.h"

namespace microgpt {

// What is asked of a string. Empty or unset: nothing.
struct ConditionSettings {
  std::string suffix;    // what it ends with
  std::string contains;  // what stands in it somewhere
  std::string regex;     // matches all of it, in RE2's syntax
  std::string alphabet;  // all of its characters are among these
  std::optional<uint32_t> min_length = {};  // in characters
  std::optional<uint32_t> max_length = {};  // 1..

  bool empty() const;
};

// A condition that strings of a model can meet, as far as that can be told: an
// expression may still be one that no string of the model matches. A string is
// looked at as text: where tokens join to other characters (see Tokenizer), its
// characters are those of the text.
// Immutable, so it may be shared between threads.
class Condition {
 public:
  // A longer regex is refused, and one that compiles to more instructions or
  // memory: each may cost a few nanoseconds for each character of a string.
  static constexpr size_t kMaxRegexBytes = 1000;
  static constexpr int kMaxRegexInstructions = 5000;
  static constexpr int64_t kMaxRegexMemory = int64_t{4} << 20;

  // For strings that begin with `prefix`, which has at most block_size
  // characters, all of them the tokenizer's. They have 1..block_size
  // characters.
  //
  // INVALID_ARGUMENT, field "suffix", "regex", …: a character that the model
  // never saw, naming its position; an expression that is none or is too large;
  // a max_length of 0. FAILED_PRECONDITION, reason UNSATISFIABLE: no string
  // meets all conditions.
  static absl::StatusOr<Condition> Create(const ConditionSettings& settings,
                                          const Tokenizer& tokenizer,
                                          uint32_t block_size,
                                          std::string_view prefix);

  // Whether a string, which is UTF-8, meets all conditions but the prefix.
  bool IsMetBy(std::string_view text) const;

 private:
  Condition(const ConditionSettings& settings, TokenizerKind kind)
      : settings_(settings), kind_(kind) {}

  bool HasLength(std::string_view text) const;
  bool IsInAlphabet(std::string_view text) const;

  ConditionSettings settings_;
  TokenizerKind kind_;
  absl::flat_hash_set<std::string> alphabet_;  // characters; empty: any
  std::shared_ptr<const RE2> regex_;           // null: none
};

}  // namespace microgpt

#endif  // MICROGPT_CORE_GENERATION_CONDITION_H_
