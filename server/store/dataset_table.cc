// SPDX-License-Identifier: MIT
#include "server/store/dataset_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <string>
#include <utility>

#include "core/errors/errors.h"
#include "core/text/corpus_builder.h"
#include "core/text/utf8.h"
#include "server/errors/errors.h"
#include "server/store/columns.h"
#include "server/store/schema.h"

namespace microgpt::server::dataset_table {
namespace {

using sqlite::Connection;
using sqlite::Statement;

constexpr size_t kPieceBytes = 1 << 20;

// A name has no colon.
bool IsId(std::string_view dataset) { return dataset.starts_with("sha256:"); }

std::string AlphabetOf(const Corpus& corpus) {
  std::string alphabet;
  for (const char32_t character : corpus.alphabet()) {
    AppendUtf8(character, alphabet);
  }
  return alphabet;
}

absl::Status NotFound(Connection& db, std::string_view dataset) {
  if (IsId(dataset)) return UnknownNameError("dataset", dataset, {});
  MICROGPT_ASSIGN_OR_RETURN(
      const auto names,
      db.QueryColumn<std::string>("SELECT name FROM dataset_names"));
  return UnknownNameError("dataset", dataset, names);
}

// The id of a dataset by its name or its id. NOT_FOUND.
absl::StatusOr<std::string> Resolve(Connection& db, std::string_view dataset) {
  MICROGPT_ASSIGN_OR_RETURN(
      const auto id,
      db.QueryValue<std::string>(
          IsId(dataset) ? "SELECT id FROM datasets WHERE id = ?"
                        : "SELECT dataset FROM dataset_names WHERE name = ?",
          dataset));
  if (!id) return NotFound(db, dataset);
  return *id;
}

absl::Status InsertRecord(Connection& db, const Corpus& corpus) {
  return db.Run(
      "INSERT INTO datasets (id, documents, characters, duplicates, longest,"
      " bytes, alphabet, create_time) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      corpus.id(), corpus.size(), corpus.characters(), corpus.duplicates(),
      corpus.longest(), corpus.bytes(), AlphabetOf(corpus),
      ToColumn(std::chrono::system_clock::now()));
}

absl::Status InsertText(Connection& db, const Corpus& corpus) {
  std::string_view rest = corpus.text();
  for (int piece = 0; !rest.empty(); ++piece) {
    const std::string_view bytes =
        rest.substr(0, std::min(kPieceBytes, rest.size()));
    MICROGPT_RETURN_IF_ERROR(db.Run("INSERT INTO texts VALUES (?, ?, ?)",
                                    corpus.id(), piece, sqlite::Blob{bytes}));
    rest.remove_prefix(bytes.size());
  }
  return absl::OkStatus();
}

// FAILED_PRECONDITION if a job that has not ended needs the text.
absl::Status CheckNotNeeded(Connection& db, std::string_view dataset,
                            std::string_view id) {
  MICROGPT_ASSIGN_OR_RETURN(
      const auto job,
      db.QueryValue<std::string>(
          fmt::format("SELECT id FROM jobs WHERE dataset = ? AND {}"
                      " ORDER BY id LIMIT 1",
                      kJobNotEnded),
          id));
  if (!job) return absl::OkStatus();
  return absl::FailedPreconditionError(
      fmt::format("dataset \"{}\" is needed by job {}, which has not ended",
                  dataset, *job));
}

absl::Status Forget(Connection& db, std::string_view id) {
  MICROGPT_RETURN_IF_ERROR(
      db.Run("DELETE FROM dataset_names WHERE dataset = ?", id));
  MICROGPT_RETURN_IF_ERROR(db.Run("DELETE FROM texts WHERE dataset = ?", id));
  MICROGPT_RETURN_IF_ERROR(
      db.Run("UPDATE datasets SET forgotten = 1 WHERE id = ?", id));
  return DropUnreferenced(db);
}

// A query for Read.
std::string Select(std::string_view which) {
  return fmt::format(
      "SELECT sequence, id, documents, characters, duplicates, longest, bytes,"
      " alphabet, forgotten, create_time,"
      " (SELECT json_group_array(name) FROM (SELECT name FROM dataset_names"
      "  WHERE dataset = id ORDER BY name))"
      " FROM datasets {}",
      which);
}

absl::StatusOr<DatasetRecord> Read(const Statement& row) {
  DatasetRecord dataset;
  int64_t create_time;
  std::string names;
  row.Read(dataset.sequence, dataset.id, dataset.documents, dataset.characters,
           dataset.duplicates, dataset.longest, dataset.bytes, dataset.alphabet,
           dataset.forgotten, create_time, names);
  dataset.create_time = TimeOfColumn(create_time);
  if (!FromColumn(names, dataset.names)) {
    return absl::DataLossError(
        fmt::format("the record of dataset {} is damaged", dataset.id));
  }
  return dataset;
}

absl::Status DamagedError(std::string_view id, std::string_view how) {
  return absl::DataLossError(
      fmt::format("the text of dataset {} is damaged: {}", id, how));
}

}  // namespace

absl::Status Keep(Connection& db, const Corpus& corpus) {
  MICROGPT_ASSIGN_OR_RETURN(
      const auto forgotten,
      db.QueryValue<bool>("SELECT forgotten FROM datasets WHERE id = ?",
                          corpus.id()));
  if (!forgotten) {
    MICROGPT_RETURN_IF_ERROR(InsertRecord(db, corpus));
  } else if (*forgotten) {
    MICROGPT_RETURN_IF_ERROR(
        db.Run("UPDATE datasets SET forgotten = 0 WHERE id = ?", corpus.id()));
  } else {
    return absl::OkStatus();
  }
  return InsertText(db, corpus);
}

absl::Status CheckKept(Connection& db, std::string_view id) {
  MICROGPT_ASSIGN_OR_RETURN(
      const auto forgotten,
      db.QueryValue<bool>("SELECT forgotten FROM datasets WHERE id = ?", id));
  if (forgotten && !*forgotten) return absl::OkStatus();
  return absl::FailedPreconditionError(
      fmt::format("dataset \"{}\": its text was deleted", id));
}

absl::StatusOr<DatasetRecord> Add(Connection& db, std::string_view name,
                                  const Corpus& corpus) {
  MICROGPT_RETURN_IF_ERROR(Keep(db, corpus));
  if (!name.empty()) {
    MICROGPT_RETURN_IF_ERROR(
        db.Run("INSERT INTO dataset_names VALUES (?, ?) ON CONFLICT DO NOTHING",
               name, corpus.id()));
    MICROGPT_ASSIGN_OR_RETURN(const std::string owner, Resolve(db, name));
    if (owner != corpus.id()) {
      return absl::AlreadyExistsError(
          fmt::format("dataset \"{}\" is another text, {}", name, owner));
    }
  }
  return Get(db, corpus.id());
}

absl::StatusOr<bool> Delete(Connection& db, std::string_view dataset) {
  MICROGPT_ASSIGN_OR_RETURN(const std::string id, Resolve(db, dataset));
  if (!IsId(dataset)) {
    MICROGPT_RETURN_IF_ERROR(
        db.Run("DELETE FROM dataset_names WHERE name = ?", dataset));
    MICROGPT_ASSIGN_OR_RETURN(const DatasetRecord left, Get(db, id));
    if (!left.names.empty()) return false;
  }
  MICROGPT_RETURN_IF_ERROR(CheckNotNeeded(db, dataset, id));
  MICROGPT_RETURN_IF_ERROR(Forget(db, id));
  return true;
}

absl::StatusOr<DatasetRecord> Get(Connection& db, std::string_view dataset) {
  MICROGPT_ASSIGN_OR_RETURN(const std::string id, Resolve(db, dataset));
  Statement row = db.Query(Select("WHERE id = ?"), id);
  if (!row.Next()) {
    MICROGPT_RETURN_IF_ERROR(row.status());
    return NotFound(db, dataset);
  }
  return Read(row);
}

absl::StatusOr<std::vector<DatasetRecord>> List(Connection& db, uint64_t before,
                                                size_t limit) {
  constexpr auto kAll = std::numeric_limits<int64_t>::max();
  const bool all = before == 0 || before > uint64_t{kAll};
  std::vector<DatasetRecord> page;
  Statement rows =
      db.Query(Select("WHERE sequence < ? ORDER BY sequence DESC LIMIT ?"),
               all ? kAll : static_cast<int64_t>(before), limit);
  while (rows.Next()) {
    MICROGPT_ASSIGN_OR_RETURN(DatasetRecord dataset, Read(rows));
    page.push_back(std::move(dataset));
  }
  MICROGPT_RETURN_IF_ERROR(rows.status());
  return page;
}

absl::StatusOr<StoredText> Find(Connection& db, std::string_view id) {
  MICROGPT_ASSIGN_OR_RETURN(const DatasetRecord dataset, Get(db, id));
  MICROGPT_RETURN_IF_ERROR(CheckKept(db, dataset.id));
  MICROGPT_ASSIGN_OR_RETURN(
      auto pieces,
      db.QueryColumn<std::string>(
          "SELECT bytes FROM texts WHERE dataset = ? ORDER BY piece",
          dataset.id));
  return StoredText{dataset.id, std::move(pieces)};
}

absl::StatusOr<std::shared_ptr<const Corpus>> Clean(StoredText stored) {
  CorpusBuilder builder;
  for (std::string& piece : stored.pieces) {
    // Moved out, so that the text is not in memory twice at the end.
    const std::string bytes = std::exchange(piece, "");
    if (absl::Status status = builder.Append(bytes); !status.ok()) {
      return DamagedError(stored.id, std::string(status.message()));
    }
  }
  absl::StatusOr<Corpus> corpus = std::move(builder).Finish();
  if (!corpus.ok()) {
    return DamagedError(stored.id, std::string(corpus.status().message()));
  }
  if (corpus->id() != stored.id) {
    return DamagedError(stored.id, fmt::format("its sum is {}", corpus->id()));
  }
  return std::make_shared<const Corpus>(*std::move(corpus));
}

absl::Status DropUnreferenced(Connection& db) {
  return db.Run(
      "DELETE FROM datasets WHERE forgotten"
      " AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.dataset = datasets.id)"
      " AND NOT EXISTS"
      "  (SELECT 1 FROM versions WHERE versions.dataset = datasets.id)");
}

}  // namespace microgpt::server::dataset_table
