// SPDX-License-Identifier: MIT
//
// The tables, and how those of an older server become today's.
//
// A schema's version is the number of steps that led to it; it stands in the
// file as SQLite's user_version. A step that was released never changes: what
// is new is a further one.
#ifndef MICROGPT_SERVER_STORE_SCHEMA_H_
#define MICROGPT_SERVER_STORE_SCHEMA_H_

#include <span>

#include "absl/status/status.h"
#include "server/sqlite/connection.h"

namespace microgpt::server {

// A script of SQL that makes schema n + 1 of schema n, at place n.
using MigrationStep = const char*;

// Which jobs have not ended, as a condition of SQL: that of an index.
inline constexpr char kJobNotEnded[] =
    "state IN ('queued', 'running', 'cancelling')";

// All steps to today's schema.
std::span<const MigrationStep> MigrationSteps();

// Whether `steps` can migrate what is in `db`: nothing yet, or a store of a
// schema they know. Changes nothing. FAILED_PRECONDITION: it is another
// application's, or was written by a newer server.
absl::Status CheckSchema(sqlite::Connection& db,
                         std::span<const MigrationStep> steps);

// Does the steps that `db`, which CheckSchema found good, does not have yet;
// each whole or not at all.
absl::Status Migrate(sqlite::Connection& db,
                     std::span<const MigrationStep> steps);

// DATA_LOSS if a table is damaged. Reads all but the texts, weights, losses and
// norms, which are checked when they are loaded.
absl::Status CheckTables(sqlite::Connection& db);

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_STORE_SCHEMA_H_
