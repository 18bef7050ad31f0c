// SPDX-License-Identifier: MIT
#include "server/jobs/job_board.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "server/errors/errors.h"

namespace microgpt::server {
namespace {

using Clock = JobBoard::Clock;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr Clock::time_point kNever = Clock::time_point::max();
constexpr size_t kAll = 1'000'000;
constexpr uint32_t kEnough = 10;  // workers, for what a test claims

JobRecord MakeJob(std::string id, uint32_t threads = 1) {
  JobRecord job;
  job.id = std::move(id);
  job.model = "names";
  job.training_config = *TrainingConfig::Create({.threads = threads});
  return job;
}

void EnqueueOn(JobBoard& board, const std::string& id, uint32_t threads) {
  const absl::Status queued = board.Enqueue(MakeJob(id, threads), nullptr);
  ASSERT_TRUE(queued.ok()) << queued;
}

void Enqueue(JobBoard& board, const std::string& id,
             std::shared_ptr<const Corpus> corpus = nullptr) {
  const absl::Status queued = board.Enqueue(MakeJob(id), std::move(corpus));
  ASSERT_TRUE(queued.ok()) << queued;
}

// Enqueues a job and takes it.
JobBoard::Claimed Start(JobBoard& board, const std::string& id) {
  Enqueue(board, id);
  return *board.Claim();
}

// Goes on with a job by a step.
void PublishStep(JobBoard& board, const std::string& id, uint32_t step) {
  JobRecord progress = MakeJob(id);
  progress.step = step;
  board.Publish(progress, {1.0 / step});
}

// Counts the calls of a wait's `done`.
class Answer {
 public:
  std::function<void()> Done() {
    return [times = times_] {
      ++*times;
      times->notify_all();
    };
  }
  void Get() const { times_->wait(0); }
  int times() const { return *times_; }

 private:
  std::shared_ptr<std::atomic<int>> times_ =
      std::make_shared<std::atomic<int>>(0);
};

// When this returns, the board has answered every wait that was over before:
// answers come in order, and this one is due at once.
void AnswerWhatIsDue(JobBoard& board) {
  Answer answer;
  board.Await({.job = "unknown", .deadline = kNever}, answer.Done());
  answer.Get();
}

// Nothing tells that another thread sleeps in Claim; this gives it the time.
void LetOthersFallAsleep(JobBoard& board) {
  for (int i = 0; i < 20; ++i) AnswerWhatIsDue(board);
}

// --- The queue.

TEST(JobBoardTest, AFullQueueRefusesWithAHintToRetry) {
  JobBoard board(2, kEnough);
  Enqueue(board, "a");
  Enqueue(board, "b");
  const absl::Status refused = board.Enqueue(MakeJob("z"), nullptr);
  EXPECT_TRUE(absl::IsResourceExhausted(refused));
  EXPECT_EQ(refused.message(),
            "2 jobs are queued, which is the limit (--max-queued)");
  EXPECT_NE(RetryDelayOf(refused), std::nullopt);
}

TEST(JobBoardTest, AClaimedJobLeavesItsPlaceInTheQueue) {
  JobBoard board(1, kEnough);
  Enqueue(board, "a");
  ASSERT_FALSE(board.Enqueue(MakeJob("b"), nullptr).ok());
  ASSERT_TRUE(board.Claim().has_value());
  EXPECT_TRUE(board.Enqueue(MakeJob("b"), nullptr).ok());
}

TEST(JobBoardTest, OfManyJobsAtOnceAsManyComeInAsThereArePlaces) {
  constexpr int kPlaces = 5, kThreads = 16;
  JobBoard board(kPlaces, kEnough);
  std::vector<absl::Status> statuses(kThreads);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&, i] {
        statuses[i] = board.Enqueue(MakeJob(std::to_string(i)), nullptr);
      });
    }
  }
  EXPECT_EQ(
      std::ranges::count_if(statuses, [](const auto& s) { return s.ok(); }),
      kPlaces);
}

TEST(JobBoardTest, ASealedJobIsNotCancelledAnyMore) {
  JobBoard board(10, kEnough);
  const JobBoard::Claimed claimed = Start(board, "a");
  const uint32_t last = board.Seal(claimed.job).value();
  EXPECT_GT(last, board.Find("a")->revision);
  EXPECT_EQ(board.Cancel("a"), std::nullopt);
  EXPECT_EQ(board.Find("a")->state, JobState::kRunning);
  EXPECT_FALSE(claimed.stop.stop_requested());
  EXPECT_GT(last, board.Find("a")->revision);
}

