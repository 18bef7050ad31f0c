// SPDX-License-Identifier: MIT
#include "core/benchmark/work.h"

#include <gtest/gtest.h>

namespace microgpt::benchmark {
namespace {

// Multiplications of a forward pass over T tokens, loop by loop as the
// reference program has them.
double ForwardMultiplications(const ModelSettings& m, uint32_t vocab,
                              uint32_t tokens) {
  double n = 0;
  for (uint32_t t = 0; t < tokens; ++t) {
    for (uint32_t layer = 0; layer < m.n_layer; ++layer) {
      n += 4.0 * m.n_embd * m.n_embd;        // wq, wk, wv, wo
      n += 2.0 * m.n_embd * (t + 1);         // q·k and weight·v
      n += 2.0 * m.n_embd * (4 * m.n_embd);  // fc1, fc2
    }
    n += 1.0 * m.n_embd * vocab;  // lm_head
  }
  return n;
}

TEST(WorkTest, FlopsAreSixAMultiplicationOfTheForwardPass) {
  for (const uint32_t n_layer : {1, 3}) {
    for (const uint32_t tokens : {1, 7, 256}) {
      const ModelSettings model{.n_layer = n_layer, .n_embd = 20, .n_head = 5};
      EXPECT_DOUBLE_EQ(TrainingFlops(model, 27, tokens),
                       6 * ForwardMultiplications(model, 27, tokens));
    }
  }
}

TEST(WorkTest, TheEmbeddingTablesAreNotMultiplied) {
  EXPECT_EQ(MultipliedParameters({}, 27), 3504);  // of 4192
}

}  // namespace
}  // namespace microgpt::benchmark
