// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_MODEL_CONFIG_H_
#define MICROGPT_CORE_MODEL_CONFIG_H_

#include <cstdint>

#include "absl/status/status.h"
#include "core/errors/valid.h"
#include "core/text/characters.h"

namespace microgpt {

inline constexpr uint32_t kMaxLayers = 64;
inline constexpr uint32_t kMaxThreads = 64;

// The shape of a model. Defaults are the reference program's.
struct ModelSettings {
  uint32_t n_layer = 1;      // 1..kMaxLayers
  uint32_t n_embd = 16;      // 1..1024, a multiple of n_head
  uint32_t n_head = 4;       // 1..64
  uint32_t block_size = 16;  // 1..1024

  // OK, or a FieldError for the first field that is wrong.
  absl::Status Validate() const;
};
using ModelConfig = Valid<ModelSettings>;

enum class Optimizer { kAdam, kSgd };
enum class Precision { kFloat32, kFloat64 };

// The learning rate of an optimizer that is not given one. SGD's is a
// compromise: the default model learns best at 0.3 to 0.5, but a wider and
// deeper one (n_embd 64, n_layer 4) diverges there.
double DefaultLearningRate(Optimizer optimizer);

// How a model is trained. Defaults are the reference program's.
struct TrainingSettings {
  uint32_t steps = 1000;        // 1..1,000,000
  uint32_t batch_size = 1;      // 1..4096 documents a step
  double learning_rate = 0.01;  // >0..10, falls linearly to 0 over the steps
  uint32_t seed = 42;
  double validation = 0;   // 0..0.5, share of documents held out
  double beta1 = 0.85;     // 0..<1
  double beta2 = 0.99;     // 0..<1
  double eps = 1e-8;       // >0..1
  double init_std = 0.08;  // 0..10
  Optimizer optimizer = Optimizer::kAdam;
  Precision precision = Precision::kFloat32;
  TokenizerKind tokenizer = TokenizerKind::kCodePoint;
  uint32_t threads = 1;  // 1..kMaxThreads; the same bits for any number

  // OK, or a FieldError for the first field that is wrong. NaN is out of every
  // range.
  absl::Status Validate() const;
};
using TrainingConfig = Valid<TrainingSettings>;

// How many weights a model has: 2·V·E + T·E + 12·L·E², with V = vocab_size (BOS
// included), E = n_embd, T = block_size, L = n_layer.
uint64_t CountParameters(const ModelConfig& config, uint32_t vocab_size);

}  // namespace microgpt

#endif  // MICROGPT_CORE_MODEL_CONFIG_H_
