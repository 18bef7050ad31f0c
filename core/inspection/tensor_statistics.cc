// SPDX-License-Identifier: MIT
#include "core/inspection/tensor_statistics.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace microgpt {
namespace {

size_t BinOf(double value, double min, double max, size_t bins) {
  if (value >= max) return bins - 1;
  // By halves: a difference may be larger than a number can be. Of a width of
  // almost nothing a share may be anything.
  const double share =
      (value / 2 - min / 2) / (max / 2 - min / 2) * static_cast<double>(bins);
  return static_cast<size_t>(
      std::clamp(share, 0.0, static_cast<double>(bins - 1)));
}

}  // namespace

template <typename T>
TensorStatistics Describe(std::span<const T> values, size_t bins) {
  assert(!values.empty() && bins > 0);
  const auto n = static_cast<double>(values.size());
  const auto [min, max] = std::ranges::minmax_element(values);
  TensorStatistics s{
      .min = *min, .max = *max, .histogram = std::vector<uint64_t>(bins)};
  double sum = 0, squares = 0;
  for (const double value : values) {
    sum += value;
    squares += value * value;
    ++s.histogram[BinOf(value, s.min, s.max, bins)];
  }
  s.mean = sum / n;
  s.norm = std::sqrt(squares);
  // A second time through: the difference of two sums would lose digits.
  double variance = 0;
  for (const double value : values) {
    variance += (value - s.mean) * (value - s.mean) / n;
  }
  s.standard_deviation = std::sqrt(variance);
  return s;
}

template TensorStatistics Describe(std::span<const float>, size_t);
template TensorStatistics Describe(std::span<const double>, size_t);

}  // namespace microgpt
