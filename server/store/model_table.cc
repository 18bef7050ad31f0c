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
#include "server/store/weights_table.h"

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

// Why there is no such version (0: none at all).
absl::Status NoVersionError(Connection& db, std::string_view name,
                            uint32_t version) {
  MICROGPT_ASSIGN_OR_RETURN(
      const auto newest,
      db.QueryValue<uint32_t>("SELECT version FROM versions WHERE name = ?"
                              " ORDER BY version DESC LIMIT 1",
                              name));
  if (newest) {
    return absl::NotFoundError(
        fmt::format("model \"{}\" has no version {}: its newest is {}", name,
                    version, *newest));
  }
  MICROGPT_ASSIGN_OR_RETURN(const auto names, Names(db));
  for (const std::string& known : names) {
    if (known != name) continue;
    return absl::NotFoundError(
        fmt::format("model \"{}\" has no version yet", name));
  }
  return UnknownNameError("model", name, names);
}

absl::Status AliasedError(const ModelVersion& version) {
  return absl::FailedPreconditionError(
      fmt::format("alias {}@{} points to {}: move or remove it first",
                  version.name, version.aliases.front(), version.Reference()));
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
  MICROGPT_ASSIGN_OR_RETURN(
      const auto number,
      db.QueryValue<uint32_t>(
          "UPDATE models SET last_version = last_version + 1 WHERE name = ?"
          " RETURNING last_version",
          version.name));
  version.version = *number;
  MICROGPT_RETURN_IF_ERROR(weights_table::Keep(db, version.sha256, model));
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
  MICROGPT_RETURN_IF_ERROR(weights_table::DropUnused(db, version.sha256));
  return version;
}

absl::StatusOr<std::vector<uint32_t>> DeleteVersions(Connection& db,
                                                     std::string_view name) {
  MICROGPT_ASSIGN_OR_RETURN(
      const auto aliased,
      ReadAll(db.Query(Select("WHERE name = ?1 AND version IN"
                              " (SELECT version FROM aliases WHERE name = ?1)"
                              " LIMIT 1"),
                       name)));
  if (!aliased.empty()) return AliasedError(aliased.front());
  MICROGPT_ASSIGN_OR_RETURN(
      const auto sums,
      db.QueryColumn<std::string>(
          "SELECT DISTINCT sha256 FROM versions WHERE name = ?", name));
  MICROGPT_ASSIGN_OR_RETURN(
      auto numbers,
      db.QueryColumn<uint32_t>(
          "SELECT version FROM versions WHERE name = ? ORDER BY version",
          name));
  MICROGPT_RETURN_IF_ERROR(db.Run("DELETE FROM versions WHERE name = ?", name));
  for (const std::string& sum : sums) {
    MICROGPT_RETURN_IF_ERROR(weights_table::DropUnused(db, sum));
  }
  return numbers;
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
  return db.QueryColumn<std::string>(
      "SELECT name FROM models AS m"
      " WHERE EXISTS (SELECT 1 FROM versions WHERE versions.name = m.name)"
      " OR EXISTS (SELECT 1 FROM jobs WHERE jobs.model = m.name)"
      " ORDER BY name");
}

absl::StatusOr<bool> IsNew(Connection& db) {
  MICROGPT_ASSIGN_OR_RETURN(
      const auto name,
      db.QueryValue<std::string>("SELECT name FROM models LIMIT 1"));
  return !name;
}

absl::StatusOr<size_t> Count(Connection& db) {
  MICROGPT_ASSIGN_OR_RETURN(
      const auto count,
      db.QueryValue<size_t>(
          "SELECT count(*) FROM models AS m WHERE EXISTS"
          " (SELECT 1 FROM versions WHERE versions.name = m.name)"));
  return *count;
}

}  // namespace microgpt::server::model_table
