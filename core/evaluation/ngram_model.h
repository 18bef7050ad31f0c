// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_EVALUATION_NGRAM_MODEL_H_
#define MICROGPT_CORE_EVALUATION_NGRAM_MODEL_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "core/text/tokenizer.h"

namespace microgpt {

struct NgramSettings {
  uint32_t order = 5;       // 1..NgramModel::kMaxOrder tokens in an n-gram
  uint32_t vocab_size = 1;  // the characters and the mark, whose id is the last
  uint32_t block_size = 1;  // the most predictions of a document
  uint32_t max_ngrams = uint32_t{1} << 31;  // leaves out the documents after
};

// An n-gram model with interpolated modified Kneser-Ney smoothing (Chen and
// Goodman, "An empirical study of smoothing techniques for language modeling",
// 1998): what a model must beat to have learned more than a table of counts
// knows. Order 1 are the frequencies of the tokens, order 2 those of pairs.
//
// A document is what a Trainer makes of it: the mark stands before its
// characters and after them, and CountPositions of its tokens are predicted,
// the end mark last. The contexts of the first tokens are as short as the
// document is there.
//
// With c(hw) the count of token w after context h, which is how often it
// occurred if h is as long as it can be, and otherwise how many different
// tokens hw was seen after,
//   p(w | h) = (c(hw) - D(c(hw))) / c(h·) + backoff(h) · p(w | h'),
// where h' is h without its first token, and below the empty context stands
// the uniform distribution: every token has a probability above 0, and those of
// all tokens sum to 1. backoff(h) is the share that the discounts D took off.
//
// Of the two kinds of Kneser-Ney this is the one with three discounts for each
// length of h (counts of 1, 2, and more): the paper finds it the better one
// throughout, and it costs nothing more. They are estimated from n_i, how many
// n-grams have the count i. Where that gives no discounts above 0 and below 1,
// 2 and 3, as it does for a few documents or a few letters, they are 0.5, 1
// and 1.5.
//
// Immutable once fitted, so it may be shared between threads.
class NgramModel {
 public:
  static constexpr uint32_t kMaxOrder = 5;

  // Counts `documents`, of which there may be none, in their order, until
  // there are max_ngrams n-grams; borrows them for the call only. nullopt if
  // `stop` was requested, which it looks at once a document. Takes about 100
  // bytes for each different n-gram of 1..order tokens, and half of them in the
  // end.
  static std::optional<NgramModel> Fit(
      const NgramSettings& settings,
      std::span<const std::span<const Token>> documents,
      const std::stop_token& stop);

  // p(token | the tokens of a document before it). `prefix` has no mark; may
  // be empty, and have tokens that were never seen.
  double Probability(std::span<const Token> prefix, Token token) const;

  // -log p of the document's predictions, summed: nats.
  double Loss(std::span<const Token> document) const;

  size_t documents() const { return documents_; }      // that were counted
  size_t ngrams() const { return nodes_.size() - 1; }  // different ones

 private:
  class Counter;

  // An n-gram, found by the n-gram without its last token and this token. It
  // also stands for itself as the context of what follows.
  struct Node {
    uint32_t suffix;     // the n-gram without its first token
    uint32_t context;    // what stands for it before the next token
    double probability;  // of its last token after the others
    double backoff;      // as a context
  };
  static constexpr uint32_t kEmpty = 0;  // the node of the empty context

  using Children = absl::flat_hash_map<uint64_t, uint32_t>;
  static uint64_t Key(uint32_t context, Token token) {
    return uint64_t{context} << 32 | token;
  }

  NgramModel(const NgramSettings& settings, size_t documents, Children children,
             std::vector<Node> nodes, uint32_t begin);

  // p(token | context); moves `context` on to that of the next token.
  double Read(Token token, uint32_t& context) const;

  NgramSettings settings_;
  size_t documents_;
  Children children_;
  std::vector<Node> nodes_;
  uint32_t begin_;  // the context of a document's first token
};

}  // namespace microgpt

#endif  // MICROGPT_CORE_EVALUATION_NGRAM_MODEL_H_
