// SPDX-License-Identifier: MIT
//
// Matrix products over columns: the model's linear layers, their derivatives by
// the input, and by the weights.
//
// The files *-inl.h hold SIMD code that is compiled once for every instruction
// set (https://github.com/google/highway, foreach_target.h). Activations are
// [features, columns]: a column is a token, a row a feature, `stride` values
// from row to row, and a vector holds neighbouring columns. So nothing is
// summed across a vector: every sum runs in order of its index, in one fused
// multiply-add a term, and gives the same bits for any vector width and however
// columns are grouped.
#if defined(MICROGPT_CORE_KERNELS_LINEAR_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MICROGPT_CORE_KERNELS_LINEAR_INL_H_
#undef MICROGPT_CORE_KERNELS_LINEAR_INL_H_
#else
#define MICROGPT_CORE_KERNELS_LINEAR_INL_H_
#endif

#include <cstddef>
#include <type_traits>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace microgpt {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// A size that the compiler knows.
template <size_t kN>
using Size = std::integral_constant<size_t, kN>;

// kTimes · n, known to the compiler if n is.
template <size_t kTimes, size_t kN>
constexpr Size<kTimes * kN> Times(Size<kN>) {
  return {};
}
template <size_t kTimes>
constexpr size_t Times(size_t n) {
  return kTimes * n;
}

// A tile of results is held in registers: so many rows of so many vectors.
// Sixteen registers hold 6 · 2 (with 2 inputs and a weight), thirty-two 8 · 3.
#if HWY_TARGET <= HWY_AVX3 || HWY_ARCH_ARM_A64
inline constexpr size_t kTileVectors = 3;
inline constexpr size_t kTileRows = 8;
#else
inline constexpr size_t kTileVectors = 2;
inline constexpr size_t kTileRows = 6;
#endif
inline constexpr size_t kNarrowTileRows = 12;  // of one vector

// How many rows a tile of so many vectors has at most.
constexpr size_t TileRows(size_t vectors) {
  return vectors == 1 ? kNarrowTileRows : kTileRows;
}

// What a product does with a result before it is stored at y[offset]. All
// arrays of one product have the same stride, so `offset` is good for each.
struct Plain {
  template <class D, class V>
  HWY_INLINE V operator()(D, V value, size_t) const {
    return value;
  }
};
template <typename T>
struct PlusResidual {
  const T* residual;
  template <class D, class V>
  HWY_INLINE V operator()(D d, V value, size_t offset) const {
    return hn::Add(value, hn::Load(d, residual + offset));
  }
};
struct ThenRelu {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V value, size_t) const {
    return hn::Max(value, hn::Zero(d));
  }
};
// The derivative of ReLU, of which y is the output.
template <typename T>
struct WhereReluPassed {
  const T* y;
  template <class D, class V>
  HWY_INLINE V operator()(D d, V value, size_t offset) const {
    return hn::IfThenElseZero(hn::Gt(hn::Load(d, y + offset), hn::Zero(d)),
                              value);
  }
};

// Where w[r, k] stands: data[r · row_stride + k · k_stride]. RowStride and
// KStride are size_t, or std::integral_constant for a size known to the
// compiler, which saves short products a tenth of their time.
template <typename T, class RowStride, class KStride>
struct WeightView {
  const T* data;
  RowStride row_stride;
  KStride k_stride;
};

// sum[r][j] += a[r] · b[j]: a's rows stand `stride` apart, b's vectors side by
// side.
template <size_t kRows, size_t kVectors, class D, class Stride,
          class V = hn::Vec<D>, typename T = hn::TFromD<D>>
HWY_INLINE void AddOuterProduct(D d, const T* HWY_RESTRICT a, Stride stride,
                                const T* HWY_RESTRICT b,
                                V (&sum)[kRows][kVectors]) {
  V in[kVectors];
  HWY_UNROLL(4) for (size_t j = 0; j < kVectors; ++j) {
    in[j] = hn::Load(d, b + j * hn::Lanes(d));
  }
  HWY_UNROLL(16) for (size_t r = 0; r < kRows; ++r) {
    const V factor = hn::Set(d, a[r * stride]);
    HWY_UNROLL(4) for (size_t j = 0; j < kVectors; ++j) {
      sum[r][j] = hn::MulAdd(factor, in[j], sum[r][j]);
    }
  }
}

// y[r, ·] = finish(sum_k w[r, k] · x[k, ·]) for kRows rows of kVectors vectors.
template <size_t kRows, size_t kVectors, class D, class W, class Finish,
          typename T = hn::TFromD<D>>
