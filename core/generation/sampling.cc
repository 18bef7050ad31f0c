// SPDX-License-Identifier: MIT
#include "core/generation/sampling.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/errors/errors.h"
#include "core/errors/ranges.h"

namespace microgpt {
namespace {

// softmax(logits / temperature).
template <typename T>
void Softmax(std::span<const T> logits, double temperature,
             std::vector<T>& probabilities) {
  // A temperature too small for T counts as the smallest there is: 0/0 is NaN.
  const T divisor =
      std::max(static_cast<T>(temperature), std::numeric_limits<T>::min());
  const T max = *std::max_element(logits.begin(), logits.end());
  T sum = 0;
  probabilities.resize(logits.size());
  for (size_t i = 0; i < logits.size(); ++i) {
    probabilities[i] = std::exp((logits[i] - max) / divisor);
    sum += probabilities[i];
  }
  for (T& probability : probabilities) probability /= sum;
}

}  // namespace

absl::Status SamplingSettings::Validate() const {
  MICROGPT_RETURN_IF_ERROR(CheckRange("temperature", temperature, 0, 100));
  MICROGPT_RETURN_IF_ERROR(CheckRange("top_k", top_k.value_or(1), 1,
                                      std::numeric_limits<uint32_t>::max()));
  return CheckPositive("top_p", top_p.value_or(1), 1);
}

template <typename T>
uint32_t TokenSampler<T>::Draw(std::span<const T> logits,
                               RandomSource& random) {
  if (config_->temperature == 0) return Likeliest(logits);
  const std::span<const T> probabilities = Probabilities(logits);
  const double total =
      std::accumulate(probabilities.begin(), probabilities.end(), 0.0);
  const double drawn = random.Uniform() * total;
  // bisect_right over the running sums, at most the last token.
  const uint32_t last = static_cast<uint32_t>(logits.size()) - 1;
  double sum = 0;
  for (uint32_t token = 0; token < last; ++token) {
    sum += probabilities[token];
    if (drawn < sum) return token;
  }
  return last;
}

template <typename T>
std::span<const T> TokenSampler<T>::Probabilities(std::span<const T> logits) {
  assert(!logits.empty());
  if (config_->temperature == 0) {
    probabilities_.assign(logits.size(), T{0});
    probabilities_[Likeliest(logits)] = 1;
    return probabilities_;
  }
  Softmax(logits, config_->temperature, probabilities_);
  if (config_->top_k.has_value() || config_->top_p.has_value()) {
    LeaveOutUnlikely(logits);
  }
  return probabilities_;
}

template <typename T>
uint32_t TokenSampler<T>::Likeliest(std::span<const T> logits) {
  uint32_t best = 0;
  const Likelier<T> likelier(logits);
  for (uint32_t token = 1; token < logits.size(); ++token) {
    if (likelier(token, best)) best = token;
  }
  return best;
}

template <typename T>
void TokenSampler<T>::LeaveOutUnlikely(std::span<const T> logits) {
  const size_t n = logits.size();
  const size_t k = std::min<size_t>(config_->top_k.value_or(n), n);
  order_.resize(n);
  std::iota(order_.begin(), order_.end(), 0);
  const auto leave_out = [this](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) probabilities_[order_[i]] = 0;
  };
  if (k < n) {
    std::nth_element(order_.begin(), order_.begin() + k, order_.end(),
                     Likelier<T>(logits));
    leave_out(k, n);
  }
  if (config_->top_p.has_value()) leave_out(CountLikeliest(logits, k), k);
}

// A vocabulary can be large, and the likeliest few mostly reach p: it puts
// tokens in order only as far as they are needed, in chunks that grow.
template <typename T>
size_t TokenSampler<T>::CountLikeliest(std::span<const T> logits, size_t k) {
  const double enough =
      *config_->top_p *
      std::accumulate(probabilities_.begin(), probabilities_.end(), 0.0);
  size_t chunk = 64, ordered = 0, count = 0;
  double sum = 0;
  // Whatever the rounding, at least one is kept; of NaN, which reaches nothing,
  // all are.
  while (count < k && !(count > 0 && sum >= enough)) {
    if (count == ordered) {
      const auto begin = order_.begin() + ordered;
      ordered += std::min(chunk, k - ordered);
      chunk *= 8;
      const auto middle = order_.begin() + ordered;
      std::nth_element(begin, middle, order_.begin() + k, Likelier<T>(logits));
      std::sort(begin, middle, Likelier<T>(logits));
    }
    sum += probabilities_[order_[count++]];
  }
  return count;
}

template class TokenSampler<float>;
template class TokenSampler<double>;

}  // namespace microgpt
