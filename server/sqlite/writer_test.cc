// SPDX-License-Identifier: MIT
#include "server/sqlite/writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/errors/errors.h"

namespace microgpt::server::sqlite {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using testing::ElementsAre;

class WriterTest : public testing::Test {
 protected:
  WriterTest() : pool_(OneConnection()) {
    EXPECT_TRUE(pool_.Take()->RunScript("CREATE TABLE t (x)").ok());
    writer_.emplace(pool_);
  }

  static std::vector<std::unique_ptr<Connection>> OneConnection() {
    std::vector<std::unique_ptr<Connection>> connections;
    connections.push_back(
        *Connection::Open(":memory:", Connection::Mode::kReadWrite));
    return connections;
  }

  static absl::Status Insert(Connection& db, int x) {
    return db.Run("INSERT INTO t VALUES (?)", x);
  }

  // What a submitted write will be answered.
  std::future<absl::Status> Submit(
      std::function<absl::Status(Connection&)> apply,
      milliseconds linger = milliseconds(0)) {
    auto answer = std::make_shared<std::promise<absl::Status>>();
    std::future<absl::Status> future = answer->get_future();
    writer_->Submit(
        {.apply = std::move(apply),
         .after_commit = nullptr,
         .done = [answer](
                     const absl::Status& status) { answer->set_value(status); },
         .linger = linger});
    return future;
  }
  std::future<absl::Status> SubmitInsert(
      int x, milliseconds linger = milliseconds(0)) {
    return Submit([x](Connection& db) { return Insert(db, x); }, linger);
  }

  // Keeps the writer busy until the answer is destroyed or set: what is
  // submitted meanwhile becomes one group.
  std::promise<void> Hold() {
    std::promise<void> release;
    std::promise<void> held;
    writer_->Submit(
        {.apply = [](Connection&) { return absl::OkStatus(); },
         .after_commit = nullptr,
         .done =
             [released = release.get_future().share(), &held](const auto&) {
               held.set_value();
               released.wait();
             }});
    held.get_future().wait();
    return release;
  }

  std::vector<int> Rows() {
    const Pool::Lease db = pool_.Take();
    std::vector<int> rows;
    Statement all = db->Query("SELECT x FROM t ORDER BY rowid");
    while (all.Next()) all.Read(rows.emplace_back());
    EXPECT_TRUE(all.status().ok()) << all.status();
    return rows;
  }