TEST(JobBoardTest, AMoveUpInTheQueueIsNews) {
  JobBoard board(10, kEnough);
  for (const char* id : {"a", "b", "c"}) Enqueue(board, id);
  const uint32_t revision = board.Find("c")->revision;
  Answer moved;
  board.Await({.job = "c", .after_revision = revision, .deadline = kNever},
              moved.Done());
  board.Claim();
  moved.Get();
  EXPECT_EQ(board.Find("c")->queue_position, 2u);
  EXPECT_GT(board.Find("c")->revision, revision);
  board.Cancel("b");
  board.Claim();
  EXPECT_GT(board.Find("c")->revision, revision + 2) << "never falls";
}

TEST(JobBoardTest, PositionsCountFromOneAndMoveUp) {
  JobBoard board(10, kEnough);
  for (const char* id : {"c", "a", "b"}) Enqueue(board, id);
  EXPECT_EQ(board.Find("c")->queue_position, 1u);
  EXPECT_EQ(board.Find("a")->queue_position, 2u);
  EXPECT_EQ(board.Find("b")->queue_position, 3u);
  board.Claim();
  EXPECT_EQ(board.Find("c")->queue_position, 0u);
  EXPECT_EQ(board.Find("a")->queue_position, 1u);
  EXPECT_EQ(board.Find("b")->queue_position, 2u);
  board.Cancel("a");
  EXPECT_EQ(board.Find("b")->queue_position, 1u);
}

TEST(JobBoardTest, JobsAreClaimedInTheOrderTheyCame) {
  JobBoard board(10, kEnough);
  for (const char* id : {"c", "a", "b"}) Enqueue(board, id);
  EXPECT_EQ(board.queued(), 3u);
  EXPECT_EQ(board.Claim()->job.id, "c");
  EXPECT_EQ(board.Claim()->job.id, "a");
  EXPECT_EQ(board.Claim()->job.id, "b");
  EXPECT_EQ(board.queued(), 0u);
  EXPECT_EQ(board.running(), 3u);
}

TEST(JobBoardTest, AClaimedJobIsRunningAndHasItsCorpus) {
  const auto corpus =
      std::make_shared<const Corpus>(*Corpus::FromText("emma\n"));
  JobBoard board(10, kEnough);
  Enqueue(board, "a", corpus);
  const uint32_t queued_revision = board.Find("a")->revision;
  const auto claimed = board.Claim();
  EXPECT_EQ(claimed->corpus, corpus);
  EXPECT_EQ(claimed->job.state, JobState::kRunning);
  EXPECT_FALSE(claimed->stop.stop_requested());
  EXPECT_EQ(board.Find("a")->state, JobState::kRunning);
  EXPECT_GT(board.Find("a")->revision, queued_revision);
}

TEST(JobBoardTest, ClaimWaitsForAJob) {
  JobBoard board(10, kEnough);
  auto claimed = std::async(std::launch::async, [&] { return board.Claim(); });
  LetOthersFallAsleep(board);
  Enqueue(board, "a");
  EXPECT_EQ(claimed.get()->job.id, "a");
}

TEST(JobBoardTest, WorkersClaimEachJobOnce) {
  constexpr int kWorkers = 4, kJobs = 200;
  JobBoard board(kJobs, kEnough);
  std::vector<std::vector<std::string>> claimed(kWorkers);
  {
    std::vector<std::jthread> workers;
    for (std::vector<std::string>& mine : claimed) {
      workers.emplace_back([&] {
        while (const auto job = board.Claim()) {
          mine.push_back(job->job.id);
          board.Remove(job->job.id);
        }
      });
    }
    for (int i = 0; i < kJobs; ++i) Enqueue(board, std::to_string(i));
    Answer last;
    board.Await({.job = std::to_string(kJobs - 1), .deadline = kNever},
                last.Done());
    last.Get();
    board.Close();
  }
  std::multiset<std::string> all;
  for (const auto& mine : claimed) all.insert(mine.begin(), mine.end());
  EXPECT_EQ(all.size(), static_cast<size_t>(kJobs));
  EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), all.size());
}

// --- Jobs that take several workers.

TEST(JobBoardTest, AJobHoldsAsManyWorkersAsItHasThreads) {
  JobBoard board(10, 3);
  EnqueueOn(board, "a", 1);
  EnqueueOn(board, "b", 2);
  EXPECT_EQ(board.Claim()->workers, 1u);
  EXPECT_EQ(board.Claim()->workers, 2u);
}

TEST(JobBoardTest, AJobOfMoreThreadsThanWorkersTakesThemAll) {
  JobBoard board(10, 2);
  board.Resume(MakeJob("a", 4));
  const auto claimed = board.Claim();
  EXPECT_EQ(claimed->workers, 2u);
  EXPECT_EQ(claimed->job.training_config->threads, 4u) << "as it was asked";
}

