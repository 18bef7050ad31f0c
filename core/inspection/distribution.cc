// SPDX-License-Identifier: MIT
#include "core/inspection/distribution.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/generation/sampling.h"
#include "core/inspection/stages.h"

namespace microgpt {

Distribution::Distribution(std::span<const double> logits)
    : logits_(logits), log_sum_(LogSumExp(logits)) {}

double Distribution::Probability(Token token) const {
  return std::exp(logits_[token] - log_sum_);
}

double Distribution::Entropy() const {
  double entropy = 0;
  for (const double logit : logits_) {
    const double p = std::exp(logit - log_sum_);
    if (p != 0) entropy += p * (log_sum_ - logit);  // 0 · infinity would be NaN
  }
  return entropy;
}

std::vector<Token> Distribution::Likeliest(size_t count) const {
  std::vector<Token> tokens(logits_.size());
  std::iota(tokens.begin(), tokens.end(), Token{0});
  const Likelier<double> likelier(logits_);
  const size_t kept = std::min(count, tokens.size());
  std::partial_sort(tokens.begin(), tokens.begin() + kept, tokens.end(),
                    likelier);
  tokens.resize(kept);
  return tokens;
}

uint32_t Distribution::RankOf(Token token) const {
  const Likelier<double> likelier(logits_);
  uint32_t rank = 1;
  for (Token other = 0; other < logits_.size(); ++other) {
    if (likelier(other, token)) ++rank;
  }
  return rank;
}

}  // namespace microgpt
