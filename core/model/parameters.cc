// SPDX-License-Identifier: MIT
#include "core/model/parameters.h"

#include <fmt/format.h>

namespace microgpt {
namespace {

// Places of tensors in the arena: those outside the layers, then each layer's.
constexpr size_t kFirstLayer = 3;
constexpr size_t kTensorsPerLayer = 6;

// Layer i's views, of `parameters` const or not.
template <typename Views, typename P>
Views LayerOf(P& parameters, size_t i) {
  const size_t first = kFirstLayer + i * kTensorsPerLayer;
  return {parameters.tensor(first),     parameters.tensor(first + 1),
          parameters.tensor(first + 2), parameters.tensor(first + 3),
          parameters.tensor(first + 4), parameters.tensor(first + 5)};
}

}  // namespace

std::vector<TensorSpec> TensorSpecs(const ModelConfig& config,
                                    uint32_t vocab_size) {
  std::vector<TensorSpec> specs;
  size_t offset = 0;
  const auto add = [&](std::string name, size_t rows, size_t cols) {
    specs.push_back({std::move(name), rows, cols, offset});
    offset += rows * cols;
  };
  const size_t n_embd = config->n_embd;
  add("wte", vocab_size, n_embd);
  add("wpe", config->block_size, n_embd);
  add("lm_head", vocab_size, n_embd);
  for (uint32_t i = 0; i < config->n_layer; ++i) {
    for (const char* name : {"attn_wq", "attn_wk", "attn_wv", "attn_wo"}) {
      add(fmt::format("layer{}.{}", i, name), n_embd, n_embd);
    }
    add(fmt::format("layer{}.mlp_fc1", i), 4 * n_embd, n_embd);
    add(fmt::format("layer{}.mlp_fc2", i), n_embd, 4 * n_embd);
  }
  return specs;
}

template <typename T>
Parameters<T>::Parameters(const ModelConfig& config, uint32_t vocab_size)
    : specs_(TensorSpecs(config, vocab_size)),
      values_(CountParameters(config, vocab_size)) {}

template <typename T>
void Parameters<T>::Draw(double std, PythonRandom& random) {
  for (T& value : values_) value = static_cast<T>(random.Gauss(0, std));
}

template <typename T>
typename Parameters<T>::Layer Parameters<T>::layer(size_t i) {
  return LayerOf<Layer>(*this, i);
}

template <typename T>
typename Parameters<T>::ConstLayer Parameters<T>::layer(size_t i) const {
  return LayerOf<ConstLayer>(*this, i);
}

template class Parameters<float>;
template class Parameters<double>;

}  // namespace microgpt
