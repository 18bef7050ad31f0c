// SPDX-License-Identifier: MIT
#include "core/generation/decoding.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/generation/decoding.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
// After it:
#include "core/generation/decoding-inl.h"

HWY_BEFORE_NAMESPACE();
namespace microgpt {
namespace HWY_NAMESPACE {

DecodingKernels<float> FloatKernels() { return MakeKernels<float>(); }
DecodingKernels<double> DoubleKernels() { return MakeKernels<double>(); }

}  // namespace HWY_NAMESPACE
}  // namespace microgpt
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <cassert>

namespace microgpt {

HWY_EXPORT(FloatKernels);
HWY_EXPORT(DoubleKernels);

template <>
DecodingKernels<float> ChooseDecodingKernels() {
  return HWY_DYNAMIC_DISPATCH(FloatKernels)();
}
template <>
DecodingKernels<double> ChooseDecodingKernels() {
  return HWY_DYNAMIC_DISPATCH(DoubleKernels)();
}

size_t FeaturesAtOnce(size_t n_embd, size_t n_head) {
  constexpr size_t kFeatures = 64;
  const size_t head_size = n_embd / n_head;
  if (n_embd <= kFeatures) return n_embd;
  return std::max(kFeatures / head_size, size_t{1}) * head_size;
}

template <typename T>
DecodingWeights<T>::DecodingWeights(const ModelConfig& config,
                                    const Parameters<T>& parameters)
    : n_embd(config->n_embd),
      n_head(config->n_head),
      block_size(config->block_size),
      vocab_size(static_cast<uint32_t>(parameters.wte().rows)),
      row(RoundUpToLine(n_embd)),
      wte(parameters.wte().data),
      wpe(parameters.wpe().data),
      lm_head(parameters.lm_head().data) {
  for (uint32_t i = 0; i < config->n_layer; ++i) {
    const auto layer = parameters.layer(i);
    // As TensorSpecs promises.
    assert(layer.attn_wk.data == layer.attn_wq.data + size_t{n_embd} * n_embd);
    assert(layer.attn_wv.data == layer.attn_wk.data + size_t{n_embd} * n_embd);
    layers.push_back({layer.attn_wq.data, layer.attn_wo.data,
                      layer.mlp_fc1.data, layer.mlp_fc2.data});
  }
}

namespace {

// Deals `values` out, or, given nullptr, only counts them.
template <typename T>
size_t Lay(const DecodingWeights<T>& w, T* values, DecodingArrays<T>& a) {
  size_t taken = 0;
  const auto take = [&](size_t count) {
    T* begin = values == nullptr ? nullptr : values + taken;
    taken += RoundUpToLine(count);
    return begin;
  };
  const auto take_rows = [&](size_t rows) { return take(rows * a.columns); };
  const size_t features = FeaturesAtOnce(w.n_embd, w.n_head);
  const size_t heads = features / (w.n_embd / w.n_head);
  constexpr size_t kBlock = 8;  // gather-inl.h's, at most
  a.x = take_rows(w.row);
  a.norm = take_rows(w.row);
  a.scale = take_rows(1);
  a.q = take_rows(w.row);
  a.kv = take_rows(2 * w.row + kBlock);
  a.heads = take_rows(w.row);
  a.hidden = take_rows(size_t{4} * w.n_embd);
  a.past = take_rows(size_t{w.block_size} * 2 * features + kBlock);
  a.scores = take_rows(heads * (RoundUpToLine(w.block_size) + 2));
  a.logits = take_rows(w.vocab_size);
  a.sums = take_rows(w.vocab_size);
  return taken;
}

}  // namespace

template <typename T>
DecodingSpace<T>::DecodingSpace(const DecodingWeights<T>& weights,
                                size_t columns)
    : log_sums_(columns) {
  arrays_.columns = columns;
  values_.resize(Lay<T>(weights, nullptr, arrays_));
  Lay<T>(weights, values_.data(), arrays_);
  arrays_.log_sums = log_sums_.data();
}

template struct DecodingWeights<float>;
template struct DecodingWeights<double>;
template class DecodingSpace<float>;
template class DecodingSpace<double>;

}  // namespace microgpt
#endif  // HWY_ONCE
