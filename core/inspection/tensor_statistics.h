// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_INSPECTION_TENSOR_STATISTICS_H_
#define MICROGPT_CORE_INSPECTION_TENSOR_STATISTICS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace microgpt {

// What some numbers are like, in double precision.
struct TensorStatistics {
  double mean = 0;
  double standard_deviation = 0;  // of them all, not of a sample of more
  double min = 0;
  double max = 0;
  double norm = 0;  // L2
  // Bins of equal width from min to max; the last one holds its upper edge, and
  // so all numbers if they are equal.
  std::vector<uint64_t> histogram;
};

// values: finite, at least one.  bins: at least one.
template <typename T>
TensorStatistics Describe(std::span<const T> values, size_t bins);

}  // namespace microgpt

#endif  // MICROGPT_CORE_INSPECTION_TENSOR_STATISTICS_H_
