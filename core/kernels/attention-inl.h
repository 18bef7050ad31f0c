// SPDX-License-Identifier: MIT
//
// Causal attention and its derivative, for a vector of queries at a time:
// either the same position of several documents, or neighbouring positions of
// one. Per target: see linear-inl.h.
//
// Everything is one head's. q, k, v, out and their derivatives have head_size
// rows, in the form that the class of the queries says. `weights` and `dscores`
// have a vector for each key of a vector of queries; weights have one more, for
// 1 / the sum of the others.
#if defined(MICROGPT_CORE_KERNELS_ATTENTION_INL_H_) == \
    defined(HWY_TARGET_TOGGLE)
#ifdef MICROGPT_CORE_KERNELS_ATTENTION_INL_H_
#undef MICROGPT_CORE_KERNELS_ATTENTION_INL_H_
#else
#define MICROGPT_CORE_KERNELS_ATTENTION_INL_H_
#endif

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "core/kernels/transpose-inl.h"
#include "core/kernels/vector_math-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace microgpt {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// A position of several documents, one a lane, whose keys are the earlier
// positions and itself. Row j of position t stands at j · stride + offsets[t] +
// first, lane by lane.
template <class D>
class DocumentQueries {
 public:
  using T = hn::TFromD<D>;
  using V = hn::Vec<D>;

  // lanes: how many documents have the position, from the first lane on. What
  // stands in the others is somebody else's; it need not even be a number, but
  // for GiveToKey.
  DocumentQueries(D d, size_t stride, const uint32_t* offsets, size_t first,
                  size_t position, size_t lanes)
      : stride_(stride),
        offsets_(offsets),
        first_(first),
        position_(position),
        live_(hn::FirstN(d, lanes)) {}

  size_t keys() const { return position_ + 1; }
  // Row j of key s, of the queries.
  HWY_INLINE V Key(D d, const T* rows, size_t j, size_t s) const {
    return hn::LoadU(d, rows + j * stride_ + offsets_[s] + first_);
  }
  HWY_INLINE V Query(D d, const T* rows, size_t j) const {
    return Key(d, rows, j, position_);
  }
  HWY_INLINE void Store(D d, V value, T* rows, size_t j) const {
    T* to = rows + j * stride_ + offsets_[position_] + first_;
    hn::StoreU(hn::IfThenElse(live_, value, hn::LoadU(d, to)), d, to);
  }
  // `value` where key s may be seen, else `hidden`; and where there is a query,
  // else 0.
  HWY_INLINE V WhereVisible(D, size_t, V value, V) const { return value; }
  HWY_INLINE V WhereLive(V value) const {
    return hn::IfThenElseZero(live_, value);
  }

 private:
  size_t stride_;
  const uint32_t* offsets_;
  size_t first_, position_;
  hn::Mask<D> live_;
};

// Positions first, first + 1, … of a document of `tokens` tokens, whose keys
// are the positions up to the lane's own. Row j of position t stands at
// j · stride + t.
template <class D>
class PositionQueries {
 public:
  using T = hn::TFromD<D>;
  using V = hn::Vec<D>;

  PositionQueries(D d, size_t stride, size_t first, size_t tokens)
      : stride_(stride),
        first_(first),
        keys_(std::min(tokens, first + hn::Lanes(d))) {}

  size_t first() const { return first_; }
  size_t keys() const { return keys_; }
  HWY_INLINE V Key(D d, const T* rows, size_t j, size_t s) const {
    return hn::Set(d, rows[j * stride_ + s]);
  }
  HWY_INLINE V Query(D d, const T* rows, size_t j) const {
    return hn::Load(d, rows + j * stride_ + first_);
  }
  HWY_INLINE void Store(D d, V value, T* rows, size_t j) const {
    hn::Store(value, d, rows + j * stride_ + first_);
  }
  HWY_INLINE V WhereVisible(D d, size_t s, V value, V hidden) const {
    if (s <= first_) return value;
    const V from = hn::Set(d, static_cast<T>(s - first_));
    return hn::IfThenElse(hn::Ge(hn::Iota(d, 0), from), value, hidden);
  }
  HWY_INLINE V WhereLive(V value) const { return value; }

 private:
  size_t stride_, first_, keys_;
};

// Calls f(std::integral_constant block, first row) for blocks of eight rows
// and, what is left, of four and of one.
template <class HeadSize, class F>
HWY_INLINE void ForEachRowBlock(HeadSize head_size, const F& f) {
  size_t j = 0;
  for (; j + 8 <= head_size; j += 8) f(std::integral_constant<size_t, 8>(), j);
  for (; j + 4 <= head_size; j += 4) f(std::integral_constant<size_t, 4>(), j);
  for (; j < head_size; ++j) f(std::integral_constant<size_t, 1>(), j);
}

template <typename T>
T ScoreScale(size_t head_size) {
  return static_cast<T>(1 / std::sqrt(static_cast<double>(head_size)));
}