// Claims jobs of 1 to 4 threads in as many threads as there are workers; checks
// what must hold whenever a job has been claimed.
TEST(JobBoardTest, NoMoreWorkersAreTakenThanThereAreAndNobodyOvertakes) {
  constexpr uint32_t kWorkers = 4, kJobs = 400;
  JobBoard board(kJobs, kWorkers);
  for (uint32_t i = 0; i < kJobs; ++i) {
    EnqueueOn(board, std::to_string(i), 1 + i * 7 % 4);
  }
  std::atomic<uint32_t> taken = 0, ended = 0;
  const auto work = [&] {
    while (const auto claimed = board.Claim()) {
      EXPECT_LE(taken += claimed->workers, kWorkers);
      std::this_thread::yield();  // so that jobs overlap
      const int id = std::stoi(claimed->job.id);
      for (int earlier = std::max(0, id - 8); earlier < id; ++earlier) {
        const auto job = board.Find(std::to_string(earlier));
        EXPECT_TRUE(!job || job->state != JobState::kQueued)
            << earlier << " was overtaken by " << id;
      }
      taken -= claimed->workers;
      board.Remove(claimed->job.id);
      if (++ended == kJobs) board.Close();
    }
  };
  {
    std::vector<std::jthread> workers;
    for (uint32_t i = 0; i < kWorkers; ++i) workers.emplace_back(work);
  }
  EXPECT_EQ(ended, kJobs);
}

TEST(JobBoardTest, AJobWaitsUntilEnoughWorkersAreFree) {
  JobBoard board(10, 3);
  for (const char* id : {"a", "b", "c"}) Start(board, id);
  EnqueueOn(board, "d", 3);
  auto claimed = std::async(std::launch::async, [&] { return board.Claim(); });
  for (const char* id : {"b", "a", "c"}) {
    LetOthersFallAsleep(board);
    EXPECT_EQ(board.Find("d")->state, JobState::kQueued);
    board.Remove(id);
  }
  EXPECT_EQ(claimed.get()->job.id, "d");
}

TEST(JobBoardTest, ManyJobsBeginAtOnceWhenOneGivesBackManyWorkers) {
  JobBoard board(10, 4);
  EnqueueOn(board, "a", 4);
  board.Claim();
  std::vector<std::future<std::optional<JobBoard::Claimed>>> claims;
  for (const char* id : {"b", "c", "d", "e"}) {
    Enqueue(board, id);
    claims.push_back(
        std::async(std::launch::async, [&] { return board.Claim(); }));
  }
  LetOthersFallAsleep(board);
  board.Remove("a");
  std::set<std::string> begun;
  for (auto& claim : claims) begun.insert(claim.get()->job.id);
  EXPECT_THAT(begun, ElementsAre("b", "c", "d", "e"));
}

// Each round, the worker sleeps since the first job takes two; when that leaves
// the queue, the next one fits.
TEST(JobBoardTest, AJobThatLeavesTheQueueLetsTheNextOneBegin) {
  JobBoard board(10, 2);
  Start(board, "a");
  std::jthread worker([&] {
    while (const auto claimed = board.Claim()) board.Remove(claimed->job.id);
  });
  for (int round = 0; round < 10; ++round) {
    EnqueueOn(board, "b", 2);
    EnqueueOn(board, "c", 1);
    LetOthersFallAsleep(board);
    Answer begun;
    board.Await({.job = "c", .deadline = kNever}, begun.Done());
    if (round % 2 == 0) {
      board.Cancel("b");
      begun.Get();
      board.Remove("b");
    } else {
      board.Withdraw("b");
      begun.Get();
    }
  }
  board.Close();
}

TEST(JobBoardTest, ACancelledJobThatComesBackToTheQueueIsClaimed) {
  JobBoard board(10, 2);
  Start(board, "a");
  EnqueueOn(board, "b", 2);
  auto claimed = std::async(std::launch::async, [&] { return board.Claim(); });
  board.Cancel("b");
  board.Remove("a");
  LetOthersFallAsleep(board);
  board.Requeue("b");
  EXPECT_EQ(claimed.get()->workers, 2u);
  board.Remove("b");
  EXPECT_EQ(Start(board, "c").workers, 1u) << "all had been given back";
}

TEST(JobBoardTest, CloseWakesThoseWhoWaitForWorkers) {
  JobBoard board(10, 2);
  Start(board, "a");
  EnqueueOn(board, "b", 2);
  auto claimed = std::async(std::launch::async, [&] { return board.Claim(); });
  LetOthersFallAsleep(board);
  board.Close();
  EXPECT_FALSE(claimed.get().has_value());
  board.Interrupt();
  EXPECT_EQ(board.queued(), 0u);
  board.Remove("a");
  EXPECT_TRUE(board.AwaitIdle(kNever));
}

