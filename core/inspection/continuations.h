// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_INSPECTION_CONTINUATIONS_H_
#define MICROGPT_CORE_INSPECTION_CONTINUATIONS_H_

#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "core/text/corpus.h"
#include "core/text/tokenizer.h"

namespace microgpt {

// How the documents of a text go on that begin with a prefix. A value.
class Continuations {
 public:
  // nullopt if a document has characters that the tokenizer does not know, or
  // if `stop` was requested, which it looks at once in 1024 documents. Reads
  // the whole text.
  //   after: to be asked what comes behind the next token, too
  static std::optional<Continuations> Count(const Tokenizer& tokenizer,
                                            const Corpus& corpus,
                                            std::span<const Token> prefix,
                                            bool after,
                                            const std::stop_token& stop);

  uint32_t documents() const { return documents_; }  // that begin so
  // Of those: how many go on with a token; with BOS, how many end there.
  uint32_t Next(Token token) const { return next_[token]; }
  // Of those that go on with `first`: the same.
  uint32_t NextAfter(Token first, Token second) const;

 private:
  explicit Continuations(const Tokenizer& tokenizer)
      : next_(tokenizer.vocab_size()) {}

  void Add(const Tokenizer& tokenizer, std::span<const Token> rest, bool after);

  uint32_t documents_ = 0;
  std::vector<uint32_t> next_;
  absl::flat_hash_map<uint64_t, uint32_t> after_;  // by first · 2³² + second
};

}  // namespace microgpt

#endif  // MICROGPT_CORE_INSPECTION_CONTINUATIONS_H_
