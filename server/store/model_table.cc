// SPDX-License-Identifier: MIT
#include "server/store/model_table.h"

#include <fmt/format.h>

#include <limits>
#include <utility>
#include <variant>

#include "core/errors/errors.h"
#include "core/format/model_file.h"
#include "server/errors/errors.h"
#include "server/store/columns.h"

namespace microgpt::server::model_table {
namespace {

using sqlite::Connection;
using sqlite::Statement;

// A query for Read.
std::string Select(std::string_view which) {
  return fmt::format(
      "SELECT v.name, v.version, sha256, job, base, model_config, tokenizer,"
      " precision, training_config, dataset, documents, tokens, duplicates,"
      " truncated,"
      " (SELECT forgotten FROM datasets WHERE datasets.id = v.dataset),"
      " vocab_size, num_parameters, memory_bytes, loss, validation_loss,"
      " create_time,"
      " (SELECT json_group_array(alias) FROM (SELECT alias FROM aliases AS a"
      "  WHERE a.name = v.name AND a.version = v.version ORDER BY alias))"
      " FROM versions AS v {}",
      which);
}

absl::StatusOr<ModelVersion> Read(const Statement& row) {
  ModelVersion version;
  DatasetSummary dataset;
  std::optional<std::string> training_config, dataset_id;
  std::string model_config, tokenizer, precision, aliases;
  int64_t create_time;
  row.Read(version.name, version.version, version.sha256, version.job,
           version.base, model_config, tokenizer, precision, training_config,
           dataset_id, dataset.documents, dataset.tokens, dataset.duplicates,
           dataset.truncated, dataset.forgotten, version.vocab_size,
           version.num_parameters, version.memory_bytes, version.loss,
           version.validation_loss, create_time, aliases);
  version.create_time = TimeOfColumn(create_time);
  if (dataset_id) {
    dataset.id = *dataset_id;
    version.dataset = dataset;
  }
  const bool whole =
      FromColumn(model_config, version.model_config) &&
      FromColumn(tokenizer, version.tokenizer) &&
      FromColumn(precision, version.precision) &&
      FromColumn(aliases, version.aliases) &&
      (!training_config ||
       FromColumn(*training_config, version.training_config.emplace()));
  if (!whole) {
    return absl::DataLossError(
        fmt::format("the record of model {} is damaged", version.Reference()));
  }
  return version;
}

absl::StatusOr<std::vector<ModelVersion>> ReadAll(Statement rows) {
  std::vector<ModelVersion> versions;
  while (rows.Next()) {
    MICROGPT_ASSIGN_OR_RETURN(ModelVersion version, Read(rows));
    versions.push_back(std::move(version));
  }
  MICROGPT_RETURN_IF_ERROR(rows.status());
  return versions;
}

// Whether `rows` has one.
absl::StatusOr<bool> Exists(Statement rows) {
  const bool exists = rows.Next();
  MICROGPT_RETURN_IF_ERROR(rows.status());
  return exists;
}

template <typename... Values>
absl::StatusOr<std::vector<std::string>> Strings(Connection& db,
                                                 std::string_view sql,
                                                 const Values&... values) {
  std::vector<std::string> strings;
  Statement rows = db.Query(sql, values...);
  while (rows.Next()) rows.Read(strings.emplace_back());
  MICROGPT_RETURN_IF_ERROR(rows.status());
  return strings;
}

// Why there is no such version (0: none at all).
absl::Status NoVersionError(Connection& db, std::string_view name,
                            uint32_t version) {
  Statement newest =
      db.Query("SELECT max(version) FROM versions WHERE name = ?", name);
  std::optional<uint32_t> number;
  if (newest.Next()) newest.Read(number);
  MICROGPT_RETURN_IF_ERROR(newest.status());
  if (number) {
    return absl::NotFoundError(
        fmt::format("model \"{}\" has no version {}: its newest is {}", name,
                    version, *number));
  }
  MICROGPT_ASSIGN_OR_RETURN(const auto names, Names(db));
  for (const std::string& known : names) {
    if (known != name) continue;
    return absl::NotFoundError(
        fmt::format("model \"{}\" has no version yet", name));
  }
  return UnknownNameError("model", name, names);
}

absl::Status NoAliasError(Connection& db, std::string_view name,
                          std::string_view alias) {
  MICROGPT_ASSIGN_OR_RETURN(
      const bool known,
      Exists(db.Query("SELECT 1 FROM versions WHERE name = ? LIMIT 1", name)));
  if (!known) return NoVersionError(db, name, 0);
  MICROGPT_ASSIGN_OR_RETURN(
      const auto aliases,
      Strings(db, "SELECT name || '@' || alias FROM aliases WHERE name = ?",
              name));
  return UnknownNameError("alias", fmt::format("{}@{}", name, alias), aliases);
}

// The version that an alias points to; 0: there is no such alias.
absl::StatusOr<uint32_t> Target(Connection& db, std::string_view name,
                                std::string_view alias) {
  Statement row = db.Query(
      "SELECT version FROM aliases WHERE name = ? AND alias = ?", name, alias);
  uint32_t version = 0;
  if (row.Next()) row.Read(version);
  MICROGPT_RETURN_IF_ERROR(row.status());
  return version;
}

// ABORTED if an alias that points to `target` is not where it is expected.
absl::Status CheckTarget(std::string_view name, std::string_view alias,
                         uint32_t target, std::optional<uint32_t> expected) {
  if (!expected || *expected == target) return absl::OkStatus();
  if (target == 0) {
    return absl::AbortedError(fmt::format(
        "alias {}@{} is not there, though expected to point to version {}",
        name, alias, *expected));
  }
  const std::string found =
      fmt::format("alias {}@{} points to version {}", name, alias, target);
  return absl::AbortedError(
      *expected == 0 ? fmt::format("{}, though expected to be new", found)
                     : fmt::format("{}, not to {}", found, *expected));
}

absl::Status AliasedError(const ModelVersion& version) {
  return absl::FailedPreconditionError(
      fmt::format("alias {}@{} points to {}: move or remove it first",
                  version.name, version.aliases.front(), version.Reference()));
}

absl::StatusOr<uint32_t> NextNumber(Connection& db, std::string_view name) {
  Statement next = db.Query(
      "UPDATE models SET last_version = last_version + 1 WHERE name = ?"
      " RETURNING last_version",
      name);
  uint32_t number = 0;
  if (next.Next()) next.Read(number);
  MICROGPT_RETURN_IF_ERROR(next.status());
  return number;
}

absl::Status InsertWeights(Connection& db, const std::string& sha256,
                           const std::shared_ptr<const Model>& model) {
  MICROGPT_ASSIGN_OR_RETURN(
      const bool known,
      Exists(
          db.Query("SELECT 1 FROM weights WHERE sha256 = ? LIMIT 1", sha256)));
  if (known) return absl::OkStatus();
  const auto writer = ModelWriter::Create(ModelFormat::kSafetensors, model, {});
  for (int piece = 0;; ++piece) {
    const std::optional<std::string> bytes = writer->Next();
    if (!bytes) return absl::OkStatus();
    MICROGPT_RETURN_IF_ERROR(db.Run("INSERT INTO weights VALUES (?, ?, ?)",
                                    sha256, piece, sqlite::Blob{*bytes}));
  }
}

absl::Status InsertVersion(Connection& db, const ModelVersion& version) {
  std::optional<std::string> training_config, dataset;
  std::optional<uint64_t> documents, tokens, duplicates, truncated;
  if (version.training_config) {
    training_config = ToColumn(*version.training_config);
  }
  if (version.dataset) {
    dataset = version.dataset->id;
    documents = version.dataset->documents;
    tokens = version.dataset->tokens;
    duplicates = version.dataset->duplicates;
    truncated = version.dataset->truncated;
  }
  return db.Run(
      "INSERT INTO versions (name, version, sha256, job, base, model_config,"
      " tokenizer, precision, training_config, dataset, documents, tokens,"
      " duplicates, truncated, vocab_size, num_parameters, memory_bytes, loss,"
      " validation_loss, create_time) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
      " ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      version.name, version.version, version.sha256, version.job, version.base,
      ToColumn(version.model_config), ToColumn(version.tokenizer),
      ToColumn(version.precision), training_config, dataset, documents, tokens,
      duplicates, truncated, version.vocab_size, version.num_parameters,
      version.memory_bytes, version.loss, version.validation_loss,
      ToColumn(version.create_time));
}

absl::Status DropWeightsIfUnused(Connection& db, std::string_view sha256) {
  return db.Run(
      "DELETE FROM weights WHERE sha256 = ?1"
      " AND NOT EXISTS (SELECT 1 FROM versions WHERE versions.sha256 = ?1)",
      sha256);
}

absl::Status DamagedError(const StoredModel& stored, std::string_view how) {
  return absl::DataLossError(fmt::format(
      "the weights of model {} are damaged: {}", stored.reference, how));
}

}  // namespace

absl::Status AddName(Connection& db, std::string_view name) {
  return db.Run("INSERT INTO models (name) VALUES (?) ON CONFLICT DO NOTHING",
                name);
}

ModelVersion Describe(ModelVersion version, const Model& model) {
  version.sha256 = ModelSha256(model);
  version.model_config = model.config();
  version.tokenizer = model.tokenizer().kind();
  version.precision =
      std::holds_alternative<Parameters<double>>(model.parameters())
          ? Precision::kFloat64
          : Precision::kFloat32;
  version.vocab_size = model.tokenizer().vocab_size();
  version.num_parameters =
      CountParameters(model.config(), model.tokenizer().vocab_size());
  version.memory_bytes = model.memory_bytes();
  return version;
}

absl::StatusOr<ModelVersion> Add(Connection& db, ModelVersion version,
                                 const std::shared_ptr<const Model>& model) {
  MICROGPT_RETURN_IF_ERROR(AddName(db, version.name));
  MICROGPT_ASSIGN_OR_RETURN(version.version, NextNumber(db, version.name));
  MICROGPT_RETURN_IF_ERROR(InsertWeights(db, version.sha256, model));
  MICROGPT_RETURN_IF_ERROR(InsertVersion(db, version));
  return GetVersion(db, version.name, version.version);
}

absl::StatusOr<ModelVersion> DeleteVersion(Connection& db,
                                           std::string_view name,
                                           uint32_t number) {
  MICROGPT_ASSIGN_OR_RETURN(const ModelVersion version,
                            GetVersion(db, name, number));
  if (!version.aliases.empty()) return AliasedError(version);
  MICROGPT_RETURN_IF_ERROR(
      db.Run("DELETE FROM versions WHERE name = ? AND version = ?", name,
             version.version));
  MICROGPT_RETURN_IF_ERROR(DropWeightsIfUnused(db, version.sha256));
  return version;
}

absl::StatusOr<uint32_t> DeleteVersions(Connection& db, std::string_view name) {
  MICROGPT_ASSIGN_OR_RETURN(
      const auto aliased,
      ReadAll(db.Query(Select("WHERE name = ?1 AND version IN"
                              " (SELECT version FROM aliases WHERE name = ?1)"
                              " LIMIT 1"),
                       name)));
  if (!aliased.empty()) return AliasedError(aliased.front());
  MICROGPT_ASSIGN_OR_RETURN(
      const auto sums,
      Strings(db, "SELECT DISTINCT sha256 FROM versions WHERE name = ?", name));
  MICROGPT_RETURN_IF_ERROR(db.Run("DELETE FROM versions WHERE name = ?", name));
  const auto deleted = static_cast<uint32_t>(db.changes());
  for (const std::string& sum : sums) {
    MICROGPT_RETURN_IF_ERROR(DropWeightsIfUnused(db, sum));
  }
  return deleted;
}

absl::StatusOr<ModelVersion> SetAlias(Connection& db, std::string_view name,
                                      std::string_view alias, uint32_t number,
                                      std::optional<uint32_t> expected) {
  MICROGPT_ASSIGN_OR_RETURN(const ModelVersion version,
                            GetVersion(db, name, number));
  MICROGPT_ASSIGN_OR_RETURN(const uint32_t target, Target(db, name, alias));
  MICROGPT_RETURN_IF_ERROR(CheckTarget(name, alias, target, expected));
  MICROGPT_RETURN_IF_ERROR(
      db.Run("INSERT INTO aliases (name, alias, version) VALUES (?, ?, ?)"
             " ON CONFLICT DO UPDATE SET version = excluded.version",
             name, alias, version.version));
  return GetVersion(db, name, version.version);
}

absl::StatusOr<ModelVersion> DeleteAlias(Connection& db, std::string_view name,
                                         std::string_view alias,
                                         std::optional<uint32_t> expected) {
  MICROGPT_ASSIGN_OR_RETURN(const uint32_t target, Target(db, name, alias));
  if (target == 0) return NoAliasError(db, name, alias);
  MICROGPT_RETURN_IF_ERROR(CheckTarget(name, alias, target, expected));
  MICROGPT_RETURN_IF_ERROR(
      db.Run("DELETE FROM aliases WHERE name = ? AND alias = ?", name, alias));
  return GetVersion(db, name, target);
}

absl::StatusOr<ModelVersion> GetVersion(Connection& db, std::string_view name,
                                        uint32_t version) {
  Statement row =
      version == 0
          ? db.Query(Select("WHERE name = ? ORDER BY version DESC LIMIT 1"),
                     name)
          : db.Query(Select("WHERE name = ? AND version = ?"), name, version);
  if (row.Next()) return Read(row);
  MICROGPT_RETURN_IF_ERROR(row.status());
  return NoVersionError(db, name, version);
}

absl::StatusOr<ModelVersion> GetAlias(Connection& db, std::string_view name,
                                      std::string_view alias) {
  MICROGPT_ASSIGN_OR_RETURN(const uint32_t target, Target(db, name, alias));
  if (target == 0) return NoAliasError(db, name, alias);
  return GetVersion(db, name, target);
}

absl::StatusOr<std::vector<ModelVersion>> ListNewest(Connection& db,
                                                     std::string_view after,
                                                     size_t limit) {
  return ReadAll(db.Query(
      Select("JOIN models AS m ON v.name = m.name AND v.version ="
             "  (SELECT max(version) FROM versions WHERE name = m.name)"
             " WHERE m.name > ? ORDER BY m.name LIMIT ?"),
      after, limit));
}

absl::StatusOr<std::vector<ModelVersion>> ListVersions(Connection& db,
                                                       std::string_view name,
                                                       uint32_t before,
                                                       size_t limit) {
  constexpr auto kAll = std::numeric_limits<int64_t>::max();
  return ReadAll(db.Query(
      Select("WHERE name = ? AND version < ? ORDER BY version DESC LIMIT ?"),
      name, before == 0 ? kAll : int64_t{before}, limit));
}

absl::StatusOr<std::vector<std::string>> Names(Connection& db) {
  return Strings(
      db,
      "SELECT name FROM models AS m"
      " WHERE EXISTS (SELECT 1 FROM versions WHERE versions.name = m.name)"
      " OR EXISTS (SELECT 1 FROM jobs WHERE jobs.model = m.name)"
      " ORDER BY name");
}

absl::StatusOr<bool> IsNew(Connection& db) {
  MICROGPT_ASSIGN_OR_RETURN(const bool used,
                            Exists(db.Query("SELECT 1 FROM models LIMIT 1")));
  return !used;
}

absl::StatusOr<size_t> Count(Connection& db) {
  Statement row = db.Query(
      "SELECT count(*) FROM models AS m"
      " WHERE EXISTS (SELECT 1 FROM versions WHERE versions.name = m.name)");
  size_t count = 0;
  if (row.Next()) row.Read(count);
  MICROGPT_RETURN_IF_ERROR(row.status());
  return count;
}

absl::StatusOr<StoredModel> Find(Connection& db, std::string_view sha256) {
  StoredModel stored;
  stored.sha256 = sha256;
  MICROGPT_ASSIGN_OR_RETURN(
      const auto versions,
      ReadAll(db.Query(Select("WHERE sha256 = ? LIMIT 1"), sha256)));
  if (versions.empty()) {
    return absl::NotFoundError(
        fmt::format("no version of a model has the sum {}", sha256));
  }
  stored.reference = versions.front().Reference();
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

}  // namespace microgpt::server::model_table
