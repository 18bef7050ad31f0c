// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_HANDLERS_EVALUATION_H_
#define MICROGPT_SERVER_HANDLERS_EVALUATION_H_

#include <cstddef>
#include <stop_token>

#include "absl/status/statusor.h"
#include "core/evaluation/evaluation.h"
#include "core/model/model.h"
#include "core/text/corpus.h"
#include "microgpt/v1/microgpt.pb.h"
#include "server/cache/lru_cache.h"
#include "server/datasets/datasets.h"
#include "server/handlers/call.h"
#include "server/handlers/limits.h"
#include "server/registry/registry.h"
#include "server/threads/run_queue.h"

namespace microgpt::server {

// Evaluate, as microgpt.proto promises it. What was computed last is kept: a
// version's evaluation never changes. Thread-safe.
class EvaluationHandlers {
 public:
  // Both must outlive this, and every call under way.
  EvaluationHandlers(const Registry& registry, Datasets& datasets)
      : registry_(registry), datasets_(datasets) {}

  void Evaluate(v1::EvaluateRequest request, const CallContext& context,
                Done<v1::Evaluation> done);

 private:
  struct Kept {
    v1::Evaluation evaluation;

    size_t memory_bytes() const { return evaluation.SpaceUsedLong(); }
  };

  absl::StatusOr<v1::Evaluation> Run(const v1::EvaluateRequest& request,
                                     const std::stop_token& stop);

  const Registry& registry_;
  Datasets& datasets_;
  LruCache<Kept> kept_{kEvaluationMemoryBytes};
  // An evaluation is one long slice, so it has a thread of its own; a single
  // one, which bounds the memory.
  RunQueue queue_{1, kMaxEvaluations, "Evaluate calls"};
};

// How much of what `request` asks for a model of this size and text allows;
// what it does not name is lowered to that.
//
// INVALID_ARGUMENT, fields "documents" and "samples": out of their range, or
// more than that.
absl::StatusOr<EvaluationConfig> ParseEvaluation(
    const v1::EvaluateRequest& request, const Model& model,
    const Corpus& corpus);

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_HANDLERS_EVALUATION_H_
