// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_HANDLERS_SCORING_H_
#define MICROGPT_SERVER_HANDLERS_SCORING_H_

#include <memory>
#include <stop_token>

#include "absl/status/status.h"
#include "core/generation/scorer.h"
#include "core/text/document_set.h"
#include "microgpt/v1/microgpt.pb.h"
#include "server/datasets/datasets.h"
#include "server/handlers/call.h"
#include "server/registry/registry.h"
#include "server/threads/run_queue.h"

namespace microgpt::server {

absl::Status Validate(const v1::ScoreRequest& request);

// One Score call: scores as many texts as a slice has time for.
class Scoring {
 public:
  // request: validated.
  Scoring(v1::ScoreRequest request, const Registry& registry,
          Datasets& datasets, RunQueue::Ticket ticket, std::stop_token stop);

  // Answers whether there is more to do. `done` is called when there is not.
  bool RunSlice(const Done<v1::ScoreResponse>& done);

 private:
  absl::Status Start();
  void ScoreNext();

  const v1::ScoreRequest request_;
  const Registry& registry_;
  Datasets& datasets_;
  const RunQueue::Ticket ticket_;
  const std::stop_token stop_;
  std::unique_ptr<Scorer> scorer_;
  std::shared_ptr<const DocumentSet> documents_;  // null: not known
  v1::ScoreResponse response_;
};

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_HANDLERS_SCORING_H_
