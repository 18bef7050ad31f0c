// SPDX-License-Identifier: MIT
//
// IndexedRandom's numbers for several streams at once. Per target: see
// linear-inl.h.
#if defined(MICROGPT_CORE_KERNELS_PHILOX_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MICROGPT_CORE_KERNELS_PHILOX_INL_H_
#undef MICROGPT_CORE_KERNELS_PHILOX_INL_H_
#else
#define MICROGPT_CORE_KERNELS_PHILOX_INL_H_
#endif

#include <cstddef>
#include <cstdint>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace microgpt {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// The product of the lower halves of 64-bit lanes.
template <class V>
HWY_INLINE V MulLower(V a, V b) {
#if HWY_TARGET == HWY_SCALAR
  return V(static_cast<uint32_t>(a.raw) *
           static_cast<uint64_t>(static_cast<uint32_t>(b.raw)));
#else
  const hn::DFromV<V> d64;
  const hn::Repartition<uint32_t, decltype(d64)> d32;
  return hn::MulEven(hn::BitCast(d32, a), hn::BitCast(d32, b));
#endif
}

// uniforms[i] = number `numbers[i]`, from 0, of IndexedRandom(seed,
// indices[i]), for one vector of doubles. A stream has a 64-bit lane for each
// word of its block; what stands in the lanes' upper halves is nobody's.
template <class D>
HWY_INLINE void PhiloxUniforms(D d, uint32_t seed, const uint64_t* indices,
                               const uint64_t* numbers, double* uniforms) {
  const hn::RebindToUnsigned<D> du;
  using V = hn::Vec<decltype(du)>;
  const V number = hn::Load(du, numbers);
  V a = hn::ShiftRight<1>(number), b = hn::Zero(du);
  V c = hn::Load(du, indices), e = hn::Zero(du);
  uint32_t key_0 = seed, key_1 = 0;
  for (int round = 0; round < 10; ++round) {
    const V left = MulLower(hn::Set(du, uint64_t{0xD2511F53}), a);
    const V right = MulLower(hn::Set(du, uint64_t{0xCD9E8D57}), c);
    a = hn::Xor(hn::Xor(hn::ShiftRight<32>(right), b),
                hn::Set(du, uint64_t{key_0}));
    c = hn::Xor(hn::Xor(hn::ShiftRight<32>(left), e),
                hn::Set(du, uint64_t{key_1}));
    b = right;
    e = left;
    key_0 += 0x9E3779B9;
    key_1 += 0xBB67AE85;
  }
  const V one = hn::Set(du, uint64_t{1});
  const auto is_odd = hn::Eq(hn::And(number, one), one);
  const V first = hn::IfThenElse(is_odd, c, a);
  const V second = hn::IfThenElse(is_odd, e, b);
  // 27 and 26 bits, exactly: as the lowest of 2^52's fraction.
  const V lower = hn::Set(du, uint64_t{0xFFFFFFFF});
  const V to_double = hn::Set(du, uint64_t{0x433} << 52);
  const auto bias = hn::Set(d, 4503599627370496.0);
  const auto convert = [&](V bits) {
    return hn::Sub(hn::BitCast(d, hn::Or(bits, to_double)), bias);
  };
  const auto high = convert(hn::ShiftRight<5>(hn::And(first, lower)));
  const auto low = convert(hn::ShiftRight<6>(hn::And(second, lower)));
  const auto whole = hn::Add(hn::Mul(high, hn::Set(d, 67108864.0)), low);
  hn::Store(hn::Mul(whole, hn::Set(d, 1.0 / 9007199254740992.0)), d, uniforms);
}

}  // namespace HWY_NAMESPACE
}  // namespace microgpt
HWY_AFTER_NAMESPACE();

#endif  // MICROGPT_CORE_KERNELS_PHILOX_INL_H_
