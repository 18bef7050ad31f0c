// SPDX-License-Identifier: MIT
//
// A layer's attention over all columns of a chunk, forward and backward. Per
// target: see core/kernels/linear-inl.h.
//
// It runs stage by stage over several vectors of queries, so that they do not
// wait for each other's results.
#if defined(MICROGPT_CORE_TRAINING_ATTENTION_PASS_INL_H_) == \
    defined(HWY_TARGET_TOGGLE)
#ifdef MICROGPT_CORE_TRAINING_ATTENTION_PASS_INL_H_
#undef MICROGPT_CORE_TRAINING_ATTENTION_PASS_INL_H_
#else
#define MICROGPT_CORE_TRAINING_ATTENTION_PASS_INL_H_
#endif

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/kernels/attention-inl.h"
#include "core/training/chunk.h"
#include "core/training/workspace.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace microgpt {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Embd and HeadSize: n_embd and n_embd / n_head, as size_t or
// std::integral_constant.
template <class D, class Embd, class HeadSize>
class AttentionPass {
 public:
  using T = hn::TFromD<D>;
  using Layer = typename WorkspaceArrays<T>::Layer;

  AttentionPass(D d, Embd n_embd, HeadSize head_size, size_t n_head,
                const Chunk& chunk, const WorkspaceArrays<T>& workspace)
      : d_(d),
        n_embd_(n_embd),
        head_size_(head_size),
        n_head_(n_head),
        lanes_(hn::Lanes(d)),
        padded_((chunk.columns() + lanes_ - 1) / lanes_ * lanes_),
        stride_(workspace.stride),
        chunk_(chunk),
        a_(workspace) {}

  // From the layer's q, k, v to its weights and heads.
  void Forward(const Layer& layer) const {
    if (chunk_.strands() == 0) return ForwardPositions(layer);
    ForwardDocuments(layer);
  }

  // From the derivative by its heads, and what Forward left, to that by q, k
  // and v.
  void Backward(const Layer& layer) const {
    if (chunk_.strands() == 0) return BackwardPositions(layer);
    BackwardDocuments(layer);
  }

 private:
  // Of several documents: a vector holds the same position of some of them.

  HWY_NOINLINE void ForwardDocuments(const Layer& layer) const {
    // No document's columns, which the panels count in.
    Clear(layer.heads, n_embd_, chunk_.columns(), padded_);
    const size_t part = n_embd_ * stride_;
    CopyShared(layer.qkv + part, 2 * n_embd_);  // keys and values
    T* weights = layer.weights;
    ForEachStrandGroup([&](const Group& group) {
      for (size_t h = 0; h < n_head_; ++h) {
        const size_t row = h * head_size_ * stride_;
        const T *q = layer.qkv + row, *k = q + part, *v = k + part;
        ForEachQuery(group, [&](const auto& queries, size_t at) {
          ScoreKeys(d_, queries, head_size_, q, k, weights + at);
        });
        ForEachQuery(group, [&](const auto& queries, size_t at) {
          ExponentiateScores(d_, queries, head_size_, weights + at);
        });
        ForEachQuery(group, [&](const auto& queries, size_t at) {
          AverageValues(d_, queries, head_size_, weights + at, v,
                        layer.heads + row);
        });
        weights += WeightsBefore(group.levels) * lanes_;
      }
    });
  }

  HWY_NOINLINE void BackwardDocuments(const Layer& layer) const {
    const size_t part = n_embd_ * stride_;
    Clear(a_.dqkv, 3 * n_embd_, chunk_.columns(), padded_);
    // The last columns' neighbours, which lanes without a query multiply by 0.
    Clear(layer.qkv, n_embd_, padded_, padded_ + lanes_);
    Clear(a_.dheads, n_embd_, padded_, padded_ + lanes_);
    T* weights = layer.weights;
    T* dscores = a_.dscores;
    ForEachStrandGroup([&](const Group& group) {
      const Chunk::Strands& strands = group.strands;
      for (size_t h = 0; h < n_head_; ++h) {
        const size_t row = h * head_size_ * stride_;
        const T *q = layer.qkv + row, *k = q + part, *v = k + part;
        const T* dout = a_.dheads + row;
        T *dq = a_.dqkv + row, *dk = dq + part, *dv = dk + part;
        ForEachQuery(group, [&](const auto& queries, size_t at) {
          ScoreKeys(d_, queries, head_size_, dout, v, dscores + at);
        });
        ForEachQuery(group, [&](const auto& queries, size_t at) {
          DifferentiateScores(d_, queries, head_size_, weights + at,
                              dscores + at);
        });
        ForEachQuery(group, [&](const auto& queries, size_t at) {
          SumKeys(d_, queries, head_size_, dscores + at, k, dq);
        });
        for (size_t s = 0; s < group.levels; ++s) {
          const auto key = Queries(group, s);
          const size_t first = std::max(s, strands.first_query);
          GiveToKey(d_, key, first, group.levels, head_size_, dscores, q, dk);
          GiveToKey(d_, key, first, group.levels, head_size_, weights, dout,
                    dv);
        }
        weights += WeightsBefore(group.levels) * lanes_;
      }
    });
    AddCopies(a_.dqkv + part, 2 * n_embd_);
  }

  // A vector of lanes of strands.
  struct Group {
    Chunk::Strands strands;
    size_t first;   // lane
    size_t levels;  // positions that it has
  };

  DocumentQueries<D> Queries(const Group& group, size_t position) const {
    return {d_,          stride_,  group.strands.offsets.data(),
            group.first, position, group.strands.lanes[position] - group.first};
  }

