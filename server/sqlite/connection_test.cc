// SPDX-License-Identifier: MIT
#include "server/sqlite/connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <limits>
#include <memory>
#include <optional>
#include <string>

namespace microgpt::server::sqlite {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

class ConnectionTest : public testing::Test {
 protected:
  ConnectionTest() { std::filesystem::create_directories(folder_); }
  ~ConnectionTest() override { std::filesystem::remove_all(folder_); }

  std::string Path(const std::string& name) const { return folder_ / name; }

  static std::unique_ptr<Connection> Open(
      const std::string& path,
      Connection::Mode mode = Connection::Mode::kReadWrite) {
    auto connection = Connection::Open(path, mode);
    EXPECT_TRUE(connection.ok()) << connection.status();
    return *std::move(connection);
  }

  // Of a first statement that reads.
  static absl::Status ReadError(const std::string& path) {
    return Open(path)->Run("SELECT * FROM sqlite_schema");
  }

  static absl::Status InsertTooMuch(Connection& db) {
    return db.Run("INSERT INTO t VALUES (?)", Blob{std::string(1 << 20, 'x')});
  }

  const std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) /
      ("connection_test_" + std::to_string(getpid()));
};

std::string Message(const absl::Status& status) {
  return std::string(status.message());
}

TEST_F(ConnectionTest, WhatIsBoundIsReadBack) {
  const auto db = Open(":memory:");
  const std::string bytes("\0\xff\n", 3);
  constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();
  constexpr double kTiny = std::numeric_limits<double>::denorm_min();
  Statement row = db->Query("SELECT ?, ?, ?, ?, ?, ?, ?", kLeast, true, kTiny,
                            "", bytes, Blob{bytes}, std::optional<int>(7));
  ASSERT_TRUE(row.Next()) << row.status();
  int64_t least;
  bool yes;
  double tiny;
  std::string empty, text, blob;
  std::optional<uint32_t> seven;
  row.Read(least, yes, tiny, empty, text, blob, seven);
  EXPECT_EQ(least, kLeast);
  EXPECT_TRUE(yes);
  EXPECT_EQ(tiny, kTiny);
  EXPECT_EQ(empty, "");
  EXPECT_EQ(text, bytes);
  EXPECT_EQ(blob, bytes);
  EXPECT_EQ(seven, 7u);
  EXPECT_FALSE(row.Next());
  EXPECT_TRUE(row.status().ok()) << row.status();
}

TEST_F(ConnectionTest, EachTypeIsBoundAsItself) {
  const auto db = Open(":memory:");
  Statement row = db->Query(
      "SELECT typeof(?) || ' ' || typeof(?) || ' ' || typeof(?) || ' ' || "
      "typeof(?) || ' ' || typeof(?) || ' ' || typeof(?)",
      1, 1.0, "", Blob{""}, std::nullopt, std::optional<std::string>());
  ASSERT_TRUE(row.Next()) << row.status();
  std::string types;
  row.Read(types);
  EXPECT_EQ(types, "integer real text blob null null");
}

TEST_F(ConnectionTest, NullIsReadAsNothing) {
  const auto db = Open(":memory:");
  Statement row = db->Query("SELECT NULL, NULL, NULL, ?", NAN);
  ASSERT_TRUE(row.Next());
  std::optional<std::string> none = "before";
  std::string empty = "before";
  double nan, was_nan;
  row.Read(none, empty, nan, was_nan);
  EXPECT_EQ(none, std::nullopt);
  EXPECT_EQ(empty, "");
  EXPECT_TRUE(std::isnan(nan));
  EXPECT_TRUE(std::isnan(was_nan)) << "SQLite keeps NaN as NULL";
}

TEST_F(ConnectionTest, AStatementCanBeRunAgainAndBesideItself) {
  const auto db = Open(":memory:");
  ASSERT_TRUE(
      db->RunScript("CREATE TABLE t (x); INSERT INTO t VALUES (1), (2)").ok());
  constexpr char kSql[] = "SELECT x FROM t WHERE x >= ? ORDER BY x";
  int pairs = 0;
  Statement outer = db->Query(kSql, 1);
  while (outer.Next()) {
    int x;
    outer.Read(x);
    Statement inner = db->Query(kSql, x);
    while (inner.Next()) ++pairs;
  }
  EXPECT_EQ(pairs, 3);
  Statement unbound = db->Query(kSql);
  EXPECT_FALSE(unbound.Next()) << "a value of before is still bound";
}

TEST_F(ConnectionTest, AValueOrAColumnIsReadAtOnce) {
  const auto db = Open(":memory:");
  ASSERT_TRUE(db->RunScript("CREATE TABLE t (x)").ok());
  const auto none = db->QueryValue<int>("SELECT x FROM t");
  ASSERT_TRUE(none.ok()) << none.status();
  EXPECT_EQ(*none, std::nullopt);
  EXPECT_EQ(**db->QueryValue<int>("INSERT INTO t VALUES (?) RETURNING x", 7),
            7);
  ASSERT_TRUE(db->Run("INSERT INTO t VALUES (?)", 8).ok());
  EXPECT_THAT(*db->QueryColumn<int>("SELECT x FROM t ORDER BY x"),
              testing::ElementsAre(7, 8));
  EXPECT_TRUE(absl::IsInternal(db->QueryValue<int>("SELECT absent").status()));
  EXPECT_TRUE(absl::IsInternal(db->QueryColumn<int>("SELECT absent").status()));
}

