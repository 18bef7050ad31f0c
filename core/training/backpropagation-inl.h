// SPDX-License-Identifier: MIT
//
// The model over the columns of a chunk, forward and backward. Per target: see
// core/kernels/linear-inl.h.
//
// What concerns each column alone runs panel by panel: a panel's columns go
// through all layers of sums while they are in the nearest cache. Attention,
// and the products that give the weights' gradient, run over all columns.
#if defined(MICROGPT_CORE_TRAINING_BACKPROPAGATION_INL_H_) == \
    defined(HWY_TARGET_TOGGLE)
#ifdef MICROGPT_CORE_TRAINING_BACKPROPAGATION_INL_H_
#undef MICROGPT_CORE_TRAINING_BACKPROPAGATION_INL_H_
#else
#define MICROGPT_CORE_TRAINING_BACKPROPAGATION_INL_H_
#endif

#include <algorithm>
#include <cstddef>
#include <span>
#include <type_traits>

#include "core/kernels/attention-inl.h"
#include "core/kernels/gradient_step-inl.h"
#include "core/kernels/linear-inl.h"
#include "core/kernels/optimizer_step-inl.h"
#include "core/kernels/rms_norm-inl.h"
#include "core/kernels/softmax-inl.h"
#include "core/kernels/transpose-inl.h"
#include "core/training/backpropagation.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace microgpt {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using One = Size<1>;

// A chunk on its way through the model. Embd, RowLength and HeadSize: n_embd,
// row_length and n_embd / n_head, as size_t or std::integral_constant.
template <class D, class Embd, class RowLength, class HeadSize>
class ChunkPass {
 public:
  using T = hn::TFromD<D>;
  using Layer = typename WorkspaceArrays<T>::Layer;

  ChunkPass(D d, Embd n_embd, RowLength row_length, HeadSize head_size,
            const PackedLayout& layout, const T* weights, const Chunk& chunk,
            const WorkspaceArrays<T>& workspace)
      : d_(d),
        n_embd_(n_embd),
        row_length_(row_length),
        head_size_(head_size),
        lanes_(hn::Lanes(d)),
        vectors_((chunk.columns() + lanes_ - 1) / lanes_),
        stride_(workspace.stride),
        layout_(layout),
        weights_(weights),
        chunk_(chunk),
        a_(workspace) {}

  double Loss() {
    SetWeights(T{1});
    Embed();
    for (size_t i = 0; i < a_.layers.size(); ++i) {
      BeginLayer(i);
      ForEachPanel([&](auto vectors, size_t c) {
        EndLayer<vectors>(i, c);
        if (i + 1 == a_.layers.size()) Head<vectors>(c);
      });
    }
    return log_sums_ - target_logits_;
  }

  double Gradient(T scale, const GradientSink<T>& sink) {
    SetWeights(scale);
    Embed();
    const size_t last = a_.layers.size() - 1;
    for (size_t i = 0; i < last; ++i) {
      BeginLayer(i);
      ForEachPanel([&](auto vectors, size_t c) { EndLayer<vectors>(i, c); });
    }
    BeginLayer(last);
    ForEachPanel([&](auto vectors, size_t c) {
      EndLayer<vectors>(last, c);
      Head<vectors>(c);
      HeadBackward<vectors>(c);
      EndLayerBackward<vectors>(last, c);
    });
    TransposeColumns(a_.x);
    TakeGradient(a_.logits, layout_.vocab_size, a_.transposed, layout_.lm_head,
                 sink);
    EndLayerGradient(last, sink);
    BeginLayerBackward(last, sink);
    for (size_t i = last; i-- > 0;) {
      ForEachPanel(
          [&](auto vectors, size_t c) { EndLayerBackward<vectors>(i, c); });
      EndLayerGradient(i, sink);
      BeginLayerBackward(i, sink);
    }
    EmbedBackward(sink);
    return log_sums_ - target_logits_;
  }

 private:
  template <class F>
  HWY_INLINE void ForEachPanel(const F& f) {
    size_t v = 0;
    for (; v + kTileVectors <= vectors_; v += kTileVectors) {
      f(std::integral_constant<size_t, kTileVectors>(), v * lanes_);
    }
    if (v < vectors_) {
      WithConstant<kTileVectors - 1>(vectors_ - v,
                                     [&](auto rest) { f(rest, v * lanes_); });
    }
  }

