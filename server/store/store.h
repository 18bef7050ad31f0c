// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_STORE_STORE_H_
#define MICROGPT_SERVER_STORE_STORE_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/text/corpus.h"
#include "server/store/records.h"

namespace microgpt::server {

// Where jobs, datasets and models are kept. What an OK answer acknowledges
// lasts as long as the implementation promises. Every write is atomic: it
// happens whole or not at all. store_test.cc holds for every implementation.
//
// Thread-safe. AcceptJob and FinishJob may wait for a disk, so they are not
// called on gRPC's threads; reading must be quick enough for them.
class Store {
 public:
  virtual ~Store() = default;

  // Keeps a new job and its corpus. If job.request_id is not empty and already
  // known, changes nothing and answers with that earlier job instead.
  // RESOURCE_EXHAUSTED: no room.
  virtual absl::StatusOr<JobRecord> AcceptJob(
      const JobRecord& job, std::shared_ptr<const Corpus> corpus) = 0;

  // Ends an accepted job: keeps its last record and losses and, if `model` is
  // not null, publishes it as the next version of job.model, all at once.
  // Answers with the record as kept, its version filled in.
  virtual absl::StatusOr<JobRecord> FinishJob(
      JobRecord job, std::vector<double> losses,
      std::shared_ptr<const Model> model) = 0;

  // The job as it was accepted or ended; what happens in between is the
  // JobBoard's. NOT_FOUND.
  virtual absl::StatusOr<JobRecord> GetJob(std::string_view id) const = 0;

  // The earlier job with this request_id, if any.
  virtual std::optional<JobRecord> FindRequest(
      std::string_view request_id) const = 0;

  // At most `limit` jobs with ids below `before` (empty: all), newest first;
  // of one model, or of all if `model` is empty.
  virtual std::vector<JobRecord> ListJobs(std::string_view model,
                                          std::string_view before,
                                          size_t limit) const = 0;

  // The loss of each step of an ended job; empty before its end. NOT_FOUND.
  virtual absl::StatusOr<std::shared_ptr<const std::vector<double>>> GetLosses(
      std::string_view job) const = 0;

  // A corpus by its id; null if there is none.
  virtual std::shared_ptr<const Corpus> FindCorpus(
      std::string_view id) const = 0;

  // One version, or the newest if `version` is 0; nullopt if there is none.
  virtual std::optional<ModelVersion> FindModel(std::string_view name,
                                                uint32_t version) const = 0;

  // The newest version of at most `limit` models with names above `after`, in
  // order of name.
  virtual std::vector<ModelVersion> ListModels(std::string_view after,
                                               size_t limit) const = 0;

  virtual std::vector<std::string> ModelNames() const = 0;
  virtual size_t model_count() const = 0;

  virtual size_t memory_bytes() const = 0;  // taken by what is kept
};

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_STORE_STORE_H_
