// SPDX-License-Identifier: MIT
//
// Jobs from acceptance to their end, with the real store, board, workers and
// trainer. A job that a test has to catch in the act is one of a million steps,
// which the test cancels.
#include "server/jobs/jobs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <functional>
#include <future>
#include <memory>
#include <numeric>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/format/model_file.h"
#include "core/training/norms.h"
#include "core/training/trainer.h"
#include "server/errors/errors.h"
#include "server/jobs/training_run.h"
#include "server/jobs/worker_pool.h"
#include "server/store/await.h"
#include "server/store/sqlite_store.h"

namespace microgpt::server {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::SizeIs;

constexpr size_t kAll = 10'000'000;
constexpr uint32_t kEndless = 1'000'000;

std::shared_ptr<const Corpus> MakeCorpus(std::string_view text) {
  return std::make_shared<const Corpus>(*Corpus::FromText(text));
}

std::vector<uint32_t> StepsOf(const std::vector<ValidationPoint>& points) {
  std::vector<uint32_t> steps;
  for (const ValidationPoint& point : points) steps.push_back(point.step);
  return steps;
}

std::vector<std::string> Ids(const std::vector<JobRecord>& jobs) {
  std::vector<std::string> ids;
  for (const JobRecord& job : jobs) ids.push_back(job.id);
  return ids;
}

class JobsTest : public testing::Test {
 protected:
  static constexpr size_t kMaxQueued = 4;
  static constexpr uint32_t kWorkers = 2;

  // Cut short, so that no test waits for what it left running.
  ~JobsTest() override {
    board_.Close();
    board_.Interrupt();
  }

  void StartWorkers(size_t workers) {
    workers_.emplace(workers, WorkerPool::Parts{board_, jobs_, datasets_,
                                                models_, checkpoints_});
  }

  // A small model, trained on a few names.
  JobRequest Request(uint32_t steps, TrainingSettings training = {}) const {
    training.steps = steps;
    JobRequest request;
    request.model = "names";
    request.model_config = *ModelConfig::Create(
        {.n_layer = 1, .n_embd = 8, .n_head = 2, .block_size = 8});
    request.training_config = *TrainingConfig::Create(training);
    SetCorpus(request, corpus_);
    return request;
  }

  static void SetCorpus(JobRequest& request,
                        std::shared_ptr<const Corpus> corpus) {
    request.vocab_size = static_cast<uint32_t>(corpus->alphabet().size()) + 1;
    request.corpus = std::move(corpus);
  }

  absl::StatusOr<JobRecord> TrySubmit(const JobRequest& request) {
    return Await<JobRecord>([&](auto done) {
      jobs_.Submit(request, std::chrono::milliseconds(0), done);
    });
  }

  JobRecord Submit(const JobRequest& request) {
    const absl::StatusOr<JobRecord> job = TrySubmit(request);
    EXPECT_TRUE(job.ok()) << job.status();
    return *job;
  }

  absl::StatusOr<JobRecord> Cancel(const std::string& id) {
    return Await<JobRecord>([&](auto done) { jobs_.Cancel(id, done); });
  }

  std::vector<JobRecord> List(std::string_view model, std::string_view before,
                              size_t limit) const {
    return *jobs_.List(model, before, limit);
  }

  // Waits for news of a job: its end or, if given, a revision above.
  void AwaitNews(const std::string& id,
                 std::optional<uint32_t> after_revision = std::nullopt) {
    std::promise<void> news;
    jobs_.Await({.job = id,
                 .after_revision = after_revision,
                 .deadline = JobBoard::Clock::time_point::max()},
                [&] { news.set_value(); });
    news.get_future().wait();
  }

  JobRecord AwaitEnd(const std::string& id) {
    AwaitNews(id);
    const absl::StatusOr<JobRecord> job = jobs_.Get(id);
    EXPECT_TRUE(job.ok()) << job.status();
    EXPECT_TRUE(IsDone(job->state));
    return *job;
  }

  // Waits until a job is as the test wants it, or has ended.
  JobRecord AwaitUntil(const std::string& id,
                       const std::function<bool(const JobRecord&)>& is) {
    JobRecord job = *jobs_.Get(id);
    while (!is(job) && !IsDone(job.state)) {
      AwaitNews(id, job.revision);
      job = *jobs_.Get(id);
    }
    EXPECT_TRUE(is(job));
    return job;
  }

  JobRecord AwaitRunning(const std::string& id) {
    return AwaitUntil(id, [](const JobRecord& job) {
      return job.state == JobState::kRunning;
    });
  }

