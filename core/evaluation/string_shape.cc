// SPDX-License-Identifier: MIT
#include "core/evaluation/string_shape.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace microgpt {
namespace {

double Share(uint64_t part, uint64_t whole) {
  return static_cast<double>(part) / static_cast<double>(whole);
}

// p · log2(p / middle), which is 0 at p = 0.
double Surprise(double p, double middle) {
  return p > 0 ? p * std::log2(p / middle) : 0;
}

}  // namespace

void StringShape::Add(std::span<const Token> string) {
  const size_t block_size = lengths_.size() - 1;
  const bool ends = string.size() < block_size;
  string = string.first(std::min(string.size(), block_size));
  ++strings_;
  ++lengths_[string.size()];
  Token before = mark_;
  const auto count = [&](Token token) {
    ++pairs_[uint64_t{before} << 32 | token];
    ++total_pairs_;
    before = token;
  };
  for (const Token token : string) count(token);
  if (ends) count(mark_);
}

double StringShape::MeanLength() const {
  if (strings_ == 0) return 0;
  uint64_t characters = 0;
  for (size_t i = 0; i < lengths_.size(); ++i) characters += i * lengths_[i];
  return Share(characters, strings_);
}

double StringShape::LengthDistance(const StringShape& other) const {
  double sum = 0;
  for (size_t i = 0; i < lengths_.size(); ++i) {
    sum += std::abs(Share(lengths_[i], strings_) -
                    Share(other.lengths_[i], other.strings_));
  }
  return sum / 2;
}

double StringShape::PairDivergence(const StringShape& other) const {
  // The table's order differs from run to run, and with it a sum's last digits.
  std::vector<std::pair<uint64_t, uint64_t>> pairs(pairs_.begin(),
                                                   pairs_.end());
  std::sort(pairs.begin(), pairs.end());
  double sum = 0;
  uint64_t common = 0;  // of the other's pairs
  for (const auto& [pair, count] : pairs) {
    const auto it = other.pairs_.find(pair);
    const uint64_t others = it == other.pairs_.end() ? 0 : it->second;
    const double p = Share(count, total_pairs_);
    const double q = Share(others, other.total_pairs_);
    sum += Surprise(p, (p + q) / 2) + Surprise(q, (p + q) / 2);
    common += others;
  }
  // Each of the other's own pairs is twice as likely there as in the middle.
  sum += Share(other.total_pairs_ - common, other.total_pairs_);
  return std::max(0.0, sum / 2);
}

}  // namespace microgpt
