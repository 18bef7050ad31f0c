// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_HANDLERS_TRAINING_H_
#define MICROGPT_SERVER_HANDLERS_TRAINING_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "microgpt/v1/microgpt.pb.h"
#include "server/datasets/datasets.h"
#include "server/handlers/call.h"
#include "server/handlers/evaluation.h"
#include "server/handlers/limits.h"
#include "server/jobs/jobs.h"
#include "server/threads/run_queue.h"

namespace microgpt::server {

// Train, GetStatus, WatchStatus and CancelTraining, as microgpt.proto promises
// them. Thread-safe.
class TrainingHandlers {
 public:
  // jobs, datasets and evaluation must outlive this, and every call under way.
  // workers: that a job may take at most.
  TrainingHandlers(Jobs& jobs, Datasets& datasets,
                   EvaluationHandlers& evaluation, uint32_t workers)
      : jobs_(jobs),
        datasets_(datasets),
        evaluation_(evaluation),
        workers_(workers) {}

  void Train(v1::TrainRequest request, const CallContext& context,
             Done<v1::Job> done);
  void GetStatus(v1::GetStatusRequest request, const CallContext& context,
                 Done<v1::Job> done);
  void CancelTraining(v1::CancelTrainingRequest request,
                      const CallContext& context, Done<v1::Job> done);
  absl::StatusOr<ResponseStreamPtr<v1::Job>> WatchStatus(
      v1::WatchStatusRequest request, const CallContext& context);

 private:
  // Calls `then` with the job when `wait` is over.
  void AwaitJob(JobBoard::Wait wait, Done<JobRecord> then);
  // Answers `request` with the job as it is.
  void Answer(const JobRecord& job, const v1::GetStatusRequest& request,
              const CallContext& context, Done<v1::Job> done);
  absl::StatusOr<JobRequest> ParseTrain(const v1::TrainRequest& request) const;
  absl::StatusOr<std::shared_ptr<const Corpus>> ParseCorpus(
      const v1::TrainRequest& request) const;

  Jobs& jobs_;
  Datasets& datasets_;
  EvaluationHandlers& evaluation_;
  const uint32_t workers_;
  // Cleaning megabytes of text is one long slice, so it has threads of its own
  // and never holds up generation; a few, so that a large text does not hold up
  // every small one.
  RunQueue intake_{kIntakeThreads, kMaxIntake, "Train calls"};
};

// OK, or a FieldError: both a job and a model are given.
absl::Status CheckOneOf(const std::string& job, const std::string& model);

// The job that `job` (an id) or `model` (its newest) names; neither: the newest
// of all. INVALID_ARGUMENT if both are given. NOT_FOUND.
absl::StatusOr<JobRecord> FindJob(const Jobs& jobs, const std::string& job,
                                  const std::string& model);

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_HANDLERS_TRAINING_H_