  const std::shared_ptr<const Corpus> corpus_ =
      MakeCorpus("emma\nolivia\nava\nmia\namelia\nisla\nada\nlea\nlia\nela\n");
  LruCache<Model> models_{uint64_t{64} << 20};
  Checkpoints checkpoints_{uint64_t{64} << 20};
  JobBoard board_{kMaxQueued, kWorkers};
  const std::unique_ptr<Store> store_ = *SqliteStore::Open(":memory:", 0);
  Datasets datasets_{*store_, uint64_t{1} << 20};
  Jobs jobs_{*store_, board_, datasets_};
  std::optional<WorkerPool> workers_;  // none, until a test starts them
};

// --- Success.

TEST_F(JobsTest, ATrainedJobMakesVersionOneAndTheNextVersionTwo) {
  const JobRecord first = Submit(Request(20));
  const JobRecord second = Submit(Request(20));
  StartWorkers(1);
  for (const JobRecord& accepted : {first, second}) {
    EXPECT_EQ(accepted.version, 0u);
    const JobRecord job = AwaitEnd(accepted.id);
    EXPECT_EQ(job.state, JobState::kSucceeded);
    EXPECT_EQ(job.version, job.id == first.id ? 1u : 2u);
    EXPECT_EQ(job.step, 20u);
    EXPECT_EQ(job.queue_position, 0u);
    EXPECT_GT(job.revision, accepted.revision);
    EXPECT_GE(*job.end_time, job.create_time);
    EXPECT_EQ(store_->GetVersion("names", job.version)->job, job.id);
  }
  EXPECT_EQ(store_->GetVersion("names", 0)->version, 2u);
}

TEST_F(JobsTest, AnAcceptedJobIsDescribed) {
  JobRequest request = Request(20);
  SetCorpus(request, MakeCorpus("emma\nava\nemma\nwilhelmina\n"));
  request.request_id = "r";
  const JobRecord job = Submit(request);
  EXPECT_TRUE(IsJobId(job.id));
  EXPECT_EQ(job.model, "names");
  EXPECT_EQ(job.request_id, "r");
  EXPECT_EQ(job.state, JobState::kQueued);
  EXPECT_EQ(job.queue_position, 1u);
  EXPECT_EQ(job.dataset.id, request.corpus->id());
  EXPECT_EQ(job.dataset.documents, 4u);
  EXPECT_EQ(job.dataset.tokens, 4u + 3 + 4 + 10 + 4);
  EXPECT_EQ(job.dataset.duplicates, 1u);
  EXPECT_EQ(job.dataset.truncated, 1u) << "wilhelmina at block_size 8";
  EXPECT_EQ(job.vocab_size, 10u) << "aehilmnvw and the end mark";
  EXPECT_EQ(job.num_parameters, CountParameters(request.model_config, 10));
  EXPECT_EQ(job.training_config->steps, 20u);
  EXPECT_FALSE(job.end_time.has_value());
}

TEST_F(JobsTest, LossesAndWeightsAreTheTrainersOwn) {
  StartWorkers(1);
  const JobRequest request = Request(150);
  const auto trainer =
      Trainer::Create(request.model_config, request.training_config, *corpus_);
  std::vector<double> expected;
  while (expected.size() < 150) expected.push_back(*trainer->Step({}));

  const JobRecord job = AwaitEnd(Submit(request).id);
  EXPECT_EQ(*jobs_.Losses(job.id, 0, kAll), expected);
  const double last_100 =
      std::accumulate(expected.end() - 100, expected.end(), 0.0) / 100;
  EXPECT_NEAR(job.loss, last_100, 1e-12);
  const Model model = trainer->Snapshot();
  const auto values = [](const Model& of) {
    const auto span = std::get<Parameters<float>>(of.parameters()).values();
    return std::vector<float>(span.begin(), span.end());
  };
  const std::string sha256 = store_->GetVersion("names", 0)->sha256;
  EXPECT_EQ(values(**store_->LoadModel(sha256)), values(model));
  EXPECT_EQ(values(*models_.Find("names@1")), values(model))
      << "in memory from the start";
}

TEST_F(JobsTest, TheLossIsTheMeanOfFewStepsWhereThereAreFew) {
  StartWorkers(1);
  const JobRecord job = AwaitEnd(Submit(Request(3)).id);
  const std::vector<double> losses = *jobs_.Losses(job.id, 0, kAll);
  ASSERT_THAT(losses, SizeIs(3));
  EXPECT_DOUBLE_EQ(job.loss, (losses[0] + losses[1] + losses[2]) / 3);
}

TEST_F(JobsTest, LossesAreReadByWindow) {
  StartWorkers(1);
  const JobRecord job = AwaitEnd(Submit(Request(20)).id);
  const std::vector<double> all = *jobs_.Losses(job.id, 0, kAll);
  ASSERT_THAT(all, SizeIs(20));
  EXPECT_THAT(*jobs_.Losses(job.id, 3, 2), ElementsAre(all[3], all[4]));
  EXPECT_THAT(*jobs_.Losses(job.id, 19, kAll), ElementsAre(all[19]));
  EXPECT_THAT(*jobs_.Losses(job.id, 20, kAll), IsEmpty());
  EXPECT_THAT(*jobs_.Losses(job.id, kAll, SIZE_MAX), IsEmpty());
}

// The board knew steps that the store does not: once read past the end.
TEST_F(JobsTest, OfStepsThatAreNoLongerKnownThereAreNoLosses) {
  StartWorkers(1);
  const std::string id = Submit(Request(20)).id;
  AwaitEnd(id);
  const std::vector<uint32_t> steps = {1, 20, 21, 1000};
  EXPECT_THAT(*jobs_.LossesAt(id, steps), SizeIs(2));
  const std::string queued = Submit(Request(kEndless)).id;
  AwaitRunning(queued);
  board_.Close();
  board_.Interrupt();
  workers_.reset();
  EXPECT_THAT(*jobs_.LossesAt(queued, steps), IsEmpty());
}

TEST_F(JobsTest, BoardAndStoreTellTheSameLosses) {
  StartWorkers(1);
  const std::string id = Submit(Request(kEndless)).id;
  AwaitUntil(id, [](const JobRecord& job) { return job.step > 0; });
  const std::vector<double> live = *board_.FindLosses(id, 0, kAll);
  ASSERT_FALSE(live.empty());
  ASSERT_TRUE(Cancel(id).ok());
  const JobRecord ended = AwaitEnd(id);
  const std::vector<double> kept = *store_->GetLosses(id, 0, kAll);
  EXPECT_THAT(kept, SizeIs(ended.step));
  ASSERT_GE(kept.size(), live.size());
  EXPECT_EQ(std::vector<double>(kept.begin(), kept.begin() + live.size()),
            live);
}

TEST_F(JobsTest, SamplesAreDrawnAndCanBeHadAgain) {
  StartWorkers(2);
  const std::string id = Submit(Request(50)).id;
  const std::string twin = Submit(Request(50)).id;
  const std::vector<std::string> samples = AwaitEnd(id).samples;
  EXPECT_THAT(samples, SizeIs(5));
  EXPECT_EQ(AwaitEnd(twin).samples, samples);
}

// --- Validation.

TEST_F(JobsTest, ValidationIsTakenAtEveryTenthOfTheTraining) {
  StartWorkers(1);
  const auto steps_of = [&](uint32_t steps) {
    const JobRecord job =
        AwaitEnd(Submit(Request(steps, {.validation = 0.2})).id);
    EXPECT_EQ(job.state, JobState::kSucceeded);
    for (const ValidationPoint& point : job.validation) {
      EXPECT_GT(point.loss, 0);
      EXPECT_TRUE(std::isfinite(point.loss));
    }
    return StepsOf(job.validation);
  };
  EXPECT_THAT(steps_of(50), ElementsAre(5, 10, 15, 20, 25, 30, 35, 40, 45, 50));
  // Ten also where steps are no multiple of ten.
  EXPECT_THAT(steps_of(25), ElementsAre(3, 5, 8, 10, 13, 15, 18, 20, 23, 25));
  EXPECT_THAT(steps_of(19), ElementsAre(2, 4, 6, 8, 10, 12, 14, 16, 18, 19));
  // Fewer than ten steps: after each.
  EXPECT_THAT(steps_of(3), ElementsAre(1, 2, 3));
}

TEST_F(JobsTest, WithoutAValidationShareNothingIsValidated) {
  StartWorkers(1);
  EXPECT_THAT(AwaitEnd(Submit(Request(20)).id).validation, IsEmpty());
}

// A job's end once overtook its acceptance on the way to the store.
TEST_F(JobsTest, JobsThatEndAtOnceAreAcceptedBeforeTheyEnd) {
  StartWorkers(2);
  for (int i = 0; i < 200; ++i) {
    EXPECT_EQ(AwaitEnd(Submit(Request(1)).id).state, JobState::kSucceeded);
  }
}

TEST_F(JobsTest, ASingleDocumentIsTrainedOnAndNotHeldOut) {
  StartWorkers(1);
  JobRequest request = Request(20, {.validation = 0.5});
  SetCorpus(request, MakeCorpus("emma\n"));
  const JobRecord job = AwaitEnd(Submit(request).id);
  EXPECT_EQ(job.state, JobState::kSucceeded);
  EXPECT_THAT(job.validation, IsEmpty());
}

// --- Failure.

TEST_F(JobsTest, ADivergingJobFailsNamingTheStepAndTheLearningRate) {
  StartWorkers(1);
  const JobRecord job =
      AwaitEnd(Submit(Request(1000, {.learning_rate = 10,
                                     .init_std = 10,
                                     .optimizer = Optimizer::kSgd}))
                   .id);
  EXPECT_EQ(job.state, JobState::kFailed);
  EXPECT_TRUE(absl::IsFailedPrecondition(job.error)) << job.error;
  EXPECT_THAT(std::string(job.error.message()),
              MatchesRegex("the loss became (nan|inf) at step " +
                           std::to_string(job.step) +
                           ": config.learning_rate 10 is too high .*"));
  EXPECT_EQ(job.version, 0u);
  EXPECT_TRUE(absl::IsNotFound(store_->GetVersion("names", 0).status()));
  const std::vector<double> losses = *jobs_.Losses(job.id, 0, kAll);
  ASSERT_THAT(losses, SizeIs(job.step));
  EXPECT_FALSE(std::isfinite(losses.back()));
}

// The losses are of the weights before each update; a model that the last
// update blew up was once published.
TEST_F(JobsTest, AModelIsPublishedOnlyIfItsWeightsAreNumbers) {
  StartWorkers(1);
  int failed_in_the_end = 0;
  for (uint32_t seed = 1; seed <= 40; ++seed) {
    const JobRecord job =
        AwaitEnd(Submit(Request(8, {.learning_rate = 1,
                                    .seed = seed,
                                    .init_std = 0.5,
                                    .optimizer = Optimizer::kSgd}))
                     .id);
    const std::vector<double> losses = *jobs_.Losses(job.id, 0, kAll);
    if (job.state == JobState::kSucceeded) {
      EXPECT_TRUE(models_.Find(ReferenceTo("names", job.version))->is_finite());
    } else if (std::isfinite(losses.back())) {
      ++failed_in_the_end;
    }
  }
  EXPECT_GT(failed_in_the_end, 0) << "the case did not occur";
}

TEST_F(JobsTest, AWorkerGoesOnAfterAFailedJob) {
  StartWorkers(1);
  const std::string failing =
      Submit(Request(1000, {.learning_rate = 10,
                            .init_std = 10,
                            .optimizer = Optimizer::kSgd}))
          .id;
  const std::string next = Submit(Request(20)).id;
  EXPECT_EQ(AwaitEnd(failing).state, JobState::kFailed);
  const JobRecord job = AwaitEnd(next);
  EXPECT_EQ(job.state, JobState::kSucceeded);
  EXPECT_EQ(job.version, 1u) << "a failed job uses up no version";
}

// --- request_id.

TEST_F(JobsTest, TheSameRequestIsTheSameJobAlsoAfterItsEnd) {
  JobRequest request = Request(20);
  request.request_id = "r";
  const std::string id = Submit(request).id;
  const JobRecord again = Submit(request);
  EXPECT_EQ(again.id, id);
  EXPECT_EQ(again.queue_position, 1u) << "as it stands";
  EXPECT_EQ(board_.queued(), 1u);
  StartWorkers(1);
  AwaitEnd(id);
  const JobRecord ended = Submit(request);
  EXPECT_EQ(ended.id, id);
  EXPECT_EQ(ended.state, JobState::kSucceeded);
  EXPECT_EQ(ended.version, 1u);
}

TEST_F(JobsTest, WithoutARequestIdEveryRequestIsAJob) {
  EXPECT_NE(Submit(Request(20)).id, Submit(Request(20)).id);
}

TEST_F(JobsTest, AnotherRequestWithTheSameIdIsRefusedWhateverDiffers) {
  JobRequest request = Request(20);
  request.request_id = "r";
  const JobRecord job = Submit(request);

  using Change = std::function<void(JobRequest&)>;
  const auto model = [](auto change) -> Change {
    return [=](JobRequest& r) {
      ModelSettings settings = *r.model_config;
      change(settings);
      r.model_config = *ModelConfig::Create(settings);
    };
  };
  const auto training = [](auto change) -> Change {
    return [=](JobRequest& r) {
      TrainingSettings settings = *r.training_config;
      change(settings);
      r.training_config = *TrainingConfig::Create(settings);
    };
  };
  const std::vector<Change> changes = {
      [](JobRequest& r) { r.model = "pets"; },
      [](JobRequest& r) { SetCorpus(r, MakeCorpus("rex\n")); },
      model([](ModelSettings& s) { s.n_layer = 2; }),
      model([](ModelSettings& s) { s.n_embd = 16; }),
      model([](ModelSettings& s) { s.n_head = 4; }),
      model([](ModelSettings& s) { s.block_size = 9; }),
      training([](TrainingSettings& s) { s.steps = 21; }),
      training([](TrainingSettings& s) { s.batch_size = 2; }),
      training([](TrainingSettings& s) {
        s.learning_rate = std::nextafter(s.learning_rate, 1);
      }),
      training([](TrainingSettings& s) { s.seed = 43; }),
      training([](TrainingSettings& s) { s.validation = 0.1; }),
      training([](TrainingSettings& s) { s.beta1 = 0.9; }),
      training([](TrainingSettings& s) { s.beta2 = 0.999; }),
      training([](TrainingSettings& s) { s.eps = 1e-9; }),
      training([](TrainingSettings& s) { s.init_std = 0.02; }),
      training([](TrainingSettings& s) { s.optimizer = Optimizer::kSgd; }),
      training([](TrainingSettings& s) { s.precision = Precision::kFloat64; }),
      training(
          [](TrainingSettings& s) { s.tokenizer = TokenizerKind::kGrapheme; }),
      training([](TrainingSettings& s) { s.threads = 2; }),
  };
  for (size_t i = 0; i < changes.size(); ++i) {
    JobRequest other = request;
    changes[i](other);
    const absl::Status refused = TrySubmit(other).status();
    EXPECT_TRUE(absl::IsAlreadyExists(refused)) << i << ": " << refused;
    EXPECT_EQ(refused.message(),
              "request_id: \"r\" was used for another request, job " + job.id);
  }
  EXPECT_EQ(board_.queued(), 1u);
}

TEST_F(JobsTest, ARequestOfAnOlderServerIsKnownAgain) {
  JobRequest request = Request(20);
  request.request_id = "r";
  JobRecord job;
  job.id = JobIdGenerator().Next(std::chrono::system_clock::now());
  job.model = "names";
  job.request_id = "r";
  job.dataset.id = corpus_->id();
  job.fingerprint = "names " + corpus_->id() +
                    " 1 8 2 8 20 1 0x1.47ae147ae147bp-7 42 0x0p+0"
                    " 0x1.b333333333333p-1 0x1.fae147ae147aep-1"
                    " 0x1.5798ee2308c3ap-27 0x1.47ae147ae147bp-4 0 0 0";
  const auto accepted = Await<JobRecord>([&](auto done) {
    store_->AcceptJob(job, corpus_, TextOrigin::kSent,
                      std::chrono::milliseconds(0), done);
  });
  ASSERT_TRUE(accepted.ok()) << accepted.status();
  const absl::StatusOr<JobRecord> again = TrySubmit(request);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->id, job.id);
}