  Pool pool_;
  std::optional<Writer> writer_;
};

TEST_F(WriterTest, AWriteIsThereWhenItIsAnswered) {
  EXPECT_TRUE(SubmitInsert(1).get().ok());
  EXPECT_THAT(Rows(), ElementsAre(1));
  EXPECT_EQ(writer_->commits(), 1u);
}

TEST_F(WriterTest, WhatWaitsIsCommittedAtOnceAndInOrder) {
  std::promise<void> release = Hold();
  std::vector<std::future<absl::Status>> answers;
  for (int x : {1, 2, 3, 4}) answers.push_back(SubmitInsert(x));
  const uint64_t before = writer_->commits();
  release.set_value();
  for (auto& answer : answers) EXPECT_TRUE(answer.get().ok());
  EXPECT_EQ(writer_->commits() - before, 1u);
  EXPECT_THAT(Rows(), ElementsAre(1, 2, 3, 4));
}

TEST_F(WriterTest, AWriteThatFailsUndoesOnlyItself) {
  std::promise<void> release = Hold();
  auto before = SubmitInsert(1);
  auto fails = Submit([](Connection& db) {
    MICROGPT_RETURN_IF_ERROR(Insert(db, 2));
    return absl::NotFoundError("on second thoughts");
  });
  auto after = SubmitInsert(3);
  release.set_value();
  EXPECT_TRUE(before.get().ok());
  EXPECT_EQ(fails.get(), absl::NotFoundError("on second thoughts"));
  EXPECT_TRUE(after.get().ok());
  EXPECT_THAT(Rows(), ElementsAre(1, 3));
}

// SQLite ends the whole transaction when there is no room.
TEST_F(WriterTest, AWriteThatFindsNoRoomUndoesOnlyItself) {
  ASSERT_TRUE(pool_.Take()->RunScript("PRAGMA max_page_count = 8").ok());
  std::promise<void> release = Hold();
  auto before = SubmitInsert(1);
  auto too_large = Submit([](Connection& db) {
    return db.Run("INSERT INTO t VALUES (?)", Blob{std::string(100'000, 'x')});
  });
  auto after = SubmitInsert(3);
  const uint64_t commits = writer_->commits();
  release.set_value();
  EXPECT_TRUE(before.get().ok());
  EXPECT_TRUE(absl::IsResourceExhausted(too_large.get()));
  EXPECT_TRUE(after.get().ok());
  EXPECT_THAT(Rows(), ElementsAre(1, 3));
  EXPECT_EQ(writer_->commits() - commits, 1u);
}

TEST_F(WriterTest, IfTheCommitFailsAllAreAnsweredSo) {
  ASSERT_TRUE(pool_.Take()
                  ->RunScript("PRAGMA foreign_keys = ON;"
                              "CREATE TABLE child (x INTEGER REFERENCES "
                              "parent DEFERRABLE INITIALLY DEFERRED);"
                              "CREATE TABLE parent (x INTEGER PRIMARY KEY)")
                  .ok());
  std::promise<void> release = Hold();
  auto good = SubmitInsert(1);
  auto orphan = Submit(
      [](Connection& db) { return db.Run("INSERT INTO child VALUES (7)"); });
  const uint64_t commits = writer_->commits();
  release.set_value();
  EXPECT_TRUE(absl::IsInternal(orphan.get()));
  EXPECT_TRUE(absl::IsInternal(good.get()));
  EXPECT_THAT(Rows(), ElementsAre());
  EXPECT_EQ(writer_->commits(), commits);
  EXPECT_TRUE(SubmitInsert(2).get().ok()) << "the transaction is still open";
}

TEST_F(WriterTest, ALingeringWriteSharesTheCommitOfTheNext) {
  auto lingers = SubmitInsert(1, hours(1));
  auto next = SubmitInsert(2);
  EXPECT_TRUE(lingers.get().ok());
  EXPECT_TRUE(next.get().ok());
  EXPECT_EQ(writer_->commits(), 1u);
  EXPECT_THAT(Rows(), ElementsAre(1, 2));
}

TEST_F(WriterTest, TheShortestLingerBeginsTheGroup) {
  auto long_one = SubmitInsert(1, hours(1));
  auto short_one = SubmitInsert(2, milliseconds(1));
  EXPECT_TRUE(short_one.get().ok());
  EXPECT_TRUE(long_one.get().ok());
  EXPECT_EQ(writer_->commits(), 1u);
}

TEST_F(WriterTest, ALingerThatRunsOutAloneIsCommitted) {
  EXPECT_TRUE(SubmitInsert(1, milliseconds(1)).get().ok());
}

TEST_F(WriterTest, DestroyingTheWriterDoesWhatWaits) {
  auto lingers = SubmitInsert(1, hours(1));
  writer_.reset();
  EXPECT_TRUE(lingers.get().ok());
  EXPECT_THAT(Rows(), ElementsAre(1));
}

TEST_F(WriterTest, ADoneMaySubmitAlsoWhileTheWriterIsDestroyed) {
  std::promise<absl::Status> second;
  writer_->Submit(
      {.apply = [](Connection& db) { return Insert(db, 1); },
       .after_commit = nullptr,
       .done =
           [&](const absl::Status&) {
             writer_->Submit(
                 {.apply = [](Connection& db) { return Insert(db, 2); },
                  .after_commit = nullptr,
                  .done =
                      [&](const absl::Status& status) {
                        second.set_value(status);
                      }});
           },
       .linger = hours(1)});
  writer_.reset();
  EXPECT_TRUE(second.get_future().get().ok());
  EXPECT_THAT(Rows(), ElementsAre(1, 2));
}

TEST_F(WriterTest, WhatIsLeftToDoComesAfterTheCommit) {
  std::promise<absl::Status> answer;
  writer_->Submit(
      {.apply = [](Connection& db) { return Insert(db, 1); },
       .after_commit =
           [](Connection& db) {
             EXPECT_FALSE(db.in_transaction());
             return absl::UnavailableError("somebody reads");
           },
       .done = [&](const absl::Status& s) { answer.set_value(s); }});
  EXPECT_TRUE(absl::IsUnavailable(answer.get_future().get()));
  EXPECT_THAT(Rows(), ElementsAre(1));
}

}  // namespace
}  // namespace microgpt::server::sqlite
