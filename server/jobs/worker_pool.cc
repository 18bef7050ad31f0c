// SPDX-License-Identifier: MIT
#include "server/jobs/worker_pool.h"

#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include "server/jobs/training_run.h"
#include "server/store/await.h"

namespace microgpt::server {
namespace {

// Linux gives every thread a niceness of its own. Failing to lower it is no
// reason not to train.
void LowerPriority() {
  constexpr int kTrainingNiceness = 10;
  setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kTrainingNiceness);
}

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
    FinishedJob finished = Train(*std::move(claimed));
    const std::string id = finished.job.id;
    if (const auto revision = parts_.board.Seal(finished.job)) {
      finished.job.revision = *revision;
      Keep(std::move(finished));
    } else {
      spdlog::info(
          "job {} interrupted after {} steps: it runs anew after the "
          "next start",
          id, finished.job.step);
    }
    parts_.board.Remove(id);
  }
}

FinishedJob WorkerPool::Train(JobBoard::Claimed claimed) {
  if (claimed.corpus == nullptr) {
    auto corpus = parts_.datasets.Load(claimed.job.dataset.id);
    if (!corpus.ok()) return FailUnstarted(claimed.job, corpus.status());
    claimed.corpus = *std::move(corpus);
  }
  return RunTraining(claimed, [this](const JobRecord& job, const auto& losses) {
    parts_.board.Publish(job, losses);
  });
}

// A job that was accepted is not lost because the disk is full just now: its
// end waits until there is room, and the worker with it. If the server is to
// stop before that, the job runs anew after the next start.
void WorkerPool::Keep(FinishedJob finished) {
  constexpr std::chrono::seconds kLongestPause{30};
  const auto shared = std::make_shared<const FinishedJob>(std::move(finished));
  const std::string& id = shared->job.id;
  for (std::chrono::seconds pause{1};;
       pause = std::min(2 * pause, kLongestPause)) {
    const absl::StatusOr<JobRecord> kept =
        Await<JobRecord>([&](auto done) { parts_.jobs.Finish(shared, done); });
    if (kept.ok()) {
      if (kept->state == JobState::kSucceeded) {
        parts_.models.Insert(ReferenceTo(kept->model, kept->version),
                             shared->model);
      }
      return LogEnd(*kept);
    }
    // Its Train call was refused, or its model deleted.
    if (absl::IsNotFound(kept.status())) return;
    spdlog::error(
        "job {}: its end could not be stored, trying again in {} s: {}", id,
        pause.count(), std::string(kept.status().message()));
    if (!parts_.board.Pause(pause)) return;
  }
}

}  // namespace microgpt::server
