// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_JOBS_WORKER_POOL_H_
#define MICROGPT_SERVER_JOBS_WORKER_POOL_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "core/model/model.h"
#include "server/cache/lru_cache.h"
#include "server/datasets/datasets.h"
#include "server/jobs/checkpoints.h"
#include "server/jobs/job_board.h"
#include "server/jobs/jobs.h"

namespace microgpt::server {

// The threads that train: each claims a job from the board, trains it to its
// end, and hands the result to the store. They run at a lower priority than
// the rest of the process, so that generation is never held up by training.
//
// The threads that a job has beside its first are its Trainer's, which inherit
// the priority; as many of the pool's wait meanwhile, since the board has no
// workers left for them.
class WorkerPool {
 public:
  // All must outlive the pool.
  struct Parts {
    JobBoard& board;
    Jobs& jobs;
    Datasets& datasets;
    LruCache<Model>& models;  // takes in what was made, by "names@3"
    Checkpoints& checkpoints;
  };

  // workers: as the board has it. Throws std::system_error if a thread cannot
  // be had; the board is closed then.
  WorkerPool(size_t workers, const Parts& parts);

  // Joins the threads, which end once the board is closed and each has ended
  // its job.
  ~WorkerPool();

 private:
  void Work();
  std::optional<FinishedJob> Train(JobBoard::Claimed claimed);
  absl::Status Load(JobBoard::Claimed& claimed);
  void Keep(FinishedJob finished, const std::stop_token& stop);
  absl::Status TryKeep(std::shared_ptr<const FinishedJob> finished);
  void Join();

  const Parts parts_;
  std::vector<std::thread> threads_;
};

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_JOBS_WORKER_POOL_H_