HWY_INLINE void LinearTile(D d, const W& weights, size_t k_count,
                           const T* HWY_RESTRICT x, size_t stride,
                           T* HWY_RESTRICT y, size_t offset, Finish finish) {
  using V = hn::Vec<D>;
  const size_t lanes = hn::Lanes(d);
  V sum[kRows][kVectors];
  HWY_UNROLL(16) for (size_t r = 0; r < kRows; ++r) {
    HWY_UNROLL(4) for (size_t j = 0; j < kVectors; ++j) sum[r][j] = hn::Zero(d);
  }
  const T* HWY_RESTRICT w = weights.data;
  _Pragma("GCC unroll 2") for (size_t k = 0; k < k_count; ++k) {
    AddOuterProduct(d, w, weights.row_stride, x, sum);
    x += stride;
    w += weights.k_stride;
  }
  HWY_UNROLL(16) for (size_t r = 0; r < kRows; ++r) {
    HWY_UNROLL(4) for (size_t j = 0; j < kVectors; ++j) {
      const size_t at = offset + r * stride + j * lanes;
      hn::Store(finish(d, sum[r][j], at), d, y + at);
    }
  }
}

// Calls f(std::integral_constant<size_t, n>) for n = 1..kMax.
template <size_t kMax, class F>
HWY_INLINE void WithConstant(size_t n, const F& f) {
  if constexpr (kMax > 1) {
    if (n < kMax) return WithConstant<kMax - 1>(n, f);
  }
  f(Size<kMax>());
}

// Cuts `rows` into as few pieces of at most kMax as there can be, of equal
// length or one less, and calls f(first row, std::integral_constant length) for
// each: a short last piece would leave the multipliers waiting.
template <size_t kMax, class Rows, class F>
HWY_INLINE void ForEachTile(Rows rows, const F& f) {
  const size_t tiles = (rows + kMax - 1) / kMax;
  const size_t shorter = rows / tiles, longer = rows % tiles;
  for (size_t i = 0, r = 0; i < tiles; ++i) {
    const size_t n = shorter + (i < longer);
    WithConstant<kMax>(n, [&](auto length) { f(r, length); });
    r += n;
  }
}

// y[r, ·] = finish(sum_k w[r, k] · x[k, ·]) for all rows of kVectors vectors of
// columns. x, y and what `finish` reads begin at the same column.
template <size_t kVectors, class D, class W, class Rows, class K, class Finish,
          typename T = hn::TFromD<D>>
HWY_NOINLINE void Linear(D d, const W& w, Rows rows, K k_count, const T* x,
                         size_t stride, T* y, Finish finish) {
  ForEachTile<TileRows(kVectors)>(rows, [&](size_t r, auto length) {
    W tile = w;
    tile.data += r * w.row_stride;
    LinearTile<length, kVectors>(d, tile, k_count, x, stride, y, r * stride,
                                 finish);
  });
}

// dw[r, c] = sum_t a[r, t] · bt[t, c] for kRows rows and kVectors vectors of
// columns of dw; `take` gets each result with its place r · row_length + c.
template <size_t kRows, size_t kVectors, class D, class RowLength, class Take,
          typename T = hn::TFromD<D>>
HWY_INLINE void WeightGradientTile(D d, size_t tokens, const T* HWY_RESTRICT a,
                                   size_t stride, const T* HWY_RESTRICT bt,
                                   RowLength row_length, size_t place,
                                   const Take& take) {
  using V = hn::Vec<D>;
  const size_t lanes = hn::Lanes(d);
  V sum[kRows][kVectors];
  HWY_UNROLL(16) for (size_t r = 0; r < kRows; ++r) {
    HWY_UNROLL(4) for (size_t j = 0; j < kVectors; ++j) sum[r][j] = hn::Zero(d);
  }
  for (size_t t = 0; t < tokens; ++t) {
    AddOuterProduct(d, a + t, stride, bt + t * row_length, sum);
  }
  HWY_UNROLL(16) for (size_t r = 0; r < kRows; ++r) {
    HWY_UNROLL(4) for (size_t j = 0; j < kVectors; ++j) {
      take(d, sum[r][j], place + r * row_length + j * lanes);
    }
  }
}

// dw = a · bᵀ over `tokens` columns, b transposed: the derivative of a linear
// layer by its weights.
//   a: [rows, tokens] with `stride`; bt: [tokens, row_length], row_length a
//   multiple of the vector. take(d, values, place) is called once for every
//   vector of dw: [rows, row_length].
template <class D, class RowLength, class Take, typename T = hn::TFromD<D>>
HWY_NOINLINE void WeightGradient(D d, size_t tokens, const T* a, size_t rows,
                                 size_t stride, const T* bt,
                                 RowLength row_length, const Take& take) {
  const size_t lanes = hn::Lanes(d);
  size_t c = 0;
  for (; c + 2 * lanes <= row_length; c += 2 * lanes) {
    ForEachTile<kTileRows>(rows, [&](size_t r, auto length) {
      WeightGradientTile<length, 2>(d, tokens, a + r * stride, stride, bt + c,
                                    row_length, r * row_length + c, take);
    });
  }
  for (; c < row_length; c += lanes) {
    ForEachTile<kNarrowTileRows>(rows, [&](size_t r, auto length) {
      WeightGradientTile<length, 1>(d, tokens, a + r * stride, stride, bt + c,
                                    row_length, r * row_length + c, take);
    });
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace microgpt
HWY_AFTER_NAMESPACE();

#endif  // MICROGPT_CORE_KERNELS_LINEAR_INL_H_
