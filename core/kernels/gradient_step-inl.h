// SPDX-License-Identifier: MIT
//
// A step of the optimizer on a weight matrix, with the gradient as it is
// computed. Per target: see linear-inl.h.
#if defined(MICROGPT_CORE_KERNELS_GRADIENT_STEP_INL_H_) == \
    defined(HWY_TARGET_TOGGLE)
#ifdef MICROGPT_CORE_KERNELS_GRADIENT_STEP_INL_H_
#undef MICROGPT_CORE_KERNELS_GRADIENT_STEP_INL_H_
#else
#define MICROGPT_CORE_KERNELS_GRADIENT_STEP_INL_H_
#endif

#include <algorithm>
#include <cstddef>

#include "core/kernels/linear-inl.h"
#include "core/kernels/optimizer_step-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace microgpt {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// How many vectors of the gradient are computed at a time: eight sums keep two
// multipliers busy, and leave registers to the optimizer.
inline constexpr size_t kStepTileVectors = 8;

// The last tile of a gradient, on its way to the optimizer: rows of kVectors
// vectors.
template <class D, size_t kVectors>
struct TileToMove {
  HWY_ALIGN hn::TFromD<D> gradient[kStepTileVectors * hn::MaxLanes(D())];
  size_t place = 0;    // of its first value among the parameters
  size_t vectors = 0;  // that it has

  template <class RowLength>
  HWY_INLINE void Move(D d, RowLength row_length, size_t i,
                       const ParameterMover<D>& mover) const {
    const size_t lanes = hn::Lanes(d);
    mover.Move(d, hn::Load(d, gradient + i * lanes),
               place + i / kVectors * row_length + i % kVectors * lanes);
  }
};

// Computes the next tile of a gradient, of kRows rows, and moves the last one
// in between: the optimizer waits for square roots and divisions, which another
// unit of the processor does than the products.
template <size_t kRows, size_t kVectors, class D, class RowLength,
          typename T = hn::TFromD<D>>
HWY_INLINE void GradientStepTile(D d, size_t tokens, const T* HWY_RESTRICT a,
                                 size_t stride, const T* HWY_RESTRICT bt,
                                 RowLength row_length, size_t place,
                                 const ParameterMover<D>& mover,
                                 TileToMove<D, kVectors>& last) {
  using V = hn::Vec<D>;
  const size_t lanes = hn::Lanes(d);
  V sum[kRows][kVectors];
  HWY_UNROLL(8) for (size_t r = 0; r < kRows; ++r) {
    HWY_UNROLL(2) for (size_t j = 0; j < kVectors; ++j) sum[r][j] = hn::Zero(d);
  }
  const auto add_token = [&](size_t t) {
    AddOuterProduct(d, a + t, stride, bt + t * row_length, sum);
  };
  const size_t both = std::min(tokens, last.vectors);
  for (size_t t = 0; t < both; ++t) {
    add_token(t);
    last.Move(d, row_length, t, mover);
  }
  for (size_t t = both; t < tokens; ++t) add_token(t);
  for (size_t i = both; i < last.vectors; ++i) {
    last.Move(d, row_length, i, mover);
  }
  HWY_UNROLL(8) for (size_t r = 0; r < kRows; ++r) {
    HWY_UNROLL(2) for (size_t j = 0; j < kVectors; ++j) {
      hn::Store(sum[r][j], d, last.gradient + (r * kVectors + j) * lanes);
    }
  }
  last.place = place;
  last.vectors = kRows * kVectors;
}

// Rows of a multiple of kVectors vectors.
template <size_t kVectors, class D, class RowLength, typename T = hn::TFromD<D>>
HWY_NOINLINE void GradientStepRows(D d, size_t tokens, const T* a, size_t rows,
                                   size_t stride, const T* bt,
                                   RowLength row_length,
                                   const OptimizerStep<T>& step, size_t place) {
  const size_t lanes = hn::Lanes(d);
  const ParameterMover<D> mover(d, step);
  TileToMove<D, kVectors> last;
  ForEachTile<kStepTileVectors / kVectors>(rows, [&](size_t r, auto length) {
    for (size_t c = 0; c < row_length; c += kVectors * lanes) {
      GradientStepTile<length, kVectors>(
          d, tokens, a + r * stride, stride, bt + c, row_length,
          place + r * row_length + c, mover, last);
    }
  });
  for (size_t i = 0; i < last.vectors; ++i) last.Move(d, row_length, i, mover);
}

// Moves the parameters from `place` on, a matrix [rows, row_length], against
// the gradient that WeightGradient would give. The arguments are its own.
template <class D, class RowLength, typename T = hn::TFromD<D>>
HWY_INLINE void GradientStep(D d, size_t tokens, const T* a, size_t rows,
                             size_t stride, const T* bt, RowLength row_length,
                             const OptimizerStep<T>& step, size_t place) {
  if (row_length % (2 * hn::Lanes(d)) == 0) {
    GradientStepRows<2>(d, tokens, a, rows, stride, bt, row_length, step,
                        place);
  } else {
    GradientStepRows<1>(d, tokens, a, rows, stride, bt, row_length, step,
                        place);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace microgpt
HWY_AFTER_NAMESPACE();

#endif  // MICROGPT_CORE_KERNELS_GRADIENT_STEP_INL_H_
