// SPDX-License-Identifier: MIT
#include "server/jobs/jobs.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "server/errors/errors.h"

namespace microgpt::server {
namespace {

// What makes two requests the same: model, data and config, to the last bit.
// Without threads where it is 1, as a store from before there were any has it.
std::string Fingerprint(const JobRequest& request) {
  const ModelSettings& m = *request.model_config;
  const TrainingSettings& t = *request.training_config;
  return fmt::format(
      "{} {} {} {} {} {} {} {} {:a} {} {:a} {:a} {:a} {:a} {:a} {} {} {}{}",
      request.model, request.corpus->id(), m.n_layer, m.n_embd, m.n_head,
      m.block_size, t.steps, t.batch_size, t.learning_rate, t.seed,
      t.validation, t.beta1, t.beta2, t.eps, t.init_std,
      static_cast<int>(t.optimizer), static_cast<int>(t.precision),
      static_cast<int>(t.tokenizer),
      t.threads == 1 ? "" : fmt::format(" {}", t.threads));
}

JobRecord NewRecord(const JobRequest& request, std::string id, Time now) {
  JobRecord job;
  job.id = std::move(id);
  job.model = request.model;
  job.request_id = request.request_id;
  job.fingerprint = Fingerprint(request);
  job.model_config = request.model_config;
  job.training_config = request.training_config;
  job.dataset =
      SummarizeDataset(*request.corpus, request.training_config->tokenizer,
                       request.model_config->block_size);
  job.vocab_size = request.vocab_size;
  job.num_parameters = CountParameters(request.model_config, job.vocab_size);
  job.create_time = now;
  return job;
}

// What another run of the server told of a job stays below what this one tells.
uint32_t FirstRevision(const JobRecord& job) {
  constexpr uint32_t kAttemptRevisions = 1 << 24;
  constexpr uint32_t kMostAttempts = 255;  // that fit
  const uint32_t attempts = std::min(job.attempt - 1, kMostAttempts);
  return std::max(job.revision, attempts * kAttemptRevisions);
}

}  // namespace

absl::Status Jobs::Resume() {
  MICROGPT_ASSIGN_OR_RETURN(std::vector<JobRecord> jobs, store_.ResumeJobs());
  for (JobRecord& job : jobs) {
    job.revision = FirstRevision(job);
    board_.Resume(job);
  }
  if (!jobs.empty()) spdlog::info("{} unfinished jobs go on", jobs.size());
  return absl::OkStatus();
}

void Jobs::Submit(const JobRequest& request, std::chrono::milliseconds linger,
                  Done done) {
  const Time now = std::chrono::system_clock::now();
  const JobRecord job = NewRecord(request, ids_.Next(now), now);
  if (!request.request_id.empty()) {
    const auto known = store_.GetJobOfRequest(request.request_id);
    if (known.ok()) return done(SameRequest(*known, job));
    if (!absl::IsNotFound(known.status())) return done(known.status());
  }
  const auto corpus = datasets_.Share(request.corpus);
  absl::Status queued;
  {
    // On the board before it is in the store, so that training and the store's
    // flush take their time together.
    MutexLock lock(handover_);
    queued = board_.Enqueue(job, corpus);
    if (queued.ok()) {
      store_.AcceptJob(
          job, corpus, request.origin, linger,
          [this, job, done](const absl::StatusOr<JobRecord>& accepted) {
            done(Accepted(job, accepted));
          });
    }
  }
  if (!queued.ok()) done(queued);
}

void Jobs::Finish(std::shared_ptr<const FinishedJob> finished, Done done) {
  { MutexLock accepted_before(handover_); }
  store_.FinishJob(std::move(finished), std::move(done));
}

absl::StatusOr<JobRecord> Jobs::Accepted(
    const JobRecord& job, const absl::StatusOr<JobRecord>& accepted) {
  if (!accepted.ok() || accepted->id != job.id) {
    board_.Withdraw(job.id);
    if (!accepted.ok()) return accepted.status();
    // The same request_id came in meanwhile.
    return SameRequest(*accepted, job);
  }
  board_.ReleaseCorpus(job.id);
  spdlog::info("job {} accepted: model {}, {} documents, {} parameters", job.id,
               job.model, job.dataset.documents, job.num_parameters);
  return Get(job.id);
}

absl::StatusOr<JobRecord> Jobs::SameRequest(const JobRecord& known,
                                            const JobRecord& job) const {
  if (known.fingerprint == job.fingerprint) return Get(known.id);
  return absl::AlreadyExistsError(
      fmt::format("request_id: \"{}\" was used for another request, job {}",
                  job.request_id, known.id));
}

absl::StatusOr<JobRecord> Jobs::Get(std::string_view id) const {
  if (std::optional<JobRecord> live = board_.Find(id)) return *live;
  return store_.GetJob(id);
}

absl::StatusOr<JobRecord> Jobs::Newest(std::string_view model) const {
  const std::optional<JobRecord> live = board_.FindNewest(model);
  MICROGPT_ASSIGN_OR_RETURN(const std::vector<JobRecord> newest,
                            store_.ListJobs(model, "", 1));
  // The board may know of one that is still on its way to the store.
  if (live && (newest.empty() || live->id > newest[0].id)) return *live;
  if (!newest.empty()) return Get(newest[0].id);
  if (model.empty()) return absl::NotFoundError("there are no jobs yet");
  MICROGPT_ASSIGN_OR_RETURN(const auto names, store_.ModelNames());
  if (std::ranges::binary_search(names, model)) {
    return absl::NotFoundError(
        fmt::format("model \"{}\" has no job: it was imported", model));
  }
  return UnknownNameError("model", model, names);
}

absl::StatusOr<std::vector<JobRecord>> Jobs::List(std::string_view model,
                                                  std::string_view before,
                                                  size_t limit) const {
  MICROGPT_ASSIGN_OR_RETURN(std::vector<JobRecord> jobs,
                            store_.ListJobs(model, before, limit));
  for (JobRecord& job : jobs) {
    if (IsDone(job.state)) continue;
    if (absl::StatusOr<JobRecord> now = Get(job.id); now.ok()) {
      job = *std::move(now);
    }
  }
  return jobs;
}

void Jobs::Cancel(std::string_view id, Done done) {
  std::optional<JobRecord> cancelled = board_.Cancel(id);
  if (!cancelled) return done(Get(id));
  // Taken out of the queue, so there is no worker to end it.
  const auto finished = std::make_shared<const FinishedJob>(
      FinishedJob{*std::move(cancelled), {}, nullptr});
  Finish(finished, [this, finished,
                    done = std::move(done)](absl::StatusOr<JobRecord> kept) {
    const std::string& job = finished->job.id;
    if (kept.ok() || absl::IsNotFound(kept.status())) {
      spdlog::info("job {} cancelled in the queue", job);
      board_.Remove(job);
    } else {
      spdlog::error("job {}: its cancel could not be stored: {}", job,
                    std::string(kept.status().message()));
      board_.Requeue(job);
    }
    done(std::move(kept));
  });
}

void Jobs::Withdraw(std::span<const std::string> ids) {
  for (const std::string& id : ids) board_.Withdraw(id);
}

absl::StatusOr<std::vector<double>> Jobs::LossesAt(
    std::string_view id, std::span<const uint32_t> steps) const {
  if (auto live = board_.FindLossesAt(id, steps)) return *std::move(live);
  if (steps.empty()) return std::vector<double>();
  MICROGPT_ASSIGN_OR_RETURN(const auto all,
                            store_.GetLosses(id, 0, steps.back()));
  std::vector<double> losses;
  for (const uint32_t step : steps) {
    // Fewer than the board had: the model was deleted meanwhile, or a shutdown
    // cut the job short.
    if (step > all.size()) break;
    losses.push_back(all[step - 1]);
  }
  return losses;
}

absl::StatusOr<std::vector<double>> Jobs::Losses(std::string_view id,
                                                 size_t from,
                                                 size_t limit) const {
  if (auto live = board_.FindLosses(id, from, limit)) return *std::move(live);
  return store_.GetLosses(id, from, limit);
}

absl::StatusOr<NormHistory> Jobs::Norms(std::string_view id, uint32_t from,
                                        uint32_t to) const {
  if (auto live = board_.FindNorms(id, from, to)) return *std::move(live);
  return store_.GetNorms(id, from, to);
}

}  // namespace microgpt::server
