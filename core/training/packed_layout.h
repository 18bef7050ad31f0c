// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_TRAINING_PACKED_LAYOUT_H_
#define MICROGPT_CORE_TRAINING_PACKED_LAYOUT_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/kernels/aligned.h"
#include "core/model/config.h"
#include "core/model/parameters.h"

namespace microgpt {

// Where training keeps the weights of a model: those of Parameters, with rows
// as long as whole vectors and with mlp_fc2 transposed, so that the rows of
// every tensor are row_length values from one another. Gradients and moments
// stand alike. What fills the rows up is nobody's.
struct PackedLayout {
  struct Layer {
    size_t attn_wqkv;  // [3·n_embd, row_length]: wq, wk, wv
    size_t attn_wo;    // [n_embd, row_length]
    size_t mlp_fc1;    // [4·n_embd, row_length]
    size_t mlp_fc2;    // [4·n_embd, row_length], transposed
  };

  PackedLayout(const ModelConfig& config, uint32_t vocab_size);

  uint32_t vocab_size;
  uint32_t n_embd;
  uint32_t n_head;
  size_t row_length;  // n_embd rounded up to 64 bytes' worth of floats
  // Offsets of the tensors, and how many values there are in all.
  size_t wte;      // [vocab_size, row_length]
  size_t wpe;      // [block_size, row_length]
  size_t lm_head;  // [vocab_size, row_length]
  std::vector<Layer> layers;
  size_t size;

  // Copies weights; what fills rows up becomes zero, or is left out.
  template <typename T>
  void Pack(const Parameters<T>& from, AlignedVector<T>& to) const;
  template <typename T>
  void Unpack(const AlignedVector<T>& from, Parameters<T>& to) const;

  // Where the rows of a tensor begin, and how many they are: of mlp_fc2 its
  // columns. Each has n_embd weights.
  struct Rows {
    size_t offset;
    size_t count;
  };
  // All tensors, in the order of TensorSpecs.
  std::vector<Rows> Tensors() const;
};

}  // namespace microgpt

#endif  // MICROGPT_CORE_TRAINING_PACKED_LAYOUT_H_
