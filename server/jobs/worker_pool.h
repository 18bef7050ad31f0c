// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_JOBS_WORKER_POOL_H_
#define MICROGPT_SERVER_JOBS_WORKER_POOL_H_

#include <cstddef>
#include <thread>
#include <vector>

#include "server/jobs/job_board.h"
#include "server/store/store.h"

namespace microgpt::server {

// The threads that train: each claims a job from the board, trains it to its
// end, and hands the result to the store. They run at a lower priority than
// the rest of the process, so that generation is never held up by training.
class WorkerPool {
 public:
  // board and store must outlive the pool. Throws std::system_error if a thread
  // cannot be had; the board is closed then.
  WorkerPool(size_t workers, JobBoard& board, Store& store);

  // Joins the threads, which end once the board is closed and its queue empty.
  ~WorkerPool();

  size_t size() const { return threads_.size(); }

 private:
  void Work();
  void Join();

  JobBoard& board_;
  Store& store_;
  std::vector<std::thread> threads_;
};

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_JOBS_WORKER_POOL_H_
