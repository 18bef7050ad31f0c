// SPDX-License-Identifier: MIT
#include "server/store/weights_table.h"

#include <fmt/format.h>

#include <optional>

#include "core/errors/errors.h"
#include "core/format/model_file.h"

namespace microgpt::server::weights_table {
namespace {

using sqlite::Connection;
using sqlite::Statement;

absl::Status DamagedError(const StoredModel& stored, std::string_view how) {
  return absl::DataLossError(fmt::format(
      "the weights of model {} are damaged: {}", stored.reference, how));
}

}  // namespace

absl::Status Keep(Connection& db, std::string_view sha256,
                  const std::shared_ptr<const Model>& model) {
  MICROGPT_ASSIGN_OR_RETURN(
      const auto known,
      db.QueryValue<int>("SELECT piece FROM weights WHERE sha256 = ? LIMIT 1",
                         sha256));
  if (known) return absl::OkStatus();
  const auto writer = ModelWriter::Create(ModelFormat::kSafetensors, model, {});
  for (int piece = 0;; ++piece) {
    const std::optional<std::string> bytes = writer->Next();
    if (!bytes) return absl::OkStatus();
    MICROGPT_RETURN_IF_ERROR(db.Run("INSERT INTO weights VALUES (?, ?, ?)",
                                    sha256, piece, sqlite::Blob{*bytes}));
  }
}

absl::Status DropUnused(Connection& db, std::string_view sha256) {
  return db.Run(
      "DELETE FROM weights WHERE sha256 = ?1"
      " AND NOT EXISTS (SELECT 1 FROM versions WHERE versions.sha256 = ?1)",
      sha256);
}

absl::StatusOr<StoredModel> Find(Connection& db, std::string_view sha256) {
  MICROGPT_ASSIGN_OR_RETURN(
      const auto reference,
      db.QueryValue<std::string>("SELECT name || '@' || version FROM versions"
                                 " WHERE sha256 = ? LIMIT 1",
                                 sha256));
  if (!reference) {
    return absl::NotFoundError(
        fmt::format("no version of a model has the sum {}", sha256));
  }
  StoredModel stored{std::string(sha256), *reference, ""};
  Statement pieces = db.Query(
      "SELECT bytes FROM weights WHERE sha256 = ? ORDER BY piece", sha256);
  while (pieces.Next()) {
    std::string_view bytes;
    pieces.Read(bytes);
    stored.bytes += bytes;
  }
  MICROGPT_RETURN_IF_ERROR(pieces.status());
  return stored;
}

absl::StatusOr<std::shared_ptr<const Model>> Parse(const StoredModel& stored) {
  absl::StatusOr<ModelFile> file = ReadModel(stored.bytes);
  if (!file.ok()) {
    return DamagedError(stored, std::string(file.status().message()));
  }
  // A file that is whole can still be another model's.
  const std::string sum = ModelSha256(*file->model);
  if (sum != stored.sha256) {
    return DamagedError(stored, fmt::format("their sum is {}", sum));
  }
  return file->model;
}

}  // namespace microgpt::server::weights_table
