// SPDX-License-Identifier: MIT
#include "server/jobs/worker_pool.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include "server/errors/errors.h"
#include "server/jobs/training_run.h"
#include "server/store/await.h"
#include "server/threads/priority.h"

namespace microgpt::server {
namespace {

constexpr std::chrono::seconds kFirstPause{1};

void LogEnd(const JobRecord& job) {
  const auto ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(job.elapsed);
  switch (job.state) {
    case JobState::kSucceeded:
      spdlog::info(
          "job {} succeeded: model {}@{}, {} steps in {} ms, loss {:.4f}",
          job.id, job.model, job.version, job.step, ms.count(), job.loss);
      return;
    case JobState::kFailed:
      spdlog::warn("job {} failed: {}", job.id,
                   std::string(job.error.message()));
      return;
    default:
      spdlog::info("job {} cancelled after {} steps", job.id, job.step);
  }
}

}  // namespace

WorkerPool::WorkerPool(size_t workers, const Parts& parts) : parts_(parts) {
  threads_.reserve(workers);
  try {
    for (size_t i = 0; i < workers; ++i) {
      threads_.emplace_back([this] { Work(); });
    }
  } catch (...) {
    parts_.board.Close();
    Join();
    throw;
  }
}

WorkerPool::~WorkerPool() { Join(); }

void WorkerPool::Join() {
  for (std::thread& thread : threads_) thread.join();
}

void WorkerPool::Work() {
  LowerPriority();
  while (std::optional<JobBoard::Claimed> claimed = parts_.board.Claim()) {
    const std::string id = claimed->job.id;
    const std::stop_token stop = claimed->stop;
    if (auto finished = Train(*std::move(claimed))) {
      Keep(*std::move(finished), stop);
    }
    parts_.board.Remove(id);
  }
}

// nullopt: the server is to stop before there is a text to train on.
std::optional<FinishedJob> WorkerPool::Train(JobBoard::Claimed claimed) {
  if (claimed.corpus == nullptr) {
    const absl::Status loaded = Load(claimed);
    if (absl::IsCancelled(loaded)) return std::nullopt;
    if (!loaded.ok()) return FailUnstarted(claimed.job, loaded);
  }
  parts_.checkpoints.Begin(claimed.job.id, claimed.job.model);
  FinishedJob finished = RunTraining(
      claimed, parts_.checkpoints,
      [this](const JobRecord& job, const auto& losses, const auto& norms) {
        parts_.board.Publish(job, losses, norms);
      });
  parts_.checkpoints.End(claimed.job.id);
  return finished;
}

// A disk that cannot be read just now may be read later.
absl::Status WorkerPool::Load(JobBoard::Claimed& claimed) {
  while (true) {
    auto corpus = parts_.datasets.Load(claimed.job.dataset.id);
    if (corpus.ok()) {
      claimed.corpus = *std::move(corpus);
      return absl::OkStatus();
    }
    if (!absl::IsUnavailable(corpus.status())) return corpus.status();
    spdlog::error("job {}: its text cannot be loaded, trying again: {}",
                  claimed.job.id, std::string(corpus.status().message()));
    if (!parts_.board.Pause(kFirstPause)) return absl::CancelledError();
  }
}

// A job that was accepted is not lost because the disk is full just now: its
// end waits until there is room, and the worker with it. If the server is to
// stop before that, the job runs anew after the next start. What waiting cannot
// help fails the job.
void WorkerPool::Keep(FinishedJob finished, const std::stop_token& stop) {
  constexpr std::chrono::seconds kLongestPause{30};
  for (std::chrono::seconds pause = kFirstPause;;
       pause = std::min(2 * pause, kLongestPause)) {
    const auto revision = parts_.board.Seal(finished.job);
    if (!revision) {
      spdlog::info("job {} interrupted: it runs anew after the next start",
                   finished.job.id);
      return;
    }
    finished.job.revision = *revision;
    const absl::Status kept =
        TryKeep(std::make_shared<const FinishedJob>(finished));
    // NOT_FOUND: its Train call was refused, or its model deleted.
    if (kept.ok() || absl::IsNotFound(kept)) return;
    const std::string why(kept.message());
    const bool may_pass =
        absl::IsUnavailable(kept) ||
        (absl::IsResourceExhausted(kept) && ReasonOf(kept) != kStoreFull);
    if (!may_pass) {
      spdlog::error("job {}: its end cannot be stored: {}", finished.job.id,
                    why);
      if (finished.model == nullptr) return;  // the next start tries anew
      finished.job.state = JobState::kFailed;
      finished.job.error = kept;
      finished.model = nullptr;
      continue;
    }
    spdlog::error("job {}: its end cannot be stored, trying again in {} s: {}",
                  finished.job.id, pause.count(), why);
    parts_.board.Unseal(finished.job.id);
    if (!parts_.board.Pause(pause)) return;
    if (stop.stop_requested()) {
      finished.job.state = JobState::kCancelled;
      finished.model = nullptr;
    }
  }
}

absl::Status WorkerPool::TryKeep(std::shared_ptr<const FinishedJob> finished) {
  const absl::StatusOr<JobRecord> kept =
      Await<JobRecord>([&](auto done) { parts_.jobs.Finish(finished, done); });
  MICROGPT_RETURN_IF_ERROR(kept.status());
  if (kept->state == JobState::kSucceeded) {
    parts_.models.Insert(ReferenceTo(kept->model, kept->version),
                         finished->model);
  }
  LogEnd(*kept);
  return absl::OkStatus();
}

}  // namespace microgpt::server
