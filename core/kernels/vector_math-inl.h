// SPDX-License-Identifier: MIT
//
// Functions of vectors. Per target: see linear-inl.h.
#if defined(MICROGPT_CORE_KERNELS_VECTOR_MATH_INL_H_) == \
    defined(HWY_TARGET_TOGGLE)
#ifdef MICROGPT_CORE_KERNELS_VECTOR_MATH_INL_H_
#undef MICROGPT_CORE_KERNELS_VECTOR_MATH_INL_H_
#else
#define MICROGPT_CORE_KERNELS_VECTOR_MATH_INL_H_
#endif

#include <type_traits>

#include "hwy/contrib/math/math-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace microgpt {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// e^x in float for x ≤ 0, relative error below 2e-7; for x below -87, where
// e^x leaves the normal numbers, e^-87. x = n·ln 2 + r, and e^r by a polynomial
// that is exact to 1e-8 on |r| ≤ ln 2 / 2. ln 2 is taken in two parts, the
// first so short that its product with n is exact: one part costs 3e-7 at -87,
// and 4e-6 where multiply-adds are rounded twice.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V ExpFloat(D d, V x) {
  // Adding this rounds to a whole number, which then stands in the low bits.
  const V to_whole = hn::Set(d, 12582912.0f);  // 1.5 · 2^23
  x = hn::Max(x, hn::Set(d, -87.0f));
  const V shifted = hn::MulAdd(x, hn::Set(d, 1.44269504f), to_whole);
  const V n = hn::Sub(shifted, to_whole);
  const V most = hn::NegMulAdd(n, hn::Set(d, 0.693359375f), x);
  const V r = hn::NegMulAdd(n, hn::Set(d, -2.12194440e-4f), most);
  V p = hn::Set(d, 0.0013926175888627768f);
  p = hn::MulAdd(p, r, hn::Set(d, 0.008363173343241215f));
  p = hn::MulAdd(p, r, hn::Set(d, 0.041666556149721146f));
  p = hn::MulAdd(p, r, hn::Set(d, 0.16666577756404877f));
  p = hn::MulAdd(p, r, hn::Set(d, 0.5f));
  p = hn::MulAdd(p, r, hn::Set(d, 1.0f));
  p = hn::MulAdd(p, r, hn::Set(d, 1.0f));
  const hn::RebindToSigned<D> di;
  const auto exponent = hn::ShiftLeft<23>(hn::BitCast(di, shifted));
  return hn::BitCast(d, hn::Add(hn::BitCast(di, p), exponent));
}

// The largest of `rows` values for one vector of columns. x: [rows, columns]
// with `stride`. Values that are no number are left out.
template <class D, typename T = hn::TFromD<D>, class V = hn::Vec<D>>
HWY_INLINE V MaxOfRows(D d, size_t rows, const T* x, size_t stride) {
  V max = hn::Set(d, hwy::LowestValue<T>());
  for (size_t r = 0; r < rows; ++r) {
    const V row = hn::Load(d, x + r * stride);
    max = hn::IfThenElse(hn::Gt(row, max), row, max);
  }
  return max;
}

// e^x for x ≤ 0: of floats as above, of doubles within 1 ulp.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V ExpOfNegative(D d, V x) {
  if constexpr (std::is_same_v<hn::TFromD<D>, float>) {
    return ExpFloat(d, x);
  } else {
    return hn::Exp(d, x);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace microgpt
HWY_AFTER_NAMESPACE();

#endif  // MICROGPT_CORE_KERNELS_VECTOR_MATH_INL_H_
