// SPDX-License-Identifier: MIT
//
// The table norms. Each function is part of a transaction of its caller; errors
// are as in store.h.
#ifndef MICROGPT_SERVER_STORE_NORM_TABLE_H_
#define MICROGPT_SERVER_STORE_NORM_TABLE_H_

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/sqlite/connection.h"
#include "server/store/records.h"

namespace microgpt::server::norm_table {

// Keeps the norms of a job that has just ended.
absl::Status Insert(sqlite::Connection& db, const JobRecord& job,
                    const NormHistory& norms);

// Store::GetNorms.
absl::StatusOr<NormHistory> Get(sqlite::Connection& db, std::string_view job,
                                uint32_t from, uint32_t to);

}  // namespace microgpt::server::norm_table

#endif  // MICROGPT_SERVER_STORE_NORM_TABLE_H_
