// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_GENERATION_SAMPLING_H_
#define MICROGPT_CORE_GENERATION_SAMPLING_H_

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "core/errors/valid.h"
#include "core/random/random_source.h"

namespace microgpt {

// How the next token is drawn from its distribution.
struct SamplingSettings {
  double temperature = 0.5;            // 0..100; 0 takes the likeliest
  std::optional<uint32_t> top_k = {};  // 1.., among the k likeliest
  std::optional<double> top_p = {};  // >0..1, among the likeliest that reach p

  absl::Status Validate() const;  // FieldError; NaN is out of every range
};
using SamplingConfig = Valid<SamplingSettings>;

// The order of likelihood, of tokens by their logits, which are borrowed: among
// equals the lower id counts as the likelier. NaN, which a model blown up by
// training gives, counts as the least, so that the order is one.
template <typename T>
class Likelier {
 public:
  explicit Likelier(std::span<const T> logits) : logits_(logits) {}

  bool operator()(uint32_t a, uint32_t b) const {
    return Key(a) != Key(b) ? Key(a) > Key(b) : a < b;
  }

 private:
  T Key(uint32_t token) const {
    const T logit = logits_[token];
    return std::isnan(logit) ? -std::numeric_limits<T>::infinity() : logit;
  }

  std::span<const T> logits_;
};

// Draws tokens as the reference program does: softmax(logits / temperature),
// then random.choices. top_k first, then top_p on what it left: the least set
// of the likeliest that has the share p of what is left. At temperature 0 the
// likeliest token; no number is taken from `random` then, otherwise one. Logits
// that are not numbers, which a model blown up by training gives, draw some
// token. Keeps its scratch space, so it is not thread-safe.
template <typename T>
class TokenSampler {
 public:
  explicit TokenSampler(const SamplingConfig& config) : config_(config) {}

  // logits: a number a token, of at least one token.
  uint32_t Draw(std::span<const T> logits, RandomSource& random);

  // What Draw draws from: a probability a token, 0 for those left out by top_k
  // and top_p, not scaled to sum to 1 again. Borrowed until the next call.
  std::span<const T> Probabilities(std::span<const T> logits);

 private:
  static uint32_t Likeliest(std::span<const T> logits);
  // Applies top_k and top_p to probabilities_.
  void LeaveOutUnlikely(std::span<const T> logits);
  // How many of the likeliest reach top_p, when all but the first k of order_
  // are left out; puts as many in order.
  size_t CountLikeliest(std::span<const T> logits, size_t k);

  SamplingConfig config_;
  std::vector<T> probabilities_;
  std::vector<uint32_t> order_;  // tokens, the likeliest first as far as needed
};

}  // namespace microgpt

#endif  // MICROGPT_CORE_GENERATION_SAMPLING_H_