// scores[s] = sum_j a[j] · b[j]: row j of the queries, and of key s.
template <class D, class Queries, class HeadSize, typename T = hn::TFromD<D>>
HWY_INLINE void ScoreKeys(D d, const Queries& queries, HeadSize head_size,
                          const T* a, const T* b, T* scores) {
  using V = hn::Vec<D>;
  const size_t lanes = hn::Lanes(d);
  ForEachRowBlock(head_size, [&](auto block, size_t j) {
    constexpr size_t kRows = decltype(block)::value;
    V query[kRows];
    HWY_UNROLL(8) for (size_t i = 0; i < kRows; ++i) {
      query[i] = queries.Query(d, a, j + i);
    }
    for (size_t s = 0; s < queries.keys(); ++s) {
      V sum = j == 0 ? hn::Zero(d) : hn::Load(d, scores + s * lanes);
      HWY_UNROLL(8) for (size_t i = 0; i < kRows; ++i) {
        sum = hn::MulAdd(query[i], queries.Key(d, b, j + i, s), sum);
      }
      hn::Store(sum, d, scores + s * lanes);
    }
  });
}

// to[j] = scale · sum_s factors[s] · rows[j], row j of key s.
template <class D, class Queries, class HeadSize, class V = hn::Vec<D>,
          typename T = hn::TFromD<D>>
HWY_INLINE void ScaledSumOfKeys(D d, const Queries& queries, HeadSize head_size,
                                V scale, const T* factors, const T* rows,
                                T* to) {
  const size_t lanes = hn::Lanes(d);
  ForEachRowBlock(head_size, [&](auto block, size_t j) {
    constexpr size_t kRows = decltype(block)::value;
    V sum[kRows];
    HWY_UNROLL(8) for (size_t i = 0; i < kRows; ++i) sum[i] = hn::Zero(d);
    for (size_t s = 0; s < queries.keys(); ++s) {
      const V weight = hn::Load(d, factors + s * lanes);
      HWY_UNROLL(8) for (size_t i = 0; i < kRows; ++i) {
        sum[i] = hn::MulAdd(weight, queries.Key(d, rows, j + i, s), sum[i]);
      }
    }
    HWY_UNROLL(8) for (size_t i = 0; i < kRows; ++i) {
      queries.Store(d, hn::Mul(scale, sum[i]), to, j + i);
    }
  });
}

// The derivative by the queries: of to the keys, dscores.
template <class D, class Queries, class HeadSize, typename T = hn::TFromD<D>>
HWY_INLINE void SumKeys(D d, const Queries& queries, HeadSize head_size,
                        const T* dscores, const T* k, T* dq) {
  ScaledSumOfKeys(d, queries, head_size, hn::Set(d, T{1}), dscores, k, dq);
}

// out = sum_s softmax(score)[s] · v[s].
template <class D, class Queries, class HeadSize, typename T = hn::TFromD<D>>
HWY_INLINE void AverageValues(D d, const Queries& queries, HeadSize head_size,
                              const T* weights, const T* v, T* out) {
  const auto inverse_sum = hn::Load(d, weights + queries.keys() * hn::Lanes(d));
  ScaledSumOfKeys(d, queries, head_size, inverse_sum, weights, v, out);
}

// From the scores q·k, in their place: exp(score - max) for every key, where
// `score` is q·k / sqrt(head_size), and then 1 / their sum.
template <class D, class Queries, typename T = hn::TFromD<D>>
HWY_INLINE void ExponentiateScores(D d, const Queries& queries,
                                   size_t head_size, T* weights) {
  using V = hn::Vec<D>;
  const size_t lanes = hn::Lanes(d);
  const size_t keys = queries.keys();
  const V scale = hn::Set(d, ScoreScale<T>(head_size));
  const V lowest = hn::Set(d, hwy::LowestValue<T>());
  V max = lowest;
  for (size_t s = 0; s < keys; ++s) {
    const V score = hn::Load(d, weights + s * lanes);
    max = hn::Max(max, queries.WhereVisible(d, s, score, lowest));
  }
  V sum = hn::Zero(d);
  for (size_t s = 0; s < keys; ++s) {
    const V score = hn::Load(d, weights + s * lanes);
    V power = ExpOfNegative(d, hn::Mul(scale, hn::Sub(score, max)));
    power = queries.WhereVisible(d, s, power, hn::Zero(d));
    sum = hn::Add(sum, power);
    hn::Store(power, d, weights + s * lanes);
  }
  hn::Store(hn::Div(hn::Set(d, T{1}), sum), d, weights + keys * lanes);
}

