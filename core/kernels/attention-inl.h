// SPDX-License-Identifier: MIT
//
// Causal attention over columns and its derivative, for a vector of queries at
// a time: either of equal positions of several documents, or of neighbouring
// positions of one. Per target: see linear-inl.h.
//
// q, k, v, out and their derivatives are [head_size, columns] with one stride:
// the rows of one head. `weights` keeps, for each vector of queries one after
// the other, exp(score - max) for every key, then 1 / their sum: keys + 1
// vectors.
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

#include "core/kernels/transpose-inl.h"
#include "core/kernels/vector_math-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace microgpt {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Position `level` of the documents first, first + 1, …: lane i is document
// first + i, and its earlier positions are its keys.
template <class D>
class DocumentQueries {
 public:
  using T = hn::TFromD<D>;
  using V = hn::Vec<D>;

  // offsets[l]: the column of document 0's position l; the others follow it.
  // documents: how many of all documents have this position.
  DocumentQueries(D d, const uint32_t* offsets, size_t level, size_t first,
                  size_t documents)
      : offsets_(offsets),
        level_(level),
        first_(first),
        live_(hn::FirstN(d, documents - first)) {}

  size_t keys() const { return level_ + 1; }
  size_t column() const { return KeyColumn(level_); }
  // Which lanes have a query. What stands in the others is somebody else's.
  auto live() const { return live_; }

  size_t KeyColumn(size_t s) const { return offsets_[s] + first_; }
  // Row `row` of key s.
  HWY_INLINE V Key(D d, const T* row, size_t s) const {
    return hn::LoadU(d, row + KeyColumn(s));
  }
  // `value` where key s may be seen, else `hidden`.
  HWY_INLINE V WhereVisible(D, size_t, V value, V) const { return value; }

 private:
  const uint32_t* offsets_;
  size_t level_;
  size_t first_;
  hn::Mask<D> live_;
};

// Positions first, first + 1, … of a document of `tokens` tokens, which begins
// at column 0; keys are the positions up to the lane's own.
template <class D>
class PositionQueries {
 public:
  using T = hn::TFromD<D>;
  using V = hn::Vec<D>;

  PositionQueries(D d, size_t first, size_t tokens)
      : first_(first),
        keys_(std::min(tokens, first + hn::Lanes(d))),
        live_(hn::FirstN(d, hn::Lanes(d))) {}

  size_t keys() const { return keys_; }
  size_t column() const { return first_; }
  auto live() const { return live_; }

  HWY_INLINE V Key(D d, const T* row, size_t s) const {
    return hn::Set(d, row[s]);
  }
  HWY_INLINE V WhereVisible(D d, size_t s, V value, V hidden) const {
    if (s <= first_) return value;
    const V from = hn::Set(d, static_cast<T>(s - first_));
    return hn::IfThenElse(hn::Ge(hn::Iota(d, 0), from), value, hidden);
  }

 private:
  size_t first_;
  size_t keys_;
  hn::Mask<D> live_;
};

// Stores the lanes that `queries` has.
template <class D, class Queries, class V, typename T = hn::TFromD<D>>
HWY_INLINE void StoreLive(D d, const Queries& queries, V value, T* to) {
  const V old = hn::LoadU(d, to);
  hn::StoreU(hn::IfThenElse(queries.live(), value, old), d, to);
}

// Calls f(std::integral_constant block, first row) for blocks of four rows and,
// what is left, of one.
template <class HeadSize, class F>
HWY_INLINE void ForEachRowBlock(HeadSize head_size, const F& f) {
  size_t j = 0;
  for (; j + 4 <= head_size; j += 4) f(std::integral_constant<size_t, 4>(), j);
  for (; j < head_size; ++j) f(std::integral_constant<size_t, 1>(), j);
}

// scores[s] = sum_j a[j] · key s of b[j] for every key: the products of the
// queries with the keys.
template <class D, class Queries, class HeadSize, typename T = hn::TFromD<D>>
HWY_INLINE void ScoreKeys(D d, const Queries& queries, HeadSize head_size,
                          const T* a, const T* b, size_t stride, T* scores) {
  using V = hn::Vec<D>;
  const size_t lanes = hn::Lanes(d);
  ForEachRowBlock(head_size, [&](auto block, size_t j) {
    constexpr size_t kRows = decltype(block)::value;
    V query[kRows];
    HWY_UNROLL(4) for (size_t i = 0; i < kRows; ++i) {
      query[i] = hn::LoadU(d, a + (j + i) * stride + queries.column());
    }
    const T* rows = b + j * stride;
    for (size_t s = 0; s < queries.keys(); ++s) {
      V sum = j == 0 ? hn::Zero(d) : hn::Load(d, scores + s * lanes);
      HWY_UNROLL(4) for (size_t i = 0; i < kRows; ++i) {
        sum = hn::MulAdd(query[i], queries.Key(d, rows + i * stride, s), sum);
      }
      hn::Store(sum, d, scores + s * lanes);
    }
  });
}

