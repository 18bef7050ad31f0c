// SPDX-License-Identifier: MIT
#include "core/benchmark/repeat.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>

namespace microgpt::benchmark {
namespace {

constexpr uint64_t kMaxAmount = 1 << 17;

uint64_t FindAmount(double seconds, const Work& work) {
  uint64_t amount = 1;
  while (work(amount).seconds < seconds && amount < kMaxAmount) amount *= 2;
  return amount;
}

// Between two values in proportion, as numpy's percentile.
double Quantile(const std::vector<double>& ordered, double q) {
  const double place = q * static_cast<double>(ordered.size() - 1);
  const auto below = static_cast<size_t>(place);
  const size_t above = std::min(below + 1, ordered.size() - 1);
  return std::lerp(ordered[below], ordered[above],
                   place - static_cast<double>(below));
}

}  // namespace

std::vector<double> Repeat(const Effort& effort, const Work& work) {
  const uint64_t amount = FindAmount(effort.repetition_ms / 1000, work);
  std::vector<double> values;
  double seconds = 0;
  while (values.size() < effort.repetitions || seconds < effort.seconds) {
    const Timed timed = work(amount);
    values.push_back(timed.seconds / timed.units);
    seconds += timed.seconds;
  }
  return values;
}

Summary Summarize(std::vector<double> values) {
  assert(!values.empty());
  std::ranges::sort(values);
  return {.median = Quantile(values, 0.5),
          .p10 = Quantile(values, 0.1),
          .p90 = Quantile(values, 0.9),
          .min = values.front(),
          .max = values.back()};
}

}  // namespace microgpt::benchmark
