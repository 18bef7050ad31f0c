// SPDX-License-Identifier: MIT
#include "server/store/schema.h"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "core/errors/errors.h"

namespace microgpt::server {
namespace {

constexpr int64_t kApplicationId = 0x6d677074;  // "mgpt"

// Times are microseconds since 1970; configs, validation and samples are JSON.
constexpr char kFirstSchema[] = R"sql(
-- Every name that ever had a job or a version: its numbers are not used again.
CREATE TABLE models (
  name TEXT PRIMARY KEY,
  last_version INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE datasets (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,  -- sha256:<hex>
  documents INTEGER NOT NULL,
  characters INTEGER NOT NULL,
  duplicates INTEGER NOT NULL,
  longest INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  alphabet TEXT NOT NULL,
  forgotten INTEGER NOT NULL DEFAULT 0,  -- 1: its text was deleted
  create_time INTEGER NOT NULL
) STRICT;
CREATE INDEX datasets_forgotten ON datasets (id) WHERE forgotten;

CREATE TABLE dataset_names (
  name TEXT PRIMARY KEY,
  dataset TEXT NOT NULL REFERENCES datasets (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX dataset_names_by_dataset ON dataset_names (dataset);

-- A dataset's documents, each with a line feed, in pieces.
CREATE TABLE texts (
  dataset TEXT NOT NULL REFERENCES datasets (id),
  piece INTEGER NOT NULL,  -- 0, 1, …
  bytes BLOB NOT NULL,
  PRIMARY KEY (dataset, piece)
) STRICT;

CREATE TABLE jobs (
  id TEXT PRIMARY KEY,
  model TEXT NOT NULL REFERENCES models (name),
  request_id TEXT UNIQUE,
  fingerprint TEXT NOT NULL,
  model_config TEXT NOT NULL,
  training_config TEXT NOT NULL,
  dataset TEXT NOT NULL REFERENCES datasets (id),
  documents INTEGER NOT NULL,
  tokens INTEGER NOT NULL,
  duplicates INTEGER NOT NULL,
  truncated INTEGER NOT NULL,
  vocab_size INTEGER NOT NULL,
  num_parameters INTEGER NOT NULL,
  create_time INTEGER NOT NULL,
  state TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  step INTEGER NOT NULL,
  loss REAL,  -- NULL: not a number
  elapsed_ns INTEGER NOT NULL,
  validation TEXT NOT NULL,
  samples TEXT NOT NULL,
  version INTEGER NOT NULL,
  error_code INTEGER NOT NULL,  -- of gRPC; 0: none
  error_message TEXT NOT NULL,
  error_reason TEXT NOT NULL,
  end_time INTEGER
) STRICT;
CREATE INDEX jobs_by_model ON jobs (model, id);
CREATE INDEX jobs_by_dataset ON jobs (dataset);
CREATE INDEX jobs_not_ended ON jobs (id)
  WHERE state IN ('queued', 'running', 'cancelling');  -- kJobNotEnded

-- Little-endian doubles: steps 8192 · piece + 1, … of an ended job.
CREATE TABLE losses (
  job TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  piece INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (job, piece)
) STRICT;

CREATE TABLE versions (
  name TEXT NOT NULL REFERENCES models (name),
  version INTEGER NOT NULL,
  sha256 TEXT NOT NULL,  -- of its weights
  job TEXT NOT NULL,     -- '': imported
  base TEXT NOT NULL,
  model_config TEXT NOT NULL,
  tokenizer TEXT NOT NULL,
  precision TEXT NOT NULL,
  training_config TEXT,  -- NULL, here and below: not known
  dataset TEXT,
  documents INTEGER,
  tokens INTEGER,
  duplicates INTEGER,
  truncated INTEGER,
  vocab_size INTEGER NOT NULL,
  num_parameters INTEGER NOT NULL,
  memory_bytes INTEGER NOT NULL,
  loss REAL,
  validation_loss REAL,
  create_time INTEGER NOT NULL,
  PRIMARY KEY (name, version)
) STRICT;
CREATE INDEX versions_by_sha256 ON versions (sha256);
CREATE INDEX versions_by_dataset ON versions (dataset);

-- A model as a safetensors file, in pieces; equal versions share one.
CREATE TABLE weights (
  sha256 TEXT NOT NULL,  -- sha256:<hex> of the file without card and sum
  piece INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (sha256, piece)
) STRICT;

CREATE TABLE aliases (
  name TEXT NOT NULL,
  alias TEXT NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (name, alias),
  FOREIGN KEY (name, version) REFERENCES versions (name, version)
) STRICT, WITHOUT ROWID;
CREATE INDEX aliases_by_version ON aliases (name, version);
)sql";

constexpr char kNorms[] = R"sql(
-- Little-endian records, one for each step of an ended job at which norms were
-- taken, 64 in a piece: the step (uint32), then three floats a tensor.
CREATE TABLE norms (
  job TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  last_step INTEGER NOT NULL,  -- of the piece
  bytes BLOB NOT NULL,
  PRIMARY KEY (job, last_step)
) STRICT;
)sql";

constexpr MigrationStep kSteps[] = {kFirstSchema, kNorms};

absl::Status DoStep(sqlite::Connection& db, MigrationStep step,
                    size_t new_version) {
  MICROGPT_RETURN_IF_ERROR(db.Run("BEGIN IMMEDIATE"));
  // Both numbers are part of the transaction.
  absl::Status done = db.RunScript(fmt::format(
      "{}; PRAGMA application_id = {}; PRAGMA user_version = {}; COMMIT", step,
      kApplicationId, new_version));
  if (!done.ok() && db.in_transaction()) {
    static_cast<void>(db.Run("ROLLBACK"));
  }
  return done;
}

}  // namespace

std::span<const MigrationStep> MigrationSteps() { return kSteps; }

absl::Status CheckSchema(sqlite::Connection& db,
                         std::span<const MigrationStep> steps) {
  MICROGPT_ASSIGN_OR_RETURN(const auto application,
                            db.QueryValue<int64_t>("PRAGMA application_id"));
  MICROGPT_ASSIGN_OR_RETURN(const auto version,
                            db.QueryValue<int64_t>("PRAGMA user_version"));
  MICROGPT_ASSIGN_OR_RETURN(
      const auto tables,
      db.QueryValue<int64_t>("SELECT count(*) FROM sqlite_schema"));
  if (application == 0 && version == 0 && tables == 0) return absl::OkStatus();
  if (application != kApplicationId) {
    return absl::FailedPreconditionError(
        fmt::format("{} is another application's database: nothing was changed",
                    db.file_name()));
  }
  if (*version > static_cast<int64_t>(steps.size())) {
    return absl::FailedPreconditionError(
        fmt::format("{} was written by a newer microgptd (schema {}; this one "
                    "knows {}): nothing was changed",
                    db.file_name(), *version, steps.size()));
  }
  return absl::OkStatus();
}

absl::Status Migrate(sqlite::Connection& db,
                     std::span<const MigrationStep> steps) {
  MICROGPT_ASSIGN_OR_RETURN(const auto version,
                            db.QueryValue<int64_t>("PRAGMA user_version"));
  for (size_t i = static_cast<size_t>(*version); i < steps.size(); ++i) {
    MICROGPT_RETURN_IF_ERROR(DoStep(db, steps[i], i + 1));
  }
  return absl::OkStatus();
}

absl::Status CheckTables(sqlite::Connection& db) {
  MICROGPT_ASSIGN_OR_RETURN(
      const auto tables,
      db.QueryColumn<std::string>(
          "SELECT name FROM sqlite_schema WHERE type = 'table'"
          " AND name NOT IN ('texts', 'weights', 'losses', 'norms')"));
  for (const std::string& table : tables) {
    MICROGPT_ASSIGN_OR_RETURN(const auto findings,
                              db.QueryColumn<std::string>(fmt::format(
                                  "PRAGMA quick_check(\"{}\")", table)));
    if (findings.front() != "ok") {
      return absl::DataLossError(
          fmt::format("{} is damaged: {}", db.file_name(), findings.front()));
    }
  }
  return absl::OkStatus();
}

}  // namespace microgpt::server
