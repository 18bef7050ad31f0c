// SPDX-License-Identifier: MIT
//
// The table weights: models as safetensors files, by their sum. Each function
// on the database is part of a transaction of its caller; errors are as in
// store.h.
#ifndef MICROGPT_SERVER_STORE_WEIGHTS_TABLE_H_
#define MICROGPT_SERVER_STORE_WEIGHTS_TABLE_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/model/model.h"
#include "server/sqlite/connection.h"

namespace microgpt::server::weights_table {

// Keeps a model, whose sum is `sha256`, unless it is there.
absl::Status Keep(sqlite::Connection& db, std::string_view sha256,
                  const std::shared_ptr<const Model>& model);

// Removes a model that no version has any more.
absl::Status DropUnused(sqlite::Connection& db, std::string_view sha256);

// A model as it is kept, with the reference of a version of it, for messages.
struct StoredModel {
  std::string sha256;
  std::string reference;
  std::string bytes;
};

// Store::LoadModel in two: Find needs the database, Parse only time.
absl::StatusOr<StoredModel> Find(sqlite::Connection& db,
                                 std::string_view sha256);
absl::StatusOr<std::shared_ptr<const Model>> Parse(const StoredModel& stored);

}  // namespace microgpt::server::weights_table

#endif  // MICROGPT_SERVER_STORE_WEIGHTS_TABLE_H_
