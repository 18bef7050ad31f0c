// SPDX-License-Identifier: MIT
#include "server/handlers/quick_training.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "core/errors/errors.h"
#include "core/errors/ranges.h"
#include "core/training/quick_plan.h"
#include "core/training/trainer.h"
#include "server/handlers/convert.h"
#include "server/handlers/limits.h"

namespace microgpt::server {
namespace {

constexpr std::chrono::milliseconds kDefaultTime{200};
constexpr std::chrono::milliseconds kShortestTime{1};
constexpr std::chrono::seconds kLongestTime{10};
constexpr uint64_t kMaxDocuments = 10'000;
constexpr uint32_t kMaxCount = 10'000;
// What takes a few milliseconds to clean.
constexpr size_t kMaxTextBytes = size_t{2} << 20;
constexpr uint64_t kMaxBytes = uint64_t{64} << 20;  // while it trains
constexpr size_t kAveragedSteps = 100;              // of QuickTraining.loss

absl::StatusOr<std::chrono::nanoseconds> ParseTime(
    const v1::GenerateLikeRequest& request) {
  if (!request.has_time_budget()) return kDefaultTime;
  MICROGPT_ASSIGN_OR_RETURN(
      const std::chrono::nanoseconds time,
      ParseDuration("time_budget", request.time_budget(), kLongestTime));
  if (time >= kShortestTime) return time;
  return FieldError("time_budget",
                    fmt::format("{}s is below the minimum 0.001s",
                                std::chrono::duration<double>(time).count()));
}

std::string_view FieldOfDocuments(const v1::GenerateLikeRequest& request) {
  return request.text().empty() ? "documents" : "text";
}

absl::StatusOr<Corpus> MakeCorpus(const v1::GenerateLikeRequest& request) {
  absl::StatusOr<Corpus> corpus =
      request.text().empty()
          ? Corpus::FromDocuments(std::vector<std::string_view>(
                request.documents().begin(), request.documents().end()))
          : Corpus::FromText(request.text());
  if (!corpus.ok() || corpus->size() <= kMaxDocuments) return corpus;
  return FieldError(
      FieldOfDocuments(request),
      fmt::format("{} documents are above the maximum {}: train a model on "
                  "them",
                  corpus->size(), kMaxDocuments));
}

class TrainedSource : public ModelSource {
 public:
  TrainedSource(v1::GenerateLikeRequest request, uint32_t seed,
                std::chrono::nanoseconds time)
      : request_(std::move(request)),
        seed_(seed),
        time_(time),
        deadline_(start_ + time) {}

  absl::StatusOr<std::optional<ReadyModel>> Get(
      Clock::time_point end, const std::stop_token& stop) override {
    if (trainer_ == nullptr) MICROGPT_RETURN_IF_ERROR(Start());
    while (losses_.size() < plan_.training->steps) {
      const Clock::time_point now = Clock::now();
      // A model of no step at all would draw noise.
      if (now >= deadline_ && !losses_.empty()) break;
      if (now >= end) return std::nullopt;
      const std::optional<double> loss = trainer_->Step(stop);
      if (!loss) return absl::CancelledError();
      losses_.push_back(*loss);
    }
    return ReadyModel{
        .model = std::make_shared<const Model>(trainer_->Snapshot()),
        .reference = "",
        .documents = std::make_shared<const DocumentSet>(corpus_),
        .training = Describe()};
  }

 private:
  absl::Status Start() {
    MICROGPT_ASSIGN_OR_RETURN(Corpus corpus, MakeCorpus(request_));
    plan_ = PlanQuickTraining(corpus, seed_, time_);
    MICROGPT_RETURN_IF_ERROR(CheckMemory(corpus));
    corpus_ = std::make_shared<const Corpus>(std::move(corpus));
    trainer_ = Trainer::Create(plan_.model, plan_.training, *corpus_);
    request_.Clear();
    return absl::OkStatus();
  }

  absl::Status CheckMemory(const Corpus& corpus) const {
    const uint64_t bytes =
        TrainingBytes(plan_.model, plan_.training, VocabSize(corpus));
    if (bytes <= kMaxBytes) return absl::OkStatus();
    return FieldError(
        FieldOfDocuments(request_),
        fmt::format("{} different characters take {} MiB to train with, above "
                    "the maximum {} MiB",
                    corpus.alphabet().size(), bytes >> 20, kMaxBytes >> 20));
  }

  static uint32_t VocabSize(const Corpus& corpus) {
    return static_cast<uint32_t>(corpus.alphabet().size() + 1);
  }

  v1::QuickTraining Describe() const {
    v1::QuickTraining training;
    *training.mutable_config() = ToProto(plan_.model, plan_.training);
    training.set_steps(static_cast<uint32_t>(losses_.size()));
    const size_t last = std::min(losses_.size(), kAveragedSteps);
    training.set_loss(
        std::accumulate(losses_.end() - static_cast<ptrdiff_t>(last),
                        losses_.end(), 0.0) /
        static_cast<double>(last));
    *training.mutable_elapsed() = ToProto(Clock::now() - start_);
    training.set_documents(static_cast<uint32_t>(corpus_->size()));
    training.set_vocab_size(VocabSize(*corpus_));
    return training;
  }

  v1::GenerateLikeRequest request_;  // until it trains
  const uint32_t seed_;
  const std::chrono::nanoseconds time_;
  const Clock::time_point start_ = Clock::now();
  const Clock::time_point deadline_;
  QuickPlan plan_;
  std::shared_ptr<const Corpus> corpus_;
  std::unique_ptr<Trainer> trainer_;
  std::vector<double> losses_;
};

}  // namespace

absl::StatusOr<GenerationSettings> ParseGeneration(
    const v1::GenerateLikeRequest& request) {
  v1::GenerateRequest same;
  if (request.has_count()) {
    MICROGPT_RETURN_IF_ERROR(
        CheckRange("count", request.count(), 1, kMaxCount));
    same.set_count(request.count());
  }
  if (request.has_temperature()) same.set_temperature(request.temperature());
  if (request.has_top_k()) same.set_top_k(request.top_k());
  if (request.has_top_p()) same.set_top_p(request.top_p());
  if (request.has_seed()) same.set_seed(request.seed());
  same.set_prefix(request.prefix());
  if (request.has_where()) *same.mutable_where() = request.where();
  if (request.has_max_attempts()) same.set_max_attempts(request.max_attempts());
  same.set_novel(true);
  same.set_unique(true);
  return ParseGeneration(same);
}

absl::StatusOr<std::unique_ptr<ModelSource>> FromDocuments(
    v1::GenerateLikeRequest request, uint32_t seed) {
  MICROGPT_ASSIGN_OR_RETURN(const auto time, ParseTime(request));
  if (request.documents_size() > 0 && !request.text().empty()) {
    return FieldError("text", "only one of documents and text may be given");
  }
  size_t bytes = request.text().size();
  for (const std::string& document : request.documents()) {
    bytes += document.size();
  }
  if (bytes > kMaxTextBytes) {
    return FieldError(
        FieldOfDocuments(request),
        fmt::format("{} bytes are above the maximum {}", bytes, kMaxTextBytes));
  }
  return std::make_unique<TrainedSource>(std::move(request), seed, time);
}

}  // namespace microgpt::server
