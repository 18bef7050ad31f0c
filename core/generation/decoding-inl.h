// SPDX-License-Identifier: MIT
//
// The model forward over a panel. Per target: see core/kernels/linear-inl.h.
#if defined(MICROGPT_CORE_GENERATION_DECODING_INL_H_) == \
    defined(HWY_TARGET_TOGGLE)
#ifdef MICROGPT_CORE_GENERATION_DECODING_INL_H_
#undef MICROGPT_CORE_GENERATION_DECODING_INL_H_
#else
#define MICROGPT_CORE_GENERATION_DECODING_INL_H_
#endif

#include <algorithm>
#include <cstddef>
#include <type_traits>

#include "core/generation/decoding.h"
#include "core/kernels/attention-inl.h"
#include "core/kernels/gather-inl.h"
#include "core/kernels/linear-inl.h"
#include "core/kernels/philox-inl.h"
#include "core/kernels/rms_norm-inl.h"
#include "core/kernels/sampling-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace microgpt {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// One position of several strings, one a lane. Key s stands s · key_size values
// behind key 0, and row j of it `columns` · j behind its first.
template <class D>
class StringQueries {
 public:
  using T = hn::TFromD<D>;
  using V = hn::Vec<D>;

  StringQueries(size_t columns, size_t key_size, size_t keys)
      : columns_(columns), key_size_(key_size), keys_(keys) {}

  size_t keys() const { return keys_; }
  HWY_INLINE V Key(D d, const T* rows, size_t j, size_t s) const {
    return hn::Load(d, rows + s * key_size_ + j * columns_);
  }
  HWY_INLINE V Query(D d, const T* rows, size_t j) const {
    return hn::Load(d, rows + j * columns_);
  }
  HWY_INLINE void Store(D d, V value, T* rows, size_t j) const {
    hn::Store(value, d, rows + j * columns_);
  }
  HWY_INLINE V WhereVisible(D, size_t, V value, V) const { return value; }

 private:
  size_t columns_, key_size_, keys_;
};

// A panel on its way through the model. Embd and HeadSize: n_embd and
// n_embd / n_head, as size_t or std::integral_constant.
template <class D, class Embd, class HeadSize>
class PanelPass {
 public:
  using T = hn::TFromD<D>;

  PanelPass(D d, Embd n_embd, HeadSize head_size,
            const DecodingWeights<T>& weights, const DecodingArrays<T>& arrays)
      : d_(d),
        n_embd_(n_embd),
        head_size_(head_size),
        lanes_(hn::Lanes(d)),
        w_(weights),
        a_(arrays),
        stride_(arrays.columns) {}

  void ReadStrings(const T* table, const StringPanel<T>& panel) {
    Gathering gathering(panel);
    WithVectors(panel.count, [&](auto vectors) {
      for (size_t i = 0; i < w_.layers.size(); ++i) {
        if (i > 0) {
          ComputeQkv<vectors>(i, KvOf(panel.position));
        } else if (table == nullptr) {
          Embed<vectors>(panel.tokens, [&](size_t) { return panel.position; });
          ComputeQkv<vectors>(i, KvOf(panel.position));
        } else {
          TakeFromTable(table, panel, vectors * lanes_);
        }
        KeepState(i, panel, vectors * lanes_);
        AttendStrings<vectors>(i, panel.position, gathering);
        EndLayer<vectors>(i);
      }
      Head<vectors>();
    });
  }

  void ReadText(const TextPanel<T>& panel) {
    WithVectors(panel.count,
                [&](auto vectors) { ReadColumns<vectors>(panel); });
  }

  void FillTable(T* table) {
    const size_t tokens = w_.vocab_size, entries = tokens * w_.block_size;
    for (size_t from = 0; from < entries; from += kTileVectors * lanes_) {
      FillEntries(table, from, std::min(entries - from, kTileVectors * lanes_));
    }
  }