// out = sum_s softmax(score · q·k)[s] · v[s], and the weights.
template <class D, class Queries, class HeadSize, typename T = hn::TFromD<D>>
HWY_INLINE void Attend(D d, const Queries& queries, HeadSize head_size,
                       const T* q, const T* k, const T* v, size_t stride,
                       T* weights, T* out) {
  using V = hn::Vec<D>;
  const size_t lanes = hn::Lanes(d);
  const size_t keys = queries.keys();
  const V scale = hn::Set(
      d, static_cast<T>(1 / std::sqrt(static_cast<double>(size_t{head_size}))));
  const V lowest = hn::Set(d, hwy::LowestValue<T>());
  ScoreKeys(d, queries, head_size, q, k, stride, weights);
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
  const V inverse = hn::Div(hn::Set(d, T{1}), sum);
  hn::Store(inverse, d, weights + keys * lanes);
  ForEachRowBlock(head_size, [&](auto block, size_t j) {
    constexpr size_t kRows = decltype(block)::value;
    V mean[kRows];
    HWY_UNROLL(4) for (size_t i = 0; i < kRows; ++i) mean[i] = hn::Zero(d);
    const T* rows = v + j * stride;
    for (size_t s = 0; s < keys; ++s) {
      const V weight = hn::Load(d, weights + s * lanes);
      HWY_UNROLL(4) for (size_t i = 0; i < kRows; ++i) {
        mean[i] =
            hn::MulAdd(weight, queries.Key(d, rows + i * stride, s), mean[i]);
      }
    }
    HWY_UNROLL(4) for (size_t i = 0; i < kRows; ++i) {
      StoreLive(d, queries, hn::Mul(inverse, mean[i]),
                out + (j + i) * stride + queries.column());
    }
  });
}

// From dout: dscores, the derivative by q·k, [keys] vectors, 0 in lanes without
// a query; `weights` become the softmax itself, 0 there as well.
template <class D, class Queries, class HeadSize, typename T = hn::TFromD<D>>
HWY_INLINE void DifferentiateScores(D d, const Queries& queries,
                                    HeadSize head_size, const T* dout,
                                    const T* v, size_t stride, T* weights,
                                    T* dscores) {
  using V = hn::Vec<D>;
  const size_t lanes = hn::Lanes(d);
  const size_t keys = queries.keys();
  ScoreKeys(d, queries, head_size, dout, v, stride, dscores);
  const V inverse = hn::IfThenElseZero(queries.live(),
                                       hn::Load(d, weights + keys * lanes));
  V mean = hn::Zero(d);
  for (size_t s = 0; s < keys; ++s) {
    const V weight = hn::Mul(inverse, hn::Load(d, weights + s * lanes));
    hn::Store(weight, d, weights + s * lanes);
    mean = hn::MulAdd(weight, hn::Load(d, dscores + s * lanes), mean);
  }
  const V scale = hn::Set(
      d, static_cast<T>(1 / std::sqrt(static_cast<double>(size_t{head_size}))));
  for (size_t s = 0; s < keys; ++s) {
    const V weight = hn::Mul(scale, hn::Load(d, weights + s * lanes));
    const V dweight = hn::Load(d, dscores + s * lanes);
    hn::Store(hn::Mul(weight, hn::Sub(dweight, mean)), d, dscores + s * lanes);
  }
}

// The arrays of one head that the derivatives read and write.
template <typename T>
struct AttentionGradient {
  const T *q, *k, *v, *dout;
  T *dq, *dk, *dv;  // overwritten
  size_t stride;
};

