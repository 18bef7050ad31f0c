// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_STORE_MEMORY_STORE_H_
#define MICROGPT_SERVER_STORE_MEMORY_STORE_H_

#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "server/store/store.h"
#include "server/threads/mutex.h"

namespace microgpt::server {

// Keeps everything until the process ends, within a limit of memory. A job's
// losses and model are counted when it is accepted, so what is accepted always
// has room to finish.
class MemoryStore : public Store {
 public:
  explicit MemoryStore(size_t max_bytes) : max_bytes_(max_bytes) {}

  absl::StatusOr<JobRecord> AcceptJob(
      const JobRecord& job, std::shared_ptr<const Corpus> corpus) override;
  absl::StatusOr<JobRecord> FinishJob(
      JobRecord job, std::vector<double> losses,
      std::shared_ptr<const Model> model) override;
  absl::StatusOr<JobRecord> GetJob(std::string_view id) const override;
  std::optional<JobRecord> FindRequest(
      std::string_view request_id) const override;
  std::vector<JobRecord> ListJobs(std::string_view model,
                                  std::string_view before,
                                  size_t limit) const override;
  absl::StatusOr<std::shared_ptr<const std::vector<double>>> GetLosses(
      std::string_view job) const override;
  std::shared_ptr<const Corpus> FindCorpus(std::string_view id) const override;
  std::optional<ModelVersion> FindModel(std::string_view name,
                                        uint32_t version) const override;
  std::vector<ModelVersion> ListModels(std::string_view after,
                                       size_t limit) const override;
  std::vector<std::string> ModelNames() const override;
  size_t model_count() const override;
  size_t memory_bytes() const override;

 private:
  using Losses = std::shared_ptr<const std::vector<double>>;
  struct KeptJob {
    JobRecord record;
    Losses losses;
    size_t reserved_bytes;
  };
  using Jobs = std::map<std::string, KeptJob, std::less<>>;
  using Ids = std::set<std::string, std::less<>>;
  using Versions = std::vector<ModelVersion>;  // version v at place v - 1

  const size_t max_bytes_;
  mutable Mutex mutex_;
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  Jobs jobs_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, Ids, std::less<>> jobs_of_model_
      ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, std::string> job_of_request_
      ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, std::shared_ptr<const Corpus>> corpora_
      ABSL_GUARDED_BY(mutex_);
  std::map<std::string, Versions, std::less<>> models_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_STORE_MEMORY_STORE_H_