  // Views of a tensor [rows, row_length] for y = w · x and for dx = wᵀ · dy.
  auto Rows(size_t offset) const {
    return WeightView<T, RowLength, One>{weights_ + offset, row_length_, {}};
  }
  auto Columns(size_t offset) const {
    return WeightView<T, One, RowLength>{weights_ + offset, {}, row_length_};
  }

  // A column's loss counts once for each document that has it.
  void SetWeights(T scale) {
    const size_t columns = chunk_.columns();
    for (size_t c = 0; c < columns; ++c) {
      a_.weight[c] = scale * static_cast<T>(chunk_.Targets(c).size());
    }
    std::fill(a_.weight + columns, a_.weight + vectors_ * lanes_, T{0});
    scale_ = scale;
  }

  // x = rmsnorm(wte[token] + wpe[position]).
  HWY_NOINLINE void Embed() {
    const size_t columns = chunk_.columns();
    for (size_t c = 0; c < columns; ++c) {
      const T* token = Row(weights_ + layout_.wte, chunk_.tokens()[c]);
      const T* position = Row(weights_ + layout_.wpe, chunk_.positions()[c]);
      T* sum = Row(a_.transposed, c);
      for (size_t i = 0; i < row_length_; i += lanes_) {
        hn::Store(hn::Add(hn::Load(d_, token + i), hn::Load(d_, position + i)),
                  d_, sum + i);
      }
    }
    std::fill(Row(a_.transposed, columns),
              Row(a_.transposed, vectors_ * lanes_), T{0});
    TransposeRows(a_.transposed, a_.x);
    ForEachPanel([&](auto vectors, size_t c) {
      RmsNorm<vectors>(d_, n_embd_, a_.x + c, stride_, a_.embedding_norm + c,
                       a_.embedding_scale + c);
    });
  }

  T* Row(T* array, size_t r) const { return array + r * row_length_; }
  const T* Row(const T* array, size_t r) const {
    return array + r * row_length_;
  }

  // q, k, v of rmsnorm(x), and attention.
  void BeginLayer(size_t i) {
    const Layer& layer = a_.layers[i];
    const T* x = i == 0 ? a_.embedding_norm : a_.x;
    ForEachPanel([&](auto vectors, size_t c) {
      RmsNorm<vectors>(d_, n_embd_, x + c, stride_, layer.attn_norm + c,
                       layer.attn_scale + c);
      Linear<vectors>(d_, Rows(layout_.layers[i].attn_wqkv), Times<3>(n_embd_),
                      n_embd_, layer.attn_norm + c, stride_, layer.qkv + c,
                      Plain());
    });
    Attend(layer);
  }

  // x += attn_wo · heads; x += mlp_fc2 · relu(mlp_fc1 · rmsnorm(x)).
  template <size_t kVectors>
  HWY_NOINLINE void EndLayer(size_t i, size_t c) {
    const Layer& layer = a_.layers[i];
    const PackedLayout::Layer& at = layout_.layers[i];
    const T* x = i == 0 ? a_.embedding_norm : a_.x;
    Linear<kVectors>(d_, Rows(at.attn_wo), n_embd_, n_embd_, layer.heads + c,
                     stride_, a_.x + c, PlusResidual<T>{x + c});
    RmsNorm<kVectors>(d_, n_embd_, a_.x + c, stride_, layer.mlp_norm + c,
                      layer.mlp_scale + c);
    Linear<kVectors>(d_, Rows(at.mlp_fc1), Times<4>(n_embd_), n_embd_,
                     layer.mlp_norm + c, stride_, layer.hidden + c, ThenRelu());
    Linear<kVectors>(d_, Columns(at.mlp_fc2), n_embd_, Times<4>(n_embd_),
                     layer.hidden + c, stride_, a_.x + c,
                     PlusResidual<T>{a_.x + c});
  }