TEST_F(JobsTest, OfManyEqualRequestsAtOnceOneBecomesAJob) {
  constexpr size_t kThreads = 4;
  JobRequest request = Request(20);
  request.request_id = "r";
  for (int round = 0; round < 50; ++round) {
    request.request_id = std::to_string(round);
    std::vector<std::string> ids(kThreads);
    {
      std::vector<std::jthread> threads;
      for (std::string& id : ids) {
        threads.emplace_back([&] { id = Submit(request).id; });
      }
    }
    EXPECT_THAT(std::set<std::string>(ids.begin(), ids.end()), SizeIs(1));
    EXPECT_EQ(board_.queued(), 1u);
    EXPECT_THAT(List("", "", 1000), SizeIs(round + 1));
    ASSERT_TRUE(Cancel(ids[0]).ok());
  }
}

// --- Refusal.

TEST_F(JobsTest, AFullQueueRefusesAndTheJobIsNotStored) {
  for (size_t i = 0; i < kMaxQueued; ++i) Submit(Request(20));
  const absl::Status refused = TrySubmit(Request(20)).status();
  EXPECT_TRUE(absl::IsResourceExhausted(refused)) << refused;
  EXPECT_NE(RetryDelayOf(refused), std::nullopt);
  EXPECT_THAT(List("", "", 100), SizeIs(kMaxQueued));
}

