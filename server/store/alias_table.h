// SPDX-License-Identifier: MIT
//
// The table aliases. Each function is part of a transaction of its caller;
// errors are as in store.h.
#ifndef MICROGPT_SERVER_STORE_ALIAS_TABLE_H_
#define MICROGPT_SERVER_STORE_ALIAS_TABLE_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/status/statusor.h"
#include "server/sqlite/connection.h"
#include "server/store/records.h"

namespace microgpt::server::alias_table {

// Store::SetAlias, DeleteAlias, GetAlias.
absl::StatusOr<ModelVersion> Set(sqlite::Connection& db, std::string_view name,
                                 std::string_view alias, uint32_t version,
                                 std::optional<uint32_t> expected);
absl::StatusOr<ModelVersion> Delete(sqlite::Connection& db,
                                    std::string_view name,
                                    std::string_view alias,
                                    std::optional<uint32_t> expected);
absl::StatusOr<ModelVersion> Get(sqlite::Connection& db, std::string_view name,
                                 std::string_view alias);

}  // namespace microgpt::server::alias_table

#endif  // MICROGPT_SERVER_STORE_ALIAS_TABLE_H_
