// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_MODEL_PARAMETERS_H_
#define MICROGPT_CORE_MODEL_PARAMETERS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/kernels/matrix.h"
#include "core/model/config.h"
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

// All weights of a model, or as many gradients or optimizer moments, in one
// contiguous arena with named views. A value. Views are borrowed from it.
template <typename T>
class Parameters {
 public:
  struct Layer {
    Matrix<T> attn_wq, attn_wk, attn_wv, attn_wo;  // [n_embd, n_embd]
    Matrix<T> mlp_fc1;                             // [4·n_embd, n_embd]
    Matrix<T> mlp_fc2;                             // [n_embd, 4·n_embd]
  };
  struct ConstLayer {
    Matrix<const T> attn_wq, attn_wk, attn_wv, attn_wo, mlp_fc1, mlp_fc2;
  };

  // All zero.
  Parameters(const ModelConfig& config, uint32_t vocab_size);

  // Every value from gauss(0, std), drawn in double in arena order.
  void Draw(double std, PythonRandom& random);

  Matrix<T> wte() { return View<T>(0); }      // [vocab_size, n_embd]
  Matrix<T> wpe() { return View<T>(1); }      // [block_size, n_embd]
  Matrix<T> lm_head() { return View<T>(2); }  // [vocab_size, n_embd]
  Layer layer(size_t i);
  Matrix<const T> wte() const { return View<const T>(0); }
  Matrix<const T> wpe() const { return View<const T>(1); }
  Matrix<const T> lm_head() const { return View<const T>(2); }
  ConstLayer layer(size_t i) const;

  size_t size() const { return values_.size(); }
  std::span<T> values() { return values_; }
  std::span<const T> values() const { return values_; }

 private:
  // A view of the tensor at this place of TensorSpecs.
  template <typename U>
  Matrix<U> View(size_t tensor) const;

  size_t vocab_size_, block_size_, n_embd_;
  std::vector<T> values_;
};

}  // namespace microgpt

#endif  // MICROGPT_CORE_MODEL_PARAMETERS_H_
