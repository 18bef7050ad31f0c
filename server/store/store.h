// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_STORE_STORE_H_
#define MICROGPT_SERVER_STORE_STORE_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
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

// The reason (see core/errors) of a write that does not fit into the store.
inline constexpr std::string_view kStoreFull = "STORE_FULL";

// Where the text of a new job was found.
enum class TextOrigin {
  kSent,   // it came with the job, or is built in
  kStored  // in the store: LoadCorpus
};

// Where jobs, datasets and models are kept. store_test.cc holds for every
// implementation.
//
// A write returns at once (FinishJob and AddVersion once they have summed the
// model, which takes time with its size) and answers through `done`: exactly
// once, on a thread of the store's, when what it did will last as long as the
// implementation promises. `done` must be quick, may write, and must not wait
// for another write. Writes take effect in the order in which they were called,
// each whole or not at all; a write that fails changes nothing. How many are
// under way at a time is for the callers to bound. Destroying the store
// finishes the writes it was given.
//
// A read answers on the calling thread, with what was durable at that moment.
// All are quick enough for any thread but LoadCorpus and LoadModel, which take
// time with the size of what they load.
//
// Errors beside those that a function names: RESOURCE_EXHAUSTED, there is no
// room left (with reason kStoreFull: up to the size that the store may have; no
// time helps, but deleting; without: on the disk); DATA_LOSS, what is stored is
// damaged; UNAVAILABLE, it cannot be read or written now. None tells where on
// the disk the store is. Thread-safe.
class Store {
 public:
  template <typename T>
  using Done = std::function<void(absl::StatusOr<T>)>;

  virtual ~Store() = default;

  // --- Jobs ---

  // Keeps a new job and, unless it is there, the text of its corpus. If
  // job.request_id is not empty and already known, changes nothing and answers
  // with that earlier job instead. FAILED_PRECONDITION: the text was kStored,
  // but has been forgotten since, and stays so.
  //
  // The write may wait up to `linger` for others to share its flush with: a job
  // that ends sooner is accepted and finished in one.
  virtual void AcceptJob(const JobRecord& job,
                         std::shared_ptr<const Corpus> corpus,
                         TextOrigin origin, std::chrono::milliseconds linger,
                         Done<JobRecord> done) = 0;

  // Ends an accepted job: keeps its last record, losses and norms and, if there
  // is a model, publishes that as the next version of job.model, all at once.
  // Answers with the record as kept, its version filled in. A job that has
  // already ended (its model was deleted) stays as it is, and is answered so.
  // NOT_FOUND: it was not accepted.
  virtual void FinishJob(std::shared_ptr<const FinishedJob> finished,
                         Done<JobRecord> done) = 0;

  // The jobs that have not ended, oldest first, each with one more attempt than
  // before. To be called once, before jobs are accepted; waits for the disk.
  virtual absl::StatusOr<std::vector<JobRecord>> ResumeJobs() = 0;

  // The job as it was accepted or ended; what happens in between is the
  // JobBoard's. NOT_FOUND.
  virtual absl::StatusOr<JobRecord> GetJob(std::string_view id) const = 0;

  // The job with this request_id, which is not empty. NOT_FOUND.
  virtual absl::StatusOr<JobRecord> GetJobOfRequest(
      std::string_view request_id) const = 0;

  // At most `limit` jobs with ids below `before` (empty: all), newest first;
  // of one model, or of all if `model` is empty.
  virtual absl::StatusOr<std::vector<JobRecord>> ListJobs(
      std::string_view model, std::string_view before, size_t limit) const = 0;

  // At most `limit` losses of an ended job's steps, from step `from` (counted
  // from 0) on; none before its end. NOT_FOUND.
  virtual absl::StatusOr<std::vector<double>> GetLosses(std::string_view job,
                                                        size_t from,
                                                        size_t limit) const = 0;

  // The norms of an ended job at its steps from..to (counted from 1); none
  // before its end, nor of a job from before there were any. NOT_FOUND.
  virtual absl::StatusOr<NormHistory> GetNorms(std::string_view job,
                                               uint32_t from,
                                               uint32_t to) const = 0;

  // --- Datasets ---
  // `dataset` is a name or an id ("sha256:<hex>"). Built-in datasets are not
  // the store's.

  // Keeps a text, under `name` unless that is empty. A text that is there is
  // not kept twice; one that was forgotten is known again. ALREADY_EXISTS: the
  // name belongs to another text.
  virtual void AddDataset(std::string_view name,
                          std::shared_ptr<const Corpus> corpus,
                          Done<DatasetRecord> done) = 0;