// dq, dk and dv of queries of DocumentQueries, after DifferentiateScores. A
// document's queries come in ascending order of their position: the one at a
// key's own position overwrites the key's dk and dv, the later ones add.
template <class D, class HeadSize, typename T = hn::TFromD<D>>
HWY_INLINE void AttendBackward(D d, const DocumentQueries<D>& queries,
                               HeadSize head_size,
                               const AttentionGradient<T>& head,
                               const T* weights, const T* dscores) {
  using V = hn::Vec<D>;
  const size_t lanes = hn::Lanes(d);
  const size_t own = queries.keys() - 1;
  ForEachRowBlock(head_size, [&](auto block, size_t j) {
    constexpr size_t kRows = decltype(block)::value;
    V q[kRows], dout[kRows], dq[kRows];
    HWY_UNROLL(4) for (size_t i = 0; i < kRows; ++i) {
      const size_t at = (j + i) * head.stride + queries.column();
      q[i] = hn::LoadU(d, head.q + at);
      dout[i] = hn::LoadU(d, head.dout + at);
      dq[i] = hn::Zero(d);
    }
    for (size_t s = 0; s < own; ++s) {
      const V weight = hn::Load(d, weights + s * lanes);
      const V dscore = hn::Load(d, dscores + s * lanes);
      HWY_UNROLL(4) for (size_t i = 0; i < kRows; ++i) {
        const size_t at = (j + i) * head.stride + queries.KeyColumn(s);
        dq[i] = hn::MulAdd(dscore, hn::LoadU(d, head.k + at), dq[i]);
        T* dk = head.dk + at;
        hn::StoreU(hn::MulAdd(dscore, q[i], hn::LoadU(d, dk)), d, dk);
        T* dv = head.dv + at;
        hn::StoreU(hn::MulAdd(weight, dout[i], hn::LoadU(d, dv)), d, dv);
      }
    }
    const V weight = hn::Load(d, weights + own * lanes);
    const V dscore = hn::Load(d, dscores + own * lanes);
    HWY_UNROLL(4) for (size_t i = 0; i < kRows; ++i) {
      const size_t at = (j + i) * head.stride + queries.column();
      dq[i] = hn::MulAdd(dscore, hn::LoadU(d, head.k + at), dq[i]);
      StoreLive(d, queries, dq[i], head.dq + at);
      StoreLive(d, queries, hn::Mul(dscore, q[i]), head.dk + at);
      StoreLive(d, queries, hn::Mul(weight, dout[i]), head.dv + at);
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
    HWY_UNROLL(4) for (size_t i = 0; i < kRows; ++i) {
      sum[i] = first ? hn::Zero(d) : hn::Load(d, out + (j + i) * stride);
    }
    for (size_t t = 0; t < queries; ++t) {
      const V factor = hn::Load(d, factors + t * factors_stride);
      HWY_UNROLL(4) for (size_t i = 0; i < kRows; ++i) {
        sum[i] =
            hn::MulAdd(factor, hn::Set(d, in[(j + i) * stride + t]), sum[i]);
      }
    }
    HWY_UNROLL(4) for (size_t i = 0; i < kRows; ++i) {
      hn::Store(sum[i], d, out + (j + i) * stride);
    }
  });
}

// dq, dk and dv of queries of PositionQueries, after DifferentiateScores, in
// ascending order of the queries. weights and dscores have room for whole
// vectors of keys. transposed: [lanes, keys rounded up to lanes], overwritten.
template <class D, class HeadSize, typename T = hn::TFromD<D>>
HWY_INLINE void AttendBackward(D d, const PositionQueries<D>& queries,
                               HeadSize head_size,
                               const AttentionGradient<T>& head, T* weights,
                               T* dscores, T* transposed) {
  using V = hn::Vec<D>;
  const size_t lanes = hn::Lanes(d);
  const size_t keys = queries.keys(), first = queries.column();
  const size_t width = first + lanes;  // keys, in whole vectors
  ForEachRowBlock(head_size, [&](auto block, size_t j) {
    constexpr size_t kRows = decltype(block)::value;
    V dq[kRows];
    HWY_UNROLL(4) for (size_t i = 0; i < kRows; ++i) dq[i] = hn::Zero(d);
    for (size_t s = 0; s < keys; ++s) {
      const V dscore = hn::Load(d, dscores + s * lanes);
      HWY_UNROLL(4) for (size_t i = 0; i < kRows; ++i) {
        const T* k = head.k + (j + i) * head.stride;
        dq[i] = hn::MulAdd(dscore, queries.Key(d, k, s), dq[i]);
      }
    }
    HWY_UNROLL(4) for (size_t i = 0; i < kRows; ++i) {
      hn::Store(dq[i], d, head.dq + (j + i) * head.stride + first);
    }
  });
  const auto add = [&](T* factors, const T* in, T* out) {
    std::fill(factors + keys * lanes, factors + width * lanes, T{0});
    Transpose(factors, lanes, width, lanes, transposed, width);
    for (size_t s = 0; s < width; s += lanes) {
      AddToKeys(d, head_size, keys - first, s == first, transposed + s, width,
                in + first, out + s, head.stride);
    }
  };
  add(dscores, head.q, head.dk);
  add(weights, head.dout, head.dv);
}

}  // namespace HWY_NAMESPACE
}  // namespace microgpt
HWY_AFTER_NAMESPACE();

#endif  // MICROGPT_CORE_KERNELS_ATTENTION_INL_H_