  template <class F>
  HWY_INLINE void ForEachStrandGroup(const F& f) const {
    for (size_t i = 0; i < chunk_.strands(); ++i) {
      Group group = {chunk_.Strand(i), 0, 0};
      const auto lanes = group.strands.lanes;
      group.levels = lanes.size();
      for (; group.first < lanes[group.strands.first_query];
           group.first += lanes_) {
        while (lanes[group.levels - 1] <= group.first) --group.levels;
        f(group);
      }
    }
  }

  // Calls f(queries, place of their weights) for every position that asks.
  template <class F>
  HWY_INLINE void ForEachQuery(const Group& group, const F& f) const {
    for (size_t t = group.strands.first_query; t < group.levels; ++t) {
      f(Queries(group, t), WeightsBefore(t) * lanes_);
    }
  }

  // Makes the columns begin…end - 1 of `rows` rows 0: what stands there could
  // be infinite, or not a number.
  void Clear(T* array, size_t rows, size_t begin, size_t end) const {
    for (size_t r = 0; r < rows; ++r, array += stride_) {
      std::fill(array + begin, array + end, T{0});
    }
  }

  // Fills the copies of shared columns in `rows` rows.
  HWY_NOINLINE void CopyShared(T* array, size_t rows) const {
    const std::span<const uint32_t> copies = chunk_.copies();
    for (size_t r = 0; r < rows; ++r, array += stride_) {
      T* to = array + chunk_.copies_begin();
      for (size_t i = 0; i < copies.size(); ++i) to[i] = array[copies[i]];
    }
  }

  // Adds the copies to what they are copies of: several rows at a time, for
  // many copies are of the same column, and each sum waits for the last one.
  HWY_NOINLINE void AddCopies(T* array, size_t rows) const {
    constexpr size_t kRows = 8;
    const std::span<const uint32_t> copies = chunk_.copies();
    for (size_t r = 0; r < rows; r += kRows, array += kRows * stride_) {
      const T* from = array + chunk_.copies_begin();
      const size_t count = std::min(kRows, rows - r);
      for (size_t i = 0; i < copies.size(); ++i) {
        T* to = array + copies[i];
        for (size_t j = 0; j < count; ++j) {
          to[j * stride_] += from[j * stride_ + i];
        }
      }
    }
  }

  // Of a single document: a vector holds neighbouring positions.

  HWY_NOINLINE void ForwardPositions(const Layer& layer) const {
    T* weights = layer.weights;
    const T* q = layer.qkv;
    const T* k = q + n_embd_ * stride_;
    const T* v = k + n_embd_ * stride_;
    ForEachPositionGroup([&](const auto& queries, size_t size) {
      ForEachHead(size, [&](size_t row, size_t at) {
        ScoreKeys(d_, queries, head_size_, q + row, k + row, weights + at);
      });
      ForEachHead(size, [&](size_t, size_t at) {
        ExponentiateScores(d_, queries, head_size_, weights + at);
      });
      ForEachHead(size, [&](size_t row, size_t at) {
        AverageValues(d_, queries, head_size_, weights + at, v + row,
                      layer.heads + row);
      });
      weights += n_head_ * size;
    });
  }

  HWY_NOINLINE void BackwardPositions(const Layer& layer) const {
    T* weights = layer.weights;
    T* dscores = a_.dscores;
    const size_t part = n_embd_ * stride_;
    const T* q = layer.qkv;
    T* dq = a_.dqkv;
    ForEachPositionGroup([&](const auto& queries, size_t size) {
      ForEachHead(size, [&](size_t row, size_t at) {
        ScoreKeys(d_, queries, head_size_, a_.dheads + row, q + row + 2 * part,
                  dscores + at);
      });
      ForEachHead(size, [&](size_t, size_t at) {
        DifferentiateScores(d_, queries, head_size_, weights + at,
                            dscores + at);
      });
      ForEachHead(size, [&](size_t row, size_t at) {
        SumKeys(d_, queries, head_size_, dscores + at, q + row + part,
                dq + row);
      });
      ForEachHead(size, [&](size_t row, size_t at) {
        GiveToKeys(d_, queries, head_size_, dscores + at, q + row, stride_,
                   a_.transposed_scores, dq + row + part);
        GiveToKeys(d_, queries, head_size_, weights + at, a_.dheads + row,
                   stride_, a_.transposed_scores, dq + row + 2 * part);
      });
      weights += n_head_ * size;
    });
  }

  // Calls f(queries, size of a head's weights) for every vector of positions of
  // a single document.
  template <class F>
  HWY_INLINE void ForEachPositionGroup(const F& f) const {
    for (size_t first = 0; first < chunk_.columns(); first += lanes_) {
      f(PositionQueries<D>(d_, stride_, first, chunk_.columns()),
        (first + lanes_ + 1) * lanes_);
    }
  }

  // Calls f(place of the head's first row, place of its weights).
  template <class F>
  HWY_INLINE void ForEachHead(size_t weights, const F& f) const {
    for (size_t h = 0; h < n_head_; ++h) {
      f(h * head_size_ * stride_, h * weights);
    }
  }

  const D d_;
  const Embd n_embd_;
  const HeadSize head_size_;
  const size_t n_head_;
  const size_t lanes_;
  const size_t padded_;  // columns, in whole vectors
  const size_t stride_;
  const Chunk& chunk_;
  const WorkspaceArrays<T>& a_;
};

}  // namespace HWY_NAMESPACE
}  // namespace microgpt
HWY_AFTER_NAMESPACE();

#endif  // MICROGPT_CORE_TRAINING_ATTENTION_PASS_INL_H_