  // By name: removes the name, and forgets the text if it has no other; by id:
  // removes all its names and forgets the text. Answers whether the text is
  // forgotten; its bytes are then overwritten wherever the store had them. The
  // record goes too, as soon as no job and no model refers to it. NOT_FOUND.
  // FAILED_PRECONDITION: a job that has not ended needs the text. UNAVAILABLE
  // may come after the deed: the text is forgotten, but somebody's long read,
  // perhaps another program's, keeps its bytes in a file until the store
  // closes.
  virtual void DeleteDataset(std::string_view dataset, Done<bool> done) = 0;

  // NOT_FOUND, naming the nearest.
  virtual absl::StatusOr<DatasetRecord> GetDataset(
      std::string_view dataset) const = 0;

  // At most `limit` datasets with sequences below `before` (0: all), newest
  // first.
  virtual absl::StatusOr<std::vector<DatasetRecord>> ListDatasets(
      uint64_t before, size_t limit) const = 0;

  // The text of a dataset by its id. NOT_FOUND. FAILED_PRECONDITION: it was
  // forgotten.
  virtual absl::StatusOr<std::shared_ptr<const Corpus>> LoadCorpus(
      std::string_view id) const = 0;

  // --- Models ---

  // Keeps `model` as the next version of version.name, and answers with the
  // version as kept: its number, sum, sizes and shape are filled in from
  // `model`.
  virtual void AddVersion(const ModelVersion& version,
                          std::shared_ptr<const Model> model,
                          Done<ModelVersion> done) = 0;

  // Deletes one version (0: the newest), whose number is never used again.
  // NOT_FOUND, as for GetVersion.
  // FAILED_PRECONDITION: an alias points to it.
  virtual void DeleteVersion(std::string_view name, uint32_t version,
                             Done<ModelVersion> done) = 0;

  struct DeletedModel {
    std::vector<uint32_t> versions;           // ascending
    std::vector<std::string> cancelled_jobs;  // that had not ended: their ids
  };
  // Deletes all versions of a model, whose numbers are never used again, and
  // the record of its ended jobs; those that have not ended end CANCELLED.
  // NOT_FOUND, naming the nearest: neither versions nor jobs.
  // FAILED_PRECONDITION: an alias points to one of the versions.
  virtual void DeleteModel(std::string_view name, Done<DeletedModel> done) = 0;

  // Points name@alias to a version (0: the newest), and answers with it. With
  // `expected`: only if the alias points there now (0: if there is none).
  // NOT_FOUND: no such version. ABORTED: the alias is not where expected.
  virtual void SetAlias(std::string_view name, std::string_view alias,
                        uint32_t version, std::optional<uint32_t> expected,
                        Done<ModelVersion> done) = 0;

  // Removes an alias, and answers with the version it pointed to. NOT_FOUND, as
  // for GetAlias; ABORTED, as for SetAlias.
  virtual void DeleteAlias(std::string_view name, std::string_view alias,
                           std::optional<uint32_t> expected,
                           Done<ModelVersion> done) = 0;

  // One version, or the newest if `version` is 0. NOT_FOUND, naming the nearest
  // model or the newest version.
  virtual absl::StatusOr<ModelVersion> GetVersion(std::string_view name,
                                                  uint32_t version) const = 0;

  // The version that name@alias points to. NOT_FOUND, naming the nearest.
  virtual absl::StatusOr<ModelVersion> GetAlias(
      std::string_view name, std::string_view alias) const = 0;

  // The newest version of at most `limit` models with names above `after`, in
  // order of name.
  virtual absl::StatusOr<std::vector<ModelVersion>> ListModels(
      std::string_view after, size_t limit) const = 0;

  // At most `limit` versions of one model below `before` (0: all), newest
  // first.
  virtual absl::StatusOr<std::vector<ModelVersion>> ListVersions(
      std::string_view name, uint32_t before, size_t limit) const = 0;

  // The model itself, by ModelVersion::sha256. NOT_FOUND.
  virtual absl::StatusOr<std::shared_ptr<const Model>> LoadModel(
      std::string_view sha256) const = 0;

  // Names of all models that have a version, or a job, sorted.
  virtual absl::StatusOr<std::vector<std::string>> ModelNames() const = 0;

  // --- The whole ---

  // Whether there never was a job or a version here.
  virtual absl::StatusOr<bool> IsNew() const = 0;
  // Models that have a version.
  virtual absl::StatusOr<size_t> CountModels() const = 0;
  // What all takes, without room that was given back and waits to be used.
  virtual absl::StatusOr<uint64_t> CountBytes() const = 0;
};

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_STORE_STORE_H_
