// SPDX-License-Identifier: MIT
#include "server/store/schema.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>

namespace microgpt::server {
namespace {

using sqlite::Connection;

constexpr std::array<MigrationStep, 3> kSteps{
    "CREATE TABLE people (name TEXT)",
    "ALTER TABLE people ADD COLUMN age INTEGER;"
    "UPDATE people SET age = 7",
    "CREATE TABLE pets (name TEXT)"};

class SchemaTest : public testing::Test {
 protected:
  int64_t Number(const char* sql) {
    sqlite::Statement row = db_->Query(sql);
    int64_t number = -1;
    if (row.Next()) row.Read(number);
    EXPECT_TRUE(row.status().ok()) << row.status();
    return number;
  }

  void Run(const std::string& sql) {
    const absl::Status status = db_->RunScript(sql);
    EXPECT_TRUE(status.ok()) << status;
  }

  const std::unique_ptr<Connection> db_ =
      *Connection::Open(":memory:", Connection::Mode::kReadWrite);
  const std::span<const MigrationStep> steps_ = kSteps;
};

TEST_F(SchemaTest, ANewDatabaseGetsAllSteps) {
  EXPECT_TRUE(CheckSchema(*db_, steps_).ok());
  ASSERT_TRUE(Migrate(*db_, steps_).ok());
  EXPECT_EQ(Number("PRAGMA user_version"), 3);
  EXPECT_EQ(Number("SELECT count(*) FROM pets"), 0);
  EXPECT_TRUE(CheckSchema(*db_, steps_).ok());
}

TEST_F(SchemaTest, AnOlderDatabaseGetsTheStepsItLacksAndKeepsItsRows) {
  ASSERT_TRUE(Migrate(*db_, steps_.first(1)).ok());
  Run("INSERT INTO people VALUES ('emma')");
  EXPECT_TRUE(CheckSchema(*db_, steps_).ok());
  ASSERT_TRUE(Migrate(*db_, steps_).ok());
  EXPECT_EQ(Number("PRAGMA user_version"), 3);
  EXPECT_EQ(Number("SELECT age FROM people WHERE name = 'emma'"), 7);
}

TEST_F(SchemaTest, ADatabaseOfTodayIsLeftAlone) {
  ASSERT_TRUE(Migrate(*db_, steps_).ok());
  Run("INSERT INTO people VALUES ('emma', 30)");
  ASSERT_TRUE(Migrate(*db_, steps_).ok());
  EXPECT_EQ(Number("SELECT age FROM people"), 30) << "step 2 came again";
}

TEST_F(SchemaTest, AStepThatFailsIsUndoneAndThoseBeforeStay) {
  const std::array<MigrationStep, 2> steps{
      kSteps[0], "CREATE TABLE half (x); SELECT * FROM nowhere"};
  EXPECT_FALSE(Migrate(*db_, steps).ok());
  EXPECT_EQ(Number("PRAGMA user_version"), 1);
  EXPECT_EQ(Number("SELECT count(*) FROM sqlite_schema WHERE name = 'half'"),
            0);
  EXPECT_TRUE(Migrate(*db_, steps_).ok()) << "a transaction is still open";
}

TEST_F(SchemaTest, ANewerDatabaseIsRefused) {
  ASSERT_TRUE(Migrate(*db_, steps_).ok());
  EXPECT_EQ(CheckSchema(*db_, steps_.first(1)),
            absl::FailedPreconditionError(
                ":memory: was written by a newer microgptd (schema 3; this one "
                "knows 1): nothing was changed"));
}

TEST_F(SchemaTest, AnotherApplicationsDatabaseIsRefused) {
  const absl::Status refused = absl::FailedPreconditionError(
      ":memory: is another application's database: nothing was changed");
  Run("CREATE TABLE theirs (x)");
  EXPECT_EQ(CheckSchema(*db_, steps_), refused) << "it does not say whose";
  Run("PRAGMA application_id = 77");
  EXPECT_EQ(CheckSchema(*db_, steps_), refused);
  Run("DROP TABLE theirs");
  EXPECT_EQ(CheckSchema(*db_, steps_), refused) << "empty, but theirs";
}

TEST_F(SchemaTest, TodaysStepsMakeTablesThatAreWhole) {
  ASSERT_TRUE(Migrate(*db_, MigrationSteps()).ok());
  EXPECT_EQ(Number("PRAGMA user_version"), 2);
  EXPECT_TRUE(CheckTables(*db_).ok());
}

}  // namespace
}  // namespace microgpt::server
