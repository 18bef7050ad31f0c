// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_JOBS_JOBS_H_
#define MICROGPT_SERVER_JOBS_JOBS_H_

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/text/corpus.h"
#include "server/datasets/datasets.h"
#include "server/jobs/job_board.h"
#include "server/jobs/job_id.h"
#include "server/store/store.h"
#include "server/threads/mutex.h"

namespace microgpt::server {

// What a new job is to do; everything validated.
struct JobRequest {
  std::string model;
  std::string request_id;
  ModelConfig model_config;
  TrainingConfig training_config;
  std::shared_ptr<const Corpus> corpus;
  TextOrigin origin = TextOrigin::kSent;  // of the corpus
  uint32_t vocab_size = 0;  // of the corpus, as the config's tokenizer has it
};

// The one door to jobs: joins what lasts (Store) with what is under way
// (JobBoard), so that a job looks the same from acceptance to long after its
// end. Thread-safe.
class Jobs {
 public:
  using Done = Store::Done<JobRecord>;

  // All must outlive this.
  Jobs(Store& store, JobBoard& board, Datasets& datasets)
      : store_(store), board_(board), datasets_(datasets) {}

  // Puts the jobs that an earlier run of the server left back into the queue.
  // To be called once, before any job is submitted.
  absl::Status Resume();

  // Accepts a job, and answers when the store has it, as it then stands; it
  // may be under way already. With a request_id seen before: that job, if the
  // request was the same, else ALREADY_EXISTS. RESOURCE_EXHAUSTED: queue or
  // store is full. UNAVAILABLE: shutting down. linger: as of Store::AcceptJob.
  void Submit(const JobRequest& request, std::chrono::milliseconds linger,
              Done done) ABSL_LOCKS_EXCLUDED(handover_);

  // The job as it stands. NOT_FOUND.
  absl::StatusOr<JobRecord> Get(std::string_view id) const;

  // Whether the job is queued or under way in this run of the server.
  bool IsLive(std::string_view id) const { return board_.Find(id).has_value(); }

  // The newest job of a model, or of all if `model` is empty. NOT_FOUND names
  // the nearest model.
  absl::StatusOr<JobRecord> Newest(std::string_view model) const;

  // As Store::ListJobs, each job as it stands.
  absl::StatusOr<std::vector<JobRecord>> List(std::string_view model,
                                              std::string_view before,
                                              size_t limit) const;

  // Asks a job to stop and answers with it as it then stands. A job that has
  // ended stays as it is. NOT_FOUND.
  void Cancel(std::string_view id, Done done);

  // As Store::FinishJob, after the job's acceptance. Takes time with the size
  // of the model.
  void Finish(std::shared_ptr<const FinishedJob> finished, Done done)
      ABSL_LOCKS_EXCLUDED(handover_);

  // Stops jobs that the store has ended already.
  void Withdraw(std::span<const std::string> ids);

  // The losses of these steps (ascending, counted from 1), which the job was
  // seen to have done; fewer if it is no longer known to.
  absl::StatusOr<std::vector<double>> LossesAt(
      std::string_view id, std::span<const uint32_t> steps) const;

  // At most `limit` losses from step `from` (counted from 0) on.
  absl::StatusOr<std::vector<double>> Losses(std::string_view id, size_t from,
                                             size_t limit) const;

  // The norms at steps from..to (counted from 1); none where none were taken.
  absl::StatusOr<NormHistory> Norms(std::string_view id, uint32_t from,
                                    uint32_t to) const;

  // See JobBoard::Await.
  void Await(JobBoard::Wait wait, std::function<void()> done) {
    board_.Await(std::move(wait), std::move(done));
  }

 private:
  absl::StatusOr<JobRecord> SameRequest(const JobRecord& known,
                                        const JobRecord& job) const;
  absl::StatusOr<JobRecord> Accepted(const JobRecord& job,
                                     const absl::StatusOr<JobRecord>& accepted);

  Store& store_;
  JobBoard& board_;
  Datasets& datasets_;
  JobIdGenerator ids_;
  // Held while a job goes to the board and to the store, so that its end, which
  // may come at once, reaches the store after its beginning.
  Mutex handover_;
};

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_JOBS_JOBS_H_