 private:
  // Pointers for every column that is computed: those beyond the strings
  // repeat the first string.
  struct Gathering {
    explicit Gathering(const StringPanel<T>& panel) {
      for (size_t c = 0; c < kMaxPanelColumns; ++c) {
        past[c] = panel.past[c < panel.count ? c : 0];
      }
    }
    const T* const* past[kMaxPanelColumns];
  };

  template <class F>
  HWY_INLINE void WithVectors(size_t columns, const F& f) {
    WithConstant<kTileVectors>((columns + lanes_ - 1) / lanes_, f);
  }

  auto Rows(const T* data) const {
    return WeightView<T, Embd, Size<1>>{data, n_embd_, {}};
  }
  auto LongRows(const T* data) const {
    using Long = decltype(Times<4>(n_embd_));
    return WeightView<T, Long, Size<1>>{data, Times<4>(n_embd_), {}};
  }

  size_t Group() const { return FeaturesAtOnce(n_embd_, n_embd_ / head_size_); }
  bool AllAtOnce() const {
    return std::is_same_v<Embd, Size<16>> || Group() == n_embd_;
  }
  // Where a panel's own keys and values are computed: if attention takes all
  // features at once, behind those of the past.
  T* KvOf(size_t position) const {
    return AllAtOnce() ? a_.past + position * 2 * n_embd_ * stride_ : a_.kv;
  }

  // x = rmsnorm(wte[token] + wpe[position]).
  template <size_t kVectors, class Position>
  HWY_INLINE void Embed(const Token* tokens, const Position& position) {
    const size_t lanes = kVectors * lanes_;
    for (size_t c = 0; c < lanes; ++c) {
      const T* token = w_.wte + tokens[c] * n_embd_;
      const T* place = w_.wpe + position(c) * n_embd_;
      for (size_t i = 0; i < n_embd_; ++i) {
        a_.x[i * stride_ + c] = token[i] + place[i];
      }
    }
    RmsNorm<kVectors>(d_, n_embd_, a_.x, stride_, a_.x, a_.scale);
  }

  // q, k and v of rmsnorm(x).
  template <size_t kVectors>
  HWY_INLINE void ComputeQkv(size_t i, T* kv) {
    const T* wqkv = w_.layers[i].attn_wqkv;
    RmsNorm<kVectors>(d_, n_embd_, a_.x, stride_, a_.norm, a_.scale);
    Linear<kVectors>(d_, Rows(wqkv), n_embd_, n_embd_, a_.norm, stride_, a_.q,
                     Plain());
    Linear<kVectors>(d_, Rows(wqkv + n_embd_ * n_embd_), Times<2>(n_embd_),
                     n_embd_, a_.norm, stride_, kv, Plain());
  }

  // x += attn_wo · heads; x += mlp_fc2 · relu(mlp_fc1 · rmsnorm(x)).
  template <size_t kVectors>
  HWY_INLINE void EndLayer(size_t i) {
    const auto& layer = w_.layers[i];
    Linear<kVectors>(d_, Rows(layer.attn_wo), n_embd_, n_embd_, a_.heads,
                     stride_, a_.x, PlusResidual<T>{a_.x});
    RmsNorm<kVectors>(d_, n_embd_, a_.x, stride_, a_.norm, a_.scale);
    Linear<kVectors>(d_, Rows(layer.mlp_fc1), Times<4>(n_embd_), n_embd_,
                     a_.norm, stride_, a_.hidden, ThenRelu());
    Linear<kVectors>(d_, LongRows(layer.mlp_fc2), n_embd_, Times<4>(n_embd_),
                     a_.hidden, stride_, a_.x, PlusResidual<T>{a_.x});
  }

  template <size_t kVectors>
  HWY_INLINE void Head() {
    const size_t vocab_size = w_.vocab_size;
    Linear<kVectors>(d_, Rows(w_.lm_head), vocab_size, n_embd_, a_.x, stride_,
                     a_.logits, Plain());
    const size_t step = hn::Lanes(hn::ScalableTag<double>());
    for (size_t c = 0; c < kVectors * lanes_; c += step) {
      LogSums(vocab_size, a_.logits + c, stride_, a_.log_sums + c);
    }
  }

