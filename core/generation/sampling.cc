// SPDX-License-Identifier: MIT
#include "core/generation/sampling.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>
#include <string_view>

#include "core/errors/errors.h"

namespace microgpt {
namespace {

// The order of likelihood. NaN, which a model blown up by training gives,
// counts as the least, so that the order is one and something is drawn.
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
  const auto error = [](std::string_view field, double value,
                        std::string_view problem) {
    return FieldError(field, fmt::format("{} is {}", value, problem));
  };
  if (std::isnan(temperature)) {
    return error("temperature", temperature, "not a number");
  }
  if (temperature < 0) {
    return error("temperature", temperature, "below the minimum 0");
  }
  if (temperature > 100) {
    return error("temperature", temperature, "above the maximum 100");
  }
  if (top_k == 0u) return error("top_k", *top_k, "below the minimum 1");
  if (!top_p.has_value()) return absl::OkStatus();
  if (std::isnan(*top_p)) return error("top_p", *top_p, "not a number");
  if (*top_p <= 0) return error("top_p", *top_p, "not above 0");
  if (*top_p > 1) return error("top_p", *top_p, "above the maximum 1");
  return absl::OkStatus();
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
  const auto probability = [this](size_t i) -> T& {
    return probabilities_[order_[i]];
  };
  const size_t n = logits.size();
  const size_t k = std::min<size_t>(config_->top_k.value_or(n), n);
  order_.resize(n);
  std::iota(order_.begin(), order_.end(), 0);
  std::partial_sort(order_.begin(), order_.begin() + k, order_.end(),
                    Likelier<T>(logits));
  size_t kept = k;
  if (config_->top_p.has_value()) {
    double total = 0, sum = 0;
    for (size_t i = 0; i < k; ++i) total += probability(i);
    kept = 0;
    while (kept < k && !(kept > 0 && sum >= *config_->top_p * total)) {
      sum += probability(kept++);
    }
  }
  for (size_t i = kept; i < n; ++i) probability(i) = 0;
}

template class TokenSampler<float>;
template class TokenSampler<double>;

}  // namespace microgpt