  // The logits and, in their place, the derivative of the loss by them. Adds up
  // the two parts of the loss, each in order of the columns, so that it has the
  // same bits for any width of a panel.
  template <size_t kVectors>
  HWY_NOINLINE void Head(size_t c) {
    const size_t vocab_size = layout_.vocab_size;
    Linear<kVectors>(d_, Rows(layout_.lm_head), vocab_size, n_embd_, a_.x + c,
                     stride_, a_.logits + c, Plain());
    const size_t end = std::min(c + kVectors * lanes_, chunk_.columns());
    for (size_t i = c; i < end; ++i) {
      for (const Token target : chunk_.Targets(i)) {
        target_logits_ += a_.logits[target * stride_ + i];
      }
    }
    for (size_t v = c; v < c + kVectors * lanes_; v += lanes_) {
      WeightedSoftmax(d_, vocab_size, a_.weight + v, a_.logits + v, stride_,
                      a_.log_sum + v);
    }
    for (size_t i = c; i < end; ++i) {
      const std::span<const Token> targets = chunk_.Targets(i);
      log_sums_ += static_cast<double>(targets.size()) * a_.log_sum[i];
      for (const Token target : targets) {
        a_.logits[target * stride_ + i] -= scale_;
      }
    }
  }

  template <size_t kVectors>
  HWY_NOINLINE void HeadBackward(size_t c) {
    Linear<kVectors>(d_, Columns(layout_.lm_head), n_embd_,
                     size_t{layout_.vocab_size}, a_.logits + c, stride_,
                     a_.dx + c, Plain());
  }

  // From dx behind the layer to dheads, and dx between its two blocks.
  template <size_t kVectors>
  HWY_NOINLINE void EndLayerBackward(size_t i, size_t c) {
    const Layer& layer = a_.layers[i];
    const PackedLayout::Layer& at = layout_.layers[i];
    Transpose(a_.dx + c, stride_, n_embd_, kVectors * lanes_,
              Row(a_.transposed_dx, c), row_length_);
    Linear<kVectors>(d_, Rows(at.mlp_fc2), Times<4>(n_embd_), n_embd_,
                     a_.dx + c, stride_, a_.dhidden + c,
                     WhereReluPassed<T>{layer.hidden + c});
    Linear<kVectors>(d_, Columns(at.mlp_fc1), n_embd_, Times<4>(n_embd_),
                     a_.dhidden + c, stride_, a_.dnorm + c, Plain());
    RmsNormBackward<kVectors>(d_, n_embd_, a_.dnorm + c, layer.mlp_norm + c,
                              layer.mlp_scale + c, a_.dx + c, stride_,
                              a_.dx + c);
    Linear<kVectors>(d_, Columns(at.attn_wo), n_embd_, n_embd_, a_.dx + c,
                     stride_, a_.dheads + c, Plain());
  }

  void EndLayerGradient(size_t i, const GradientSink<T>& sink) {
    const Layer& layer = a_.layers[i];
    const PackedLayout::Layer& at = layout_.layers[i];
    TakeGradient(layer.hidden, 4 * n_embd_, a_.transposed_dx, at.mlp_fc2, sink);
    TransposeColumns(layer.mlp_norm);
    TakeGradient(a_.dhidden, 4 * n_embd_, a_.transposed, at.mlp_fc1, sink);
    TransposeColumns(layer.heads);
    TakeGradient(a_.dx, n_embd_, a_.transposed, at.attn_wo, sink);
  }

  // From dheads and dx between the layer's blocks to dx before the layer.
  void BeginLayerBackward(size_t i, const GradientSink<T>& sink) {
    const Layer& layer = a_.layers[i];
    const PackedLayout::Layer& at = layout_.layers[i];
    AttendBackward(layer);
    ForEachPanel([&](auto vectors, size_t c) {
      Linear<vectors>(d_, Columns(at.attn_wqkv), n_embd_, Times<3>(n_embd_),
                      a_.dqkv + c, stride_, a_.dnorm + c, Plain());
      RmsNormBackward<vectors>(d_, n_embd_, a_.dnorm + c, layer.attn_norm + c,
                               layer.attn_scale + c, a_.dx + c, stride_,
                               a_.dx + c);
    });
    TransposeColumns(layer.attn_norm);
    TakeGradient(a_.dqkv, 3 * n_embd_, a_.transposed, at.attn_wqkv, sink);
  }

