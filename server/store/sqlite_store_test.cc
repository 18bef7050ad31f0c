// SPDX-License-Identifier: MIT
//
// What is only of a store on disk: that it lasts, and what it finds in the
// directory. store_test.cc holds for it too.
#include "server/store/sqlite_store.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "server/sqlite/connection.h"
#include "server/store/fixtures_test.h"

namespace microgpt::server {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

std::string ReadFile(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string Message(const absl::Status& status) {
  return std::string(status.message());
}

class SqliteStoreTest : public testing::Test {
 protected:
  SqliteStoreTest() { fs::create_directories(folder_); }
  ~SqliteStoreTest() override { fs::remove_all(folder_); }

  std::unique_ptr<SqliteStore> Open() {
    auto store = SqliteStore::Open(directory_, 0);
    EXPECT_TRUE(store.ok()) << store.status();
    return *std::move(store);
  }

  absl::Status OpenError() { return SqliteStore::Open(directory_, 0).status(); }

  // The database as another program has it open.
  std::unique_ptr<sqlite::Connection> OpenDatabase() {
    fs::create_directories(directory_);
    return *sqlite::Connection::Open(database_,
                                     sqlite::Connection::Mode::kReadWrite);
  }

  void RunSql(const std::string& sql) {
    const absl::Status status = OpenDatabase()->RunScript(sql);
    ASSERT_TRUE(status.ok()) << status;
  }

  // Opening is refused with `message`, and changes nothing in the file.
  void ExpectRefused(absl::StatusCode code, const std::string& message) {
    const std::string before = ReadFile(database_);
    const absl::Status error = OpenError();
    EXPECT_EQ(error.code(), code);
    EXPECT_THAT(Message(error), StartsWith(message));
    EXPECT_TRUE(ReadFile(database_) == before) << "the file has changed";
  }

  // Whether any file of the directory has these bytes.
  bool IsInAFile(const std::string& bytes) const {
    for (const auto& file : fs::directory_iterator(directory_)) {
      if (ReadFile(file.path()).find(bytes) != std::string::npos) return true;
    }
    return false;
  }

  const fs::path folder_ = fs::path(testing::TempDir()) /
                           ("sqlite_store_test_" + std::to_string(getpid()));
  const std::string directory_ = folder_ / "data";
  // How the errors of Open begin.
  const std::string in_directory_ = "data directory " + directory_ + ": ";
  const std::string database_ = directory_ + "/microgpt.db";
  const std::shared_ptr<const Corpus> words_ = MakeCorpus("emma\nava\n");
};

// --- It lasts ---

// Not a reference into `value`, which a range-based loop would not keep.
template <typename T>
T ValueOf(absl::StatusOr<T> value) {
  EXPECT_TRUE(value.ok()) << value.status();
  return *std::move(value);
}

// All that a store tells, as text.
std::string Everything(const Store& store) {
  std::string all;
  for (const JobRecord& job : ValueOf(store.ListJobs("", "", 100))) {
    all += TextOf(job) + "\n";
    all += testing::PrintToString(BitsOf(*store.GetLosses(job.id, 0, 100)));
    const NormHistory norms = ValueOf(store.GetNorms(job.id, 1, 100));
    all += testing::PrintToString(norms.steps);
    all += testing::PrintToString(norms.values);
  }
  for (const DatasetRecord& dataset : ValueOf(store.ListDatasets(0, 100))) {
    all += TextOf(dataset) + "\n";
    all += (*store.LoadCorpus(dataset.id))->text();
  }
  for (const std::string& name : ValueOf(store.ModelNames())) {
    for (const ModelVersion& version :
         ValueOf(store.ListVersions(name, 0, 100))) {
      all += TextOf(version) + "\n";
      all += WriteModel(ModelFormat::kSafetensors,
                        **store.LoadModel(version.sha256));
    }
  }
  return all;
}

TEST_F(SqliteStoreTest, ReopeningGivesAllBackBitForBit) {
  std::string before;
  {
    const auto store = Open();
    WaitingStore writes(*store);
    JobRecord job = MakeJob("a", "names", *words_);
    job.request_id = "r";
    ASSERT_TRUE(writes.Accept(job, words_).ok());
    job.state = JobState::kSucceeded;
    job.loss = INFINITY;
    job.end_time = TimeOf(1'700'000'000'123'456);
    ASSERT_TRUE(
        writes.Finish(job, {0.1, NAN, -0.0}, MakeModel(0.1f), MakeNorms({1, 3}))
            .ok());
    ASSERT_TRUE(writes.Accept(MakeJob("b", "pets", *words_), words_).ok());
    ASSERT_TRUE(writes.AddDataset("words", words_).ok());
    ASSERT_TRUE(writes.SetAlias("names", "prod", 1).ok());
    before = Everything(*store);
  }
  const auto store = Open();
  EXPECT_EQ(Everything(*store), before);
  EXPECT_EQ(store->GetJobOfRequest("r")->id, "a");
  EXPECT_EQ(store->GetAlias("names", "prod")->version, 1u);
  EXPECT_FALSE(*store->IsNew());
  EXPECT_THAT(*store->ResumeJobs(), SizeIs(1));
}

// As 0.1's successor left it: schema 1, which had no norms.
TEST_F(SqliteStoreTest, AStoreFromBeforeThereWereNormsIsUpgradedAndKeepsAll) {
  JobRecord job = MakeJob("a", "names", *words_);
  std::string before;
  {
    const auto store = Open();
    WaitingStore writes(*store);
    ASSERT_TRUE(writes.Accept(job, words_).ok());
    ASSERT_TRUE(writes.Accept(MakeJob("b", "pets", *words_), words_).ok());
    job.state = JobState::kSucceeded;
    ASSERT_TRUE(writes.Finish(job, {0.5, 0.25}, MakeModel(0.1f)).ok());
    before = Everything(*store);
  }
  RunSql("DROP TABLE norms; PRAGMA user_version = 1");
  const auto store = Open();
  EXPECT_EQ(Everything(*store), before);
  EXPECT_THAT(store->GetNorms("a", 1, 100)->steps, IsEmpty());
  WaitingStore writes(*store);
  JobRecord other = MakeJob("b", "pets", *words_);
  other.state = JobState::kSucceeded;
  ASSERT_TRUE(
      writes.Finish(other, {0.5}, MakeModel(0.2f), MakeNorms({1})).ok());
  EXPECT_THAT(store->GetNorms("b", 1, 100)->steps, ElementsAre(1));
}

TEST_F(SqliteStoreTest, DamagedNormsAreDataLossAndTheJobNamed) {
  {
    const auto store = Open();
    WaitingStore writes(*store);
    JobRecord job = MakeJob("a", "names", *words_);
    ASSERT_TRUE(writes.Accept(job, words_).ok());
    job.state = JobState::kSucceeded;
    ASSERT_TRUE(writes.Finish(job, {0.5}, nullptr, MakeNorms({1})).ok());
  }
  for (const char* bytes : {"X''", "X'01020304'"}) {
    RunSql(std::string("UPDATE norms SET bytes = ") + bytes);
    EXPECT_EQ(Open()->GetNorms("a", 1, 9).status(),
              absl::DataLossError("the norms of job a are damaged"));
  }
}

TEST_F(SqliteStoreTest, TheAttemptOfAResumedJobLasts) {
  ASSERT_TRUE(
      WaitingStore(*Open()).Accept(MakeJob("a", "x", *words_), words_).ok());
  EXPECT_EQ(Open()->ResumeJobs()->at(0).attempt, 2u);
  EXPECT_EQ(Open()->ResumeJobs()->at(0).attempt, 3u);
}

// --- A process that is killed ---

// Accepts forty jobs in the directory, one after the other, and writes the id
// of each, with a line feed, to `acknowledged` once it is kept. Then ends the
// process in the middle of a further write, as a kill would.
[[noreturn]] void AcceptJobsUntilTheEnd(const std::string& directory,
                                        int acknowledged) {
  auto store = SqliteStore::Open(directory, 0);
  if (!store.ok()) _exit(1);
  const auto corpus = MakeCorpus("emma\nava\n");
  for (int i = 1000; i < 1040; ++i) {
    const std::string line = std::to_string(i) + "\n";
    const auto kept = WaitingStore(**store).Accept(
        MakeJob(std::to_string(i), "names", *corpus), corpus);
    if (!kept.ok() || write(acknowledged, line.data(), line.size()) < 0) {
      _exit(2);
    }
  }
  (*store)->AcceptJob(MakeJob("unanswered", "names", *corpus), corpus,
                      TextOrigin::kSent, milliseconds(0), [](const auto&) {});
  _exit(0);
}

// Runs that in a process of its own. Answers with the ids it was told are kept.
std::vector<std::string> RunUntilKilled(const std::string& directory) {
  int pipe_ends[2];
  EXPECT_EQ(pipe(pipe_ends), 0);
  const pid_t child = fork();
  if (child == 0) AcceptJobsUntilTheEnd(directory, pipe_ends[1]);
  close(pipe_ends[1]);
  std::string received;
  char buffer[4096];
  for (ssize_t n; (n = read(pipe_ends[0], buffer, sizeof buffer)) > 0;) {
    received.append(buffer, static_cast<size_t>(n));
  }
  close(pipe_ends[0]);
  int exit_status = 0;
  EXPECT_EQ(waitpid(child, &exit_status, 0), child);
  EXPECT_TRUE(WIFEXITED(exit_status));
  EXPECT_EQ(WEXITSTATUS(exit_status), 0);
  std::vector<std::string> ids;
  std::istringstream lines(received);
  for (std::string id; std::getline(lines, id);) ids.push_back(id);
  return ids;
}

TEST_F(SqliteStoreTest, WhatWasAcknowledgedIsThereAfterAKill) {
  const std::vector<std::string> ids = RunUntilKilled(directory_);
  ASSERT_THAT(ids, SizeIs(40));
  ASSERT_GT(fs::file_size(database_ + "-wal"), 0u) << "nothing was left to do";
  const auto store = Open();
  for (const std::string& id : ids) {
    EXPECT_TRUE(store->GetJob(id).ok()) << id;
  }
  EXPECT_TRUE(store->LoadCorpus(words_->id()).ok());
  EXPECT_GE(store->ResumeJobs()->size(), ids.size());
}

TEST_F(SqliteStoreTest, ATornEndOfTheLogIsLeftOut) {
  const std::vector<std::string> ids = RunUntilKilled(directory_);
  const std::string log = database_ + "-wal";
  fs::resize_file(log, fs::file_size(log) - 1000);
  const auto store = Open();
  EXPECT_TRUE(store->GetJob(ids.front()).ok());
  EXPECT_TRUE(
      WaitingStore(*store).Accept(MakeJob("new", "x", *words_), words_).ok());
}

// --- Group commit ---

TEST_F(SqliteStoreTest, WritesThatWaitShareACommit) {
  const auto store = Open();
  std::promise<void> held, release;
  const auto released = release.get_future().share();
  store->AcceptJob(MakeJob("0", "x", *words_), words_, TextOrigin::kSent,
                   milliseconds(0), [&held, released](const auto&) {
                     held.set_value();
                     released.wait();
                   });
  held.get_future().wait();
  const uint64_t before = store->commits();
  constexpr int kWrites = 50;
  std::vector<std::promise<absl::Status>> answers(kWrites);
  for (int i = 0; i < kWrites; ++i) {
    store->AcceptJob(MakeJob(std::to_string(i + 1), "x", *words_), words_,
                     TextOrigin::kSent, milliseconds(0),
                     [&answer = answers[i]](const auto& kept) {
                       answer.set_value(kept.status());
                     });
  }
  release.set_value();
  for (auto& answer : answers) EXPECT_TRUE(answer.get_future().get().ok());
  EXPECT_EQ(store->commits() - before, 1u);
}

TEST_F(SqliteStoreTest, AJobThatEndsWhileItsAcceptLingersTakesOneCommit) {
  const auto store = Open();
  const uint64_t before = store->commits();
  JobRecord job = MakeJob("a", "names", *words_);
  store->AcceptJob(job, words_, TextOrigin::kSent, std::chrono::hours(1),
                   [](const auto& kept) { EXPECT_TRUE(kept.ok()); });
  job.state = JobState::kSucceeded;
  ASSERT_TRUE(WaitingStore(*store).Finish(job, {1.0}, MakeModel(1)).ok());
  EXPECT_EQ(store->commits() - before, 1u);
  EXPECT_EQ(store->GetJob("a")->version, 1u);
}

// --- Forgetting ---

TEST_F(SqliteStoreTest, AForgottenTextIsInNoFileOfTheDirectory) {
  const auto store = Open();
  WaitingStore writes(*store);
  std::string text;
  for (int i = 0; i < 20'000; ++i) {
    text += "confidential " + std::to_string(i) + "\n";
  }
  ASSERT_TRUE(writes.AddDataset("secret", MakeCorpus(text)).ok());
  ASSERT_TRUE(
      writes.AddDataset("short", MakeCorpus("confidential too\n")).ok());
  ASSERT_TRUE(IsInAFile("confidential 1\n"));
  ASSERT_TRUE(IsInAFile("confidential 19999\n"));
  EXPECT_EQ(*writes.DeleteDataset("secret"), true);
  EXPECT_EQ(*writes.DeleteDataset("short"), true);
  EXPECT_FALSE(IsInAFile("confidential"));
}

TEST_F(SqliteStoreTest, AReaderBesideUsMayKeepAForgottenTextWhichIsTold) {
  const auto store = Open();
  WaitingStore writes(*store);
  ASSERT_TRUE(writes.AddDataset("words", words_).ok());
  const auto reader = OpenDatabase();
  ASSERT_TRUE(reader->RunScript("BEGIN; SELECT * FROM texts").ok());
  const absl::Status told = writes.DeleteDataset("words").status();
  EXPECT_TRUE(absl::IsUnavailable(told)) << told;
  EXPECT_THAT(Message(told), StartsWith("microgpt.db-wal keeps what"));
  EXPECT_TRUE(absl::IsNotFound(store->GetDataset("words").status()));
}

// --- What is in the directory ---

TEST_F(SqliteStoreTest, TheDirectoryAndItsFileAreForTheirOwnerOnly) {
  const std::string deep = folder_ / "a/b/c";
  ASSERT_TRUE(SqliteStore::Open(deep, 0).ok());
  struct stat made;
  ASSERT_EQ(stat(deep.c_str(), &made), 0);
  EXPECT_EQ(made.st_mode & 0777, 0700u);
  ASSERT_EQ(stat((deep + "/microgpt.db").c_str(), &made), 0);
  EXPECT_EQ(made.st_mode & 0777, 0600u);
}

TEST_F(SqliteStoreTest, ASecondServerIsKeptOutAndToldWhoIsIn) {
  auto store = Open();
  const absl::Status error = OpenError();
  EXPECT_EQ(error, absl::UnavailableError("data directory " + directory_ +
                                          " is in use by another server (pid " +
                                          std::to_string(getpid()) + ")"));
  store.reset();
  EXPECT_TRUE(OpenError().ok()) << "the lock was not given back";
}

TEST_F(SqliteStoreTest, ADirectoryThatCannotBeIsRefused) {
  std::ofstream(folder_ / "file") << "x";
  const std::string file = folder_ / "file";
  EXPECT_EQ(
      SqliteStore::Open(file, 0).status(),
      absl::UnavailableError("data directory " + file + " is not a directory"));
  EXPECT_EQ(SqliteStore::Open(file + "/data", 0).status(),
            absl::UnavailableError("data directory " + file +
                                   "/data cannot be created: Not a directory"));
  EXPECT_EQ(ReadFile(file), "x");
}

TEST_F(SqliteStoreTest, FilesThatCannotBeOpenedAreRefused) {
  fs::create_directories(directory_ + "/lock");
  EXPECT_EQ(OpenError(),
            absl::UnavailableError(directory_ + "/lock: Is a directory"));
  fs::remove(directory_ + "/lock");
  fs::create_directory(database_);
  EXPECT_EQ(OpenError(), absl::UnavailableError(
                             in_directory_ +
                             "microgpt.db: disk I/O error (Is a directory)"));
}

TEST_F(SqliteStoreTest, ANewerStoreIsRefusedUntouched) {
  { Open(); }
  RunSql("PRAGMA user_version = 7");
  ExpectRefused(
      absl::StatusCode::kFailedPrecondition,
      in_directory_ +
          "microgpt.db was written by a newer microgptd (schema 7; this one "
          "knows 2): nothing was changed");
}

// The number stands in the log only: the newer server was killed.
TEST_F(SqliteStoreTest, ANewerStoreIsRefusedUntouchedAlsoByItsLog) {
  { Open(); }
  const fs::path kept = folder_ / "kept";
  fs::create_directory(kept);
  {
    const auto newer = OpenDatabase();
    ASSERT_TRUE(newer->RunScript("PRAGMA user_version = 7").ok());
    fs::copy(directory_, kept);
  }
  fs::remove_all(directory_);
  fs::rename(kept, directory_);
  const std::string log = ReadFile(database_ + "-wal");
  ASSERT_NE(log, "");
  ExpectRefused(
      absl::StatusCode::kFailedPrecondition,
      in_directory_ + "microgpt.db was written by a newer microgptd (schema 7");
  EXPECT_TRUE(ReadFile(database_ + "-wal") == log);
}

TEST_F(SqliteStoreTest, AnotherApplicationsDatabaseIsRefusedUntouched) {
  RunSql("CREATE TABLE songs (title TEXT)");
  ExpectRefused(
      absl::StatusCode::kFailedPrecondition,
      in_directory_ +
          "microgpt.db is another application's database: nothing was changed");
}

TEST_F(SqliteStoreTest, WhatIsNotADatabaseIsRefusedUntouched) {
  fs::create_directories(directory_);
  std::ofstream(database_) << std::string(5000, 'x');
  ExpectRefused(absl::StatusCode::kDataLoss,
                in_directory_ + "microgpt.db: file is not a database");
  std::ofstream(database_) << "xx";  // a single byte is an empty file to SQLite
  ExpectRefused(absl::StatusCode::kDataLoss,
                in_directory_ + "microgpt.db: file is not a database");
}

TEST_F(SqliteStoreTest, ASizeThatIsTooSmallForAnyStoreIsRefused) {
  EXPECT_EQ(
      SqliteStore::Open(directory_, 10'000).status(),
      absl::ResourceExhaustedError(
          in_directory_ + "the store is full: it may take at most 10000 bytes "
                          "(--max-store-size)"));
}

TEST_F(SqliteStoreTest, AnEmptyFileIsANewStore) {
  fs::create_directories(directory_);
  std::ofstream(database_) << "";
  EXPECT_TRUE(*Open()->IsNew());
}

TEST_F(SqliteStoreTest, ATruncatedStoreIsRefusedUntouched) {
  ASSERT_TRUE(WaitingStore(*Open()).AddDataset("words", words_).ok());
  fs::resize_file(database_, fs::file_size(database_) - 4096);
  ExpectRefused(absl::StatusCode::kDataLoss, in_directory_ + "microgpt.db: ");
}

TEST_F(SqliteStoreTest, ADamagedTableIsRefusedUntouched) {
  {
    const auto store = Open();
    WaitingStore writes(*store);
    for (int i = 0; i < 100; ++i) {
      ASSERT_TRUE(
          writes.Accept(MakeJob(std::to_string(i), "x", *words_), words_).ok());
    }
  }
  int64_t page = 0;
  {
    const auto db = OpenDatabase();
    sqlite::Statement row =
        db->Query("SELECT rootpage FROM sqlite_schema WHERE name = 'jobs'");
    ASSERT_TRUE(row.Next());
    row.Read(page);
  }
  std::fstream file(database_, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp((page - 1) * 4096);
  file << std::string(64, '\x5a');
  file.close();
  ExpectRefused(absl::StatusCode::kDataLoss, in_directory_ + "microgpt.db");
}

// --- What is damaged within ---

TEST_F(SqliteStoreTest, WhereTheStoreIsOnDiskIsNotToldToCallers) {
  const auto store = Open();
  RunSql("ALTER TABLE jobs RENAME TO gone; DROP TABLE aliases");
  for (const absl::Status& error :
       {store->GetJob("a").status(), store->GetVersion("a", 1).status(),
        WaitingStore(*store)
            .Accept(MakeJob("a", "x", *words_), words_)
            .status()}) {
    EXPECT_THAT(Message(error), StartsWith("microgpt.db: no such table"));
  }
}

TEST_F(SqliteStoreTest, ADamagedTextIsDataLossAndTheDatasetNamed) {
  ASSERT_TRUE(WaitingStore(*Open()).AddDataset("words", words_).ok());
  const std::string sentence =
      "the text of dataset " + words_->id() + " is damaged: ";
  for (const auto& [sql, cause] :
       {std::pair("UPDATE texts SET bytes = CAST('emma\neva\n' AS BLOB)",
                  "its sum is sha256:"),
        {"UPDATE texts SET bytes = x'ff0a'", "text: "},
        {"DELETE FROM texts", "text: "}}) {
    RunSql(sql);
    const absl::Status error = Open()->LoadCorpus(words_->id()).status();
    EXPECT_TRUE(absl::IsDataLoss(error)) << error;
    EXPECT_THAT(Message(error), StartsWith(sentence + cause));
  }
}

TEST_F(SqliteStoreTest, DamagedWeightsAreDataLossAndTheModelNamed) {
  std::string sha256;
  {
    const auto store = Open();
    ModelVersion version;
    version.name = "names";
    sha256 = WaitingStore(*store).AddVersion(version, MakeModel(1))->sha256;
    version.name = "other";
    ASSERT_TRUE(WaitingStore(*store).AddVersion(version, MakeModel(2)).ok());
  }
  const std::string sentence = "the weights of model names@1 are damaged: ";
  // A whole file, but another model's.
  RunSql(
      "UPDATE weights SET bytes = (SELECT bytes FROM weights WHERE sha256 = "
      "(SELECT sha256 FROM versions WHERE name = 'other'))");
  const absl::Status swapped = Open()->LoadModel(sha256).status();
  EXPECT_TRUE(absl::IsDataLoss(swapped)) << swapped;
  EXPECT_THAT(Message(swapped), StartsWith(sentence + "their sum is sha256:"));
  for (const char* sql :
       {"UPDATE weights SET bytes = substr(bytes, 1, length(bytes) - 1)",
        "DELETE FROM weights"}) {
    RunSql(sql);
    const absl::Status error = Open()->LoadModel(sha256).status();
    EXPECT_TRUE(absl::IsDataLoss(error)) << error;
    EXPECT_THAT(Message(error), StartsWith(sentence));
  }
}

TEST_F(SqliteStoreTest, ADamagedRecordIsDataLossAndNamed) {
  {
    const auto store = Open();
    WaitingStore writes(*store);
    JobRecord job = MakeJob("a", "names", *words_);
    ASSERT_TRUE(writes.Accept(job, words_).ok());
    job.state = JobState::kSucceeded;
    ASSERT_TRUE(writes.Finish(job, {1.0}, MakeModel(1)).ok());
  }
  RunSql("UPDATE jobs SET state = 'lost'; UPDATE versions SET precision = ''");
  const auto store = Open();
  EXPECT_EQ(store->GetJob("a").status(),
            absl::DataLossError("the record of job a is damaged"));
  EXPECT_EQ(store->ListJobs("", "", 1).status(),
            absl::DataLossError("the record of job a is damaged"));
  EXPECT_EQ(store->GetVersion("names", 1).status(),
            absl::DataLossError("the record of model names@1 is damaged"));
}

}  // namespace
}  // namespace microgpt::server