TEST_F(JobsTest, AFullQueueStillAnswersAnEarlierRequest) {
  JobRequest request = Request(20);
  request.request_id = "r";
  const std::string id = Submit(request).id;
  while (board_.queued() < kMaxQueued) Submit(Request(20));
  EXPECT_EQ(Submit(request).id, id);
}

TEST_F(JobsTest, AFullStoreRefusesAndNothingIsLeftOfTheJob) {
  const auto small = *SqliteStore::Open(":memory:", 1 << 20);
  JobBoard board(1, 1);
  Datasets datasets(*small, 0);
  Jobs jobs(*small, board, datasets);
  JobRequest request = Request(20);
  request.request_id = "r";
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += std::to_string(i) + '\n';
  SetCorpus(request, MakeCorpus(text));
  const absl::Status refused =
      Await<JobRecord>([&](auto done) {
        jobs.Submit(request, std::chrono::milliseconds(0), done);
      }).status();
  EXPECT_TRUE(absl::IsResourceExhausted(refused)) << refused;
  EXPECT_EQ(RetryDelayOf(refused), std::nullopt) << "time alone does not help";
  EXPECT_THAT(*jobs.List("", "", 10), IsEmpty());
  EXPECT_TRUE(absl::IsNotFound(small->GetJobOfRequest("r").status()));
  EXPECT_TRUE(
      absl::IsNotFound(small->GetDataset(request.corpus->id()).status()));
  EXPECT_EQ(board.queued(), 0u) << "its place in the queue is free again";
}