  HWY_NOINLINE void EmbedBackward(const GradientSink<T>& sink) {
    ForEachPanel([&](auto vectors, size_t c) {
      RmsNormBackward<vectors>(
          d_, n_embd_, a_.dx + c, a_.embedding_norm + c, a_.embedding_scale + c,
          static_cast<const T*>(nullptr), stride_, a_.dx + c);
    });
    TransposeColumns(a_.dx);
    T* gradient = sink.gradient;
    const size_t end = layout_.lm_head;  // wte and wpe come before it
    if (sink.use != GradientUse::kAdd) {
      std::fill(gradient, gradient + end, T{0});
    }
    for (size_t c = 0; c < chunk_.columns(); ++c) {
      const T* from = Row(a_.transposed, c);
      AddRow(from, Row(gradient + layout_.wte, chunk_.tokens()[c]));
      AddRow(from, Row(gradient + layout_.wpe, chunk_.positions()[c]));
    }
    if (sink.use != GradientUse::kMove) return;
    const ParameterMover<D> mover(d_, sink.step);
    for (size_t i = 0; i < end; i += lanes_) {
      mover.Move(d_, hn::Load(d_, gradient + i), i);
    }
  }

  HWY_INLINE void AddRow(const T* from, T* to) {
    for (size_t i = 0; i < row_length_; i += lanes_) {
      hn::Store(hn::Add(hn::Load(d_, to + i), hn::Load(d_, from + i)), d_,
                to + i);
    }
  }

  // The gradient of the tensor at `offset`, a · b over the chunk's columns.
  void TakeGradient(const T* a, size_t rows, const T* b_transposed,
                    size_t offset, const GradientSink<T>& sink) {
    T* gradient = sink.gradient + offset;
    if (sink.use == GradientUse::kMove) {
      GradientStep(d_, chunk_.columns(), a, rows, stride_, b_transposed,
                   row_length_, sink.step, offset);
    } else if (sink.use == GradientUse::kStore) {
      WeightGradient(d_, chunk_.columns(), a, rows, stride_, b_transposed,
                     row_length_, [&](D d, auto values, size_t place) {
                       hn::Store(values, d, gradient + place);
                     });
    } else {
      WeightGradient(d_, chunk_.columns(), a, rows, stride_, b_transposed,
                     row_length_, [&](D d, auto values, size_t place) {
                       const auto sum =
                           hn::Add(hn::Load(d, gradient + place), values);
                       hn::Store(sum, d, gradient + place);
                     });
    }
  }

  HWY_NOINLINE void TransposeColumns(const T* array) {
    Transpose(array, stride_, n_embd_, vectors_ * lanes_, a_.transposed,
              row_length_);
  }
  void TransposeRows(const T* rows, T* array) {
    Transpose(rows, row_length_, vectors_ * lanes_, n_embd_, array, stride_);
  }

