// SPDX-License-Identifier: MIT
#include "server/store/alias_table.h"

#include <fmt/format.h>

#include <string>

#include "core/errors/errors.h"
#include "server/errors/errors.h"
#include "server/store/model_table.h"

namespace microgpt::server::alias_table {
namespace {

using sqlite::Connection;

// The version that an alias points to; 0: there is no such alias.
absl::StatusOr<uint32_t> TargetOf(Connection& db, std::string_view name,
                                  std::string_view alias) {
  MICROGPT_ASSIGN_OR_RETURN(
      const auto version,
      db.QueryValue<uint32_t>(
          "SELECT version FROM aliases WHERE name = ? AND alias = ?", name,
          alias));
  return version.value_or(0);
}

absl::Status NotFound(Connection& db, std::string_view name,
                      std::string_view alias) {
  // A model without versions has no aliases, and is what is wrong.
  MICROGPT_RETURN_IF_ERROR(model_table::GetVersion(db, name, 0).status());
  MICROGPT_ASSIGN_OR_RETURN(
      const auto aliases,
      db.QueryColumn<std::string>(
          "SELECT name || '@' || alias FROM aliases WHERE name = ?", name));
  return UnknownNameError("alias", fmt::format("{}@{}", name, alias), aliases);
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

}  // namespace

absl::StatusOr<ModelVersion> Set(Connection& db, std::string_view name,
                                 std::string_view alias, uint32_t number,
                                 std::optional<uint32_t> expected) {
  MICROGPT_ASSIGN_OR_RETURN(const ModelVersion version,
                            model_table::GetVersion(db, name, number));
  MICROGPT_ASSIGN_OR_RETURN(const uint32_t target, TargetOf(db, name, alias));
  MICROGPT_RETURN_IF_ERROR(CheckTarget(name, alias, target, expected));
  MICROGPT_RETURN_IF_ERROR(
      db.Run("INSERT INTO aliases (name, alias, version) VALUES (?, ?, ?)"
             " ON CONFLICT DO UPDATE SET version = excluded.version",
             name, alias, version.version));
  return model_table::GetVersion(db, name, version.version);
}

absl::StatusOr<ModelVersion> Delete(Connection& db, std::string_view name,
                                    std::string_view alias,
                                    std::optional<uint32_t> expected) {
  MICROGPT_ASSIGN_OR_RETURN(const uint32_t target, TargetOf(db, name, alias));
  if (target == 0) return NotFound(db, name, alias);
  MICROGPT_RETURN_IF_ERROR(CheckTarget(name, alias, target, expected));
  MICROGPT_RETURN_IF_ERROR(
      db.Run("DELETE FROM aliases WHERE name = ? AND alias = ?", name, alias));
  return model_table::GetVersion(db, name, target);
}

absl::StatusOr<ModelVersion> Get(Connection& db, std::string_view name,
                                 std::string_view alias) {
  MICROGPT_ASSIGN_OR_RETURN(const uint32_t target, TargetOf(db, name, alias));
  if (target == 0) return NotFound(db, name, alias);
  return model_table::GetVersion(db, name, target);
}

}  // namespace microgpt::server::alias_table