TEST_F(JobsTest, AQueuedJobsTextIsInTheStoreAndNotOnTheBoard) {
  Submit(Request(20));
  EXPECT_EQ(board_.Claim()->corpus, nullptr);
}

// A step of so many documents takes longer than two publications are apart, so
// the last one is published before the samples are drawn.
TEST(TrainingRunTest, ACancelAfterTheLastStepOnlySparesTheSamples) {
  JobRecord job;
  job.model_config = *ModelConfig::Create({.n_embd = 64});
  job.training_config =
      *TrainingConfig::Create({.steps = 1, .batch_size = 4096});
  std::stop_source stop;
  Checkpoints checkpoints(0);
  const FinishedJob result = RunTraining(
      {job, MakeCorpus("annabella\nbenedict\n"), stop.get_token()}, checkpoints,
      [&](const JobRecord&, const auto&, const auto&) { stop.request_stop(); });
  EXPECT_TRUE(stop.stop_requested());
  EXPECT_EQ(result.job.state, JobState::kSucceeded);
  EXPECT_NE(result.model, nullptr);
  EXPECT_THAT(result.job.samples, IsEmpty());
}

TEST_F(JobsTest, NormsOfChosenStepsAreKeptWithTheJob) {
  const JobRecord job = Submit(Request(100));
  StartWorkers(1);
  AwaitEnd(job.id);
  const NormHistory norms = *jobs_.Norms(job.id, 1, 100);
  EXPECT_EQ(norms.steps, NormSteps(100));
  ASSERT_EQ(norms.values.size(), 64u * 9 * NormHistory::kNorms);
  for (const float norm : norms.values) EXPECT_GT(norm, 0);
  EXPECT_THAT(jobs_.Norms(job.id, 100, 100)->steps, ElementsAre(100));
}

