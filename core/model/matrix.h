// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_MODEL_MATRIX_H_
#define MICROGPT_CORE_MODEL_MATRIX_H_

#include <cstddef>
#include <span>
#include <type_traits>

namespace microgpt {

// A borrowed, dense, row-major [rows, cols] array: a view, copied by value. T
// is const for a matrix that is only read.
template <typename T>
struct Matrix {
  T* data = nullptr;
  size_t rows = 0;
  size_t cols = 0;

  size_t size() const { return rows * cols; }
  T* row(size_t r) const { return data + r * cols; }
  std::span<T> values() const { return {data, size()}; }

  // Rows [begin, begin + count).
  Matrix Rows(size_t begin, size_t count) const {
    return {row(begin), count, cols};
  }

  operator Matrix<const T>() const requires(!std::is_const_v<T>) {
    return {data, rows, cols};
  }
};

}  // namespace microgpt

#endif  // MICROGPT_CORE_MODEL_MATRIX_H_