  // Attention runs stage by stage over several vectors of queries, so that
  // they do not wait for each other's results.
  HWY_NOINLINE void Attend(const Layer& layer) {
    if (chunk_.strands() == 0) return AttendPositions(layer);
    // No document's columns, which the panels count in.
    Clear(layer.heads, n_embd_, chunk_.columns(), vectors_ * lanes_);
    const size_t part = n_embd_ * stride_;
    CopyShared(layer.qkv + part, 2 * n_embd_);  // keys and values
    T* weights = layer.weights;
    ForEachStrandGroup([&](const Group& group) {
      for (size_t h = 0; h < layout_.n_head; ++h) {
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

  HWY_NOINLINE void AttendBackward(const Layer& layer) {
    if (chunk_.strands() == 0) return AttendPositionsBackward(layer);
    const size_t part = n_embd_ * stride_, end = vectors_ * lanes_;
    Clear(a_.dqkv, 3 * n_embd_, chunk_.columns(), end);
    // The last columns' neighbours, which lanes without a query multiply by 0.
    Clear(layer.qkv, n_embd_, end, end + lanes_);
    Clear(a_.dheads, n_embd_, end, end + lanes_);
    T* weights = layer.weights;
    T* dscores = a_.dscores;
    ForEachStrandGroup([&](const Group& group) {
      const Chunk::Strands& strands = group.strands;
      for (size_t h = 0; h < layout_.n_head; ++h) {
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
  HWY_INLINE void ForEachStrandGroup(const F& f) {
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
  HWY_INLINE void ForEachQuery(const Group& group, const F& f) {
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
  HWY_NOINLINE void CopyShared(T* array, size_t rows) {
    const std::span<const uint32_t> copies = chunk_.copies();
    for (size_t r = 0; r < rows; ++r, array += stride_) {
      T* to = array + chunk_.copies_begin();
      for (size_t i = 0; i < copies.size(); ++i) to[i] = array[copies[i]];
    }
  }

  // Adds the copies to what they are copies of: several rows at a time, for
  // many copies are of the same column, and each sum waits for the last one.
  HWY_NOINLINE void AddCopies(T* array, size_t rows) {
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

  void AttendPositions(const Layer& layer) {
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
      weights += layout_.n_head * size;
    });
  }

  void AttendPositionsBackward(const Layer& layer) {
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
      weights += layout_.n_head * size;
    });
  }

  // Calls f(queries, size of a head's weights) for every vector of positions of
  // a single document.
  template <class F>
  HWY_INLINE void ForEachPositionGroup(const F& f) {
    for (size_t first = 0; first < chunk_.columns(); first += lanes_) {
      f(PositionQueries<D>(d_, stride_, first, chunk_.columns()),
        (first + lanes_ + 1) * lanes_);
    }
  }

  // Calls f(place of the head's first row, place of its weights).
  template <class F>
  HWY_INLINE void ForEachHead(size_t weights, const F& f) {
    for (size_t h = 0; h < layout_.n_head; ++h) {
      f(h * head_size_ * stride_, h * weights);
    }
  }

  const D d_;
  const Embd n_embd_;
  const RowLength row_length_;
  const HeadSize head_size_;
  const size_t lanes_;
  const size_t vectors_;  // of columns
  const size_t stride_;
  const PackedLayout& layout_;
  const T* const weights_;
  const Chunk& chunk_;
  const WorkspaceArrays<T>& a_;
  T scale_ = 1;
  double log_sums_ = 0, target_logits_ = 0;
};

// Calls f(pass) with the pass for the chunk and the model's shape.
template <typename T, class F>
HWY_INLINE double WithPass(const PackedLayout& layout, const T* weights,
                           const Chunk& chunk,
                           const WorkspaceArrays<T>& workspace, const F& f) {
  const hn::ScalableTag<T> d;
  const size_t head_size = layout.n_embd / layout.n_head;
  const auto run = [&](auto n_embd, auto row_length, auto size) {
    ChunkPass pass(d, n_embd, row_length, size, layout, weights, chunk,
                   workspace);
    return f(pass);
  };
#if HWY_TARGET <= HWY_AVX2 || HWY_ARCH_ARM_A64
  // Sizes that the compiler knows spare single documents a tenth of the time.
  if constexpr (std::is_same_v<T, float>) {
    const auto is = [&](size_t n_embd, size_t size) {
      return layout.n_embd == n_embd && head_size == size;
    };
    if (is(16, 4)) return run(Size<16>(), Size<16>(), Size<4>());
    if (is(32, 8)) return run(Size<32>(), Size<32>(), Size<8>());
    if (is(64, 16)) return run(Size<64>(), Size<64>(), Size<16>());
  }
#endif
  return run(size_t{layout.n_embd}, layout.row_length, head_size);
}

template <typename T>
double ComputeLoss(const PackedLayout& layout, const T* weights,
                   const Chunk& chunk, const WorkspaceArrays<T>& workspace) {
  return WithPass(layout, weights, chunk, workspace,
                  [](auto& pass) { return pass.Loss(); });
}

template <typename T>
double ComputeGradient(const PackedLayout& layout, const T* weights,
                       const Chunk& chunk, T scale,
                       const WorkspaceArrays<T>& workspace,
                       const GradientSink<T>& sink) {
  return WithPass(layout, weights, chunk, workspace,
                  [&](auto& pass) { return pass.Gradient(scale, sink); });
}

template <typename T>
void SumAndMove(const OptimizerStep<T>& step,
                std::span<const T* const> gradients, size_t begin, size_t end) {
  const hn::ScalableTag<T> d;
  const ParameterMover<hn::ScalableTag<T>> mover(d, step);
  for (size_t i = begin; i < end; i += hn::Lanes(d)) {
    auto gradient = hn::Load(d, gradients[0] + i);
    for (const T* more : gradients.subspan(1)) {
      gradient = hn::Add(gradient, hn::Load(d, more + i));
    }
    mover.Move(d, gradient, i);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace microgpt
HWY_AFTER_NAMESPACE();

#endif  // MICROGPT_CORE_TRAINING_BACKPROPAGATION_INL_H_
