// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_INSPECTION_ARRAY_H_
#define MICROGPT_CORE_INSPECTION_ARRAY_H_

#include <cstddef>
#include <functional>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

namespace microgpt {

// Numbers in row-major order, and their shape. A value.
struct Array {
  std::vector<size_t> shape;  // empty: there is nothing
  std::vector<double> values;

  Array() = default;
  // All zero.
  explicit Array(std::vector<size_t> dimensions)
      : shape(std::move(dimensions)),
        values(std::accumulate(shape.begin(), shape.end(), size_t{1},
                               std::multiplies<>())) {}

  // Row i, counted through all dimensions but the last.
  std::span<double> row(size_t i) {
    return {values.data() + i * shape.back(), shape.back()};
  }
  std::span<const double> row(size_t i) const {
    return {values.data() + i * shape.back(), shape.back()};
  }
};

}  // namespace microgpt

#endif  // MICROGPT_CORE_INSPECTION_ARRAY_H_
