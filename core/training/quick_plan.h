// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_TRAINING_QUICK_PLAN_H_
#define MICROGPT_CORE_TRAINING_QUICK_PLAN_H_

#include <chrono>
#include <cstdint>

#include "core/model/config.h"
#include "core/text/corpus.h"

namespace microgpt {

// How to train a model that is used once and thrown away.
struct QuickPlan {
  ModelConfig model;
  TrainingConfig training;
};

// A plan for a few dozen to a few thousand short documents, a function of its
// arguments alone: the model has room for the longest document, up to 256
// characters; it is small, and goes through the documents as often as leaves it
// with the least loss on others like them (measured on 50 to 4000 names:
// docs/performance.md), or less often if a core of kOperationsPerSecond would
// not be done in `time`. A slower one has to stop before.
QuickPlan PlanQuickTraining(const Corpus& corpus, uint32_t seed,
                            std::chrono::nanoseconds time);

inline constexpr double kOperationsPerSecond = 25e9;

}  // namespace microgpt

#endif  // MICROGPT_CORE_TRAINING_QUICK_PLAN_H_
