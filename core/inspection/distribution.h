// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_INSPECTION_DISTRIBUTION_H_
#define MICROGPT_CORE_INSPECTION_DISTRIBUTION_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/text/tokenizer.h"

namespace microgpt {

// What softmax makes of logits: which token comes next, at temperature 1.
class Distribution {
 public:
  // logits: a number a token, of at least one token; borrowed.
  explicit Distribution(std::span<const double> logits);

  double Probability(Token token) const;
  double Entropy() const;  // nats

  // The `count` likeliest tokens, the likeliest first; all if there are fewer.
  // The order is sampling's.
  std::vector<Token> Likeliest(size_t count) const;
  // Where a token stands in that order, from 1.
  uint32_t RankOf(Token token) const;

 private:
  std::span<const double> logits_;
  double log_sum_;
};

}  // namespace microgpt

#endif  // MICROGPT_CORE_INSPECTION_DISTRIBUTION_H_