// --- Progress.

TEST(JobBoardTest, ProgressIsTakenOverWithAHigherRevision) {
  JobBoard board(10, kEnough);
  const JobBoard::Claimed claimed = Start(board, "a");
  JobRecord progress = claimed.job;
  progress.step = 2;
  progress.loss = 2.75;
  progress.elapsed = std::chrono::milliseconds(5);
  progress.validation = {{1, 3.5}};
  progress.samples = {"ema"};
  board.Publish(progress, {3.0, 2.5});

  const auto now = board.Find("a");
  EXPECT_EQ(now->step, 2u);
  EXPECT_EQ(now->loss, 2.75);
  EXPECT_EQ(now->elapsed, std::chrono::milliseconds(5));
  ASSERT_EQ(now->validation.size(), 1u);
  EXPECT_EQ(now->validation[0].loss, 3.5);
  EXPECT_THAT(now->samples, ElementsAre("ema"));
  EXPECT_GT(now->revision, claimed.job.revision);
}

TEST(JobBoardTest, ProgressDoesNotTakeBackACancel) {
  JobBoard board(10, kEnough);
  const JobBoard::Claimed claimed = Start(board, "a");
  board.Cancel("a");
  JobRecord progress = claimed.job;  // still says that it is running
  progress.step = 1;
  board.Publish(progress, {3.0});
  EXPECT_EQ(board.Find("a")->state, JobState::kCancelling);
  EXPECT_EQ(board.Find("a")->step, 1u);
}

TEST(JobBoardTest, LossesAreAppendedAndReadByWindow) {
  JobBoard board(10, kEnough);
  const JobRecord job = Start(board, "a").job;
  EXPECT_THAT(*board.FindLosses("a", 0, kAll), IsEmpty());
  board.Publish(job, {5.0, 4.0});
  board.Publish(job, {});
  board.Publish(job, {3.0});
  EXPECT_THAT(*board.FindLosses("a", 0, kAll), ElementsAre(5.0, 4.0, 3.0));
  EXPECT_THAT(*board.FindLosses("a", 1, 1), ElementsAre(4.0));
  EXPECT_THAT(*board.FindLosses("a", 2, kAll), ElementsAre(3.0));
  EXPECT_THAT(*board.FindLosses("a", 3, kAll), IsEmpty());
  EXPECT_THAT(*board.FindLosses("a", kAll, SIZE_MAX), IsEmpty());
}

