// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_TESTDATA_GOLDEN_H_
#define MICROGPT_CORE_TESTDATA_GOLDEN_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace microgpt {

// What a Python program of our own (make_goldens.py, which describes the
// format) found when it trained a model on minerals.txt. For tests.
struct Golden {
  struct Tensor {
    std::string name;  // "wte", "layer0.attn_wq"
    size_t rows = 0;
    size_t cols = 0;
    std::vector<double> values;  // row-major
  };

  uint32_t n_layer = 0, n_embd = 0, n_head = 0, block_size = 0;
  uint32_t steps = 0, batch_size = 0, seed = 0;
  double learning_rate = 0;
  std::string optimizer;  // "adam" or "sgd"

  std::vector<double> losses;        // of every step, before its update
  std::vector<Tensor> gradients;     // of the first step, in arena order
  std::vector<Tensor> parameters;    // after the last step
  std::vector<std::string> samples;  // at temperature 0.5, by the generator
                                     // as training left it
};

// A file of this folder. Aborts, naming the file, if it cannot be read, and
// LoadGolden also where it does not understand it.
//   name: "default", "deep", "batch" or "sgd".
Golden LoadGolden(std::string_view name);
std::string ReadTestdata(std::string_view file_name);

// All values of the tensors, one after the other: the order of an arena.
std::vector<double> Flatten(const std::vector<Golden::Tensor>& tensors);

}  // namespace microgpt

#endif  // MICROGPT_CORE_TESTDATA_GOLDEN_H_
