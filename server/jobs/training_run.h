// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_JOBS_TRAINING_RUN_H_
#define MICROGPT_SERVER_JOBS_TRAINING_RUN_H_

#include <functional>
#include <memory>
#include <vector>

#include "server/jobs/checkpoints.h"
#include "server/jobs/job_board.h"

namespace microgpt::server {

// Takes a job's progress, with the losses of the steps since the last time, and
// their norms where they were taken.
using PublishProgress = std::function<void(
    const JobRecord&, const std::vector<double>&, const NormHistory&)>;

// Trains a claimed job to its end, on the calling thread and as many more as
// the workers that it holds beside this one. Calls `publish` every few
// milliseconds, and adds what it has learned to `checkpoints` now and then. A
// cancelled job ends CANCELLED; one whose loss is no longer a
// number, or for which memory runs out, ends FAILED. Never throws.
//
// claimed.corpus is not null.
FinishedJob RunTraining(const JobBoard::Claimed& claimed,
                        Checkpoints& checkpoints,
                        const PublishProgress& publish);

// A job that ends FAILED before its first step.
FinishedJob FailUnstarted(JobRecord job, const absl::Status& error);

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_JOBS_TRAINING_RUN_H_
