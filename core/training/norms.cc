// SPDX-License-Identifier: MIT
#include "core/training/norms.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "core/training/backpropagation.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/training/norms.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
// After it:
#include "hwy/highway.h"

#ifndef MICROGPT_CORE_TRAINING_NORMS_BLOCK_
#define MICROGPT_CORE_TRAINING_NORMS_BLOCK_
namespace microgpt {

// Sums that are under way at once: value i of a row is of sum i % 8 on every
// instruction set.
inline constexpr size_t kSums = 8;
using Sums = std::array<double, kSums>;

// The differences a - b of some rows; b nullptr: a itself.
template <typename T>
struct NormBlock {
  const T* a;
  const T* b;
  size_t rows, row_length;
  size_t n;  // values of a row that count
};

}  // namespace microgpt
#endif  // MICROGPT_CORE_TRAINING_NORMS_BLOCK_

HWY_BEFORE_NAMESPACE();
namespace microgpt {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using DoubleTag = hn::CappedTag<double, kSums>;

// The first `count` values, at most a vector of them, and zeros.
inline hn::Vec<DoubleTag> LoadFirst(DoubleTag d, const double* from,
                                    size_t count) {
  if (count >= hn::Lanes(d)) return hn::LoadU(d, from);
  return hn::MaskedLoad(hn::FirstN(d, count), d, from);
}
inline hn::Vec<DoubleTag> LoadFirst(DoubleTag d, const float* from,
                                    size_t count) {
  const hn::Rebind<float, DoubleTag> floats;
  if (count >= hn::Lanes(d)) return hn::PromoteTo(d, hn::LoadU(floats, from));
  return hn::PromoteTo(d,
                       hn::MaskedLoad(hn::FirstN(floats, count), floats, from));
}

// Adds the squares of a block to `sums`.
template <typename T>
void AddSquares(const NormBlock<T>& block, Sums& sums) {
  const DoubleTag d;
  constexpr size_t kLanes = hn::MaxLanes(d);
  constexpr size_t kVectors = kSums / kLanes;
  hn::Vec<DoubleTag> sum[kVectors];
  for (size_t k = 0; k < kVectors; ++k) {
    sum[k] = hn::LoadU(d, sums.data() + k * kLanes);
  }
  for (size_t row = 0; row < block.rows; ++row) {
    const T* const a = block.a + row * block.row_length;
    for (size_t i = 0; i < block.n; i += kSums) {
      HWY_UNROLL(8) for (size_t k = 0; k < kVectors; ++k) {
        const size_t at = i + k * kLanes;
        const size_t left = at < block.n ? block.n - at : 0;
        auto x = LoadFirst(d, a + at, left);
        if (block.b != nullptr) {
          const T* const b = block.b + row * block.row_length;
          x = hn::Sub(x, LoadFirst(d, b + at, left));
        }
        sum[k] = hn::MulAdd(x, x, sum[k]);
      }
    }
  }
  for (size_t k = 0; k < kVectors; ++k) {
    hn::StoreU(sum[k], d, sums.data() + k * kLanes);
  }
}
void AddSquaresFloat(const NormBlock<float>& block, Sums& sums) {
  AddSquares(block, sums);
}
void AddSquaresDouble(const NormBlock<double>& block, Sums& sums) {
  AddSquares(block, sums);
}

}  // namespace HWY_NAMESPACE
}  // namespace microgpt
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace microgpt {

HWY_EXPORT(AddSquaresFloat);
HWY_EXPORT(AddSquaresDouble);

namespace {

void AddSquares(const NormBlock<float>& block, Sums& sums) {
  HWY_DYNAMIC_DISPATCH(AddSquaresFloat)(block, sums);
}
void AddSquares(const NormBlock<double>& block, Sums& sums) {
  HWY_DYNAMIC_DISPATCH(AddSquaresDouble)(block, sums);
}

double Norm(const Sums& sums) {
  return std::sqrt(std::accumulate(sums.begin(), sums.end(), 0.0));
}

// gradients[0] + gradients[1] + …, as MoveWeights adds them, from `begin` on;
// in `scratch` if there are several.
template <typename T>
const T* SumOf(std::span<const T* const> gradients, size_t begin,
               std::span<T> scratch) {
  if (gradients.size() == 1) return gradients[0] + begin;
  std::copy_n(gradients[0] + begin, scratch.size(), scratch.begin());
  for (const T* const more : gradients.subspan(1)) {
    for (size_t i = 0; i < scratch.size(); ++i) scratch[i] += more[begin + i];
  }
  return scratch.data();
}

}  // namespace

std::vector<uint32_t> NormSteps(uint32_t steps) {
  constexpr uint32_t kFewest = 64, kMost = 512;
  const uint32_t count =
      std::min(steps, std::clamp(steps / 16, kFewest, kMost));
  const uint64_t gaps = std::max(count, 2u) - 1;
  std::vector<uint32_t> chosen;
  for (uint64_t i = 0; i < count; ++i) {
    chosen.push_back(static_cast<uint32_t>(1 + (steps - 1) * i / gaps));
  }
  return chosen;
}

// In blocks that are still in the nearest cache when they are measured.
template <typename T>
TensorNorms MoveAndMeasure(const PackedLayout& layout,
                           const PackedLayout::Rows& tensor,
                           const OptimizerStep<T>& step,
                           std::span<const T* const> gradients) {
  constexpr size_t kBlock = 2048;
  alignas(64) std::array<T, kBlock> before;
  alignas(64) std::array<T, kBlock> scratch;
  const size_t row = layout.row_length;
  const size_t end = tensor.offset + tensor.count * row;
  Sums gradient{}, parameter{}, update{};
  for (size_t begin = tensor.offset; begin < end;) {
    const size_t length = std::min(kBlock / row * row, end - begin);
    const T* const values = step.values + begin;
    std::copy_n(values, length, before.begin());
    MoveWeights<T>(step, gradients, begin, begin + length);
    const auto add = [&](const T* a, const T* b, Sums& sums) {
      AddSquares({a, b, length / row, row, layout.n_embd}, sums);
    };
    add(SumOf<T>(gradients, begin, std::span(scratch).first(length)), nullptr,
        gradient);
    add(values, nullptr, parameter);
    add(values, before.data(), update);
    begin += length;
  }
  return {Norm(gradient), Norm(parameter), Norm(update)};
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
#endif  // HWY_ONCE