// Those of a job that goes on are the board's.
TEST_F(JobsTest, NormsAreToldWhileTheJobGoesOn) {
  StartWorkers(1);
  const JobRecord job = Submit(Request(kEndless));
  AwaitUntil(job.id, [](const JobRecord& now) { return now.step >= 2000; });
  const NormHistory norms = *jobs_.Norms(job.id, 1, 2000);
  EXPECT_THAT(norms.steps, ElementsAre(1, 1957));
  EXPECT_THAT(norms.values, SizeIs(2 * 9 * NormHistory::kNorms));
  ASSERT_TRUE(Cancel(job.id).ok());
  AwaitEnd(job.id);
  EXPECT_EQ(jobs_.Norms(job.id, 1, 2000)->values, norms.values);
}

TEST_F(JobsTest, MeasuringChangesNoBitOfTheModel) {
  StartWorkers(1);
  const JobRecord job = AwaitEnd(Submit(Request(300)).id);
  const auto trainer =
      Trainer::Create(job.model_config, job.training_config, *corpus_);
  std::vector<double> losses;
  for (int s = 0; s < 300; ++s) losses.push_back(trainer->Step({}).value());
  EXPECT_EQ(*jobs_.Losses(job.id, 0, 300), losses);
  EXPECT_EQ(ModelSha256(*models_.Find("names@1")),
            ModelSha256(trainer->Snapshot()));
}

TEST_F(JobsTest, CheckpointsAreWhatATrainerHasAfterTheirSteps) {
  StartWorkers(1);
  const JobRecord job = AwaitEnd(Submit(Request(100)).id);
  const std::vector<uint32_t> steps = checkpoints_.Steps(job.id);
  EXPECT_EQ(steps, CheckpointSteps(100, 0));
  const auto trainer =
      Trainer::Create(job.model_config, job.training_config, *corpus_);
  for (const uint32_t step : steps) {
    while (trainer->steps_done() < step) trainer->Step({});
    const auto kept = checkpoints_.Find(job.id, step);
    ASSERT_EQ(kept->step, step);
    EXPECT_EQ(ModelSha256(*kept->model), ModelSha256(trainer->Snapshot()));
  }
  EXPECT_EQ(checkpoints_.Find(job.id)->model, models_.Find("names@1"))
      << "the last is not there twice";
}

TEST_F(JobsTest, AJobThatGoesOnHasItsNewestCheckpointToo) {
  StartWorkers(1);
  const JobRecord job = Submit(Request(kEndless));
  // Those that stay are 31,250 steps apart.
  std::vector<uint32_t> steps;
  while (steps.size() < 2) {
    AwaitNews(job.id, jobs_.Get(job.id)->revision);
    steps = checkpoints_.Steps(job.id);
  }
  EXPECT_EQ(steps[0], 0u);
  EXPECT_GT(steps[1], 0u);
  ASSERT_TRUE(Cancel(job.id).ok());
  AwaitEnd(job.id);
  EXPECT_FALSE(checkpoints_.Steps(job.id).empty()) << "they stay";
}

TEST_F(JobsTest, AfterCloseNothingIsAccepted) {
  board_.Close();
  EXPECT_TRUE(absl::IsUnavailable(TrySubmit(Request(20)).status()));
  EXPECT_THAT(List("", "", 10), IsEmpty());
}

// --- Cancelling.

TEST_F(JobsTest, AJobCancelledInTheQueueIsCancelledAtOnce) {
  const JobRecord first = Submit(Request(20));
  const JobRecord second = Submit(Request(20));
  const auto cancelled = Cancel(first.id);
  ASSERT_TRUE(cancelled.ok()) << cancelled.status();
  EXPECT_EQ(cancelled->state, JobState::kCancelled);
  EXPECT_GT(cancelled->revision, first.revision);
  EXPECT_TRUE(cancelled->end_time.has_value());
  EXPECT_EQ(store_->GetJob(first.id)->state, JobState::kCancelled);
  EXPECT_EQ(jobs_.Get(first.id)->state, JobState::kCancelled);
  EXPECT_EQ(jobs_.Get(second.id)->queue_position, 1u);
  EXPECT_THAT(*jobs_.Losses(first.id, 0, kAll), IsEmpty());
  AwaitNews(first.id);  // over at once
  // Idempotent.
  EXPECT_EQ(Cancel(first.id)->revision, cancelled->revision);
}

TEST_F(JobsTest, ARunningJobIsCancelledAfterItsStep) {
  StartWorkers(1);
  const std::string id = Submit(Request(kEndless)).id;
  const JobRecord running =
      AwaitUntil(id, [](const JobRecord& job) { return job.step > 0; });
  const auto cancelling = Cancel(id);
  ASSERT_TRUE(cancelling.ok());
  EXPECT_THAT(cancelling->state,
              testing::AnyOf(JobState::kCancelling, JobState::kCancelled));
  const JobRecord ended = AwaitEnd(id);
  EXPECT_EQ(ended.state, JobState::kCancelled);
  EXPECT_GE(ended.step, running.step);
  EXPECT_LT(ended.step, kEndless);
  EXPECT_GT(ended.revision, running.revision);
  EXPECT_EQ(ended.version, 0u);
  EXPECT_TRUE(ended.error.ok());
  EXPECT_TRUE(ended.end_time.has_value());
  EXPECT_THAT(*jobs_.Losses(id, 0, kAll), SizeIs(ended.step));
  EXPECT_TRUE(absl::IsNotFound(store_->GetVersion("names", 0).status()));
}

