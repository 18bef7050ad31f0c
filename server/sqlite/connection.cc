// SPDX-License-Identifier: MIT
#include "server/sqlite/connection.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "core/errors/errors.h"

namespace microgpt::server::sqlite {
namespace {

constexpr int kBusyMs = 2000;  // how long others' locks are waited for

absl::StatusCode CodeOf(int sqlite_code) {
  switch (sqlite_code & 0xff) {  // without its extension
    case SQLITE_FULL:
    case SQLITE_TOOBIG:
    case SQLITE_NOMEM:
      return absl::StatusCode::kResourceExhausted;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return absl::StatusCode::kDataLoss;
    case SQLITE_BUSY:
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
    case SQLITE_LOCKED:
    case SQLITE_PERM:
    case SQLITE_PROTOCOL:
    case SQLITE_READONLY:
      return absl::StatusCode::kUnavailable;
    default:
      return absl::StatusCode::kInternal;
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(
    const std::string& path, Mode mode) {
  auto connection = std::unique_ptr<Connection>(new Connection(path));
  const int access = mode == Mode::kReadOnly
                         ? SQLITE_OPEN_READONLY
                         : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  // Who has the connection is its only user: it needs no mutex of its own.
  const int code = sqlite3_open_v2(
      path.c_str(), &connection->database_,
      access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  if (code != SQLITE_OK) return connection->ErrorOf(code);
  sqlite3_busy_timeout(connection->database_, kBusyMs);
  return connection;
}

Connection::~Connection() {
  for (const auto& [sql, statement] : idle_) sqlite3_finalize(statement);
  sqlite3_close(database_);
}

absl::Status Connection::RunScript(const std::string& sql) {
  const int code =
      sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? absl::OkStatus() : ErrorOf(code);
}

absl::Status Connection::LimitSize(uint64_t bytes, absl::Status error) {
  MICROGPT_ASSIGN_OR_RETURN(const auto page_bytes,
                            QueryValue<uint64_t>("PRAGMA page_size"));
  max_bytes_ = bytes;
  limit_error_ = std::move(error);
  return RunScript(fmt::format("PRAGMA max_page_count = {}",
                               std::max<uint64_t>(1, bytes / *page_bytes)));
}

int64_t Connection::changes() const { return sqlite3_changes64(database_); }

bool Connection::in_transaction() const {
  return sqlite3_get_autocommit(database_) == 0;
}

Statement Connection::Prepare(std::string_view sql) {
  if (const auto idle = idle_.find(sql); idle != idle_.end()) {
    sqlite3_stmt* statement = idle->second;
    idle_.erase(idle);
    return Statement(*this, statement, absl::OkStatus());
  }
  sqlite3_stmt* statement = nullptr;
  const int code =
      sqlite3_prepare_v3(database_, sql.data(), static_cast<int>(sql.size()),
                         SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  return Statement(*this, statement,
                   code == SQLITE_OK ? absl::OkStatus() : ErrorOf(code));
}

void Connection::GiveBack(sqlite3_stmt* statement) {
  sqlite3_reset(statement);  // its error was told by the step before
  sqlite3_clear_bindings(statement);
  const bool kept = idle_.emplace(sqlite3_sql(statement), statement).second;
  if (!kept) sqlite3_finalize(statement);  // two of one text were in use
}

std::string Connection::file_name() const {
  return std::filesystem::path(path_).filename();
}

absl::Status Connection::ErrorOf(int code) {
  if ((code & 0xff) == SQLITE_FULL) return NoRoomError();
  // Without a database there was no memory for one.
  std::string cause =
      database_ == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(database_);
  const int system_error =
      database_ == nullptr ? 0 : sqlite3_system_errno(database_);
  if (CodeOf(code) == absl::StatusCode::kUnavailable && system_error != 0) {
    cause += fmt::format(" ({})", std::strerror(system_error));
  }
  return absl::Status(CodeOf(code), fmt::format("{}: {}", file_name(), cause));
}

// SQLite does not tell which it was: whichever leaves less room, the limit or
// the disk.
absl::Status Connection::NoRoomError() {
  const absl::Status disk_error =
      absl::ResourceExhaustedError("the disk is full");
  if (max_bytes_ == 0) return disk_error;
  MICROGPT_ASSIGN_OR_RETURN(
      const auto used,
      QueryValue<uint64_t>("SELECT page_count * page_size FROM"
                           " pragma_page_count, pragma_page_size"));
  const uint64_t below_limit = max_bytes_ - std::min(max_bytes_, *used);
  std::error_code error;  // a database in memory is on no disk
  const auto disk =
      std::filesystem::space(std::filesystem::path(path_).parent_path(), error);
  return !error && disk.available < below_limit ? disk_error : limit_error_;
}

}  // namespace microgpt::server::sqlite
