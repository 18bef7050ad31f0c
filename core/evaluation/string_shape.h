// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_EVALUATION_STRING_SHAPE_H_
#define MICROGPT_CORE_EVALUATION_STRING_SHAPE_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "core/text/tokenizer.h"

namespace microgpt {

// How long the strings of a set are, and which characters stand beside each
// other in them: what can be compared between a model's samples and the
// documents it learned from. Not thread-safe.
class StringShape {
 public:
  // vocab_size: the characters and the mark, whose id is the last.
  StringShape(uint32_t vocab_size, uint32_t block_size)
      : mark_(vocab_size - 1), lengths_(size_t{block_size} + 1) {}

  // A string counts as far as block_size goes, which makes documents and
  // samples alike: up to block_size characters, and with fewer an end mark.
  void Add(std::span<const Token> string);

  uint64_t strings() const { return strings_; }

  // Mean number of characters; 0 without strings.
  double MeanLength() const;

  // The total variation distance of the distributions of lengths: half the sum
  // of |p - q|, from 0 (the same) to 1 (none in common). Either side must have
  // strings, as below.
  double LengthDistance(const StringShape& other) const;

  // The Jensen-Shannon divergence of the distributions of pairs of neighbours,
  // with the marks at both ends, in bits: the mean of how far p and q each are
  // from (p + q) / 2 by Kullback and Leibler. From 0 (the same) to 1 (none in
  // common).
  double PairDivergence(const StringShape& other) const;

 private:
  const Token mark_;
  uint64_t strings_ = 0;
  uint64_t total_pairs_ = 0;
  std::vector<uint64_t> lengths_;                  // how many of each
  absl::flat_hash_map<uint64_t, uint64_t> pairs_;  // first << 32 | second
};

}  // namespace microgpt

#endif  // MICROGPT_CORE_EVALUATION_STRING_SHAPE_H_
