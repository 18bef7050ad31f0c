// SPDX-License-Identifier: MIT
#include "server/handlers/scoring.h"

#include <fmt/format.h>

#include <chrono>
#include <string>
#include <utility>

#include "core/errors/errors.h"
#include "server/handlers/defaults.h"
#include "server/handlers/limits.h"
#include "server/handlers/novelty.h"

namespace microgpt::server {

absl::Status Validate(const v1::ScoreRequest& request) {
  const int texts = request.texts_size();
  if (texts < 1 || texts > kMaxTexts) {
    return FieldError("texts", fmt::format("{} texts given, of 1 to {} allowed",
                                           texts, kMaxTexts));
  }
  if (!request.logprobs()) return absl::OkStatus();
  uint64_t bytes = 0;
  for (const std::string& text : request.texts()) bytes += text.size();
  if (bytes <= kMaxLogprobBytes) return absl::OkStatus();
  return FieldError("texts", fmt::format("{} bytes with logprobs are above the "
                                         "maximum {}",
                                         bytes, kMaxLogprobBytes));
}

Scoring::Scoring(v1::ScoreRequest request, const Registry& registry,
                 Datasets& datasets, RunQueue::Ticket ticket,
                 std::stop_token stop)
    : request_(std::move(request)),
      registry_(registry),
      datasets_(datasets),
      ticket_(std::move(ticket)),
      stop_(std::move(stop)) {}

bool Scoring::RunSlice(const Done<v1::ScoreResponse>& done) {
  using Clock = std::chrono::steady_clock;
  if (const absl::Status status = Start(); !status.ok()) {
    done(status);
    return false;
  }
  const Clock::time_point end = Clock::now() + RunQueue::kSlice;
  while (response_.scores_size() < request_.texts_size()) {
    if (stop_.stop_requested()) {
      done(absl::CancelledError());
      return false;
    }
    ScoreNext();
    if (Clock::now() >= end) return true;
  }
  done(std::move(response_));
  return false;
}

absl::Status Scoring::Start() {
  if (scorer_ != nullptr) return absl::OkStatus();
  MICROGPT_ASSIGN_OR_RETURN(const Registry::Snapshot snapshot,
                            registry_.Resolve(NameOrDefault(request_.model())));
  response_.set_model(snapshot.version.Reference());
  documents_ = DocumentsAtHand(snapshot.version, datasets_);
  scorer_ = Scorer::Create(snapshot.model);
  return absl::OkStatus();
}

void Scoring::ScoreNext() {
  const std::string& text = request_.texts(response_.scores_size());
  const absl::StatusOr<StringScore> result = scorer_->Score(text, stop_);
  if (absl::IsCancelled(result.status())) return;  // RunSlice answers it
  v1::Score& score = *response_.add_scores();
  if (!result.ok()) {
    score.set_error(std::string(result.status().message()));
    return;
  }
  score.set_logprob(result->logprob);
  score.set_bits_per_token(result->bits_per_token);
  score.set_truncated(result->truncated);
  if (documents_ != nullptr && !text.empty())
    score.set_novel(!documents_->Contains(text));
  if (request_.logprobs()) {
    score.mutable_token_logprobs()->Assign(result->token_logprobs.begin(),
                                           result->token_logprobs.end());
  }
}

}  // namespace microgpt::server
