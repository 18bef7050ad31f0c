// SPDX-License-Identifier: MIT
#include "core/training/quick_plan.h"

#include <algorithm>

#include "core/text/tokenizer.h"

namespace microgpt {
namespace {

constexpr uint32_t kShortestBlock = 8, kLongestBlock = 256;
constexpr uint32_t kBatchSize = 8;
constexpr uint64_t kFewestSteps = 30;  // fewer have learned nothing

// Up to kFew documents a wider model learns them by heart.
constexpr uint64_t kFew = 500;
struct Size {
  uint32_t n_embd;
  double learning_rate;
  uint64_t passes;
};
constexpr Size kOfFew{.n_embd = 16, .learning_rate = 0.01, .passes = 7};
constexpr Size kOfMany{.n_embd = 32, .learning_rate = 0.005, .passes = 5};

// Six for each parameter and token: a product and a sum forward, twice as many
// backward.
double OperationsOfStep(const ModelConfig& model, const Corpus& corpus) {
  const auto vocab_size = static_cast<uint32_t>(corpus.alphabet().size() + 1);
  const auto parameters =
      static_cast<double>(CountParameters(model, vocab_size));
  const double tokens = 1 + static_cast<double>(corpus.characters()) /
                                static_cast<double>(corpus.size());
  return 6 * parameters * kBatchSize *
         std::min<double>(tokens, model->block_size);
}

}  // namespace

QuickPlan PlanQuickTraining(const Corpus& corpus, uint32_t seed,
                            std::chrono::nanoseconds time) {
  const Size& size = corpus.size() <= kFew ? kOfFew : kOfMany;
  const auto block_size = static_cast<uint32_t>(std::clamp<uint64_t>(
      corpus.longest() + 1, kShortestBlock, kLongestBlock));
  QuickPlan plan;
  plan.model =
      *ModelConfig::Create({.n_embd = size.n_embd, .block_size = block_size});
  const double seconds = std::chrono::duration<double>(time).count();
  const auto affordable = static_cast<uint64_t>(
      seconds * kOperationsPerSecond / OperationsOfStep(plan.model, corpus));
  const uint64_t wanted =
      std::max(size.passes * corpus.size() / kBatchSize, kFewestSteps);
  const uint64_t steps = std::clamp<uint64_t>(wanted, 1, affordable + 1);
  plan.training = *TrainingConfig::Create(
      {.steps = static_cast<uint32_t>(std::min<uint64_t>(steps, 1'000'000)),
       .batch_size = kBatchSize,
       .learning_rate = size.learning_rate,
       .seed = seed});
  return plan;
}

}  // namespace microgpt