TEST_F(JobsTest, AJobThatHasEndedStaysAsItIs) {
  StartWorkers(1);
  const JobRecord ended = AwaitEnd(Submit(Request(20)).id);
  const auto cancelled = Cancel(ended.id);
  ASSERT_TRUE(cancelled.ok());
  EXPECT_EQ(cancelled->state, JobState::kSucceeded);
  EXPECT_EQ(cancelled->revision, ended.revision);
}

// --- Restarts.

// Stops this run as a server's shutdown does, and goes on with the next on the
// same store.
class NextRun {
 public:
  explicit NextRun(Store& store)
      : datasets_(store, 0), jobs_(store, board_, datasets_) {
    EXPECT_TRUE(jobs_.Resume().ok());
    workers_.emplace(
        1, WorkerPool::Parts{board_, jobs_, datasets_, models_, checkpoints_});
  }
  ~NextRun() { board_.Close(); }

  JobRecord AwaitEnd(const std::string& id) {
    std::promise<void> ended;
    jobs_.Await({.job = id, .deadline = JobBoard::Clock::time_point::max()},
                [&] { ended.set_value(); });
    ended.get_future().wait();
    return *jobs_.Get(id);
  }

 private:
  LruCache<Model> models_{0};
  Checkpoints checkpoints_{0};
  JobBoard board_{1, 1};
  Datasets datasets_;
  Jobs jobs_;
  std::optional<WorkerPool> workers_;
};

