// SPDX-License-Identifier: MIT
//
// Transposes of whole vectors' worth of rows and columns. Per target: see
// linear-inl.h.
#if defined(MICROGPT_CORE_KERNELS_TRANSPOSE_INL_H_) == \
    defined(HWY_TARGET_TOGGLE)
#ifdef MICROGPT_CORE_KERNELS_TRANSPOSE_INL_H_
#undef MICROGPT_CORE_KERNELS_TRANSPOSE_INL_H_
#else
#define MICROGPT_CORE_KERNELS_TRANSPOSE_INL_H_
#endif

#include <cstddef>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace microgpt {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// A square block is as wide as 32 bytes at most: 8 floats or 4 doubles.
template <typename T>
using BlockTag = hn::CappedTag<T, 32 / sizeof(T)>;

#if HWY_TARGET != HWY_SCALAR

// Transposes each 16 bytes' worth of columns of as many rows: 4 · 4 floats or
// 2 · 2 doubles.
template <class D, class V = hn::Vec<D>>
HWY_INLINE void TransposeIn16Bytes(D d, V* r) {
  const V low = hn::InterleaveLower(d, r[0], r[1]);
  const V high = hn::InterleaveUpper(d, r[0], r[1]);
  if constexpr (sizeof(hn::TFromD<D>) == 8) {
    r[0] = low;
    r[1] = high;
  } else {
    const hn::RepartitionToWide<D> wide;
    const auto ab_low = hn::BitCast(wide, low);
    const auto ab_high = hn::BitCast(wide, high);
    const auto cd_low = hn::BitCast(wide, hn::InterleaveLower(d, r[2], r[3]));
    const auto cd_high = hn::BitCast(wide, hn::InterleaveUpper(d, r[2], r[3]));
    r[0] = hn::BitCast(d, hn::InterleaveLower(wide, ab_low, cd_low));
    r[1] = hn::BitCast(d, hn::InterleaveUpper(wide, ab_low, cd_low));
    r[2] = hn::BitCast(d, hn::InterleaveLower(wide, ab_high, cd_high));
    r[3] = hn::BitCast(d, hn::InterleaveUpper(wide, ab_high, cd_high));
  }
}

#endif  // HWY_SCALAR

// Transposes a square of BlockTag's width in registers, a row each.
template <class D, class V = hn::Vec<D>>
HWY_INLINE void TransposeRegisters(D d, V* r) {
#if HWY_TARGET != HWY_SCALAR
  constexpr size_t kSize = sizeof(hn::TFromD<D>);
  constexpr size_t kLanes = hn::MaxLanes(D());
  constexpr size_t kPart = kLanes * kSize <= 16 ? kLanes : 16 / kSize;
  HWY_UNROLL(2) for (size_t i = 0; i < kLanes; i += kPart) {
    TransposeIn16Bytes(d, r + i);
  }
  if constexpr (kLanes == 2 * kPart) {
    HWY_UNROLL(4) for (size_t i = 0; i < kPart; ++i) {
      const V low = hn::ConcatLowerLower(d, r[kPart + i], r[i]);
      r[kPart + i] = hn::ConcatUpperUpper(d, r[kPart + i], r[i]);
      r[i] = low;
    }
  }
#else  // one lane is its own transpose
  (void)d;
  (void)r;
#endif
}

// to[c, r] = from[r, c] for a square of BlockTag's width.
template <typename T>
HWY_INLINE void TransposeBlock(const T* HWY_RESTRICT from, size_t from_stride,
                               T* HWY_RESTRICT to, size_t to_stride) {
  const BlockTag<T> d;
  constexpr size_t kLanes = hn::MaxLanes(BlockTag<T>());
  hn::Vec<BlockTag<T>> r[kLanes];
  HWY_UNROLL(8) for (size_t i = 0; i < kLanes; ++i) {
    r[i] = hn::LoadU(d, from + i * from_stride);
  }
  TransposeRegisters(d, r);
  HWY_UNROLL(8) for (size_t i = 0; i < kLanes; ++i) {
    hn::StoreU(r[i], d, to + i * to_stride);
  }
}

// to[c, r] = from[r, c] for all r < rows and c < columns, both rounded up to
// BlockTag's width: there must be room for as many, in `from` as well.
template <typename T>
HWY_INLINE void Transpose(const T* from, size_t from_stride, size_t rows,
                          size_t columns, T* to, size_t to_stride) {
  constexpr size_t kLanes = hn::MaxLanes(BlockTag<T>());
  for (size_t c = 0; c < columns; c += kLanes) {
    for (size_t r = 0; r < rows; r += kLanes) {
      TransposeBlock(from + r * from_stride + c, from_stride,
                     to + c * to_stride + r, to_stride);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace microgpt
HWY_AFTER_NAMESPACE();

#endif  // MICROGPT_CORE_KERNELS_TRANSPOSE_INL_H_
