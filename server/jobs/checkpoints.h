// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_JOBS_CHECKPOINTS_H_
#define MICROGPT_SERVER_JOBS_CHECKPOINTS_H_

#include <cstdint>
#include <functional>
#include <limits>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/model.h"
#include "server/threads/mutex.h"

namespace microgpt::server {

// The steps of a job, ascending, whose weights are worth keeping: from 0,
// before the first, to the last, evenly spaced, at most 33 and so few that
// they, and one more for the newest, take no more than kMaxJobCheckpointBytes;
// none if not even two would.
//   model_bytes: of one, as Model::memory_bytes has it.
inline constexpr uint64_t kMaxJobCheckpointBytes = uint64_t{16} << 20;
std::vector<uint32_t> CheckpointSteps(uint32_t steps, uint64_t model_bytes);

// What jobs had learned after some of their steps, in memory, as many as a
// number of bytes allows: the jobs that added none for the longest time leave
// first, each whole. A model that was handed out lives for as long as somebody
// holds it. No call takes longer than a look-up. Thread-safe.
class Checkpoints {
 public:
  using ModelPointer = std::shared_ptr<const Model>;
  struct Checkpoint {
    uint32_t step;  // 0: before the first
    ModelPointer model;
  };
  enum class Keep {
    kLasting,  // until the job leaves
    kNewest,   // until another is added
  };

  explicit Checkpoints(uint64_t max_bytes) : max_bytes_(max_bytes) {}

  // A job of the model with this name begins: its checkpoints are taken in from
  // now on, until it ends or is forgotten.
  void Begin(std::string_view job, std::string_view model)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // Takes in what a job has learned after `step` steps, more than before. Has
  // no effect on a job that has not begun, has ended, or was forgotten.
  void Add(std::string_view job, uint32_t step, ModelPointer model, Keep keep)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // Nothing more will be added to the job; what is there stays.
  void End(std::string_view job) ABSL_LOCKS_EXCLUDED(mutex_);

  // The steps that are there, ascending; none of a job that is not.
  std::vector<uint32_t> Steps(std::string_view job) const
      ABSL_LOCKS_EXCLUDED(mutex_);

  // The newest at or before a step; nullopt if there is none.
  std::optional<Checkpoint> Find(
      std::string_view job,
      uint32_t up_to = std::numeric_limits<uint32_t>::max()) const
      ABSL_LOCKS_EXCLUDED(mutex_);

  // Lets go of a job's checkpoints, or of those of all jobs of a model.
  void Forget(std::string_view job) ABSL_LOCKS_EXCLUDED(mutex_);
  void ForgetModel(std::string_view model) ABSL_LOCKS_EXCLUDED(mutex_);

  // Of all that are there.
  uint64_t bytes() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Job {
    std::string id;
    std::string model;
    std::vector<Checkpoint> checkpoints;  // ascending
    uint64_t bytes = 0;                   // of them
    bool ended = false;
    bool last_passes = false;  // the last one is Keep::kNewest
  };
  using JobList = std::list<Job>;

  const Job* Look(std::string_view job) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void DropLast(Job& job, std::vector<Checkpoint>& leaving)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void MakeRoom(std::vector<Checkpoint>& leaving)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  JobList::iterator Erase(JobList::iterator job, JobList& leaving)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const uint64_t max_bytes_;
  mutable Mutex mutex_;
  uint64_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  // Those that added last come first.
  JobList jobs_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, JobList::iterator, std::less<>> places_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_JOBS_CHECKPOINTS_H_