TEST_F(JobsTest, JobsThatWereQueuedOrRunningEndInTheNextRun) {
  StartWorkers(1);
  const std::string running = Submit(Request(20'000)).id;
  AwaitRunning(running);
  std::vector<std::string> ids = {running};
  for (int i = 0; i < 3; ++i) ids.push_back(Submit(Request(20)).id);
  const uint32_t revision = jobs_.Get(running)->revision;
  board_.Close();
  board_.Interrupt();
  workers_.reset();
  for (const std::string& id : ids) {
    EXPECT_EQ(jobs_.Get(id)->state, JobState::kQueued) << "in the store";
    EXPECT_EQ(jobs_.Get(id)->attempt, 1u);
  }
  NextRun next(*store_);
  for (size_t i = 0; i < ids.size(); ++i) {
    const JobRecord job = next.AwaitEnd(ids[i]);
    EXPECT_EQ(job.state, JobState::kSucceeded);
    EXPECT_EQ(job.attempt, 2u);
    EXPECT_EQ(job.version, i + 1) << "in the order in which they came";
    EXPECT_GT(job.revision, revision) << "a poller's revision is not passed";
  }
}

TEST_F(JobsTest, AJobTrainsTheSameBitsAfterARestart) {
  const JobRequest request = Request(50);
  const std::string id = Submit(request).id;
  const auto trainer =
      Trainer::Create(request.model_config, request.training_config, *corpus_);
  std::vector<double> expected;
  while (expected.size() < 50) expected.push_back(*trainer->Step({}));
  board_.Close();
  board_.Interrupt();
  NextRun next(*store_);
  next.AwaitEnd(id);
  EXPECT_EQ(*store_->GetLosses(id, 0, kAll), expected);
}

TEST_F(JobsTest, AJobOfMoreThreadsThanTheNextRunHasWorkersEndsThere) {
  const std::string id = Submit(Request(50, {.threads = 2})).id;
  board_.Close();
  board_.Interrupt();
  NextRun next(*store_);  // has one
  const JobRecord job = next.AwaitEnd(id);
  EXPECT_EQ(job.state, JobState::kSucceeded);
  EXPECT_EQ(job.training_config->threads, 2u) << "as it was asked";
}

TEST_F(JobsTest, AJobThatWasCancelledBeforeTheStopStaysCancelled) {
  StartWorkers(1);
  const std::string id = Submit(Request(kEndless)).id;
  AwaitRunning(id);
  ASSERT_TRUE(Cancel(id).ok());
  board_.Close();
  board_.Interrupt();
  workers_.reset();
  EXPECT_EQ(jobs_.Get(id)->state, JobState::kCancelled);
}

// --- Several workers.

TEST_F(JobsTest, TwoWorkersTrainTwoJobsAtTheSameTime) {
  StartWorkers(2);
  const std::string one = Submit(Request(kEndless)).id;
  const std::string other = Submit(Request(kEndless)).id;
  const auto has_steps = [](const JobRecord& job) { return job.step > 0; };
  AwaitUntil(one, has_steps);
  AwaitUntil(other, has_steps);
  const std::string third = Submit(Request(20)).id;
  EXPECT_EQ(jobs_.Get(one)->state, JobState::kRunning);
  EXPECT_EQ(jobs_.Get(other)->state, JobState::kRunning);
  EXPECT_EQ(jobs_.Get(third)->state, JobState::kQueued);
  EXPECT_EQ(jobs_.Get(third)->queue_position, 1u);
  ASSERT_TRUE(Cancel(one).ok());
  EXPECT_EQ(AwaitEnd(third).state, JobState::kSucceeded);
  EXPECT_EQ(jobs_.Get(other)->state, JobState::kRunning);
}

TEST_F(JobsTest, AJobOfTwoThreadsTakesTwoWorkers) {
  StartWorkers(2);
  const std::string wide = Submit(Request(kEndless, {.threads = 2})).id;
  AwaitUntil(wide, [](const JobRecord& job) { return job.step > 0; });
  const std::string next = Submit(Request(20)).id;
  // The idle worker had its chance when these many steps are told.
  const uint32_t revision = jobs_.Get(wide)->revision + 3;
  AwaitUntil(wide, [&](const auto& job) { return job.revision > revision; });
  EXPECT_EQ(jobs_.Get(next)->state, JobState::kQueued);
  EXPECT_EQ(board_.running(), 1u);
  ASSERT_TRUE(Cancel(wide).ok());
  EXPECT_EQ(AwaitEnd(next).state, JobState::kSucceeded);
}

TEST_F(JobsTest, AnyNumberOfThreadsGivesTheSameBits) {
  StartWorkers(2);
  const std::string one = Submit(Request(50, {.batch_size = 3})).id;
  const std::string two =
      Submit(Request(50, {.batch_size = 3, .threads = 2})).id;
  AwaitEnd(one);
  EXPECT_EQ(AwaitEnd(two).training_config->threads, 2u);
  EXPECT_EQ(*jobs_.Losses(one, 0, kAll), *jobs_.Losses(two, 0, kAll));
  EXPECT_EQ(store_->GetVersion("names", 1)->sha256,
            store_->GetVersion("names", 2)->sha256);
}

TEST_F(JobsTest, WorkersFinishTheirJobsBeforeTheyEndAndBeginNoOther) {
  const std::string first = Submit(Request(5000)).id;
  const std::string second = Submit(Request(20)).id;
  StartWorkers(1);
  AwaitRunning(first);
  board_.Close();
  workers_.reset();
  EXPECT_EQ(jobs_.Get(first)->state, JobState::kSucceeded);
  EXPECT_EQ(jobs_.Get(second)->state, JobState::kQueued);
}

TEST_F(JobsTest, RevisionsOnlyGrow) {
  StartWorkers(1);
  const std::string id = Submit(Request(2000)).id;
  JobRecord last = *jobs_.Get(id);
  while (!IsDone(last.state)) {
    AwaitNews(id, last.revision);
    const JobRecord now = *jobs_.Get(id);
    EXPECT_GT(now.revision, last.revision);
    EXPECT_GE(now.step, last.step);
    EXPECT_GE(now.state, last.state);
    last = now;
  }
}

// --- Finding jobs.

TEST_F(JobsTest, UnknownJobsAreNotFound) {
  const absl::Status unknown = jobs_.Get("x").status();
  EXPECT_TRUE(absl::IsNotFound(unknown));
  EXPECT_EQ(unknown.message(), "job \"x\" not found");
  EXPECT_TRUE(absl::IsNotFound(Cancel("x").status()));
  EXPECT_TRUE(absl::IsNotFound(jobs_.Losses("x", 0, kAll).status()));
  EXPECT_EQ(jobs_.Newest("").status().message(), "there are no jobs yet");
}

TEST_F(JobsTest, TheNewestJobOfAModelIsFoundAsItStands) {
  const std::string names = Submit(Request(20)).id;
  JobRequest request = Request(20);
  request.model = "pets";
  const std::string pets = Submit(request).id;
  EXPECT_EQ(jobs_.Newest("")->id, pets);
  EXPECT_EQ(jobs_.Newest("names")->id, names);
  EXPECT_EQ(jobs_.Newest("pets")->queue_position, 2u);
}

TEST_F(JobsTest, AModelWithoutAJobIsNotFoundNamingTheNearest) {
  StartWorkers(1);
  AwaitEnd(Submit(Request(20)).id);
  const absl::Status unknown = jobs_.Newest("nmaes").status();
  EXPECT_TRUE(absl::IsNotFound(unknown));
  EXPECT_EQ(unknown.message(),
            "model \"nmaes\" not found: did you mean \"names\"?");
}

TEST_F(JobsTest, ListedJobsAreAsTheyStand) {
  const std::string first = Submit(Request(20)).id;
  const std::string second = Submit(Request(20)).id;
  const std::string third = Submit(Request(20)).id;
  board_.Claim();
  ASSERT_TRUE(Cancel(second).ok());
  const std::vector<JobRecord> jobs = List("", "", 10);
  ASSERT_THAT(Ids(jobs), ElementsAre(third, second, first));
  EXPECT_EQ(jobs[0].state, JobState::kQueued);
  EXPECT_EQ(jobs[0].queue_position, 1u);
  EXPECT_EQ(jobs[1].state, JobState::kCancelled);
  EXPECT_EQ(jobs[2].state, JobState::kRunning);
  EXPECT_THAT(Ids(List("names", third, 1)), ElementsAre(second));
  EXPECT_THAT(List("pets", "", 10), IsEmpty());
}

}  // namespace
}  // namespace microgpt::server
