// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_SQLITE_STATEMENT_H_
#define MICROGPT_SERVER_SQLITE_STATEMENT_H_

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"

struct sqlite3_stmt;

namespace microgpt::server::sqlite {

class Connection;

// Bytes, to be bound as a BLOB; a std::string_view is bound as TEXT.
struct Blob {
  std::string_view bytes;
};

// A running statement, from Connection::Query:
//
//   Statement jobs = db.Query("SELECT id, step FROM jobs WHERE model = ?",
//   name); while (jobs.Next()) jobs.Read(id, step);
//   MICROGPT_RETURN_IF_ERROR(jobs.status());
//
// An error, also one of Query, ends the rows, and stays in status(). Values are
// copied when they are bound. To be used by one thread.
class Statement {
 public:
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;
  ~Statement();  // ends it

  // Goes to the next row, or the first. Answers whether there is one.
  bool Next();

  // The first columns of the row, in order: into integers, double (NaN for
  // NULL), std::string (empty for NULL), std::optional of these (nullopt for
  // NULL), or a std::string_view that holds until Next().
  template <typename... Values>
  void Read(Values&... values) const {
    int column = 0;
    (ReadColumn(column++, values), ...);
  }

  // OK unless something went wrong.
  const absl::Status& status() const { return status_; }

 private:
  friend class Connection;

  // statement: null if it could not be compiled, for which `status` is why.
  Statement(Connection& connection, sqlite3_stmt* statement,
            absl::Status status);

  template <typename... Values>
  void Bind(const Values&... values) {
    int parameter = 0;
    (BindValue(++parameter, values), ...);
  }
  void BindValue(int parameter, int64_t value);
  void BindValue(int parameter, double value);
  void BindValue(int parameter, std::string_view value);
  void BindValue(int parameter, Blob value);
  void BindValue(int parameter, std::nullopt_t);
  void BindValue(int parameter, std::integral auto value) {
    BindValue(parameter, static_cast<int64_t>(value));
  }
  void BindValue(int parameter, const std::string& value) {
    BindValue(parameter, std::string_view(value));
  }
  void BindValue(int parameter, const char* value) {
    BindValue(parameter, std::string_view(value));
  }
  template <typename T>
  void BindValue(int parameter, const std::optional<T>& value) {
    value ? BindValue(parameter, *value) : BindValue(parameter, std::nullopt);
  }

  bool IsNull(int column) const;
  void ReadColumn(int column, int64_t& value) const;
  void ReadColumn(int column, double& value) const;
  void ReadColumn(int column, std::string_view& value) const;
  void ReadColumn(int column, std::string& value) const;
  void ReadColumn(int column, std::integral auto& value) const {
    int64_t wide;
    ReadColumn(column, wide);
    value = static_cast<std::remove_reference_t<decltype(value)>>(wide);
  }
  template <typename T>
  void ReadColumn(int column, std::optional<T>& value) const {
    value.reset();
    if (!IsNull(column)) ReadColumn(column, value.emplace());
  }

  void Check(int code);

  Connection* connection_;
  sqlite3_stmt* statement_;  // null: nothing to run
  absl::Status status_;
};

}  // namespace microgpt::server::sqlite

#endif  // MICROGPT_SERVER_SQLITE_STATEMENT_H_
