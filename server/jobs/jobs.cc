// SPDX-License-Identifier: MIT
#include "server/jobs/jobs.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "core/training/trainer.h"
#include "server/errors/errors.h"

namespace microgpt::server {
namespace {

DatasetSummary Summarize(const Corpus& corpus, uint32_t block_size) {
  return {.id = corpus.id(),
          .documents = corpus.size(),
          .tokens = corpus.characters() + corpus.size(),
          .duplicates = corpus.duplicates(),
          .truncated = CountTruncated(corpus, block_size)};
}

// What makes two requests the same: model, data and config, to the last bit.
std::string Fingerprint(const JobRequest& request) {
  const ModelSettings& m = *request.model_config;
  const TrainingSettings& t = *request.training_config;
  return fmt::format(
      "{} {} {} {} {} {} {} {} {:a} {} {:a} {:a} {:a} {:a} {:a} {} {}",
      request.model, request.corpus->id(), m.n_layer, m.n_embd, m.n_head,
      m.block_size, t.steps, t.batch_size, t.learning_rate, t.seed,
      t.validation, t.beta1, t.beta2, t.eps, t.init_std,
      static_cast<int>(t.optimizer), static_cast<int>(t.precision));
}

JobRecord NewRecord(const JobRequest& request, std::string id, Time now) {
  JobRecord job;
  job.id = std::move(id);
  job.model = request.model;
  job.request_id = request.request_id;
  job.fingerprint = Fingerprint(request);
  job.model_config = request.model_config;
  job.training_config = request.training_config;
  job.dataset = Summarize(*request.corpus, request.model_config->block_size);
  job.vocab_size = static_cast<uint32_t>(request.corpus->alphabet().size()) + 1;
  job.num_parameters = CountParameters(request.model_config, job.vocab_size);
  job.create_time = now;
  return job;
}

absl::StatusOr<JobRecord> SameRequest(const JobRecord& known,
                                      const JobRequest& request) {
  if (known.fingerprint == Fingerprint(request)) return known;
  return absl::AlreadyExistsError(
      fmt::format("request_id: \"{}\" was used for another request, job {}",
                  request.request_id, known.id));
}

}  // namespace

absl::StatusOr<JobRecord> Jobs::Submit(const JobRequest& request) {
  if (!request.request_id.empty()) {
    if (const auto known = store_.FindRequest(request.request_id)) {
      MICROGPT_ASSIGN_OR_RETURN(const JobRecord same,
                                SameRequest(*known, request));
      return Get(same.id);
    }
  }
  const Time now = std::chrono::system_clock::now();
  const JobRecord job = NewRecord(request, ids_.Next(now), now);
  // On the board before it is in the store, so that whoever finds it there can
  // wait for it and cancel it.
  MICROGPT_RETURN_IF_ERROR(board_.Admit(job));
  const absl::StatusOr<JobRecord> accepted =
      store_.AcceptJob(job, request.corpus);
  if (!accepted.ok() || accepted->id != job.id) {
    board_.Remove(job.id);
    if (!accepted.ok()) return accepted.status();
    // The same request_id came in meanwhile.
    MICROGPT_ASSIGN_OR_RETURN(const JobRecord same,
                              SameRequest(*accepted, request));
    return Get(same.id);
  }
  spdlog::info("job {} accepted: model {}, {} documents, {} parameters", job.id,
               job.model, job.dataset.documents, job.num_parameters);
  // The store's copy of the corpus: equal ones are kept once.
  if (const auto cancelled =
          board_.Enqueue(job.id, store_.FindCorpus(job.dataset.id))) {
    return End(*cancelled);
  }
  return Get(job.id);
}

absl::StatusOr<JobRecord> Jobs::Get(std::string_view id) const {
  if (std::optional<JobRecord> live = board_.Find(id)) return *live;
  return store_.GetJob(id);
}

absl::StatusOr<JobRecord> Jobs::Newest(std::string_view model) const {
  const std::vector<JobRecord> newest = store_.ListJobs(model, "", 1);
  if (!newest.empty()) return Get(newest.front().id);
  if (model.empty()) return absl::NotFoundError("there are no jobs yet");
  return UnknownNameError("model", model, store_.ModelNames());
}

std::vector<JobRecord> Jobs::List(std::string_view model,
                                  std::string_view before, size_t limit) const {
  std::vector<JobRecord> jobs = store_.ListJobs(model, before, limit);
  for (JobRecord& job : jobs) {
    if (IsDone(job.state)) continue;
    if (absl::StatusOr<JobRecord> now = Get(job.id); now.ok()) {
      job = *std::move(now);
    }
  }
  return jobs;
}

absl::StatusOr<JobRecord> Jobs::Cancel(std::string_view id) {
  MICROGPT_RETURN_IF_ERROR(Get(id).status());
  if (const auto cancelled = board_.Cancel(id)) return End(*cancelled);
  return Get(id);
}

void Jobs::CancelAll() {
  for (const JobRecord& cancelled : board_.CancelAll()) End(cancelled);
}

// A job taken out of the queue has no worker to end it.
JobRecord Jobs::End(const JobRecord& cancelled) {
  const absl::StatusOr<JobRecord> kept =
      store_.FinishJob(cancelled, {}, nullptr);
  board_.Remove(cancelled.id);
  if (!kept.ok()) {
    spdlog::error("job {}: its end could not be stored: {}", cancelled.id,
                  std::string(kept.status().message()));
    return cancelled;
  }
  spdlog::info("job {} cancelled in the queue", cancelled.id);
  return *kept;
}

absl::StatusOr<std::vector<double>> Jobs::LossesAt(
    std::string_view id, std::span<const uint32_t> steps) const {
  if (auto live = board_.FindLossesAt(id, steps)) return *std::move(live);
  MICROGPT_ASSIGN_OR_RETURN(const auto all, store_.GetLosses(id));
  std::vector<double> losses;
  for (const uint32_t step : steps) losses.push_back((*all)[step - 1]);
  return losses;
}

absl::StatusOr<std::vector<double>> Jobs::Losses(std::string_view id,
                                                 size_t from,
                                                 size_t limit) const {
  if (auto live = board_.FindLosses(id, from, limit)) return *std::move(live);
  MICROGPT_ASSIGN_OR_RETURN(const auto all, store_.GetLosses(id));
  const size_t begin = std::min(from, all->size());
  const size_t end = begin + std::min(limit, all->size() - begin);
  return std::vector<double>(all->begin() + static_cast<ptrdiff_t>(begin),
                             all->begin() + static_cast<ptrdiff_t>(end));
}

}  // namespace microgpt::server