  HWY_NOINLINE void TakeFromTable(const T* table, const StringPanel<T>& panel,
                                  size_t columns) {
    const T* entries[kMaxPanelColumns];
    for (size_t c = 0; c < columns; ++c) {
      const Token token = panel.tokens[c < panel.count ? c : 0];
      entries[c] =
          table + (token * w_.block_size + panel.position) * 4 * w_.row;
    }
    T* kv = KvOf(panel.position);
    T* const to[] = {a_.x, a_.q, kv, kv + n_embd_ * stride_};
    for (size_t part = 0; part < 4; ++part) {
      GatherColumns(n_embd_, columns, to[part], stride_,
                    [&](size_t c) { return entries[c] + part * w_.row; });
    }
  }

  // Puts keys and values of the layer into the strings' states.
  HWY_INLINE void KeepState(size_t i, const StringPanel<T>& panel,
                            size_t columns) {
    if (panel.state[0] == nullptr) return;
    const T* kv = KvOf(panel.position);
    for (size_t part = 0; part < 2; ++part) {
      const size_t offset = (2 * i + part) * w_.row;
      ScatterColumns(n_embd_, columns, kv + part * n_embd_ * stride_, stride_,
                     [&](size_t c) {
                       return panel.state[c < panel.count ? c : 0] + offset;
                     });
    }
  }

  template <size_t kVectors>
  HWY_NOINLINE void AttendStrings(size_t i, size_t position,
                                  const Gathering& strings) {
    const size_t group = AllAtOnce() ? size_t{n_embd_} : Group();
    const size_t columns = kVectors * lanes_;
    for (size_t from = 0; from < n_embd_; from += group) {
      const size_t rows = std::min<size_t>(group, n_embd_ - from);
      const size_t key_size = 2 * rows * stride_;
      for (size_t s = 0; s < position; ++s) {
        T* key = a_.past + s * key_size;
        for (size_t part = 0; part < 2; ++part) {
          const size_t offset = (2 * i + part) * w_.row + from;
          GatherColumns(rows, columns, key + part * rows * stride_, stride_,
                        [&](size_t c) { return strings.past[c][s] + offset; });
        }
      }
      if (!AllAtOnce()) CopyOwn(from, rows, a_.past + position * key_size);
      AttendHeads<kVectors>(from, rows, position + 1);
    }
  }

  // The panel's own keys and values of some features.
  void CopyOwn(size_t from, size_t rows, T* key) {
    for (size_t part = 0; part < 2; ++part) {
      const T* own = a_.kv + (part * n_embd_ + from) * stride_;
      std::copy(own, own + rows * stride_, key + part * rows * stride_);
    }
  }

  // Stage by stage over all heads and vectors, so that they do not wait for
  // each other's results.
  template <size_t kVectors>
  HWY_INLINE void AttendHeads(size_t from, size_t rows, size_t keys) {
    const StringQueries<D> queries(stride_, 2 * rows * stride_, keys);
    const size_t size = (keys + 1) * lanes_;
    const auto for_each = [&](const auto& f) {
      T* scores = a_.scores;
      for (size_t row = 0; row < rows; row += head_size_) {
        for (size_t v = 0; v < kVectors; ++v, scores += size) {
          f(row * stride_ + v * lanes_, scores);
        }
      }
    };
    const T* q = a_.q + from * stride_;
    T* heads = a_.heads + from * stride_;
    for_each([&](size_t at, T* scores) {
      ScoreKeys(d_, queries, head_size_, q + at, a_.past + at, scores);
    });
    for_each([&](size_t, T* scores) {
      ExponentiateScores(d_, queries, head_size_, scores);
    });
    for_each([&](size_t at, T* scores) {
      AverageValues(d_, queries, head_size_, scores,
                    a_.past + rows * stride_ + at, heads + at);
    });
  }

