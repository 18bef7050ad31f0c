// SPDX-License-Identifier: MIT
#include "core/model/scalar_autograd.h"

// The reference is a program; here it serves as a library. Its main, which may
// end without a return, is not called.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wreturn-type"
#define main reference_main
#include "core/reference/microgpt.cc"
#undef main
#pragma GCC diagnostic pop

namespace microgpt {

LossAndGradient ScalarAutograd(const ModelConfig& config,
                               const Parameters<double>& parameters,
                               std::span<const uint32_t> tokens) {
  reference::tape.clear();
  reference::Model model = {.n_layer = config->n_layer,
                            .n_embd = config->n_embd,
                            .n_head = config->n_head,
                            .block_size = config->block_size};
  PythonRandom random(0);
  model.Draw(parameters.wte().rows, random);
  for (size_t i = 0; i < parameters.size(); ++i) {
    reference::tape[i].data = parameters.values()[i];
  }
  const reference::Value loss =
      reference::Loss(model, {tokens.begin(), tokens.end()});
  reference::Backward(loss);
  LossAndGradient result{.loss = loss->data, .gradient = {}};
  for (size_t i = 0; i < parameters.size(); ++i) {
    result.gradient.push_back(reference::tape[i].grad);
  }
  return result;
}

}  // namespace microgpt
