// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_JOBS_TRAINING_RUN_H_
#define MICROGPT_SERVER_JOBS_TRAINING_RUN_H_

#include <functional>
#include <memory>
#include <vector>

#include "server/jobs/job_board.h"

namespace microgpt::server {

// How a job ended: a record in a final state and the losses of its steps, with
// the model if it succeeded.
struct TrainingResult {
  JobRecord job;
  std::vector<double> losses;
  std::shared_ptr<const Model> model;
};

// Takes a job's progress, with the losses of the steps since the last time.
using PublishProgress =
    std::function<void(const JobRecord&, const std::vector<double>&)>;

// Trains a claimed job to its end on the calling thread. Calls `publish` every
// few milliseconds. A cancelled job ends CANCELLED; one whose loss is no longer
// a number, or for which memory runs out, ends FAILED. Never throws.
TrainingResult RunTraining(const JobBoard::Claimed& claimed,
                           const PublishProgress& publish);

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_JOBS_TRAINING_RUN_H_
