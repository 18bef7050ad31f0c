// SPDX-License-Identifier: MIT
//
// Rows that stand anywhere, brought together as columns and back. Per target:
// see linear-inl.h.
#if defined(MICROGPT_CORE_KERNELS_GATHER_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MICROGPT_CORE_KERNELS_GATHER_INL_H_
#undef MICROGPT_CORE_KERNELS_GATHER_INL_H_
#else
#define MICROGPT_CORE_KERNELS_GATHER_INL_H_
#endif

#include <cstddef>

#include "core/kernels/transpose-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace microgpt {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// to[r, c] = row(c)[r] for all r < rows and c < columns, columns rounded up to
// BlockTag's width. Reads as many values of a row as are whole blocks.
template <typename T, class Rows, class Row>
HWY_INLINE void GatherColumns(Rows rows, size_t columns, T* to, size_t stride,
                              const Row& row) {
  const BlockTag<T> d;
  using V = hn::Vec<BlockTag<T>>;
  constexpr size_t kLanes = hn::MaxLanes(BlockTag<T>());
  for (size_t c = 0; c < columns; c += kLanes) {
    const T* from[kLanes];
    HWY_UNROLL(8) for (size_t i = 0; i < kLanes; ++i) from[i] = row(c + i);
    for (size_t r = 0; r < rows; r += kLanes) {
      V block[kLanes];
      HWY_UNROLL(8) for (size_t i = 0; i < kLanes; ++i) {
        block[i] = hn::LoadU(d, from[i] + r);
      }
      TransposeRegisters(d, block);
      HWY_UNROLL(8) for (size_t i = 0; i < kLanes; ++i) {
        if (r + i < rows) hn::StoreU(block[i], d, to + (r + i) * stride + c);
      }
    }
  }
}

// row(c)[r] = from[r, c]: the other way. Reads and writes whole blocks of rows,
// so there must be room for as many.
template <typename T, class Rows, class Row>
HWY_INLINE void ScatterColumns(Rows rows, size_t columns, const T* from,
                               size_t stride, const Row& row) {
  const BlockTag<T> d;
  using V = hn::Vec<BlockTag<T>>;
  constexpr size_t kLanes = hn::MaxLanes(BlockTag<T>());
  for (size_t c = 0; c < columns; c += kLanes) {
    for (size_t r = 0; r < rows; r += kLanes) {
      V block[kLanes];
      HWY_UNROLL(8) for (size_t i = 0; i < kLanes; ++i) {
        block[i] = hn::LoadU(d, from + (r + i) * stride + c);
      }
      TransposeRegisters(d, block);
      HWY_UNROLL(8) for (size_t i = 0; i < kLanes; ++i) {
        hn::StoreU(block[i], d, row(c + i) + r);
      }
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace microgpt
HWY_AFTER_NAMESPACE();

#endif  // MICROGPT_CORE_KERNELS_GATHER_INL_H_