TEST_F(ConnectionTest, ChangesCountsRows) {
  const auto db = Open(":memory:");
  ASSERT_TRUE(db->RunScript("CREATE TABLE t (x)").ok());
  ASSERT_TRUE(db->Run("INSERT INTO t VALUES (1), (2), (3)").ok());
  ASSERT_TRUE(db->Run("DELETE FROM t WHERE x > ?", 1).ok());
  EXPECT_EQ(db->changes(), 2);
}

TEST_F(ConnectionTest, AnErrorOfTheSqlEndsTheRowsAndIsInternal) {
  const auto db = Open(":memory:");
  Statement rows = db->Query("SELECT absent", 1, "x");
  EXPECT_FALSE(rows.Next());
  EXPECT_TRUE(absl::IsInternal(rows.status()));
  EXPECT_EQ(Message(rows.status()), ":memory:: no such column: absent");
}

TEST_F(ConnectionTest, AFullDiskIsResourceExhausted) {
  const auto db = Open(Path("db"));
  ASSERT_TRUE(
      db->RunScript("CREATE TABLE t (x); PRAGMA max_page_count = 3").ok());
  EXPECT_EQ(InsertTooMuch(*db),
            absl::ResourceExhaustedError("the disk is full"));
}

TEST_F(ConnectionTest, AtItsLimitAWriteFailsWithTheErrorGivenForIt) {
  const absl::Status limit_error = absl::ResourceExhaustedError("at the limit");
  for (const std::string& path : {Path("db"), std::string(":memory:")}) {
    const auto db = Open(path);
    ASSERT_TRUE(db->RunScript("CREATE TABLE t (x)").ok());
    ASSERT_TRUE(db->LimitSize(20'000, limit_error).ok());
    EXPECT_EQ(InsertTooMuch(*db), limit_error);
    EXPECT_TRUE(db->Run("INSERT INTO t VALUES (1)").ok()) << "there is room";
  }
}

// A page count stands in for the disk, of which the limit is not the smaller.
TEST_F(ConnectionTest, BelowItsLimitItIsTheDiskThatIsFull) {
  const auto db = Open(Path("db"));
  ASSERT_TRUE(db->RunScript("CREATE TABLE t (x)").ok());
  ASSERT_TRUE(db->LimitSize(uint64_t{1} << 62,
                            absl::ResourceExhaustedError("at the limit"))
                  .ok());
  ASSERT_TRUE(db->RunScript("PRAGMA max_page_count = 3").ok());
  EXPECT_EQ(InsertTooMuch(*db),
            absl::ResourceExhaustedError("the disk is full"));
}

TEST_F(ConnectionTest, WhatIsNotADatabaseIsDataLoss) {
  std::ofstream(Path("db")) << "This is a letter, and longer than a hundred "
                               "bytes, which a header takes. It goes on about "
                               "the weather.";
  const absl::Status error = ReadError(Path("db"));
  EXPECT_TRUE(absl::IsDataLoss(error)) << error;
  EXPECT_EQ(Message(error), "db: file is not a database");
}

TEST_F(ConnectionTest, ATruncatedDatabaseIsDataLoss) {
  {
    const auto db = Open(Path("db"));
    ASSERT_TRUE(db->RunScript("CREATE TABLE t (x)").ok());
    ASSERT_TRUE(
        db->Run("INSERT INTO t VALUES (?)", Blob{std::string(100'000, 'x')})
            .ok());
  }
  std::filesystem::resize_file(Path("db"), 50'000);
  const absl::Status error = ReadError(Path("db"));
  EXPECT_TRUE(absl::IsDataLoss(error)) << error;
  EXPECT_THAT(Message(error), StartsWith("db: "));
}

TEST_F(ConnectionTest, AFileThatCannotBeOpenedIsUnavailableAndSaysWhy) {
  std::filesystem::create_directory(Path("folder"));
  for (const auto& [path, mode] :
       {std::pair(Path("absent/db"), Connection::Mode::kReadWrite),
        {Path("absent"), Connection::Mode::kReadOnly},
        {Path("folder"), Connection::Mode::kReadWrite}}) {
    const absl::Status error = Connection::Open(path, mode).status();
    EXPECT_TRUE(absl::IsUnavailable(error)) << error;
    EXPECT_THAT(Message(error),
                StartsWith(std::filesystem::path(path).filename().string() +
                           ": unable to open database file"));
  }
  EXPECT_THAT(
      Message(Connection::Open(Path("absent/db"), Connection::Mode::kReadWrite)
                  .status()),
      EndsWith("(No such file or directory)"));
}

TEST_F(ConnectionTest, AReadOnlyConnectionChangesNothing) {
  ASSERT_TRUE(Open(Path("db"))->RunScript("CREATE TABLE t (x)").ok());
  const auto db = Open(Path("db"), Connection::Mode::kReadOnly);
  const absl::Status error = db->Run("INSERT INTO t VALUES (1)");
  EXPECT_TRUE(absl::IsUnavailable(error)) << error;
  EXPECT_THAT(Message(error), HasSubstr("readonly"));
}

}  // namespace
}  // namespace microgpt::server::sqlite