  template <size_t kVectors>
  HWY_INLINE void ReadColumns(const TextPanel<T>& panel) {
    const size_t last = panel.count - 1;  // is repeated beyond it
    Token tokens[kMaxPanelColumns];
    for (size_t c = 0; c < kVectors * lanes_; ++c) {
      tokens[c] = panel.tokens[std::min(c, last)];
    }
    Embed<kVectors>(tokens,
                    [&](size_t c) { return panel.first + std::min(c, last); });
    for (size_t i = 0; i < w_.layers.size(); ++i) {
      ComputeQkv<kVectors>(i, a_.kv);
      T* qkv = panel.qkv + i * 3 * n_embd_ * panel.stride;
      T* own = qkv + panel.first;
      CopyToText<kVectors>(a_.q, n_embd_, own, panel.stride);
      CopyToText<kVectors>(a_.kv, 2 * n_embd_, own + n_embd_ * panel.stride,
                           panel.stride);
      for (size_t c = 0; c < panel.count; c += lanes_) {
        AttendText(qkv, panel, c);
      }
      EndLayer<kVectors>(i);
    }
    Head<kVectors>();
  }

  template <size_t kVectors>
  HWY_INLINE void CopyToText(const T* from, size_t rows, T* to, size_t stride) {
    for (size_t r = 0; r < rows; ++r) {
      for (size_t v = 0; v < kVectors; ++v) {
        hn::Store(hn::Load(d_, from + r * stride_ + v * lanes_), d_,
                  to + r * stride + v * lanes_);
      }
    }
  }

  // For one vector of positions, from `column` of the panel on.
  HWY_INLINE void AttendText(T* qkv, const TextPanel<T>& panel, size_t column) {
    const size_t stride = panel.stride, first = panel.first + column;
    const PositionQueries<D> queries(d_, stride, first,
                                     panel.first + panel.count);
    const size_t part = n_embd_ * stride;
    for (size_t row = 0; row < n_embd_; row += head_size_) {
      T* q = qkv + row * stride;
      ScoreKeys(d_, queries, head_size_, q, q + part, a_.scores);
      ExponentiateScores(d_, queries, head_size_, a_.scores);
      AverageValues(d_, queries, head_size_, a_.scores, q + 2 * part, q);
      for (size_t j = 0; j < head_size_; ++j) {
        hn::Store(hn::Load(d_, q + j * stride + first), d_,
                  a_.heads + (row + j) * stride_ + column);
      }
    }
  }

  HWY_INLINE void FillEntries(T* table, size_t from, size_t count) {
    Token tokens[kMaxPanelColumns];
    const auto entry = [&](size_t c) { return from + std::min(c, count - 1); };
    for (size_t c = 0; c < kTileVectors * lanes_; ++c) {
      tokens[c] = static_cast<Token>(entry(c) / w_.block_size);
    }
    Embed<kTileVectors>(tokens,
                        [&](size_t c) { return entry(c) % w_.block_size; });
    ComputeQkv<kTileVectors>(0, a_.kv);
    const T* const parts[] = {a_.x, a_.q, a_.kv, a_.kv + n_embd_ * stride_};
    for (size_t part = 0; part < 4; ++part) {
      for (size_t c = 0; c < count; ++c) {
        T* to = table + (entry(c) * 4 + part) * w_.row;
        for (size_t j = 0; j < n_embd_; ++j)
          to[j] = parts[part][j * stride_ + c];
      }
    }
  }

  const D d_;
  const Embd n_embd_;
  const HeadSize head_size_;
  const size_t lanes_;
  const DecodingWeights<T>& w_;
  const DecodingArrays<T>& a_;
  const size_t stride_;
};