TEST(JobBoardTest, NormsAreAppendedAndReadByTheirSteps) {
  JobBoard board(10, kEnough);
  const JobRecord job = Start(board, "a").job;
  EXPECT_THAT(board.FindNorms("a", 1, 9)->steps, IsEmpty());
  board.Publish(job, {5.0, 4.0, 3.0}, {{1, 3}, {1, 2, 3, 4}});
  board.Publish(job, {});
  board.Publish(job, {2.0, 1.0}, {{5}, {5, 6}});
  const auto read = [&](uint32_t from, uint32_t to) {
    return *board.FindNorms("a", from, to);
  };
  EXPECT_THAT(read(1, 9).steps, ElementsAre(1, 3, 5));
  EXPECT_THAT(read(1, 9).values, ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(read(2, 4).steps, ElementsAre(3));
  EXPECT_THAT(read(2, 4).values, ElementsAre(3, 4));
  EXPECT_THAT(read(5, 5).values, ElementsAre(5, 6));
  EXPECT_THAT(read(6, 9).values, IsEmpty());
  EXPECT_THAT(read(4, 4).values, IsEmpty());
}

TEST(JobBoardTest, AnUnknownJobIsNowhereToBeFound) {
  JobBoard board(10, kEnough);
  board.Publish(MakeJob("a"), {1.0});
  board.Remove("a");
  EXPECT_FALSE(board.Find("a").has_value());
  EXPECT_FALSE(board.FindLosses("a", 0, kAll).has_value());
  EXPECT_FALSE(board.FindNorms("a", 1, 9).has_value());
  EXPECT_FALSE(board.Cancel("a").has_value());
}

TEST(JobBoardTest, ARemovedJobIsForgotten) {
  JobBoard board(10, kEnough);
  Start(board, "a");
  board.Remove("a");
  EXPECT_FALSE(board.Find("a").has_value());
  EXPECT_EQ(board.running(), 0u);
}

// --- Cancelling.

TEST(JobBoardTest, ACancelledJobInTheQueueIsAnsweredAndLeavesTheQueue) {
  JobBoard board(2, kEnough);
  Enqueue(board, "a");
  Enqueue(board, "b");
  const auto cancelled = board.Cancel("a");
  ASSERT_TRUE(cancelled.has_value());
  EXPECT_EQ(cancelled->id, "a");
  EXPECT_EQ(cancelled->state, JobState::kCancelled);
  EXPECT_NE(cancelled->end_time, std::nullopt);
  EXPECT_EQ(cancelled->queue_position, 0u);
  EXPECT_EQ(board.queued(), 1u);
  EXPECT_TRUE(board.Enqueue(MakeJob("z"), nullptr).ok());
  EXPECT_EQ(board.Claim()->job.id, "b");
}

TEST(JobBoardTest, ACancelledJobIsShownOnItsWayToTheStore) {
  JobBoard board(2, kEnough);
  Enqueue(board, "a");
  const uint32_t before = board.Find("a")->revision;
  const auto cancelled = board.Cancel("a");
  const auto meanwhile = board.Find("a");
  EXPECT_EQ(meanwhile->state, JobState::kCancelling);
  EXPECT_EQ(meanwhile->queue_position, 0u);
  EXPECT_GT(meanwhile->revision, before);
  EXPECT_GT(cancelled->revision, meanwhile->revision);
  EXPECT_FALSE(board.Cancel("a").has_value()) << "ended by the first";
}

TEST(JobBoardTest, ARunningJobIsAskedToStop) {
  JobBoard board(2, kEnough);
  const JobBoard::Claimed claimed = Start(board, "a");
  const JobBoard::Claimed neighbour = Start(board, "b");
  EXPECT_FALSE(board.Cancel("a").has_value());
  EXPECT_TRUE(claimed.stop.stop_requested());
  EXPECT_FALSE(neighbour.stop.stop_requested());
  EXPECT_EQ(board.Find("a")->state, JobState::kCancelling);
  EXPECT_GT(board.Find("a")->revision, claimed.job.revision);
}

TEST(JobBoardTest, CancellingARunningJobAgainChangesNothing) {
  JobBoard board(2, kEnough);
  Start(board, "a");
  board.Cancel("a");
  const uint32_t revision = board.Find("a")->revision;
  EXPECT_FALSE(board.Cancel("a").has_value());
  EXPECT_EQ(board.Find("a")->revision, revision);
  EXPECT_EQ(board.Find("a")->state, JobState::kCancelling);
}

TEST(JobBoardTest, ACancelThatTheStoreRefusedPutsTheJobBackInFront) {
  JobBoard board(10, kEnough);
  Enqueue(board, "a");
  Enqueue(board, "b");
  const uint32_t before = board.Find("b")->revision;
  board.Cancel("b");
  board.Requeue("b");
  EXPECT_EQ(board.Find("b")->state, JobState::kQueued);
  EXPECT_EQ(board.Find("b")->queue_position, 1u);
  EXPECT_EQ(board.Find("a")->queue_position, 2u);
  EXPECT_GT(board.Find("b")->revision, before);
  EXPECT_EQ(board.Claim()->job.id, "b");
}

TEST(JobBoardTest, ACancelThatTheStoreRefusedInAShutdownHoldsUpNobody) {
  JobBoard board(10, kEnough);
  Enqueue(board, "a");
  board.Cancel("a");
  board.Close();
  board.Interrupt();
  EXPECT_FALSE(board.AwaitIdle(Clock::now())) << "on its way to the store";
  board.Requeue("a");
  EXPECT_TRUE(board.AwaitIdle(kNever));
  EXPECT_EQ(board.Find("a"), std::nullopt);
}

TEST(JobBoardTest, AJobWhoseResultWaitsForRoomCanBeCancelled) {
  JobBoard board(10, kEnough);
  JobBoard::Claimed claimed = Start(board, "a");
  claimed.job.state = JobState::kSucceeded;
  ASSERT_NE(board.Seal(claimed.job), std::nullopt);
  board.Unseal("a");
  board.Cancel("a");
  EXPECT_TRUE(claimed.stop.stop_requested());
  EXPECT_EQ(board.Find("a")->state, JobState::kCancelling);
}

TEST(JobBoardTest, AWithdrawnJobLeavesTheQueueOrIsAskedToStop) {
  JobBoard board(10, kEnough);
  const JobBoard::Claimed running = Start(board, "a");
  Enqueue(board, "b");
  Answer gone;
  board.Await({.job = "b", .deadline = kNever}, gone.Done());
  board.Withdraw("a");
  board.Withdraw("b");
  board.Withdraw("unknown");
  EXPECT_TRUE(running.stop.stop_requested());
  EXPECT_EQ(board.Find("b"), std::nullopt);
  EXPECT_EQ(board.queued(), 0u);
  gone.Get();
}

// --- Jobs of an earlier run.

TEST(JobBoardTest, ResumedJobsComeInHoweverFullTheQueueIs) {
  JobBoard board(1, kEnough);
  for (const char* id : {"a", "b", "c"}) board.Resume(MakeJob(id));
  EXPECT_EQ(board.queued(), 3u);
  EXPECT_FALSE(board.Enqueue(MakeJob("d"), nullptr).ok());
  const auto claimed = board.Claim();
  EXPECT_EQ(claimed->job.id, "a");
  EXPECT_EQ(claimed->corpus, nullptr) << "to be loaded";
}

TEST(JobBoardTest, AQueuedJobLetsGoOfItsCorpus) {
  auto corpus = std::make_shared<const Corpus>(*Corpus::FromText("emma\n"));
  const std::weak_ptr<const Corpus> watched = corpus;
  JobBoard board(2, kEnough);
  Enqueue(board, "a", std::move(corpus));
  EXPECT_FALSE(watched.expired());
  board.ReleaseCorpus("a");
  board.ReleaseCorpus("unknown");
  EXPECT_TRUE(watched.expired());
  EXPECT_EQ(board.Claim()->corpus, nullptr);
}

TEST(JobBoardTest, TheNewestJobOfAModelIsFound) {
  JobBoard board(10, kEnough);
  EXPECT_EQ(board.FindNewest(""), std::nullopt);
  JobRecord pets = MakeJob("b");
  pets.model = "pets";
  Enqueue(board, "a");
  ASSERT_TRUE(board.Enqueue(pets, nullptr).ok());
  Enqueue(board, "c");
  EXPECT_EQ(board.FindNewest("")->id, "c");
  EXPECT_EQ(board.FindNewest("names")->id, "c");
  EXPECT_EQ(board.FindNewest("pets")->id, "b");
  EXPECT_EQ(board.FindNewest("pets")->queue_position, 2u);
  EXPECT_EQ(board.FindNewest("cities"), std::nullopt);
}

// --- Waiting for news.

TEST(JobBoardTest, AWaitForAnUnknownJobIsOverAtOnce) {
  JobBoard board(1, kEnough);
  Answer answer;
  board.Await({.job = "a", .deadline = kNever}, answer.Done());
  answer.Get();
  AnswerWhatIsDue(board);
  EXPECT_EQ(answer.times(), 1);
}

TEST(JobBoardTest, AWaitIsOverWhenTheJobIsRemoved) {
  JobBoard board(2, kEnough);
  Start(board, "a");
  Start(board, "b");
  Answer a, b;
  board.Await({.job = "a", .deadline = kNever}, a.Done());
  board.Await({.job = "b", .deadline = kNever}, b.Done());
  PublishStep(board, "a", 1);  // no news for who waits for the end
  AnswerWhatIsDue(board);
  EXPECT_EQ(a.times(), 0);
  board.Remove("a");
  a.Get();
  AnswerWhatIsDue(board);
  EXPECT_EQ(a.times(), 1);
  EXPECT_EQ(b.times(), 0);
}

TEST(JobBoardTest, AWaitIsOverWhenTheRevisionIsAboveTheOneKnown) {
  JobBoard board(1, kEnough);
  const uint32_t revision = Start(board, "a").job.revision;
  Answer next, later;
  board.Await({.job = "a", .after_revision = revision, .deadline = kNever},
              next.Done());
  board.Await({.job = "a", .after_revision = revision + 1, .deadline = kNever},
              later.Done());
  AnswerWhatIsDue(board);
  EXPECT_EQ(next.times(), 0);
  PublishStep(board, "a", 1);
  next.Get();
  AnswerWhatIsDue(board);
  EXPECT_EQ(later.times(), 0);
  PublishStep(board, "a", 2);
  later.Get();
  AnswerWhatIsDue(board);
  EXPECT_EQ(next.times(), 1);
  EXPECT_EQ(later.times(), 1);
}

TEST(JobBoardTest, AWaitForARevisionThatPassedIsOverAtOnce) {
  JobBoard board(1, kEnough);
  Start(board, "a");
  Answer answer;
  board.Await({.job = "a", .after_revision = 0, .deadline = kNever},
              answer.Done());
  answer.Get();
  EXPECT_EQ(answer.times(), 1);
}

TEST(JobBoardTest, EveryChangeOfStateIsNews) {
  JobBoard board(2, kEnough);
  Enqueue(board, "a");
  Enqueue(board, "b");
  const auto await_news = [&board](const std::string& id, auto change) {
    Answer answer;
    board.Await({.job = id,
                 .after_revision = board.Find(id)->revision,
                 .deadline = kNever},
                answer.Done());
    change();
    answer.Get();
  };
  await_news("a", [&] { board.Claim(); });
  await_news("a", [&] { board.Cancel("a"); });
  await_news("b", [&] { board.Cancel("b"); });
}

TEST(JobBoardTest, NewsWaitUntilNotBefore) {
  JobBoard board(1, kEnough);
  const uint32_t revision = Start(board, "a").job.revision;
  const auto not_before = Clock::now() + std::chrono::milliseconds(20);
  std::promise<Clock::time_point> answered;
  board.Await({.job = "a",
               .after_revision = revision,
               .not_before = not_before,
               .deadline = kNever},
              [&] { answered.set_value(Clock::now()); });
  PublishStep(board, "a", 1);
  EXPECT_GE(answered.get_future().get(), not_before);
}

TEST(JobBoardTest, TheEndOfAJobDoesNotWaitUntilNotBefore) {
  JobBoard board(1, kEnough);
  const uint32_t revision = Start(board, "a").job.revision;
  Answer answer;
  board.Await({.job = "a",
               .after_revision = revision,
               .not_before = kNever,
               .deadline = kNever},
              answer.Done());
  PublishStep(board, "a", 1);
  AnswerWhatIsDue(board);
  EXPECT_EQ(answer.times(), 0);
  board.Remove("a");
  answer.Get();
  EXPECT_EQ(answer.times(), 1);
}

TEST(JobBoardTest, AWaitIsOverAtItsDeadline) {
  JobBoard board(1, kEnough);
  Enqueue(board, "a");
  const auto deadline = Clock::now() + std::chrono::milliseconds(20);
  std::promise<Clock::time_point> answered;
  Answer patient;
  board.Await({.job = "a", .deadline = kNever}, patient.Done());
  board.Await({.job = "a", .deadline = deadline},
              [&] { answered.set_value(Clock::now()); });
  EXPECT_GE(answered.get_future().get(), deadline);
  EXPECT_EQ(patient.times(), 0);
  EXPECT_TRUE(board.Find("a").has_value());
}

TEST(JobBoardTest, AWaitWhoseDeadlinePassedIsOverAtOnce) {
  JobBoard board(1, kEnough);
  Enqueue(board, "a");
  Answer answer;
  board.Await({.job = "a", .deadline = Clock::now()}, answer.Done());
  answer.Get();
  EXPECT_EQ(answer.times(), 1);
}

TEST(JobBoardTest, AWaitIsOverWhenItsCallerGoes) {
  JobBoard board(1, kEnough);
  Enqueue(board, "a");
  std::stop_source caller;
  Answer gone, stays;
  board.Await({.job = "a", .deadline = kNever, .stop = caller.get_token()},
              gone.Done());
  board.Await({.job = "a", .deadline = kNever}, stays.Done());
  AnswerWhatIsDue(board);
  EXPECT_EQ(gone.times(), 0);
  caller.request_stop();
  gone.Get();
  AnswerWhatIsDue(board);
  EXPECT_EQ(gone.times(), 1);
  EXPECT_EQ(stays.times(), 0);
}

TEST(JobBoardTest, AWaitOfACallerWhoLeftBeforeIsOverAtOnce) {
  JobBoard board(1, kEnough);
  Enqueue(board, "a");
  std::stop_source caller;
  caller.request_stop();
  Answer answer;
  board.Await({.job = "a", .deadline = kNever, .stop = caller.get_token()},
              answer.Done());
  answer.Get();
  AnswerWhatIsDue(board);
  EXPECT_EQ(answer.times(), 1);
}

TEST(JobBoardTest, AnAnswerMayAskTheBoardAndWaitAgain) {
  JobBoard board(1, kEnough);
  Enqueue(board, "a");
  std::promise<uint32_t> position;
  board.Await({.job = "unknown", .deadline = kNever}, [&] {
    board.Await({.job = "unknown", .deadline = kNever},
                [&] { position.set_value(board.Find("a")->queue_position); });
  });
  EXPECT_EQ(position.get_future().get(), 1u);
}

TEST(JobBoardTest, DestructionEndsEveryWait) {
  Answer end, news;
  {
    JobBoard board(1, kEnough);
    Enqueue(board, "a");
    board.Await({.job = "a", .deadline = kNever}, end.Done());
    board.Await({.job = "a", .after_revision = 100, .deadline = kNever},
                news.Done());
  }
  EXPECT_EQ(end.times(), 1);
  EXPECT_EQ(news.times(), 1);
}

// Ends of every kind come at once, and each wait has one answer.
TEST(JobBoardTest, AWaitHasOneAnswerHoweverManyReasonsThereAre) {
  constexpr int kJobs = 100;
  std::vector<Answer> answers(kJobs);
  {
    JobBoard board(kJobs, kJobs);
    std::stop_source callers;
    for (int i = 0; i < kJobs; ++i) Start(board, std::to_string(i));
    std::jthread remover([&] {
      for (int i = 0; i < kJobs; ++i) board.Remove(std::to_string(i));
    });
    std::jthread publisher([&] {
      for (int i = kJobs; i-- > 0;) PublishStep(board, std::to_string(i), 1);
    });
    std::jthread leaver([&] { callers.request_stop(); });
    for (int i = 0; i < kJobs; ++i) {
      board.Await({.job = std::to_string(i),
                   .after_revision = 2,
                   .deadline = Clock::now() + std::chrono::microseconds(i),
                   .stop = callers.get_token()},
                  answers[i].Done());
    }
  }
  for (const Answer& answer : answers) EXPECT_EQ(answer.times(), 1);
}

// --- Closing.

TEST(JobBoardTest, AfterCloseNothingIsTakenInAndNothingIsHandedOut) {
  JobBoard board(10, kEnough);
  Enqueue(board, "a");
  board.Close();
  EXPECT_TRUE(absl::IsUnavailable(board.Enqueue(MakeJob("z"), nullptr)));
  EXPECT_EQ(board.Claim(), std::nullopt);
  EXPECT_EQ(board.Find("a")->state, JobState::kQueued);
}

TEST(JobBoardTest, CloseWakesThoseWhoWaitForAJob) {
  JobBoard board(10, kEnough);
  auto one = std::async(std::launch::async, [&] { return board.Claim(); });
  auto other = std::async(std::launch::async, [&] { return board.Claim(); });
  board.Close();
  EXPECT_FALSE(one.get().has_value());
  EXPECT_FALSE(other.get().has_value());
}

TEST(JobBoardTest, AnInterruptForgetsTheQueueAndCutsShortWhatRuns) {
  JobBoard board(10, kEnough);
  const JobBoard::Claimed running = Start(board, "a");
  Enqueue(board, "b");
  Answer waiting;
  board.Await({.job = "b", .deadline = kNever}, waiting.Done());
  board.Close();
  board.Interrupt();
  waiting.Get();
  EXPECT_TRUE(running.stop.stop_requested());
  EXPECT_EQ(board.Find("a")->state, JobState::kRunning) << "not cancelled";
  EXPECT_EQ(board.Find("b"), std::nullopt);
  EXPECT_EQ(board.queued(), 0u);
  EXPECT_EQ(board.running(), 1u);
}

TEST(JobBoardTest, TheResultOfAnInterruptedJobIsNotWanted) {
  JobBoard board(10, kEnough);
  JobRecord cut_short = Start(board, "a").job;
  JobRecord cancelled = Start(board, "b").job;
  JobRecord succeeded = Start(board, "c").job;
  board.Cancel("b");
  board.Close();
  board.Interrupt();
  cut_short.state = JobState::kCancelled;
  cancelled.state = JobState::kCancelled;
  succeeded.state = JobState::kSucceeded;
  EXPECT_EQ(board.Seal(cut_short), std::nullopt);
  EXPECT_NE(board.Seal(cancelled), std::nullopt) << "its user cancelled it";
  EXPECT_NE(board.Seal(succeeded), std::nullopt) << "it was just in time";
}

TEST(JobBoardTest, APauseEndsByItselfOrByAnInterrupt) {
  JobBoard board(10, kEnough);
  EXPECT_TRUE(board.Pause(std::chrono::milliseconds(1)));
  auto paused = std::async(std::launch::async,
                           [&] { return board.Pause(std::chrono::hours(1)); });
  board.Interrupt();
  EXPECT_FALSE(paused.get());
  EXPECT_FALSE(board.Pause(std::chrono::hours(1)));
}

TEST(JobBoardTest, AwaitIdleAnswersWhetherNoWorkerHasAJob) {
  JobBoard board(10, kEnough);
  EXPECT_TRUE(board.AwaitIdle(Clock::now()));
  Enqueue(board, "a");
  EXPECT_TRUE(board.AwaitIdle(Clock::now())) << "queued jobs do not count";
  board.Claim();
  EXPECT_FALSE(board.AwaitIdle(Clock::now()));
  board.Remove("a");
  EXPECT_TRUE(board.AwaitIdle(Clock::now()));
}

TEST(JobBoardTest, AwaitIdleWaitsForTheLastJob) {
  JobBoard board(10, kEnough);
  Start(board, "a");
  Start(board, "b");
  auto idle =
      std::async(std::launch::async, [&] { return board.AwaitIdle(kNever); });
  board.Remove("a");
  board.Remove("b");
  EXPECT_TRUE(idle.get());
}

}  // namespace
}  // namespace microgpt::server
