// SPDX-License-Identifier: MIT
#include "core/training/norms.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "core/training/backpropagation.h"

namespace microgpt {
namespace {

// A sum of squares, in as many sums as a processor has under way at once.
class SumOfSquares {
 public:
  // value(i) for i < n, a double.
  template <typename F>
  void Add(size_t n, const F& value) {
    size_t i = 0;
    for (; i + kSums <= n; i += kSums) {
      for (size_t s = 0; s < kSums; ++s) {
        const double x = value(i + s);
        sums_[s] += x * x;
      }
    }
    for (size_t s = 0; i < n; ++i, ++s) sums_[s] += value(i) * value(i);
  }

  double Root() const {
    return std::sqrt(std::accumulate(sums_.begin(), sums_.end(), 0.0));
  }

 private:
  static constexpr size_t kSums = 8;
  std::array<double, kSums> sums_{};
};

}  // namespace

std::vector<uint32_t> NormSteps(uint32_t steps) {
  constexpr uint32_t kFewest = 64, kMost = 512;
  const uint32_t count =
      std::min(steps, std::clamp(steps / 16, kFewest, kMost));
  std::vector<uint32_t> chosen;
  for (uint64_t i = 0; i < count; ++i) {
    const uint64_t gaps = std::max(count - 1, 1u);
    chosen.push_back(static_cast<uint32_t>(1 + (steps - 1) * i / gaps));
  }
  return chosen;
}

// In blocks that are still in the nearest cache when they are measured again.
template <typename T>
TensorNorms MoveAndMeasure(const PackedLayout& layout,
                           const PackedLayout::Rows& tensor,
                           const OptimizerStep<T>& step,
                           std::span<const T* const> gradients) {
  constexpr size_t kBlock = 2048;
  alignas(64) std::array<T, kBlock> before;
  const size_t row = layout.row_length;
  const size_t end = tensor.offset + tensor.count * row;
  SumOfSquares gradient, parameter, update;
  for (size_t begin = tensor.offset; begin < end;) {
    const size_t length = std::min(kBlock / row * row, end - begin);
    const T* const values = step.values + begin;
    std::copy_n(values, length, before.begin());
    MoveWeights<T>(step, gradients, begin, begin + length);
    for (size_t at = 0; at < length; at += row) {
      const auto sum = [&](size_t i) {
        T total = gradients[0][begin + at + i];
        for (const T* const more : gradients.subspan(1)) {
          total += more[begin + at + i];
        }
        return static_cast<double>(total);
      };
      gradient.Add(layout.n_embd, sum);
      const auto value = [&](size_t i) { return double{values[at + i]}; };
      parameter.Add(layout.n_embd, value);
      update.Add(layout.n_embd, [&](size_t i) {
        return value(i) - double{before[at + i]};
      });
    }
    begin += length;
  }
  return {gradient.Root(), parameter.Root(), update.Root()};
}

template TensorNorms MoveAndMeasure(const PackedLayout&,
                                    const PackedLayout::Rows&,
                                    const OptimizerStep<float>&,
                                    std::span<const float* const>);
template TensorNorms MoveAndMeasure(const PackedLayout&,
                                    const PackedLayout::Rows&,
                                    const OptimizerStep<double>&,
                                    std::span<const double* const>);

}  // namespace microgpt