// From dout·v in `dscores`, in its place: the derivative by q·k. `weights`
// become the softmax itself. Both are 0 where there is no query, whatever stood
// there.
template <class D, class Queries, typename T = hn::TFromD<D>>
HWY_INLINE void DifferentiateScores(D d, const Queries& queries,
                                    size_t head_size, T* weights, T* dscores) {
  using V = hn::Vec<D>;
  const size_t lanes = hn::Lanes(d);
  const size_t keys = queries.keys();
  const V inverse = hn::Load(d, weights + keys * lanes);
  V mean = hn::Zero(d);
  for (size_t s = 0; s < keys; ++s) {
    const V weight =
        queries.WhereLive(hn::Mul(inverse, hn::Load(d, weights + s * lanes)));
    hn::Store(weight, d, weights + s * lanes);
    mean = hn::MulAdd(weight, hn::Load(d, dscores + s * lanes), mean);
  }
  const V scale = hn::Set(d, ScoreScale<T>(head_size));
  for (size_t s = 0; s < keys; ++s) {
    const V weight = hn::Mul(scale, hn::Load(d, weights + s * lanes));
    const V dweight = hn::Load(d, dscores + s * lanes);
    const V dscore = hn::Mul(weight, hn::Sub(dweight, mean));
    hn::Store(queries.WhereLive(dscore), d, dscores + s * lanes);
  }
}

// Where the weights of position t's keys stand, behind those of the earlier
// positions: in vectors.
constexpr size_t WeightsBefore(size_t t) { return t * (t + 3) / 2; }

// What queries of documents give to a key of theirs: to[j] = sum_t factors of
// position t[key] · from[j], row j of position t, over the positions
// first_query…levels - 1.
//   key: as a query, for its place; factors: weights or dscores of all
//   positions; from: finite also in lanes that have no query, whose factor is
//   0.
template <class D, class HeadSize, typename T = hn::TFromD<D>>
HWY_INLINE void GiveToKey(D d, const DocumentQueries<D>& key,
                          size_t first_query, size_t levels, HeadSize head_size,
                          const T* factors, const T* from, T* to) {
  using V = hn::Vec<D>;
  const size_t lanes = hn::Lanes(d), place = key.keys() - 1;
  ForEachRowBlock(head_size, [&](auto block, size_t j) {
    constexpr size_t kRows = decltype(block)::value;
    V sum[kRows];
    HWY_UNROLL(8) for (size_t i = 0; i < kRows; ++i) sum[i] = hn::Zero(d);
    for (size_t t = first_query; t < levels; ++t) {
      const V factor =
          hn::Load(d, factors + (WeightsBefore(t) + place) * lanes);
      HWY_UNROLL(8) for (size_t i = 0; i < kRows; ++i) {
        sum[i] = hn::MulAdd(factor, key.Key(d, from, j + i, t), sum[i]);
      }
    }
    HWY_UNROLL(8) for (size_t i = 0; i < kRows; ++i) {
      key.Store(d, sum[i], to, j + i);
    }
  });
}

// out[j, ·] += sum_t factors[t, ·] · in[j, t] for one vector of keys and the
// queries t < queries; overwritten if `first`.
template <class D, class HeadSize, typename T = hn::TFromD<D>>
HWY_INLINE void AddToKeys(D d, HeadSize head_size, size_t queries, bool first,
                          const T* factors, size_t factors_stride, const T* in,
                          T* out, size_t stride) {
  using V = hn::Vec<D>;
  ForEachRowBlock(head_size, [&](auto block, size_t j) {
    constexpr size_t kRows = decltype(block)::value;
    V sum[kRows];
    HWY_UNROLL(8) for (size_t i = 0; i < kRows; ++i) {
      sum[i] = first ? hn::Zero(d) : hn::Load(d, out + (j + i) * stride);
    }
    for (size_t t = 0; t < queries; ++t) {
      const V factor = hn::Load(d, factors + t * factors_stride);
      HWY_UNROLL(8) for (size_t i = 0; i < kRows; ++i) {
        sum[i] =
            hn::MulAdd(factor, hn::Set(d, in[(j + i) * stride + t]), sum[i]);
      }
    }
    HWY_UNROLL(8) for (size_t i = 0; i < kRows; ++i) {
      hn::Store(sum[i], d, out + (j + i) * stride);
    }
  });
}

// What queries of PositionQueries give to their keys: to[j, s] += sum_t
// factors[s, t] · from[j, t], overwritten where no earlier queries gave to it.
// factors, weights or dscores of these queries, have room for whole vectors of
// keys. transposed: [lanes, keys rounded up to lanes], overwritten.
template <class D, class HeadSize, typename T = hn::TFromD<D>>
HWY_INLINE void GiveToKeys(D d, const PositionQueries<D>& queries,
                           HeadSize head_size, T* factors, const T* from,
                           size_t stride, T* transposed, T* to) {
  const size_t lanes = hn::Lanes(d);
  const size_t keys = queries.keys(), first = queries.first();
  const size_t width = first + lanes;  // keys, in whole vectors
  std::fill(factors + keys * lanes, factors + width * lanes, T{0});
  Transpose(factors, lanes, width, lanes, transposed, width);
  for (size_t s = 0; s < width; s += lanes) {
    AddToKeys(d, head_size, keys - first, s == first, transposed + s, width,
              from + first, to + s, stride);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace microgpt
HWY_AFTER_NAMESPACE();

#endif  // MICROGPT_CORE_KERNELS_ATTENTION_INL_H_
