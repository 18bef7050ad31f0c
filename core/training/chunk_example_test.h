// SPDX-License-Identifier: MIT
//
// Models of random odd shape and documents for them, computed chunk by chunk,
// for the tests of backpropagation.
#ifndef MICROGPT_CORE_TRAINING_CHUNK_EXAMPLE_TEST_H_
#define MICROGPT_CORE_TRAINING_CHUNK_EXAMPLE_TEST_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include "core/kernels/aligned.h"
#include "core/model/config.h"
#include "core/model/parameters.h"
#include "core/random/python_random.h"
#include "core/training/backpropagation.h"
#include "core/training/chunk.h"
#include "core/training/packed_layout.h"
#include "core/training/workspace.h"

namespace microgpt {

struct ChunkExample {
  ModelConfig config;
  uint32_t vocab_size;
  std::vector<std::vector<Token>> documents;

  Token bos() const { return vocab_size - 1; }
  std::vector<std::span<const Token>> Spans() const {
    return {documents.begin(), documents.end()};
  }
  ChunkLimits Limits() const {
    ChunkLimits limits = {documents.size(), 0, 0};
    for (const auto& document : documents) {
      const size_t n = CountPositions(document, config->block_size);
      limits.positions += n;
      limits.longest = std::max(limits.longest, n);
    }
    return limits;
  }
};

class ExampleDice {
 public:
  explicit ExampleDice(uint32_t seed) : random_(seed) {}
  uint32_t Number(uint32_t min, uint32_t max) {
    return min + static_cast<uint32_t>(random_() % (max - min + 1));
  }

 private:
  std::mt19937 random_;
};

// Documents of 1..longest tokens of the vocabulary's first `letters`.
inline std::vector<std::vector<Token>> RandomDocuments(size_t count,
                                                       uint32_t longest,
                                                       uint32_t letters,
                                                       ExampleDice& dice) {
  std::vector<std::vector<Token>> documents(count);
  for (auto& document : documents) {
    document.resize(dice.Number(1, longest));
    for (Token& token : document) token = dice.Number(0, letters - 1);
  }
  return documents;
}

// A single document, of up to 41 tokens.
inline ChunkExample RandomSingle(uint32_t seed) {
  ExampleDice dice(seed);
  const uint32_t n_head = dice.Number(1, 5);
  const uint32_t vocab_size = dice.Number(2, 50);
  return {*ModelConfig::Create({.n_layer = dice.Number(1, 3),
                                .n_embd = n_head * dice.Number(1, 7),
                                .n_head = n_head,
                                .block_size = dice.Number(1, 40)}),
          vocab_size, RandomDocuments(1, 41, vocab_size - 1, dice)};
}

// Several documents, which begin alike the more the fewer letters there are.
inline ChunkExample RandomSeveral(uint32_t seed) {
  ExampleDice dice(seed);
  const uint32_t n_head = dice.Number(1, 5);
  const uint32_t vocab_size = dice.Number(2, 50);
  const uint32_t letters = dice.Number(1, std::min(vocab_size - 1, 6u));
  return {*ModelConfig::Create({.n_layer = dice.Number(1, 3),
                                .n_embd = n_head * dice.Number(1, 7),
                                .n_head = n_head,
                                .block_size = dice.Number(
                                    1, static_cast<uint32_t>(Chunk::kShort))}),
          vocab_size,
          RandomDocuments(dice.Number(2, 40), seed % 2 == 0 ? 6 : 33,
                          seed % 3 == 0 ? vocab_size - 1 : letters, dice)};
}

// Weights large enough for every nonlinearity to matter.
template <typename T>
Parameters<T> RandomParameters(const ChunkExample& example, uint32_t seed = 1) {
  Parameters<T> parameters(example.config, example.vocab_size);
  PythonRandom random(seed);
  parameters.Draw(0.4, random);
  return parameters;
}

// The documents of an example as one chunk, with all that it needs.
template <typename T>
class ChunkRun {
 public:
  explicit ChunkRun(const ChunkExample& example, uint32_t seed = 1)
      : ChunkRun(example, seed, example.Limits()) {}

  // With room for other chunks of the same model.
  ChunkRun(const ChunkExample& example, uint32_t seed,
           const ChunkLimits& limits)
      : config_(example.config),
        vocab_size_(example.vocab_size),
        layout_(config_, vocab_size_),
        chunk_(limits.documents, limits.positions),
        workspace_(config_, vocab_size_, limits),
        values_(Workspace<T>::Bytes(config_, vocab_size_, limits)) {
    layout_.Pack(RandomParameters<T>(example, seed), weights_);
    gradient_.resize(layout_.size);
    Lay(example);
  }

  void Lay(const ChunkExample& example) {
    chunk_.Lay(example.Spans(), example.bos(), config_->block_size);
  }

  const PackedLayout& layout() const { return layout_; }
  const Chunk& chunk() const { return chunk_; }
  AlignedVector<T>& weights() { return weights_; }
  AlignedVector<T>& gradient() { return gradient_; }
  const WorkspaceArrays<T>& Arrange() {
    return workspace_.Arrange(chunk_.columns_and_copies());
  }

  double Loss() {
    return ChunkLoss<T>(layout_, weights_.data(), chunk_, Arrange());
  }
  double Gradient(double scale = 1, GradientUse use = GradientUse::kStore,
                  const OptimizerStep<T>& step = {}) {
    return ChunkGradient<T>(layout_, weights_.data(), chunk_,
                            static_cast<T>(scale), Arrange(),
                            {use, gradient_.data(), step});
  }

  // Weights or gradients in the order of the parameters.
  std::vector<T> Unpack(const AlignedVector<T>& packed) const {
    Parameters<T> parameters(config_, vocab_size_);
    layout_.Unpack(packed, parameters);
    return {parameters.values().begin(), parameters.values().end()};
  }
  std::vector<T> UnpackedGradient() const { return Unpack(gradient_); }

  // All of the workspace.
  std::span<T> Arena() {
    constexpr size_t kLayer = sizeof(typename WorkspaceArrays<T>::Layer);
    const size_t bytes =
        values_ - sizeof(Workspace<T>) - config_->n_layer * kLayer;
    return {Arrange().embedding_norm, bytes / sizeof(T)};
  }

 private:
  const ModelConfig config_;
  const uint32_t vocab_size_;
  const PackedLayout layout_;
  Chunk chunk_;
  Workspace<T> workspace_;
  const uint64_t values_;  // the workspace's bytes
  AlignedVector<T> weights_, gradient_;
};

}  // namespace microgpt

#endif  // MICROGPT_CORE_TRAINING_CHUNK_EXAMPLE_TEST_H_
