// SPDX-License-Identifier: MIT
#include "server/sqlite/statement.h"

#include <sqlite3.h>

#include <cmath>
#include <utility>

#include "server/sqlite/connection.h"

namespace microgpt::server::sqlite {

Statement::Statement(Connection& connection, sqlite3_stmt* statement,
                     absl::Status status)
    : connection_(&connection),
      statement_(statement),
      status_(std::move(status)) {}

Statement::Statement(Statement&& other) noexcept
    : connection_(other.connection_),
      statement_(std::exchange(other.statement_, nullptr)),
      status_(std::move(other.status_)) {}

Statement::~Statement() {
  if (statement_ != nullptr) connection_->GiveBack(statement_);
}

bool Statement::Next() {
  if (!status_.ok()) return false;
  const int code = sqlite3_step(statement_);
  if (code != SQLITE_ROW && code != SQLITE_DONE) Check(code);
  return code == SQLITE_ROW;
}

void Statement::BindValue(int parameter, int64_t value) {
  if (status_.ok()) Check(sqlite3_bind_int64(statement_, parameter, value));
}

void Statement::BindValue(int parameter, double value) {
  if (status_.ok()) Check(sqlite3_bind_double(statement_, parameter, value));
}

void Statement::BindValue(int parameter, std::string_view value) {
  if (!status_.ok()) return;
  // A null pointer would be NULL, not an empty text.
  Check(sqlite3_bind_text64(statement_, parameter,
                            value.empty() ? "" : value.data(), value.size(),
                            SQLITE_TRANSIENT, SQLITE_UTF8));
}

void Statement::BindValue(int parameter, Blob value) {
  if (!status_.ok()) return;
  Check(sqlite3_bind_blob64(statement_, parameter,
                            value.bytes.empty() ? "" : value.bytes.data(),
                            value.bytes.size(), SQLITE_TRANSIENT));
}

void Statement::BindValue(int parameter, std::nullopt_t) {
  if (status_.ok()) Check(sqlite3_bind_null(statement_, parameter));
}

bool Statement::IsNull(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

void Statement::ReadColumn(int column, int64_t& value) const {
  value = sqlite3_column_int64(statement_, column);
}

void Statement::ReadColumn(int column, double& value) const {
  value = IsNull(column) ? NAN : sqlite3_column_double(statement_, column);
}

void Statement::ReadColumn(int column, std::string_view& value) const {
  // A TEXT is UTF-8, the encoding of all our databases, so nothing is
  // converted. The pointer first: asking for the size may not move it.
  const void* bytes = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  value = {static_cast<const char*>(bytes), static_cast<size_t>(size)};
}

void Statement::ReadColumn(int column, std::string& value) const {
  std::string_view borrowed;
  ReadColumn(column, borrowed);
  value = borrowed;
}

void Statement::Check(int code) {
  if (code != SQLITE_OK) status_ = connection_->ErrorOf(code);
}

}  // namespace microgpt::server::sqlite
