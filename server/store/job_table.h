// SPDX-License-Identifier: MIT
//
// The tables jobs and losses; norm_table.h has the norms. Each function is part
// of a transaction of its caller; errors are as in store.h.
#ifndef MICROGPT_SERVER_STORE_JOB_TABLE_H_
#define MICROGPT_SERVER_STORE_JOB_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/text/corpus.h"
#include "server/sqlite/connection.h"
#include "server/store/records.h"
#include "server/store/store.h"

namespace microgpt::server::job_table {

// The version that a job's success makes, described but for its number;
// nullopt if it made no model. Takes time with the size of the model.
std::optional<ModelVersion> VersionOf(const FinishedJob& finished);

// Store::AcceptJob, FinishJob (made: VersionOf(finished)), ResumeJobs.
absl::StatusOr<JobRecord> Accept(sqlite::Connection& db, const JobRecord& job,
                                 const Corpus& corpus, TextOrigin origin);
absl::StatusOr<JobRecord> Finish(sqlite::Connection& db,
                                 const FinishedJob& finished,
                                 const std::optional<ModelVersion>& made);
absl::StatusOr<std::vector<JobRecord>> Resume(sqlite::Connection& db);

// Store::GetJob, GetJobOfRequest, ListJobs, GetLosses.
absl::StatusOr<JobRecord> Get(sqlite::Connection& db, std::string_view id);
absl::StatusOr<JobRecord> GetOfRequest(sqlite::Connection& db,
                                       std::string_view request_id);
absl::StatusOr<std::vector<JobRecord>> List(sqlite::Connection& db,
                                            std::string_view model,
                                            std::string_view before,
                                            size_t limit);
absl::StatusOr<std::vector<double>> GetLosses(sqlite::Connection& db,
                                              std::string_view job, size_t from,
                                              size_t limit);

// What DropJobsOf did.
struct DroppedJobs {
  int64_t deleted = 0;                 // that had ended
  std::vector<std::string> cancelled;  // that had not: their ids
};
// Deletes the ended jobs of a model, and ends the others CANCELLED.
absl::StatusOr<DroppedJobs> DropJobsOf(sqlite::Connection& db,
                                       std::string_view model);

}  // namespace microgpt::server::job_table

#endif  // MICROGPT_SERVER_STORE_JOB_TABLE_H_
