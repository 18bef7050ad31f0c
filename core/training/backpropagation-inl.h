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

#include "core/kernels/gradient_step-inl.h"
#include "core/kernels/linear-inl.h"
#include "core/kernels/optimizer_step-inl.h"
#include "core/kernels/rms_norm-inl.h"
#include "core/kernels/softmax-inl.h"
#include "core/kernels/transpose-inl.h"
#include "core/training/attention_pass-inl.h"
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
        lanes_(hn::Lanes(d)),
        vectors_((chunk.columns() + lanes_ - 1) / lanes_),
        stride_(workspace.stride),
        layout_(layout),
        weights_(weights),
        chunk_(chunk),
        a_(workspace),
        attention_(d, n_embd, head_size, layout.n_head, chunk, workspace) {}

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
    attention_.Forward(layer);
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
    attention_.Backward(layer);
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

  const D d_;
  const Embd n_embd_;
  const RowLength row_length_;
  const size_t lanes_;
  const size_t vectors_;  // of columns
  const size_t stride_;
  const PackedLayout& layout_;
  const T* const weights_;
  const Chunk& chunk_;
  const WorkspaceArrays<T>& a_;
  const AttentionPass<D, Embd, HeadSize> attention_;
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
