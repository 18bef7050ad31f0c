// SPDX-License-Identifier: MIT
#include "server/store/sqlite_store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <functional>
#include <system_error>
#include <utility>

#include "core/errors/errors.h"
#include "server/errors/errors.h"
#include "server/sqlite/connection.h"
#include "server/store/alias_table.h"
#include "server/store/await.h"
#include "server/store/dataset_table.h"
#include "server/store/job_table.h"
#include "server/store/model_table.h"
#include "server/store/norm_table.h"
#include "server/store/schema.h"
#include "server/store/weights_table.h"

namespace microgpt::server {
namespace {

using sqlite::Connection;
using sqlite::Pool;
using std::chrono::milliseconds;

constexpr char kMemory[] = ":memory:";
constexpr int kReadConnections = 4;
constexpr int kLoadConnections = 2;

// Creates the directory unless it is there.
absl::Status MakeDirectory(const std::string& directory) {
  std::error_code error;
  if (std::filesystem::is_directory(directory, error)) return absl::OkStatus();
  if (std::filesystem::exists(directory, error)) {
    return absl::UnavailableError(
        fmt::format("data directory {} is not a directory", directory));
  }
  const auto parent = std::filesystem::path(directory).parent_path();
  if (!parent.empty()) std::filesystem::create_directories(parent, error);
  // If a parent could not be made, neither can this, which then says why.
  if (mkdir(directory.c_str(), 0700) == 0) return absl::OkStatus();
  return absl::UnavailableError(
      fmt::format("data directory {} cannot be created: {}", directory,
                  std::strerror(errno)));
}

// `error`, with what whoever starts the server needs to know.
absl::Status ErrorIn(const std::string& directory, const absl::Status& error) {
  return absl::Status(error.code(),
                      fmt::format("data directory {}: {}", directory,
                                  std::string(error.message())));
}

// Creates the database's file, for its owner only, unless it is there. If that
// cannot be, neither can it be opened, which then says why.
void MakeFile(const std::string& path) {
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file >= 0) close(file);
}

// Whether the database, if there is one, is good to be opened for writing.
absl::Status Inspect(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return absl::OkStatus();
  MICROGPT_ASSIGN_OR_RETURN(
      const auto db, Connection::Open(path, Connection::Mode::kReadOnly));
  MICROGPT_RETURN_IF_ERROR(CheckSchema(*db, MigrationSteps()));
  return CheckTables(*db);
}

// Empties the log, where what was deleted still stands.
absl::Status EmptyLog(Connection& db) {
  MICROGPT_ASSIGN_OR_RETURN(
      const auto busy, db.QueryValue<bool>("PRAGMA wal_checkpoint(TRUNCATE)"));
  if (!*busy) return absl::OkStatus();
  return absl::UnavailableError(
      fmt::format("{}-wal keeps what was deleted until the server stops: "
                  "somebody is reading the database",
                  db.file_name()));
}

// What holds for the connection that writes, on disk and in memory.
absl::Status ConfigureWriting(Connection& db, uint64_t max_bytes) {
  MICROGPT_RETURN_IF_ERROR(
      db.RunScript("PRAGMA foreign_keys = ON;"
                   "PRAGMA secure_delete = ON;"
                   "PRAGMA cell_size_check = ON;"
                   // What is undone does not lie about in temporary files.
                   "PRAGMA temp_store = MEMORY"));
  if (max_bytes == 0) return absl::OkStatus();
  return db.LimitSize(
      max_bytes, WithReason(absl::ResourceExhaustedError(fmt::format(
                                "the store is full: it may take at most {} "
                                "bytes (--max-store-size)",
                                max_bytes)),
                            kStoreFull));
}

// Readers beside the writer, every commit flushed, a log that stays small.
absl::Status ConfigureFile(Connection& db) {
  return db.RunScript(
      "PRAGMA journal_mode = WAL;"
      "PRAGMA synchronous = FULL;"
      "PRAGMA journal_size_limit = 67108864");
}

std::shared_ptr<Pool> PoolOf(std::unique_ptr<Connection> connection) {
  std::vector<std::unique_ptr<Connection>> connections;
  connections.push_back(std::move(connection));
  return std::make_shared<Pool>(std::move(connections));
}

absl::StatusOr<std::shared_ptr<Pool>> ReadOnlyPool(const std::string& path,
                                                   int size) {
  std::vector<std::unique_ptr<Connection>> connections;
  for (int i = 0; i < size; ++i) {
    MICROGPT_ASSIGN_OR_RETURN(
        auto connection, Connection::Open(path, Connection::Mode::kReadOnly));
    connections.push_back(std::move(connection));
  }
  return std::make_shared<Pool>(std::move(connections));
}

// What `read` makes of one state of the database.
template <typename Function>
std::invoke_result_t<Function, Connection&> Read(Pool& pool, Function read) {
  const Pool::Lease db = pool.Take();
  MICROGPT_RETURN_IF_ERROR(db->Run("BEGIN"));
  auto result = read(*db);
  // Nothing was written that this could fail to keep.
  if (db->in_transaction()) static_cast<void>(db->Run("COMMIT"));
  return result;
}

// Lets the writer call `apply`, a StatusOr<T>(Connection&), and then `done`.
template <typename T, typename Apply>
void Write(
    sqlite::Writer& writer, Apply apply, Store::Done<T> done,
    milliseconds linger = milliseconds(0),
    std::function<absl::Status(Connection&, const T&)> after_commit = nullptr) {
  const auto result = std::make_shared<absl::StatusOr<T>>();
  sqlite::Writer::Write write;
  write.apply = [apply = std::move(apply), result](Connection& db) {
    *result = apply(db);
    return result->status();
  };
  if (after_commit) {
    write.after_commit = [after_commit = std::move(after_commit),
                          result](Connection& db) {
      return after_commit(db, **result);
    };
  }
  write.done = [done = std::move(done), result](const absl::Status& status) {
    done(status.ok() ? *std::move(*result) : absl::StatusOr<T>(status));
  };
  write.linger = linger;
  writer.Submit(std::move(write));
}

absl::StatusOr<Store::DeletedModel> DeleteModelAndJobs(Connection& db,
                                                       std::string_view name) {
  MICROGPT_ASSIGN_OR_RETURN(const auto known, model_table::Names(db));
  MICROGPT_ASSIGN_OR_RETURN(std::vector<uint32_t> versions,
                            model_table::DeleteVersions(db, name));
  MICROGPT_ASSIGN_OR_RETURN(job_table::DroppedJobs jobs,
                            job_table::DropJobsOf(db, name));
  if (versions.empty() && jobs.deleted == 0 && jobs.cancelled.empty()) {
    return UnknownNameError("model", name, known);
  }
  MICROGPT_RETURN_IF_ERROR(dataset_table::DropUnreferenced(db));
  return Store::DeletedModel{std::move(versions), std::move(jobs.cancelled)};
}

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteStore>> SqliteStore::Open(
    const std::string& directory, uint64_t max_bytes) {
  std::optional<DirectoryLock> lock;
  absl::StatusOr<Pools> pools;
  if (directory == kMemory) {
    pools = OpenMemory(max_bytes);
  } else {
    MICROGPT_RETURN_IF_ERROR(MakeDirectory(directory));
    MICROGPT_ASSIGN_OR_RETURN(DirectoryLock taken,
                              DirectoryLock::Take(directory));
    lock.emplace(std::move(taken));
    pools = OpenFile(std::filesystem::absolute(directory) / "microgpt.db",
                     max_bytes);
  }
  if (!pools.ok()) return ErrorIn(directory, pools.status());
  return std::unique_ptr<SqliteStore>(
      new SqliteStore(std::move(lock), *std::move(pools)));
}

absl::StatusOr<SqliteStore::Pools> SqliteStore::OpenFile(
    const std::string& path, uint64_t max_bytes) {
  MICROGPT_RETURN_IF_ERROR(Inspect(path));
  MakeFile(path);
  MICROGPT_ASSIGN_OR_RETURN(
      auto db, Connection::Open(path, Connection::Mode::kReadWrite));
  MICROGPT_RETURN_IF_ERROR(ConfigureFile(*db));
  MICROGPT_RETURN_IF_ERROR(ConfigureWriting(*db, max_bytes));
  MICROGPT_RETURN_IF_ERROR(Migrate(*db, MigrationSteps()));
  // What a process that was killed had deleted goes now. If somebody reads the
  // file it goes later, which is no reason not to start.
  static_cast<void>(EmptyLog(*db));
  Pools pools;
  pools.writes = PoolOf(std::move(db));
  MICROGPT_ASSIGN_OR_RETURN(pools.loads, ReadOnlyPool(path, kLoadConnections));
  MICROGPT_ASSIGN_OR_RETURN(pools.reads, ReadOnlyPool(path, kReadConnections));
  return pools;
}

absl::StatusOr<SqliteStore::Pools> SqliteStore::OpenMemory(uint64_t max_bytes) {
  MICROGPT_ASSIGN_OR_RETURN(
      auto db, Connection::Open(kMemory, Connection::Mode::kReadWrite));
  MICROGPT_RETURN_IF_ERROR(ConfigureWriting(*db, max_bytes));
  MICROGPT_RETURN_IF_ERROR(Migrate(*db, MigrationSteps()));
  const std::shared_ptr<Pool> pool = PoolOf(std::move(db));
  return Pools{pool, pool, pool};
}

SqliteStore::SqliteStore(std::optional<DirectoryLock> lock, Pools pools)
    : lock_(std::move(lock)),
      pools_(std::move(pools)),
      writer_(*pools_.writes) {}

// --- Jobs ---

void SqliteStore::AcceptJob(const JobRecord& job,
                            std::shared_ptr<const Corpus> corpus,
                            TextOrigin origin, milliseconds linger,
                            Done<JobRecord> done) {
  Write<JobRecord>(
      writer_,
      [job, corpus = std::move(corpus), origin](Connection& db) {
        return job_table::Accept(db, job, *corpus, origin);
      },
      std::move(done), linger);
}

void SqliteStore::FinishJob(std::shared_ptr<const FinishedJob> finished,
                            Done<JobRecord> done) {
  std::optional<ModelVersion> made = job_table::VersionOf(*finished);
  Write<JobRecord>(
      writer_,
      [finished = std::move(finished), made = std::move(made)](Connection& db) {
        return job_table::Finish(db, *finished, made);
      },
      std::move(done));
}

absl::StatusOr<std::vector<JobRecord>> SqliteStore::ResumeJobs() {
  using Jobs = std::vector<JobRecord>;
  return Await<Jobs>([this](Done<Jobs> done) {
    Write<Jobs>(writer_, job_table::Resume, std::move(done));
  });
}

absl::StatusOr<JobRecord> SqliteStore::GetJob(std::string_view id) const {
  return Read(*pools_.reads,
              [id](Connection& db) { return job_table::Get(db, id); });
}

absl::StatusOr<JobRecord> SqliteStore::GetJobOfRequest(
    std::string_view request_id) const {
  return Read(*pools_.reads, [request_id](Connection& db) {
    return job_table::GetOfRequest(db, request_id);
  });
}

absl::StatusOr<std::vector<JobRecord>> SqliteStore::ListJobs(
    std::string_view model, std::string_view before, size_t limit) const {
  return Read(*pools_.reads, [=](Connection& db) {
    return job_table::List(db, model, before, limit);
  });
}

absl::StatusOr<std::vector<double>> SqliteStore::GetLosses(std::string_view job,
                                                           size_t from,
                                                           size_t limit) const {
  return Read(*pools_.reads, [=](Connection& db) {
    return job_table::GetLosses(db, job, from, limit);
  });
}

absl::StatusOr<NormHistory> SqliteStore::GetNorms(std::string_view job,
                                                  uint32_t from,
                                                  uint32_t to) const {
  return Read(*pools_.reads, [=](Connection& db) {
    return norm_table::Get(db, job, from, to);
  });
}

// --- Datasets ---

void SqliteStore::AddDataset(std::string_view name,
                             std::shared_ptr<const Corpus> corpus,
                             Done<DatasetRecord> done) {
  Write<DatasetRecord>(
      writer_,
      [name = std::string(name), corpus = std::move(corpus)](Connection& db) {
        return dataset_table::Add(db, name, *corpus);
      },
      std::move(done));
}

void SqliteStore::DeleteDataset(std::string_view dataset, Done<bool> done) {
  Write<bool>(
      writer_,
      [dataset = std::string(dataset)](Connection& db) {
        return dataset_table::Delete(db, dataset);
      },
      std::move(done), milliseconds(0),
      [](Connection& db, bool forgotten) {
        return forgotten ? EmptyLog(db) : absl::OkStatus();
      });
}

absl::StatusOr<DatasetRecord> SqliteStore::GetDataset(
    std::string_view dataset) const {
  return Read(*pools_.reads, [dataset](Connection& db) {
    return dataset_table::Get(db, dataset);
  });
}

absl::StatusOr<std::vector<DatasetRecord>> SqliteStore::ListDatasets(
    uint64_t before, size_t limit) const {
  return Read(*pools_.reads, [=](Connection& db) {
    return dataset_table::List(db, before, limit);
  });
}

absl::StatusOr<std::shared_ptr<const Corpus>> SqliteStore::LoadCorpus(
    std::string_view id) const {
  MICROGPT_ASSIGN_OR_RETURN(dataset_table::StoredText stored,
                            Read(*pools_.loads, [id](Connection& db) {
                              return dataset_table::Find(db, id);
                            }));
  return dataset_table::Clean(std::move(stored));
}

// --- Models ---

void SqliteStore::AddVersion(const ModelVersion& version,
                             std::shared_ptr<const Model> model,
                             Done<ModelVersion> done) {
  ModelVersion described = model_table::Describe(version, *model);
  Write<ModelVersion>(
      writer_,
      [described = std::move(described), model = std::move(model)](
          Connection& db) { return model_table::Add(db, described, model); },
      std::move(done));
}

void SqliteStore::DeleteVersion(std::string_view name, uint32_t version,
                                Done<ModelVersion> done) {
  Write<ModelVersion>(
      writer_,
      [name = std::string(name),
       version](Connection& db) -> absl::StatusOr<ModelVersion> {
        MICROGPT_ASSIGN_OR_RETURN(
            ModelVersion deleted,
            model_table::DeleteVersion(db, name, version));
        MICROGPT_RETURN_IF_ERROR(dataset_table::DropUnreferenced(db));
        return deleted;
      },
      std::move(done));
}

void SqliteStore::DeleteModel(std::string_view name, Done<DeletedModel> done) {
  Write<DeletedModel>(
      writer_,
      [name = std::string(name)](Connection& db) {
        return DeleteModelAndJobs(db, name);
      },
      std::move(done));
}

void SqliteStore::SetAlias(std::string_view name, std::string_view alias,
                           uint32_t version, std::optional<uint32_t> expected,
                           Done<ModelVersion> done) {
  Write<ModelVersion>(
      writer_,
      [name = std::string(name), alias = std::string(alias), version,
       expected](Connection& db) {
        return alias_table::Set(db, name, alias, version, expected);
      },
      std::move(done));
}

void SqliteStore::DeleteAlias(std::string_view name, std::string_view alias,
                              std::optional<uint32_t> expected,
                              Done<ModelVersion> done) {
  Write<ModelVersion>(
      writer_,
      [name = std::string(name), alias = std::string(alias),
       expected](Connection& db) {
        return alias_table::Delete(db, name, alias, expected);
      },
      std::move(done));
}

template <typename Function>
absl::StatusOr<ModelVersion> SqliteStore::ReadVersion(const std::string& key,
                                                      Function read) const {
  // Counted first: who was told of a write never reads what was before it.
  const uint64_t commits = writer_.commits();
  if (auto version = versions_.Find(key, commits)) return *std::move(version);
  absl::StatusOr<ModelVersion> version = Read(*pools_.reads, read);
  if (version.ok()) versions_.Keep(key, commits, *version);
  return version;
}

absl::StatusOr<ModelVersion> SqliteStore::GetVersion(std::string_view name,
                                                     uint32_t version) const {
  const std::string key = fmt::format("version {} {}", name, version);
  return ReadVersion(key, [=](Connection& db) {
    return model_table::GetVersion(db, name, version);
  });
}

absl::StatusOr<ModelVersion> SqliteStore::GetAlias(
    std::string_view name, std::string_view alias) const {
  const std::string key = fmt::format("alias {} {}", name, alias);
  return ReadVersion(
      key, [=](Connection& db) { return alias_table::Get(db, name, alias); });
}

absl::StatusOr<std::vector<ModelVersion>> SqliteStore::ListModels(
    std::string_view after, size_t limit) const {
  return Read(*pools_.reads, [=](Connection& db) {
    return model_table::ListNewest(db, after, limit);
  });
}

absl::StatusOr<std::vector<ModelVersion>> SqliteStore::ListVersions(
    std::string_view name, uint32_t before, size_t limit) const {
  return Read(*pools_.reads, [=](Connection& db) {
    return model_table::ListVersions(db, name, before, limit);
  });
}

absl::StatusOr<std::shared_ptr<const Model>> SqliteStore::LoadModel(
    std::string_view sha256) const {
  MICROGPT_ASSIGN_OR_RETURN(const weights_table::StoredModel stored,
                            Read(*pools_.loads, [sha256](Connection& db) {
                              return weights_table::Find(db, sha256);
                            }));
  return weights_table::Parse(stored);
}

absl::StatusOr<std::vector<std::string>> SqliteStore::ModelNames() const {
  return Read(*pools_.reads, model_table::Names);
}

// --- The whole ---

absl::StatusOr<bool> SqliteStore::IsNew() const {
  return Read(*pools_.reads, model_table::IsNew);
}

absl::StatusOr<size_t> SqliteStore::CountModels() const {
  return Read(*pools_.reads, model_table::Count);
}

absl::StatusOr<uint64_t> SqliteStore::CountBytes() const {
  return Read(*pools_.reads, [](Connection& db) -> absl::StatusOr<uint64_t> {
    MICROGPT_ASSIGN_OR_RETURN(const auto pages,
                              db.QueryValue<uint64_t>("PRAGMA page_count"));
    MICROGPT_ASSIGN_OR_RETURN(const auto free,
                              db.QueryValue<uint64_t>("PRAGMA freelist_count"));
    MICROGPT_ASSIGN_OR_RETURN(const auto page_bytes,
                              db.QueryValue<uint64_t>("PRAGMA page_size"));
    return (*pages - *free) * *page_bytes;
  });
}

}  // namespace microgpt::server
