// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_STORE_SQLITE_STORE_H_
#define MICROGPT_SERVER_STORE_SQLITE_STORE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/sqlite/pool.h"
#include "server/sqlite/writer.h"
#include "server/store/directory_lock.h"
#include "server/store/store.h"
#include "server/store/version_cache.h"

namespace microgpt::server {

// A Store in SQLite: the file microgpt.db of a data directory, which is one
// server's alone, in WAL mode with full synchronisation; or in memory, to last
// as long as the process. The tables are in schema.cc; this wires one writer
// and some readers to the functions on them.
class SqliteStore : public Store {
 public:
  // directory: is created if it is not there, for its owner only; or
  // ":memory:". max_bytes: that the database may grow to (a transaction's log
  // comes on top until it is folded in); 0: no limit.
  //
  // What is there is looked at first, and left as it is on an error. Each names
  // the directory. UNAVAILABLE: the directory cannot be used, or another server
  // uses it. DATA_LOSS: the file is damaged or not a database.
  // FAILED_PRECONDITION: it is another application's, or a newer server's.
  // RESOURCE_EXHAUSTED.
  static absl::StatusOr<std::unique_ptr<SqliteStore>> Open(
      const std::string& directory, uint64_t max_bytes);

  void AcceptJob(const JobRecord& job, std::shared_ptr<const Corpus> corpus,
                 TextOrigin origin, std::chrono::milliseconds linger,
                 Done<JobRecord> done) override;
  void FinishJob(std::shared_ptr<const FinishedJob> finished,
                 Done<JobRecord> done) override;
  absl::StatusOr<std::vector<JobRecord>> ResumeJobs() override;
  absl::StatusOr<JobRecord> GetJob(std::string_view id) const override;
  absl::StatusOr<JobRecord> GetJobOfRequest(
      std::string_view request_id) const override;
  absl::StatusOr<std::vector<JobRecord>> ListJobs(std::string_view model,
                                                  std::string_view before,
                                                  size_t limit) const override;
  absl::StatusOr<std::vector<double>> GetLosses(std::string_view job,
                                                size_t from,
                                                size_t limit) const override;
  absl::StatusOr<NormHistory> GetNorms(std::string_view job, uint32_t from,
                                       uint32_t to) const override;

  void AddDataset(std::string_view name, std::shared_ptr<const Corpus> corpus,
                  Done<DatasetRecord> done) override;
  void DeleteDataset(std::string_view dataset, Done<bool> done) override;
  absl::StatusOr<DatasetRecord> GetDataset(
      std::string_view dataset) const override;
  absl::StatusOr<std::vector<DatasetRecord>> ListDatasets(
      uint64_t before, size_t limit) const override;
  absl::StatusOr<std::shared_ptr<const Corpus>> LoadCorpus(
      std::string_view id) const override;

  void AddVersion(const ModelVersion& version,
                  std::shared_ptr<const Model> model,
                  Done<ModelVersion> done) override;
  void DeleteVersion(std::string_view name, uint32_t version,
                     Done<ModelVersion> done) override;
  void DeleteModel(std::string_view name, Done<DeletedModel> done) override;
  void SetAlias(std::string_view name, std::string_view alias, uint32_t version,
                std::optional<uint32_t> expected,
                Done<ModelVersion> done) override;
  void DeleteAlias(std::string_view name, std::string_view alias,
                   std::optional<uint32_t> expected,
                   Done<ModelVersion> done) override;
  absl::StatusOr<ModelVersion> GetVersion(std::string_view name,
                                          uint32_t version) const override;
  absl::StatusOr<ModelVersion> GetAlias(std::string_view name,
                                        std::string_view alias) const override;
  absl::StatusOr<std::vector<ModelVersion>> ListModels(
      std::string_view after, size_t limit) const override;
  absl::StatusOr<std::vector<ModelVersion>> ListVersions(
      std::string_view name, uint32_t before, size_t limit) const override;
  absl::StatusOr<std::shared_ptr<const Model>> LoadModel(
      std::string_view sha256) const override;
  absl::StatusOr<std::vector<std::string>> ModelNames() const override;

  absl::StatusOr<bool> IsNew() const override;
  absl::StatusOr<size_t> CountModels() const override;
  absl::StatusOr<uint64_t> CountBytes() const override;

  // Transactions committed: each costs at most one flush of the disk.
  uint64_t commits() const { return writer_.commits(); }

 private:
  // Connections by what they are for. In memory all are the same one, which
  // writer and readers take turns on: nobody sees a group of writes half done.
  struct Pools {
    std::shared_ptr<sqlite::Pool> writes;
    std::shared_ptr<sqlite::Pool>
        loads;  // of texts and models, which take long
    std::shared_ptr<sqlite::Pool> reads;
  };

  static absl::StatusOr<Pools> OpenFile(const std::string& path,
                                        uint64_t max_bytes);
  static absl::StatusOr<Pools> OpenMemory(uint64_t max_bytes);

  SqliteStore(std::optional<DirectoryLock> lock, Pools pools);

  // What `read` makes of the database, or made of it since the last write. key:
  // of what is read.
  template <typename Function>
  absl::StatusOr<ModelVersion> ReadVersion(const std::string& key,
                                           Function read) const;

  std::optional<DirectoryLock> lock_;  // none in memory
  const Pools pools_;
  sqlite::Writer writer_;
  mutable VersionCache versions_;
};

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_STORE_SQLITE_STORE_H_
