// SPDX-License-Identifier: MIT
//
// SQLite's C API as values and absl::Status; no SQL but the caller's.
#ifndef MICROGPT_SERVER_SQLITE_CONNECTION_H_
#define MICROGPT_SERVER_SQLITE_CONNECTION_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/sqlite/statement.h"

struct sqlite3;

namespace microgpt::server::sqlite {

// A database file, as one connection sees it. To be used by one thread at a
// time.
//
// Errors name the file, but not its folder, which is not everybody's to know.
// RESOURCE_EXHAUSTED: there is no room left, or a value is larger than SQLite
// takes. DATA_LOSS: the file is damaged, or not a database. UNAVAILABLE: it
// cannot be read or written now. INTERNAL: wrong SQL, or a constraint that does
// not hold.
class Connection {
 public:
  enum class Mode {
    kReadOnly,  // the file must be there; it is never changed
    kReadWrite  // the file is created if it is not there
  };

  // path: of the file, absolute; or ":memory:", a database of this connection
  // alone. What is locked by others is waited for, for some seconds.
  static absl::StatusOr<std::unique_ptr<Connection>> Open(
      const std::string& path, Mode mode);

  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // A statement that reads, with `values` bound to its parameters in order. It
  // is compiled once for each text, and must not outlive the connection.
  template <typename... Values>
  Statement Query(std::string_view sql, const Values&... values) {
    Statement statement = Prepare(sql);
    statement.Bind(values...);
    return statement;
  }

  // Runs a statement whose rows, if any, are of no interest.
  template <typename... Values>
  absl::Status Run(std::string_view sql, const Values&... values) {
    Statement statement = Query(sql, values...);
    while (statement.Next()) {
    }
    return statement.status();
  }

  // The first column of the one row there is; nullopt if there is none.
  template <typename T, typename... Values>
  absl::StatusOr<std::optional<T>> QueryValue(std::string_view sql,
                                              const Values&... values) {
    std::optional<T> value;
    Statement rows = Query(sql, values...);
    while (rows.Next()) rows.Read(value.emplace());
    if (!rows.status().ok()) return rows.status();
    return value;
  }

  // The first column of every row.
  template <typename T, typename... Values>
  absl::StatusOr<std::vector<T>> QueryColumn(std::string_view sql,
                                             const Values&... values) {
    std::vector<T> column;
    Statement rows = Query(sql, values...);
    while (rows.Next()) rows.Read(column.emplace_back());
    if (!rows.status().ok()) return rows.status();
    return column;
  }

  // Runs any number of statements that are not used again.
  absl::Status RunScript(const std::string& sql);

  // Lets the file grow to `bytes`, or stay at what it has, if that is more. A
  // write that finds no room below, though the disk has it, fails with `error`.
  absl::Status LimitSize(uint64_t bytes, absl::Status error);

  // How many rows the last Run inserted, changed or deleted.
  int64_t changes() const;

  // What errors call the file: "microgpt.db".
  std::string file_name() const;

  // Whether a transaction is open. Some errors end it, such as a full disk.
  bool in_transaction() const;

 private:
  friend class Statement;

  explicit Connection(std::string path) : path_(std::move(path)) {}

  Statement Prepare(std::string_view sql);

  // What went wrong with the last call, which answered `code`.
  absl::Status ErrorOf(int code);
  absl::Status NoRoomError();

  // Keeps a compiled statement, reset, for the next Query of the same text.
  void GiveBack(sqlite3_stmt* statement);

  const std::string path_;
  sqlite3* database_ = nullptr;
  uint64_t max_bytes_ = 0;  // 0: no limit
  absl::Status limit_error_;
  // Compiled and not in use, by their text.
  std::map<std::string, sqlite3_stmt*, std::less<>> idle_;
};

}  // namespace microgpt::server::sqlite

#endif  // MICROGPT_SERVER_SQLITE_CONNECTION_H_
