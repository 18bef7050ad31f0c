// SPDX-License-Identifier: MIT
#include "server/handlers/generation.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>

#include "core/errors/errors.h"
#include "core/errors/ranges.h"
#include "core/generation/generator.h"
#include "core/generation/sample_sequence.h"
#include "core/generation/scorer.h"
#include "core/random/python_random.h"
#include "core/text/utf8.h"
#include "server/handlers/convert.h"
#include "server/handlers/defaults.h"
#include "server/handlers/limits.h"

namespace microgpt::server {
namespace {

using Clock = std::chrono::steady_clock;

constexpr uint32_t kDefaultCount = 20;
constexpr uint32_t kDefaultAttempts = 1000;
constexpr int kBatchSamples = 256;         // in one message
constexpr size_t kBatchBytes = 256 << 10;  // in one message, about

// A validated GenerateRequest.
struct GenerationSettings {
  std::string model;
  uint32_t count;
  SamplingConfig sampling;
  std::optional<uint32_t> seed;  // unset: PYTHON goes on from training
  std::string prefix;
  bool logprobs;
  uint32_t max_attempts;
  bool python;
};

absl::StatusOr<GenerationSettings> Parse(const v1::GenerateRequest& request) {
  GenerationSettings settings;
  settings.model = NameOrDefault(request.model());
  settings.count = request.has_count() ? request.count() : kDefaultCount;
  MICROGPT_RETURN_IF_ERROR(CheckRange("count", settings.count, 1, kMaxSamples));
  MICROGPT_ASSIGN_OR_RETURN(settings.sampling, ParseSampling(request));
  settings.max_attempts =
      request.has_max_attempts() ? request.max_attempts() : kDefaultAttempts;
  MICROGPT_RETURN_IF_ERROR(
      CheckRange("max_attempts", settings.max_attempts, 1, kMaxAttempts));
  if (!v1::GenerateRequest::Randomness_IsValid(request.randomness())) {
    return FieldError("randomness", fmt::format("{} is not a known value",
                                                request.randomness()));
  }
  settings.python =
      request.randomness() == v1::GenerateRequest::RANDOMNESS_PYTHON;
  if (request.has_seed()) {
    settings.seed = request.seed();
  } else if (!settings.python) {
    settings.seed = std::random_device()();
  }
  settings.prefix = request.prefix();
  settings.logprobs = request.logprobs();
  return settings;
}

// One Generate call: makes a message each time it is pulled, on a sampler
// thread, and takes no time of it between two pulls.
class GenerateStream : public ResponseStream<v1::GenerateResponse>,
                       public std::enable_shared_from_this<GenerateStream> {
 public:
  GenerateStream(GenerationSettings settings, const Registry& registry,
                 RunQueue& queue, RunQueue::Ticket ticket, std::stop_token stop)
      : settings_(std::move(settings)),
        registry_(registry),
        queue_(queue),
        ticket_(std::move(ticket)),
        stop_(std::move(stop)) {}

  void Pull(Next next) override {
    if (ended_) return next(std::nullopt);
    queue_.Submit([self = shared_from_this(), next = std::move(next)] {
      auto message = self->MakeMessage();
      const bool nothing_yet =
          message.ok() && !self->ended_ && (*message)->samples_size() == 0;
      if (!nothing_yet) next(std::move(message));
      return nothing_yet;
    });
  }

 private:
  absl::StatusOr<std::optional<v1::GenerateResponse>> MakeMessage() {
    if (sequence_ == nullptr) MICROGPT_RETURN_IF_ERROR(Start());
    v1::GenerateResponse message;
    // The first sample leaves at once; then as many as one slice makes.
    const int most = made_ == 0 ? 1 : kBatchSamples;
    const Clock::time_point end = Clock::now() + RunQueue::kSlice;
    size_t bytes = 0;
    while (!sequence_->exhausted() && message.samples_size() < most &&
           bytes < kBatchBytes) {
      if (stop_.stop_requested()) return absl::CancelledError();
      if (std::optional<Sample> sample = sequence_->Take()) {
        bytes += sample->text.size() + 8 * sample->token_logprobs.size();
        Add(*std::move(sample), message);
      } else if (Clock::now() >= end || !sequence_->Draw(stop_)) {
        break;
      }
    }
    if (sequence_->exhausted()) {
      ended_ = true;
      AddSummary(message);
    }
    return message;
  }

  absl::Status Start() {
    MICROGPT_ASSIGN_OR_RETURN(const Registry::Snapshot snapshot,
                              registry_.Resolve(settings_.model));
    const std::shared_ptr<const Model>& model = snapshot.model;
    reference_ = snapshot.version.Reference();
    MICROGPT_ASSIGN_OR_RETURN(
        std::unique_ptr<Generator> generator,
        Generator::Create(model, settings_.sampling, settings_.prefix));
    sequence_ = settings_.python
                    ? MakePythonSequence(std::move(generator), *model)
                    : MakeIndexedSequence(std::move(generator));
    return absl::OkStatus();
  }

  std::unique_ptr<SampleSequence> MakePythonSequence(
      std::unique_ptr<Generator> generator, const Model& model) const {
    return SampleSequence::InOneStream(
        std::move(generator),
        std::make_unique<PythonRandom>(
            settings_.seed ? PythonRandom(*settings_.seed) : model.random()),
        settings_.count);
  }

  std::unique_ptr<SampleSequence> MakeIndexedSequence(
      std::unique_ptr<Generator> generator) const {
    return SampleSequence::Indexed(std::move(generator),
                                   {.seed = *settings_.seed,
                                    .count = settings_.count,
                                    .max_attempts = settings_.max_attempts,
                                    .token_logprobs = settings_.logprobs});
  }

  void Add(Sample sample, v1::GenerateResponse& message) {
    v1::Sample& added = *message.add_samples();
    added.set_text(std::move(sample.text));
    added.set_logprob(sample.logprob);
    added.set_truncated(sample.truncated);
    added.set_index(made_);
    if (settings_.logprobs) {
      added.mutable_token_logprobs()->Assign(sample.token_logprobs.begin(),
                                             sample.token_logprobs.end());
    }
    ++made_;
  }

  void AddSummary(v1::GenerateResponse& message) const {
    v1::Summary& summary = *message.mutable_summary();
    summary.set_count(made_);
    summary.set_attempts(static_cast<uint32_t>(std::min<uint64_t>(
        sequence_->attempts(), std::numeric_limits<uint32_t>::max())));
    summary.set_shortfall(settings_.count - made_);
    if (settings_.seed) summary.set_seed(*settings_.seed);
    summary.set_model(reference_);
    *summary.mutable_elapsed() = ToProto(Clock::now() - start_);
  }

  const GenerationSettings settings_;
  const Registry& registry_;
  RunQueue& queue_;
  const RunQueue::Ticket ticket_;
  const std::stop_token stop_;
  const Clock::time_point start_ = Clock::now();

  std::string reference_;  // "names@3"
  std::unique_ptr<SampleSequence> sequence_;
  uint32_t made_ = 0;
  bool ended_ = false;
};

// One Score call: scores as many texts as a slice has time for.
class Scoring {
 public:
  Scoring(v1::ScoreRequest request, const Registry& registry,
          RunQueue::Ticket ticket, std::stop_token stop)
      : request_(std::move(request)),
        registry_(registry),
        ticket_(std::move(ticket)),
        stop_(std::move(stop)) {}

