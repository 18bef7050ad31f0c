// SPDX-License-Identifier: MIT
//
// The tables datasets, dataset_names and texts. Each function is part of a
// transaction of its caller; errors are as in store.h.
#ifndef MICROGPT_SERVER_STORE_DATASET_TABLE_H_
#define MICROGPT_SERVER_STORE_DATASET_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/text/corpus.h"
#include "server/sqlite/connection.h"
#include "server/store/records.h"

namespace microgpt::server::dataset_table {

// Keeps a text, unless it is there.
absl::Status Keep(sqlite::Connection& db, const Corpus& corpus);

// FAILED_PRECONDITION unless the text is there.
absl::Status CheckKept(sqlite::Connection& db, std::string_view id);

// Store::AddDataset, DeleteDataset, GetDataset, ListDatasets.
absl::StatusOr<DatasetRecord> Add(sqlite::Connection& db, std::string_view name,
                                  const Corpus& corpus);
absl::StatusOr<bool> Delete(sqlite::Connection& db, std::string_view dataset);
absl::StatusOr<DatasetRecord> Get(sqlite::Connection& db,
                                  std::string_view dataset);
absl::StatusOr<std::vector<DatasetRecord>> List(sqlite::Connection& db,
                                                uint64_t before, size_t limit);

// A text as it is kept.
struct StoredText {
  std::string id;
  std::vector<std::string> pieces;
};

// Store::LoadCorpus in two: Find needs the database, Clean only time.
absl::StatusOr<StoredText> Find(sqlite::Connection& db, std::string_view id);
absl::StatusOr<std::shared_ptr<const Corpus>> Clean(StoredText stored);

// Removes the records of forgotten texts that no job and no model refers to.
absl::Status DropUnreferenced(sqlite::Connection& db);

}  // namespace microgpt::server::dataset_table

#endif  // MICROGPT_SERVER_STORE_DATASET_TABLE_H_
