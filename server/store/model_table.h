// SPDX-License-Identifier: MIT
//
// The tables models and versions. Each function is part of a transaction of its
// caller; errors are as in store.h.
#ifndef MICROGPT_SERVER_STORE_MODEL_TABLE_H_
#define MICROGPT_SERVER_STORE_MODEL_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/model/model.h"
#include "server/sqlite/connection.h"
#include "server/store/records.h"

namespace microgpt::server::model_table {

// Makes a name known, before anything refers to it.
absl::Status AddName(sqlite::Connection& db, std::string_view name);

// `version` with all that `model` tells of itself: sum, shape, sizes. Takes
// time with the size of the model.
ModelVersion Describe(ModelVersion version, const Model& model);

// Keeps a described version as the next of its name.
absl::StatusOr<ModelVersion> Add(sqlite::Connection& db, ModelVersion version,
                                 const std::shared_ptr<const Model>& model);

// Store::DeleteVersion; and all versions of a name, however many there are,
// with their numbers, ascending, as the answer.
absl::StatusOr<ModelVersion> DeleteVersion(sqlite::Connection& db,
                                           std::string_view name,
                                           uint32_t version);
absl::StatusOr<std::vector<uint32_t>> DeleteVersions(sqlite::Connection& db,
                                                     std::string_view name);

// Store::GetVersion, ListModels, ListVersions, ModelNames, IsNew, CountModels.
absl::StatusOr<ModelVersion> GetVersion(sqlite::Connection& db,
                                        std::string_view name,
                                        uint32_t version);
absl::StatusOr<std::vector<ModelVersion>> ListNewest(sqlite::Connection& db,
                                                     std::string_view after,
                                                     size_t limit);
absl::StatusOr<std::vector<ModelVersion>> ListVersions(sqlite::Connection& db,
                                                       std::string_view name,
                                                       uint32_t before,
                                                       size_t limit);
absl::StatusOr<std::vector<std::string>> Names(sqlite::Connection& db);
absl::StatusOr<bool> IsNew(sqlite::Connection& db);
absl::StatusOr<size_t> Count(sqlite::Connection& db);

}  // namespace microgpt::server::model_table

#endif  // MICROGPT_SERVER_STORE_MODEL_TABLE_H_