  // Answers whether there is more to do. `done` is called when there is not.
  bool RunSlice(const Done<v1::ScoreResponse>& done) {
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

 private:
  absl::Status Start() {
    if (scorer_ != nullptr) return absl::OkStatus();
    MICROGPT_ASSIGN_OR_RETURN(
        const Registry::Snapshot snapshot,
        registry_.Resolve(NameOrDefault(request_.model())));
    response_.set_model(snapshot.version.Reference());
    scorer_ = Scorer::Create(snapshot.model);
    return absl::OkStatus();
  }

  void ScoreNext() {
    const absl::StatusOr<StringScore> result =
        scorer_->Score(request_.texts(response_.scores_size()), stop_);
    if (absl::IsCancelled(result.status())) return;  // RunSlice answers it
    v1::Score& score = *response_.add_scores();
    if (!result.ok()) {
      score.set_error(std::string(result.status().message()));
      return;
    }
    score.set_logprob(result->logprob);
    score.set_bits_per_token(result->bits_per_token);
    score.set_truncated(result->truncated);
    if (request_.logprobs()) {
      score.mutable_token_logprobs()->Assign(result->token_logprobs.begin(),
                                             result->token_logprobs.end());
    }
  }

  const v1::ScoreRequest request_;
  const Registry& registry_;
  const RunQueue::Ticket ticket_;
  const std::stop_token stop_;
  std::unique_ptr<Scorer> scorer_;
  v1::ScoreResponse response_;
};

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

}  // namespace

absl::StatusOr<ResponseStreamPtr<v1::GenerateResponse>>
GenerationHandlers::Generate(v1::GenerateRequest request,
                             const CallContext& context) {
  MICROGPT_ASSIGN_OR_RETURN(GenerationSettings settings, Parse(request));
  MICROGPT_ASSIGN_OR_RETURN(RunQueue::Ticket ticket, queue_.Admit());
  return std::make_shared<GenerateStream>(
      std::move(settings), registry_, queue_, std::move(ticket), context.stop);
}

void GenerationHandlers::Score(v1::ScoreRequest request,
                               const CallContext& context,
                               Done<v1::ScoreResponse> done) {
  if (const absl::Status status = Validate(request); !status.ok()) {
    return done(status);
  }
  absl::StatusOr<RunQueue::Ticket> ticket = queue_.Admit();
  if (!ticket.ok()) return done(ticket.status());
  auto scoring = std::make_shared<Scoring>(request, registry_,
                                           *std::move(ticket), context.stop);
  queue_.Submit(
      [scoring, done = std::move(done)] { return scoring->RunSlice(done); });
}

}  // namespace microgpt::server
