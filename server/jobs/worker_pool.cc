// SPDX-License-Identifier: MIT
#include "server/jobs/worker_pool.h"

#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <unistd.h>

#include <utility>

#include "server/errors/errors.h"
#include "server/jobs/training_run.h"

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

WorkerPool::WorkerPool(size_t workers, JobBoard& board, Store& store)
    : board_(board), store_(store) {
  threads_.reserve(workers);
  try {
    for (size_t i = 0; i < workers; ++i) {
      threads_.emplace_back([this] { Work(); });
    }
  } catch (...) {
    board_.Close();
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
  while (const std::optional<JobBoard::Claimed> claimed = board_.Claim()) {
    TrainingResult result =
        RunTraining(*claimed, [this](const JobRecord& job, const auto& losses) {
          board_.Publish(job, losses);
        });
    const std::string id = result.job.id;
    result.job.revision = board_.Seal(id);
    const absl::StatusOr<JobRecord> kept =
        store_.FinishJob(std::move(result.job), std::move(result.losses),
                         std::move(result.model));
    if (kept.ok()) {
      LogEnd(*kept);
    } else {
      spdlog::error("job {}: its end could not be stored: {}", id,
                    std::string(kept.status().message()));
    }
    board_.Remove(id);
  }
}

}  // namespace microgpt::server
