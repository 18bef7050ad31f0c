// SPDX-License-Identifier: MIT
#include "server/handlers/generation.h"

#include <memory>
#include <utility>

#include "core/errors/errors.h"
#include "server/handlers/generate_stream.h"
#include "server/handlers/generation_settings.h"
#include "server/handlers/model_source.h"
#include "server/handlers/quick_training.h"
#include "server/handlers/scoring.h"

namespace microgpt::server {

absl::StatusOr<ResponseStreamPtr<v1::GenerateResponse>>
GenerationHandlers::Generate(v1::GenerateRequest request,
                             const CallContext& context) {
  MICROGPT_ASSIGN_OR_RETURN(GenerationSettings settings,
                            ParseGeneration(request));
  MICROGPT_ASSIGN_OR_RETURN(RunQueue::Ticket ticket, parts_.queue.Admit());
  std::unique_ptr<ModelSource> source = FromRegistry(
      settings.model, settings.novel, parts_.registry, parts_.datasets);
  return Stream(std::move(settings), std::move(source), std::move(ticket),
                context.stop);
}

absl::StatusOr<ResponseStreamPtr<v1::GenerateResponse>>
GenerationHandlers::GenerateLike(v1::GenerateLikeRequest request,
                                 const CallContext& context) {
  MICROGPT_ASSIGN_OR_RETURN(GenerationSettings settings,
                            ParseGeneration(request));
  MICROGPT_ASSIGN_OR_RETURN(std::unique_ptr<ModelSource> source,
                            FromDocuments(std::move(request), *settings.seed));
  MICROGPT_ASSIGN_OR_RETURN(RunQueue::Ticket ticket, parts_.queue.Admit());
  return Stream(std::move(settings), std::move(source), std::move(ticket),
                context.stop);
}

ResponseStreamPtr<v1::GenerateResponse> GenerationHandlers::Stream(
    GenerationSettings settings, std::unique_ptr<ModelSource> source,
    RunQueue::Ticket ticket, std::stop_token stop) const {
  return std::make_shared<GenerateStream>(
      std::move(settings), std::move(source),
      GenerateStream::Parts{parts_.generators, parts_.queue}, std::move(ticket),
      std::move(stop));
}

void GenerationHandlers::Score(v1::ScoreRequest request,
                               const CallContext& context,
                               Done<v1::ScoreResponse> done) {
  if (const absl::Status status = Validate(request); !status.ok()) {
    return done(status);
  }
  absl::StatusOr<RunQueue::Ticket> ticket = parts_.queue.Admit();
  if (!ticket.ok()) return done(ticket.status());
  auto scoring = std::make_shared<Scoring>(std::move(request), parts_.registry,
                                           parts_.datasets, *std::move(ticket),
                                           context.stop);
  parts_.queue.SubmitFirst(
      [scoring, done = std::move(done)] { return scoring->RunSlice(done); });
}

}  // namespace microgpt::server
