// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_MODEL_PARAMETERS_H_
#define MICROGPT_CORE_MODEL_PARAMETERS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/model/config.h"
#include "core/model/matrix.h"
#include "core/random/python_random.h"

namespace microgpt {

// Where one tensor stands in the arena of Parameters.
struct TensorSpec {
  std::string name;  // "wte", "layer0.attn_wq"
  size_t rows;
  size_t cols;
  size_t offset;  // of its first value
};

// The tensors of a model in the order in which the reference program draws
// them: wte, wpe, lm_head, then for each layer attn_wq, attn_wk, attn_wv,
// attn_wo, mlp_fc1, mlp_fc2. Every tensor is [out, in], row-major.
std::vector<TensorSpec> TensorSpecs(const ModelConfig& config,
                                    uint32_t vocab_size);

// How many those are.
inline size_t CountTensors(const ModelConfig& config) {
  return 3 + 6 * size_t{config->n_layer};
}

// All weights of a model, or as many gradients or optimizer moments, in one
// contiguous arena with named views. A value. Views are borrowed from it.
template <typename T>
class Parameters {
 public:
  template <typename U>
  struct LayerViews {
    Matrix<U> attn_wq, attn_wk, attn_wv, attn_wo;  // [n_embd, n_embd]
    Matrix<U> mlp_fc1;                             // [4·n_embd, n_embd]
    Matrix<U> mlp_fc2;                             // [n_embd, 4·n_embd]
  };
  using Layer = LayerViews<T>;
  using ConstLayer = LayerViews<const T>;

  // All zero.
  Parameters(const ModelConfig& config, uint32_t vocab_size);

  // Every value from gauss(0, std), drawn in double in arena order.
  void Draw(double std, PythonRandom& random);

  Matrix<T> wte() { return tensor(0); }      // [vocab_size, n_embd]
  Matrix<T> wpe() { return tensor(1); }      // [block_size, n_embd]
  Matrix<T> lm_head() { return tensor(2); }  // [vocab_size, n_embd]
  Layer layer(size_t i);
  Matrix<const T> wte() const { return tensor(0); }
  Matrix<const T> wpe() const { return tensor(1); }
  Matrix<const T> lm_head() const { return tensor(2); }
  ConstLayer layer(size_t i) const;

  // What and where the tensors are, as TensorSpecs has it; and the i-th.
  const std::vector<TensorSpec>& specs() const { return specs_; }
  Matrix<T> tensor(size_t i) {
    return {values_.data() + specs_[i].offset, specs_[i].rows, specs_[i].cols};
  }
  Matrix<const T> tensor(size_t i) const {
    return {values_.data() + specs_[i].offset, specs_[i].rows, specs_[i].cols};
  }

  size_t size() const { return values_.size(); }
  std::span<T> values() { return values_; }
  std::span<const T> values() const { return values_; }

 private:
  std::vector<TensorSpec> specs_;
  std::vector<T> values_;
};

}  // namespace microgpt

#endif  // MICROGPT_CORE_MODEL_PARAMETERS_H_
