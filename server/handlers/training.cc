// SPDX-License-Identifier: MIT
#include "server/handlers/training.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/errors/errors.h"
#include "core/training/trainer.h"
#include "server/errors/errors.h"
#include "server/handlers/convert.h"
#include "server/handlers/defaults.h"
#include "server/handlers/limits.h"
#include "server/registry/reference.h"

namespace microgpt::server {
namespace {

using Clock = JobBoard::Clock;

constexpr std::chrono::milliseconds kDefaultInterval{100};
constexpr std::chrono::milliseconds kMinInterval{1};
// A small job ends within it, so that its acceptance and its end are one flush
// of the disk.
constexpr std::chrono::milliseconds kAcceptLinger{20};

// What of `wait` is left before the caller's deadline, less the time that the
// answer needs to arrive.
std::chrono::nanoseconds BoundByDeadline(std::chrono::nanoseconds wait,
                                         const CallContext& context) {
  constexpr std::chrono::milliseconds kAnswerTime{100};
  if (!context.deadline) return wait;
  const std::chrono::nanoseconds left =
      *context.deadline - std::chrono::system_clock::now() - kAnswerTime;
  return std::max(std::chrono::nanoseconds(0), std::min(wait, left));
}

// A wait for the end of a job, for as long as the caller has.
JobBoard::Wait WaitForEnd(const std::string& job, std::chrono::nanoseconds wait,
                          const CallContext& context) {
  return {.job = job,
          .deadline = Clock::now() + BoundByDeadline(wait, context),
          .stop = context.stop};
}

// The message for a job, with details if `full`.
v1::Job Describe(const Jobs& jobs, const Datasets& datasets,
                 const JobRecord& job, bool full) {
  v1::Job message = ToProto(job);
  if (!full) return message;
  const absl::StatusOr<std::vector<double>> losses =
      jobs.LossesAt(job.id, HistorySteps(job));
  const absl::StatusOr<Datasets::Entry> dataset = datasets.Get(job.dataset.id);
  AddDetails(job, losses.ok() ? *losses : std::vector<double>(),
             dataset.ok() ? dataset->record.alphabet : "", message);
  return message;
}

// Answers with a job without details.
Done<JobRecord> AnswerPlainly(Done<v1::Job> done) {
  return [done = std::move(done)](const absl::StatusOr<JobRecord>& job) {
    job.ok() ? done(ToProto(*job)) : done(job.status());
  };
}

absl::Status CheckThreads(const TrainingConfig& config, uint32_t workers) {
  if (config->threads <= workers) return absl::OkStatus();
  return FieldError(
      "config.threads",
      fmt::format("{} is above the {} worker{} of this server", config->threads,
                  workers, workers == 1 ? "" : "s"));
}

absl::Status CheckMemory(const JobRequest& request) {
  const uint64_t bytes = TrainingBytes(
      request.model_config, request.training_config, request.vocab_size);
  if (bytes <= kMaxTrainingBytes) return absl::OkStatus();
  return FieldError(
      "config",
      fmt::format("this model takes {} MiB to train with {} different "
                  "characters, above the maximum {} MiB",
                  bytes >> 20, request.vocab_size - 1,
                  kMaxTrainingBytes >> 20));
}

// The field that the training strings came in.
std::string_view SourceField(const v1::TrainRequest& request) {
  if (request.documents_size() > 0) return "documents";
  return request.text().empty() ? "dataset" : "text";
}

absl::Status CheckRequestId(const std::string& id) {
  if (id.size() <= kMaxRequestIdLength) return absl::OkStatus();
  return FieldError("request_id",
                    fmt::format("{} bytes are above the maximum {}", id.size(),
                                kMaxRequestIdLength));
}

// A job's snapshots until its end, each newer than the one before.
class WatchStream : public ResponseStream<v1::Job>,
                    public std::enable_shared_from_this<WatchStream> {
 public:
  WatchStream(Jobs& jobs, const Datasets& datasets, std::string job, bool full,
              std::chrono::nanoseconds interval, std::stop_token stop)
      : jobs_(jobs),
        datasets_(datasets),
        job_(std::move(job)),
        full_(full),
        interval_(interval),
        stop_(std::move(stop)) {}

  void Pull(Next next) override {
    if (ended_) return next(std::nullopt);
    if (!revision_) return Send(next);
    JobBoard::Wait wait{.job = job_,
                        .after_revision = revision_,
                        .not_before = sent_at_ + interval_,
                        .deadline = Clock::time_point::max(),
                        .stop = stop_};
    jobs_.Await(std::move(wait),
                [self = shared_from_this(), next] { self->Send(next); });
  }

 private:
  void Send(const Next& next) {
    const bool live = jobs_.IsLive(job_);
    const absl::StatusOr<JobRecord> job = jobs_.Get(job_);
    if (!job.ok()) return next(job.status());
    ended_ = IsDone(job->state);
    // It left the board, and the store knows of no end.
    if (!live && !ended_) {
      return next(absl::UnavailableError(
          "the server is shutting down: the job runs after its next start"));
    }
    // Also a call that is being stopped is told of the end.
    if (stop_.stop_requested() && !ended_) return next(absl::CancelledError());
    revision_ = job->revision;
    sent_at_ = Clock::now();
    next(Describe(jobs_, datasets_, *job, full_));
  }

  Jobs& jobs_;
  const Datasets& datasets_;
  const std::string job_;
  const bool full_;
  const std::chrono::nanoseconds interval_;
  const std::stop_token stop_;
  std::optional<uint32_t> revision_;  // of the snapshot sent last
  Clock::time_point sent_at_;
  bool ended_ = false;
};

}  // namespace

absl::Status CheckOneOf(const std::string& job, const std::string& model) {
  if (job.empty() || model.empty()) return absl::OkStatus();
  return FieldError("model", fmt::format("\"{}\" given together with job "
                                         "\"{}\": give one of them",
                                         model, job));
}

absl::StatusOr<JobRecord> FindJob(const Jobs& jobs, const std::string& job,
                                  const std::string& model) {
  MICROGPT_RETURN_IF_ERROR(CheckOneOf(job, model));
  if (!job.empty()) return jobs.Get(job);
  if (!model.empty()) MICROGPT_RETURN_IF_ERROR(ValidateModelName(model));
  return jobs.Newest(model);
}

void TrainingHandlers::Train(v1::TrainRequest request,
                             const CallContext& context, Done<v1::Job> done) {
  const auto wait = ParseDuration("wait", request.wait(), kMaxWait);
  if (!wait.ok()) return done(wait.status());
  absl::StatusOr<RunQueue::Ticket> ticket = intake_.Admit();
  if (!ticket.ok()) return done(ticket.status());
  intake_.Submit([this, request = std::move(request), context, wait = *wait,
                  done = std::move(done), ticket = *std::move(ticket)] {
    if (context.stop.stop_requested()) {  // while it stood in line
      done(absl::CancelledError());
      return false;
    }
    const absl::StatusOr<JobRequest> parsed = ParseTrain(request);
    if (!parsed.ok()) {
      done(parsed.status());
      return false;
    }
    // Who waits for the end does not mind when the job is written down.
    const auto linger = std::min<std::chrono::nanoseconds>(wait, kAcceptLinger);
    jobs_.Submit(
        *parsed, std::chrono::duration_cast<std::chrono::milliseconds>(linger),
        [this, wait, context, done](absl::StatusOr<JobRecord> job) {
          if (job.ok() && !IsDone(job->state) && wait.count() > 0) {
            AwaitJob(WaitForEnd(job->id, wait, context), AnswerPlainly(done));
          } else {
            AnswerPlainly(done)(job);
          }
        });
    return false;
  });
}

void TrainingHandlers::AwaitJob(JobBoard::Wait wait, Done<JobRecord> then) {
  const std::string job = wait.job;
  jobs_.Await(std::move(wait),
              [this, job, then = std::move(then)] { then(jobs_.Get(job)); });
}

void TrainingHandlers::Answer(const JobRecord& job,
                              const v1::GetStatusRequest& request,
                              const CallContext& context, Done<v1::Job> done) {
  v1::Job message = Describe(jobs_, datasets_, job, request.full());
  if (!request.evaluate() || job.state != JobState::kSucceeded) {
    return done(std::move(message));
  }
  v1::EvaluateRequest evaluate;
  evaluate.set_model(ReferenceTo(job.model, job.version));
  evaluation_.Evaluate(std::move(evaluate), context,
                       [message = std::move(message), done = std::move(done)](
                           absl::StatusOr<v1::Evaluation> evaluation) {
                         if (!evaluation.ok()) return done(evaluation.status());
                         v1::Job evaluated = message;
                         *evaluated.mutable_evaluation() =
                             *std::move(evaluation);
                         done(std::move(evaluated));
                       });
}

absl::StatusOr<JobRequest> TrainingHandlers::ParseTrain(
    const v1::TrainRequest& request) const {
  const bool has_data = request.documents_size() > 0 ||
                        !request.text().empty() || !request.dataset().empty();
  JobRequest job;
  job.model = request.model();
  job.request_id = request.request_id();
  if (job.model.empty() && !has_data) job.model = kDefaultName;
  if (job.model.empty()) {
    return FieldError("model", "must be given with documents, text or dataset");
  }
  MICROGPT_RETURN_IF_ERROR(ValidateModelName(job.model));
  if (!has_data && job.model != kDefaultName) {
    return FieldError(
        "text", fmt::format("model \"{}\" needs documents, text or dataset to "
                            "train on; dataset \"{}\" is built in",
                            job.model, kDefaultName));
  }
  MICROGPT_RETURN_IF_ERROR(CheckRequestId(request.request_id()));
  MICROGPT_ASSIGN_OR_RETURN(const Configs configs,
                            ParseConfig(request.config()));
  MICROGPT_RETURN_IF_ERROR(CheckThreads(configs.training, workers_));
  job.model_config = configs.model;
  job.training_config = configs.training;
  MICROGPT_ASSIGN_OR_RETURN(job.corpus, ParseCorpus(request));
  if (!request.dataset().empty() && !datasets_.IsBuiltIn(request.dataset())) {
    job.origin = TextOrigin::kStored;
  }
  const absl::StatusOr<Tokenizer> tokenizer =
      Tokenizer::ForCorpus(job.training_config->tokenizer, *job.corpus);
  if (!tokenizer.ok()) {
    return FieldError(SourceField(request),
                      std::string(tokenizer.status().message()));
  }
  job.vocab_size = tokenizer->vocab_size();
  MICROGPT_RETURN_IF_ERROR(CheckMemory(job));
  return job;
}

absl::StatusOr<std::shared_ptr<const Corpus>> TrainingHandlers::ParseCorpus(
    const v1::TrainRequest& request) const {
  const int sources = (request.documents_size() > 0) + !request.text().empty() +
                      !request.dataset().empty();
  if (sources > 1) {
    return FieldError(request.dataset().empty() ? "text" : "dataset",
                      "only one of documents, text and dataset may be given");
  }
  if (request.documents_size() > 0) {
    const std::vector<std::string_view> documents(request.documents().begin(),
                                                  request.documents().end());
    MICROGPT_ASSIGN_OR_RETURN(Corpus corpus, Corpus::FromDocuments(documents));
    return std::make_shared<const Corpus>(std::move(corpus));
  }
  if (!request.text().empty()) {
    MICROGPT_ASSIGN_OR_RETURN(Corpus corpus, Corpus::FromText(request.text()));
    return std::make_shared<const Corpus>(std::move(corpus));
  }
  return datasets_.Load(NameOrDefault(request.dataset()));
}

void TrainingHandlers::GetStatus(v1::GetStatusRequest request,
                                 const CallContext& context,
                                 Done<v1::Job> done) {
  const auto wait = ParseDuration("wait", request.wait(), kMaxWait);
  if (!wait.ok()) return done(wait.status());
  const absl::StatusOr<JobRecord> job =
      FindJob(jobs_, request.job(), request.model());
  if (!job.ok()) return done(job.status());
  if (wait->count() == 0 || IsDone(job->state)) {
    return Answer(*job, request, context, std::move(done));
  }
  JobBoard::Wait until = WaitForEnd(job->id, *wait, context);
  if (request.after_revision() > 0) {
    until.after_revision = request.after_revision();
  }
  AwaitJob(std::move(until), [this, request, context, done = std::move(done)](
                                 const absl::StatusOr<JobRecord>& now) {
    now.ok() ? Answer(*now, request, context, done) : done(now.status());
  });
}

void TrainingHandlers::CancelTraining(v1::CancelTrainingRequest request,
                                      const CallContext&, Done<v1::Job> done) {
  if (request.job().empty() && request.model().empty()) {
    return done(FieldError("job", "job or model must be given"));
  }
  const absl::StatusOr<JobRecord> job =
      FindJob(jobs_, request.job(), request.model());
  if (!job.ok()) return done(job.status());
  jobs_.Cancel(job->id, AnswerPlainly(std::move(done)));
}

absl::StatusOr<ResponseStreamPtr<v1::Job>> TrainingHandlers::WatchStatus(
    v1::WatchStatusRequest request, const CallContext& context) {
  std::chrono::nanoseconds interval = kDefaultInterval;
  if (request.has_min_interval()) {
    MICROGPT_ASSIGN_OR_RETURN(
        interval,
        ParseDuration("min_interval", request.min_interval(), kMaxWait));
    if (interval < kMinInterval) {
      return FieldError(
          "min_interval",
          fmt::format("{}s is below the minimum 0.001s",
                      std::chrono::duration<double>(interval).count()));
    }
  }
  MICROGPT_ASSIGN_OR_RETURN(const JobRecord job,
                            FindJob(jobs_, request.job(), request.model()));
  return std::make_shared<WatchStream>(jobs_, datasets_, job.id, request.full(),
                                       interval, context.stop);
}

}  // namespace microgpt::server
