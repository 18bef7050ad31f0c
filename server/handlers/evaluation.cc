// SPDX-License-Identifier: MIT
#include "server/handlers/evaluation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "core/errors/errors.h"
#include "core/evaluation/advice.h"
#include "server/handlers/convert.h"
#include "server/handlers/defaults.h"
#include "server/handlers/novelty.h"
#include "server/threads/priority.h"

namespace microgpt::server {
namespace {

// What can be told of a request without its model.
absl::StatusOr<EvaluationConfig> ParseRanges(
    const v1::EvaluateRequest& request) {
  EvaluationSettings settings;
  if (request.has_documents()) settings.documents = request.documents();
  if (request.has_samples()) settings.samples = request.samples();
  if (request.has_seed()) settings.seed = request.seed();
  return EvaluationConfig::Create(settings);
}

// What one string costs: its tokens by the parameters, and by the keys and
// values that attention looks at.
struct StringCost {
  double tokens;  // mean of the documents
  uint64_t parameters;
  double work;
};

StringCost CostOf(const Model& model, const Corpus& corpus) {
  const ModelConfig& config = model.config();
  StringCost cost;
  cost.tokens = std::min<double>(config->block_size,
                                 static_cast<double>(corpus.characters()) /
                                         static_cast<double>(corpus.size()) +
                                     1);
  cost.parameters = CountParameters(config, model.tokenizer().vocab_size());
  cost.work = cost.tokens * (static_cast<double>(cost.parameters) +
                             cost.tokens * config->n_layer * config->n_embd);
  return cost;
}

// Lowers a default, refuses what was asked for.
absl::Status BoundBy(uint32_t most, const StringCost& cost,
                     std::string_view field, bool asked_for, uint32_t& number) {
  if (number <= most) return absl::OkStatus();
  if (asked_for) {
    return FieldError(
        field, fmt::format("{} is above the maximum {} for a model of {} "
                           "parameters and documents of {:.0f} tokens",
                           number, most, cost.parameters, cost.tokens));
  }
  number = most;
  return absl::OkStatus();
}

std::string KeyOf(const ModelVersion& version, const EvaluationConfig& config) {
  return fmt::format("{} {} {} {}", version.Reference(), config->documents,
                     config->samples, config->seed);
}

}  // namespace

absl::StatusOr<EvaluationConfig> ParseEvaluation(
    const v1::EvaluateRequest& request, const Model& model,
    const Corpus& corpus) {
  MICROGPT_ASSIGN_OR_RETURN(const EvaluationConfig asked, ParseRanges(request));
  EvaluationSettings settings = *asked;
  const StringCost cost = CostOf(model, corpus);
  const auto most = static_cast<uint32_t>(
      std::clamp<double>(kMaxEvaluationWork / cost.work, 1, 100'000));
  MICROGPT_RETURN_IF_ERROR(BoundBy(
      most, cost, "documents", request.has_documents(), settings.documents));
  MICROGPT_RETURN_IF_ERROR(
      BoundBy(most, cost, "samples", request.has_samples(), settings.samples));
  return EvaluationConfig::Create(settings);
}

void EvaluationHandlers::Evaluate(v1::EvaluateRequest request,
                                  const CallContext& context,
                                  Done<v1::Evaluation> done) {
  const auto ranges = ParseRanges(request);
  if (!ranges.ok()) return done(ranges.status());
  absl::StatusOr<RunQueue::Ticket> ticket = queue_.Admit();
  if (!ticket.ok()) return done(ticket.status());
  queue_.Submit([this, request = std::move(request), stop = context.stop,
                 done = std::move(done), ticket = *std::move(ticket)] {
    LowerPriority();
    done(stop.stop_requested() ? absl::CancelledError() : Run(request, stop));
    return false;
  });
}

absl::StatusOr<v1::Evaluation> EvaluationHandlers::Run(
    const v1::EvaluateRequest& request, const std::stop_token& stop) {
  MICROGPT_ASSIGN_OR_RETURN(const Registry::Snapshot snapshot,
                            registry_.Resolve(NameOrDefault(request.model())));
  const ModelVersion& version = snapshot.version;
  MICROGPT_ASSIGN_OR_RETURN(const std::shared_ptr<const Corpus> corpus,
                            LoadText(version, datasets_));
  MICROGPT_ASSIGN_OR_RETURN(const EvaluationConfig config,
                            ParseEvaluation(request, *snapshot.model, *corpus));
  const std::string key = KeyOf(version, config);
  if (const auto kept = kept_.Find(key)) return kept->evaluation;
  const absl::StatusOr<microgpt::Evaluation> evaluation = microgpt::Evaluate(
      snapshot.model, *corpus, version.training_config, config, stop);
  if (absl::IsInvalidArgument(evaluation.status())) {
    return TextNotKnown(
        "model", version,
        fmt::format("imported, and is not the one that its file names: {}",
                    std::string(evaluation.status().message())));
  }
  MICROGPT_RETURN_IF_ERROR(evaluation.status());
  v1::Evaluation message = ToProto(*evaluation, version);
  for (std::string& sentence :
       Advise(*evaluation, version.model_config, version.training_config)) {
    message.add_advice(std::move(sentence));
  }
  kept_.Insert(key, std::make_shared<const Kept>(Kept{message}));
  return message;
}

}  // namespace microgpt::server