// Calls f(pass) with the pass for the model's shape.
template <typename T, class F>
HWY_INLINE void WithPanelPass(const DecodingWeights<T>& w,
                              const DecodingArrays<T>& a, const F& f) {
  const hn::ScalableTag<T> d;
  const size_t n_embd = w.n_embd, head_size = n_embd / w.n_head;
  if constexpr (std::is_same_v<T, float>) {
    if (n_embd == 16 && head_size == 4) {
      const Size<16> embd_16;
      const std::integral_constant<size_t, 4> head_4;
      PanelPass pass(d, embd_16, head_4, w, a);
      return f(pass);
    }
  }
  PanelPass pass(d, n_embd, head_size, w, a);
  f(pass);
}

template <typename T>
void ReadStrings(const DecodingWeights<T>& w, const T* table,
                 const StringPanel<T>& panel, const DecodingArrays<T>& a) {
  WithPanelPass(w, a, [&](auto& pass) { pass.ReadStrings(table, panel); });
}

template <typename T>
void ReadText(const DecodingWeights<T>& w, const TextPanel<T>& panel,
              const DecodingArrays<T>& a) {
  WithPanelPass(w, a, [&](auto& pass) { pass.ReadText(panel); });
}

template <typename T>
void FillTable(const DecodingWeights<T>& w, const DecodingArrays<T>& a,
               T* table) {
  WithPanelPass(w, a, [&](auto& pass) { pass.FillTable(table); });
}

template <typename T>
void DrawColumns(size_t vocab_size, size_t count, T scale,
                 const double* uniforms, const DecodingArrays<T>& a,
                 Token* tokens) {
  const hn::ScalableTag<T> d;
  const size_t lanes = hn::Lanes(d);
  HWY_ALIGN T drawn[kMaxPanelColumns];
  HWY_ALIGN hn::TFromD<hn::RebindToSigned<decltype(d)>> found[kMaxPanelColumns];
  const T* totals = a.sums + (vocab_size - 1) * a.columns;
  for (size_t c = 0; c < count; c += lanes) {
    RunningSums(d, vocab_size, a.logits + c, a.columns, scale, a.sums + c);
  }
  const size_t computed = (count + lanes - 1) / lanes * lanes;
  for (size_t c = 0; c < computed; ++c) {
    drawn[c] = RoundDown<T>(uniforms[c] * static_cast<double>(totals[c]));
  }
  for (size_t c = 0; c < count; c += lanes) {
    FindDrawn(d, vocab_size, a.sums + c, a.columns, drawn + c, found + c);
  }
  for (size_t c = 0; c < count; ++c) tokens[c] = static_cast<Token>(found[c]);
}

template <typename T>
void DrawFromSums(size_t vocab_size, size_t count, const T* const* rows,
                  const double* uniforms, Token* tokens) {
  const hn::ScalableTag<T> d;
  for (size_t i = 0; i < count; ++i) {
    const double total = static_cast<double>(rows[i][vocab_size - 1]);
    const T drawn = RoundDown<T>(uniforms[i] * total);
    tokens[i] = static_cast<Token>(FindInRow(d, vocab_size, rows[i], drawn));
  }
}

inline void TakeNumbers(uint32_t seed, size_t count, StreamNumbers& streams) {
  const hn::ScalableTag<double> d;
  for (size_t i = 0; i < count; i += hn::Lanes(d)) {
    PhiloxUniforms(d, seed, streams.indices + i, streams.numbers + i,
                   streams.uniforms + i);
  }
}

template <typename T>
DecodingKernels<T> MakeKernels() {
  static_assert(kTileVectors * hn::MaxLanes(hn::ScalableTag<T>()) <=
                kMaxPanelColumns);
  return {.columns = kTileVectors * hn::Lanes(hn::ScalableTag<T>()),
          .read_strings = &ReadStrings<T>,
          .read_text = &ReadText<T>,
          .draw = &DrawColumns<T>,
          .draw_from_sums = &DrawFromSums<T>,
          .random = &TakeNumbers,
          .fill_table = &FillTable<T>};
}

}  // namespace HWY_NAMESPACE
}  // namespace microgpt
HWY_AFTER_NAMESPACE();

#endif  // MICROGPT_CORE_GENERATION_DECODING_INL_H_
