// SPDX-License-Identifier: MIT
#include "server/store/job_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstring>
#include <span>
#include <utility>

#include "core/errors/errors.h"
#include "server/errors/errors.h"
#include "server/store/columns.h"
#include "server/store/dataset_table.h"
#include "server/store/model_table.h"
#include "server/store/norm_table.h"
#include "server/store/schema.h"

namespace microgpt::server::job_table {
namespace {

using sqlite::Connection;
using sqlite::Statement;

// As the schema promises; also what GetLosses sends in a message.
constexpr size_t kPieceLosses = 8192;
static_assert(std::endian::native == std::endian::little,
              "losses are kept as they stand in memory");

// A query for Read.
std::string Select(std::string_view which) {
  return fmt::format(
      "SELECT id, model, request_id, fingerprint, model_config,"
      " training_config, dataset, documents, tokens, duplicates, truncated,"
      " (SELECT forgotten FROM datasets WHERE datasets.id = jobs.dataset),"
      " vocab_size, num_parameters, create_time, state, attempt, revision,"
      " step, loss, elapsed_ns, validation, samples, version, error_code,"
      " error_message, error_reason, end_time FROM jobs {}",
      which);
}

absl::Status MakeError(int code, const std::string& message,
                       const std::string& reason) {
  const absl::Status error(static_cast<absl::StatusCode>(code), message);
  return reason.empty() ? error : WithReason(error, reason);
}

absl::StatusOr<JobRecord> Read(const Statement& row) {
  JobRecord job;
  DatasetSummary& dataset = job.dataset;
  std::string model_config, training_config, state, validation, samples;
  std::string error_message, error_reason;
  int64_t create_time, elapsed_ns;
  int error_code;
  std::optional<int64_t> end_time;
  row.Read(job.id, job.model, job.request_id, job.fingerprint, model_config,
           training_config, dataset.id, dataset.documents, dataset.tokens,
           dataset.duplicates, dataset.truncated, dataset.forgotten,
           job.vocab_size, job.num_parameters, create_time, state, job.attempt,
           job.revision, job.step, job.loss, elapsed_ns, validation, samples,
           job.version, error_code, error_message, error_reason, end_time);
  job.create_time = TimeOfColumn(create_time);
  job.elapsed = std::chrono::nanoseconds(elapsed_ns);
  job.error = MakeError(error_code, error_message, error_reason);
  if (end_time) job.end_time = TimeOfColumn(*end_time);
  const bool whole = FromColumn(model_config, job.model_config) &&
                     FromColumn(training_config, job.training_config) &&
                     FromColumn(state, job.state) &&
                     FromColumn(validation, job.validation) &&
                     FromColumn(samples, job.samples);
  if (!whole) {
    return absl::DataLossError(
        fmt::format("the record of job {} is damaged", job.id));
  }
  return job;
}

absl::StatusOr<std::vector<JobRecord>> ReadAll(Statement rows) {
  std::vector<JobRecord> jobs;
  while (rows.Next()) {
    MICROGPT_ASSIGN_OR_RETURN(JobRecord job, Read(rows));
    jobs.push_back(std::move(job));
  }
  MICROGPT_RETURN_IF_ERROR(rows.status());
  return jobs;
}

absl::Status Insert(Connection& db, const JobRecord& job) {
  std::optional<std::string> request_id;
  if (!job.request_id.empty()) request_id = job.request_id;
  return db.Run(
      "INSERT INTO jobs (id, model, request_id, fingerprint, model_config,"
      " training_config, dataset, documents, tokens, duplicates, truncated,"
      " vocab_size, num_parameters, create_time, state, attempt, revision,"
      " step, loss, elapsed_ns, validation, samples, version, error_code,"
      " error_message, error_reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
      " ?, ?, ?, ?, ?, ?, 0, 0, 0, '[]', '[]', 0, 0, '', '')",
      job.id, job.model, request_id, job.fingerprint,
      ToColumn(job.model_config), ToColumn(job.training_config), job.dataset.id,
      job.dataset.documents, job.dataset.tokens, job.dataset.duplicates,
      job.dataset.truncated, job.vocab_size, job.num_parameters,
      ToColumn(job.create_time), ToColumn(job.state), job.attempt,
      job.revision);
}

// Writes what has become of the job since it was accepted.
absl::Status Update(Connection& db, const JobRecord& job) {
  std::optional<int64_t> end_time;
  if (job.end_time) end_time = ToColumn(*job.end_time);
  return db.Run(
      "UPDATE jobs SET state = ?, attempt = ?, revision = ?, step = ?,"
      " loss = ?, elapsed_ns = ?, validation = ?, samples = ?, version = ?,"
      " error_code = ?, error_message = ?, error_reason = ?, end_time = ?"
      " WHERE id = ?",
      ToColumn(job.state), job.attempt, job.revision, job.step, job.loss,
      job.elapsed.count(), ToColumn(job.validation), ToColumn(job.samples),
      job.version, static_cast<int>(job.error.code()),
      std::string(job.error.message()), ReasonOf(job.error), end_time, job.id);
}

absl::Status InsertLosses(Connection& db, const std::string& job,
                          std::span<const double> losses) {
  for (int piece = 0; !losses.empty(); ++piece) {
    const auto first = losses.first(std::min(losses.size(), kPieceLosses));
    const sqlite::Blob bytes{
        {reinterpret_cast<const char*>(first.data()), first.size_bytes()}};
    MICROGPT_RETURN_IF_ERROR(
        db.Run("INSERT INTO losses VALUES (?, ?, ?)", job, piece, bytes));
    losses = losses.subspan(first.size());
  }
  return absl::OkStatus();
}

// Appends the losses in `bytes` from the `skip`-th on, up to `limit` in all.
void AppendLosses(std::string_view bytes, size_t skip, size_t limit,
                  std::vector<double>& losses) {
  const size_t stored = bytes.size() / sizeof(double);
  if (skip >= stored) return;
  const size_t count = std::min(stored - skip, limit - losses.size());
  const size_t old_size = losses.size();
  losses.resize(old_size + count);
  std::memcpy(losses.data() + old_size, bytes.data() + skip * sizeof(double),
              count * sizeof(double));
}

}  // namespace

std::optional<ModelVersion> VersionOf(const FinishedJob& finished) {
  if (finished.model == nullptr) return std::nullopt;
  const JobRecord& job = finished.job;
  ModelVersion version;
  version.name = job.model;
  version.job = job.id;
  version.training_config = job.training_config;
  version.dataset = job.dataset;
  version.loss = job.loss;
  if (!job.validation.empty()) {
    version.validation_loss = job.validation.back().loss;
  }
  version.create_time = job.end_time.value_or(std::chrono::system_clock::now());
  return model_table::Describe(std::move(version), *finished.model);
}

absl::StatusOr<JobRecord> Accept(Connection& db, const JobRecord& job,
                                 const Corpus& corpus, TextOrigin origin) {
  if (!job.request_id.empty()) {
    absl::StatusOr<JobRecord> earlier = GetOfRequest(db, job.request_id);
    if (!absl::IsNotFound(earlier.status())) return earlier;
  }
  if (origin == TextOrigin::kStored) {
    MICROGPT_RETURN_IF_ERROR(dataset_table::CheckKept(db, corpus.id()));
  } else {
    MICROGPT_RETURN_IF_ERROR(dataset_table::Keep(db, corpus));
  }
  MICROGPT_RETURN_IF_ERROR(model_table::AddName(db, job.model));
  MICROGPT_RETURN_IF_ERROR(Insert(db, job));
  return job;
}

absl::StatusOr<JobRecord> Finish(Connection& db, const FinishedJob& finished,
                                 const std::optional<ModelVersion>& made) {
  MICROGPT_ASSIGN_OR_RETURN(const JobRecord kept, Get(db, finished.job.id));
  if (IsDone(kept.state)) return kept;
  JobRecord job = finished.job;
  if (made) {
    MICROGPT_ASSIGN_OR_RETURN(const ModelVersion added,
                              model_table::Add(db, *made, finished.model));
    job.version = added.version;
  }
  MICROGPT_RETURN_IF_ERROR(Update(db, job));
  MICROGPT_RETURN_IF_ERROR(InsertLosses(db, job.id, finished.losses));
  MICROGPT_RETURN_IF_ERROR(norm_table::Insert(db, job, finished.norms));
  return job;
}

absl::StatusOr<std::vector<JobRecord>> Resume(Connection& db) {
  MICROGPT_RETURN_IF_ERROR(db.Run(fmt::format(
      "UPDATE jobs SET attempt = attempt + 1, revision = revision + 1 WHERE {}",
      kJobNotEnded)));
  return ReadAll(
      db.Query(Select(fmt::format("WHERE {} ORDER BY id", kJobNotEnded))));
}

absl::StatusOr<JobRecord> Get(Connection& db, std::string_view id) {
  Statement row = db.Query(Select("WHERE id = ?"), id);
  if (row.Next()) return Read(row);
  MICROGPT_RETURN_IF_ERROR(row.status());
  return UnknownNameError("job", id, {});
}

absl::StatusOr<JobRecord> GetOfRequest(Connection& db,
                                       std::string_view request_id) {
  Statement row = db.Query(Select("WHERE request_id = ?"), request_id);
  if (row.Next()) return Read(row);
  MICROGPT_RETURN_IF_ERROR(row.status());
  return UnknownNameError("request", request_id, {});
}

absl::StatusOr<std::vector<JobRecord>> List(Connection& db,
                                            std::string_view model,
                                            std::string_view before,
                                            size_t limit) {
  // No UTF-8 is above this byte.
  const std::string_view bound = before.empty() ? "\xff" : before;
  return ReadAll(
      model.empty()
          ? db.Query(Select("WHERE id < ? ORDER BY id DESC LIMIT ?"), bound,
                     limit)
          : db.Query(
                Select("WHERE model = ? AND id < ? ORDER BY id DESC LIMIT ?"),
                model, bound, limit));
}

absl::StatusOr<std::vector<double>> GetLosses(Connection& db,
                                              std::string_view job, size_t from,
                                              size_t limit) {
  MICROGPT_RETURN_IF_ERROR(Get(db, job).status());
  std::vector<double> losses;
  size_t skip = from % kPieceLosses;
  Statement pieces = db.Query(
      "SELECT bytes FROM losses WHERE job = ? AND piece >= ? ORDER BY piece",
      job, from / kPieceLosses);
  while (losses.size() < limit && pieces.Next()) {
    std::string_view bytes;
    pieces.Read(bytes);
    AppendLosses(bytes, std::exchange(skip, 0), limit, losses);
  }
  MICROGPT_RETURN_IF_ERROR(pieces.status());
  return losses;
}

absl::StatusOr<DroppedJobs> DropJobsOf(Connection& db, std::string_view model) {
  DroppedJobs dropped;
  MICROGPT_RETURN_IF_ERROR(db.Run(
      fmt::format("DELETE FROM jobs WHERE model = ? AND NOT {}", kJobNotEnded),
      model));
  dropped.deleted = db.changes();
  MICROGPT_ASSIGN_OR_RETURN(
      dropped.cancelled,
      db.QueryColumn<std::string>(
          fmt::format("UPDATE jobs SET state = ?, end_time = ?,"
                      " revision = revision + 1 WHERE model = ? AND {}"
                      " RETURNING id",
                      kJobNotEnded),
          ToColumn(JobState::kCancelled),
          ToColumn(std::chrono::system_clock::now()), model));
  return dropped;
}

}  // namespace microgpt::server::job_table
