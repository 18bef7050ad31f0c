// SPDX-License-Identifier: MIT
//
// What store.h promises, for every implementation. Models are made by hand;
// nothing is trained.
#include "server/store/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <functional>
#include <future>
#include <limits>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "core/errors/errors.h"
#include "server/store/fixtures_test.h"
#include "server/store/sqlite_store.h"

namespace microgpt::server {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

// Opens a store that takes `max_bytes`, in `directory` if it needs one.
struct Implementation {
  std::string name;
  std::function<absl::StatusOr<std::unique_ptr<Store>>(
      const std::string& directory, uint64_t max_bytes)>
      open;
};

class StoreTest : public testing::TestWithParam<Implementation> {
 protected:
  StoreTest() : store_(Open(0)), writes_(*store_) {}
  ~StoreTest() override { std::filesystem::remove_all(folder_); }

  // Each in its own directory.
  std::unique_ptr<Store> Open(uint64_t max_bytes) {
    const std::string directory = folder_ / std::to_string(opened_++);
    auto store = GetParam().open(directory, max_bytes);
    EXPECT_TRUE(store.ok()) << store.status();
    return *std::move(store);
  }

  JobRecord Accept(const std::string& id, const std::string& model) {
    const auto accepted = writes_.Accept(MakeJob(id, model, *words_), words_);
    EXPECT_TRUE(accepted.ok()) << accepted.status();
    return *accepted;
  }

  // Accepts a job, and ends it with a model.
  JobRecord Train(const std::string& id, const std::string& name,
                  float weight = 0) {
    JobRecord job = Accept(id, name);
    job.state = JobState::kSucceeded;
    const auto finished = writes_.Finish(job, {3.25, 2.5}, MakeModel(weight));
    EXPECT_TRUE(finished.ok()) << finished.status();
    return *finished;
  }

  absl::StatusOr<JobRecord> End(JobRecord job, JobState state) {
    job.state = state;
    return writes_.Finish(job, {1.0}, nullptr);
  }

  ModelVersion Import(const std::string& name, float weight = 0) {
    ModelVersion version;
    version.name = name;
    const auto added = writes_.AddVersion(version, MakeModel(weight));
    EXPECT_TRUE(added.ok()) << added.status();
    return *added;
  }

  // The first weight of a version, through its sum.
  float Weight(const std::string& name, uint32_t version) {
    const auto found = store_->GetVersion(name, version);
    EXPECT_TRUE(found.ok()) << found.status();
    const auto model = store_->LoadModel(found->sha256);
    EXPECT_TRUE(model.ok()) << model.status();
    return WeightOf(**model);
  }

  std::filesystem::path folder_ = std::filesystem::path(testing::TempDir()) /
                                  ("store_test_" + std::to_string(getpid()));
  int opened_ = 0;
  const std::shared_ptr<const Corpus> words_ = MakeCorpus("emma\nava\n");
  std::unique_ptr<Store> store_;
  WaitingStore writes_;
};

std::vector<std::string> Ids(
    const absl::StatusOr<std::vector<JobRecord>>& jobs) {
  EXPECT_TRUE(jobs.ok()) << jobs.status();
  std::vector<std::string> ids;
  for (const JobRecord& job : *jobs) ids.push_back(job.id);
  return ids;
}

std::vector<std::string> References(
    const absl::StatusOr<std::vector<ModelVersion>>& versions) {
  EXPECT_TRUE(versions.ok()) << versions.status();
  std::vector<std::string> references;
  for (const ModelVersion& version : *versions) {
    references.push_back(version.Reference());
  }
  return references;
}

std::vector<std::string> DatasetIds(
    const absl::StatusOr<std::vector<DatasetRecord>>& datasets) {
  EXPECT_TRUE(datasets.ok()) << datasets.status();
  std::vector<std::string> ids;
  for (const DatasetRecord& dataset : *datasets) ids.push_back(dataset.id);
  return ids;
}

// --- Jobs ---

JobRecord AnyNewJob(const Corpus& corpus) {
  TrainingSettings settings;
  settings.steps = 7;
  settings.learning_rate = 0.1 + 0.2;
  settings.tokenizer = TokenizerKind::kGrapheme;
  JobRecord job = MakeJob("a", "names", corpus);
  job.request_id = "r";
  job.fingerprint = std::string("f\0\xff", 3);
  job.model_config = *ModelConfig::Create({.n_layer = 2});
  job.training_config = *TrainingConfig::Create(settings);
  job.dataset.tokens = 9;
  job.dataset.duplicates = 2;
  job.dataset.truncated = 1;
  job.vocab_size = 28;
  job.num_parameters = 4192;
  job.create_time = TimeOf(1'700'000'000'123'456);
  return job;
}

TEST_P(StoreTest, AnAcceptedJobIsKeptAsItIs) {
  const JobRecord job = AnyNewJob(*words_);
  const auto accepted = writes_.Accept(job, words_);
  ASSERT_TRUE(accepted.ok()) << accepted.status();
  EXPECT_EQ(TextOf(*accepted), TextOf(job));
  EXPECT_EQ(TextOf(*store_->GetJob("a")), TextOf(job));
  EXPECT_EQ(TextOf(*store_->GetJobOfRequest("r")), TextOf(job));
  EXPECT_EQ(TextOf(store_->ListJobs("", "", 1)->at(0)), TextOf(job));
}

TEST_P(StoreTest, AnUnknownJobIsNotFound) {
  Accept("a", "names");
  EXPECT_EQ(store_->GetJob("b").status(),
            absl::NotFoundError("job \"b\" not found"));
  EXPECT_EQ(store_->GetJobOfRequest("r").status(),
            absl::NotFoundError("request \"r\" not found"));
  EXPECT_EQ(store_->GetLosses("b", 0, 1).status(),
            absl::NotFoundError("job \"b\" not found"));
}

TEST_P(StoreTest, ARequestIdSeenBeforeAnswersWithItsJobAndChangesNothing) {
  JobRecord first = MakeJob("a", "names", *words_);
  first.request_id = "r";
  ASSERT_TRUE(writes_.Accept(first, words_).ok());
  const uint64_t bytes = *store_->CountBytes();

  const auto others = MakeCorpus("rex\n");
  JobRecord second = MakeJob("b", "pets", *others);
  second.request_id = "r";
  const auto accepted = writes_.Accept(second, others);
  ASSERT_TRUE(accepted.ok()) << accepted.status();
  EXPECT_EQ(TextOf(*accepted), TextOf(first));
  EXPECT_TRUE(absl::IsNotFound(store_->GetJob("b").status()));
  EXPECT_TRUE(absl::IsNotFound(store_->LoadCorpus(others->id()).status()));
  EXPECT_THAT(*store_->ModelNames(), ElementsAre("names"));
  EXPECT_EQ(*store_->CountBytes(), bytes);
}

TEST_P(StoreTest, ARequestIdIsKnownAlsoAfterTheEndOfItsJob) {
  JobRecord job = MakeJob("a", "names", *words_);
  job.request_id = "r";
  ASSERT_TRUE(writes_.Accept(job, words_).ok());
  job.state = JobState::kSucceeded;
  ASSERT_TRUE(writes_.Finish(job, {1.0}, MakeModel(0)).ok());
  EXPECT_EQ(store_->GetJobOfRequest("r")->version, 1u);
  job.id = "b";
  EXPECT_EQ(writes_.Accept(job, words_)->id, "a");
}

TEST_P(StoreTest, JobsWithoutARequestIdAreAllDifferent) {
  Accept("a", "names");
  Accept("b", "names");
  EXPECT_THAT(Ids(store_->ListJobs("", "", 10)), ElementsAre("b", "a"));
}

TEST_P(StoreTest, OfManyWithOneRequestIdAtOnceOneIsAccepted) {
  constexpr int kThreads = 8;
  std::vector<std::string> answers(kThreads);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&, i] {
        JobRecord job = MakeJob(std::to_string(i), "names", *words_);
        job.request_id = "r";
        answers[i] = writes_.Accept(job, words_)->id;
      });
    }
  }
  EXPECT_EQ(std::set<std::string>(answers.begin(), answers.end()).size(), 1u);
  EXPECT_THAT(Ids(store_->ListJobs("", "", 10)), ElementsAre(answers[0]));
}

TEST_P(StoreTest, AnEndedJobIsKeptAsItEndedBitForBit) {
  JobRecord job = AnyNewJob(*words_);
  ASSERT_TRUE(writes_.Accept(job, words_).ok());
  job.state = JobState::kFailed;
  job.attempt = 3;
  job.revision = 17;
  job.step = 5;
  job.loss = std::numeric_limits<double>::quiet_NaN();
  job.elapsed = std::chrono::nanoseconds(1'234'567'891);
  job.validation = {{2, 2.625}, {4, INFINITY}, {5, NAN}};
  job.samples = {"ema", "", "さくら"};
  job.error = WithReason(absl::FailedPreconditionError("the loss became nan"),
                         "DIVERGED");
  job.end_time = TimeOf(1'700'000'000'999'999);
  const auto finished = writes_.Finish(job, {3.0, NAN}, nullptr);
  ASSERT_TRUE(finished.ok()) << finished.status();
  EXPECT_EQ(TextOf(*finished), TextOf(job));
  EXPECT_EQ(TextOf(*store_->GetJob("a")), TextOf(job));
  EXPECT_EQ(store_->GetJob("a")->error, job.error);
  EXPECT_EQ(TextOf(store_->ListJobs("names", "", 1)->at(0)), TextOf(job));
}

TEST_P(StoreTest, AnInfiniteLossOfAJobIsKept) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  for (const double loss : {kInfinity, -kInfinity, 5e-324, 0.1}) {
    JobRecord job = Accept(fmt::format("job {}", loss), "names");
    job.loss = loss;
    ASSERT_TRUE(End(job, JobState::kFailed).ok());
    EXPECT_EQ(store_->GetJob(job.id)->loss, loss);
  }
}

TEST_P(StoreTest, ASuccessKeepsRecordLossesAndModelTogether) {
  JobRecord job = AnyNewJob(*words_);
  ASSERT_TRUE(writes_.Accept(job, words_).ok());
  job.state = JobState::kSucceeded;
  job.step = 7;
  job.loss = 2.75;
  job.validation = {{3, 2.875}, {7, 2.625}};
  job.end_time = TimeOf(1'700'000'000'999'999);
  const auto model = MakeModel(7);
  const auto finished = writes_.Finish(job, {3.0, 2.5}, model);
  ASSERT_TRUE(finished.ok()) << finished.status();
  EXPECT_EQ(finished->version, 1u);
  EXPECT_EQ(store_->GetJob("a")->version, 1u);
  EXPECT_THAT(*store_->GetLosses("a", 0, 10), ElementsAre(3.0, 2.5));

  ModelVersion expected;
  expected.name = "names";
  expected.version = 1;
  expected.sha256 = ModelSha256(*model);
  expected.job = "a";
  expected.training_config = job.training_config;
  expected.dataset = job.dataset;
  expected.vocab_size = 2;
  expected.num_parameters = CountParameters(model->config(), 2);
  expected.memory_bytes = model->memory_bytes();
  expected.loss = 2.75;
  expected.validation_loss = 2.625;
  expected.create_time = *job.end_time;
  const auto version = store_->GetVersion("names", 1);
  ASSERT_TRUE(version.ok()) << version.status();
  EXPECT_EQ(TextOf(*version), TextOf(expected));
  EXPECT_EQ(Weight("names", 1), 7);
}

TEST_P(StoreTest, AnEndWithoutAModelKeepsTheLossesAndMakesNoVersion) {
  const JobRecord job = Accept("a", "names");
  const auto finished = End(job, JobState::kCancelled);
  ASSERT_TRUE(finished.ok());
  EXPECT_EQ(finished->version, 0u);
  EXPECT_THAT(*store_->GetLosses("a", 0, 10), ElementsAre(1.0));
  EXPECT_EQ(store_->GetVersion("names", 0).status(),
            absl::NotFoundError("model \"names\" has no version yet"));
  EXPECT_EQ(*store_->CountModels(), 0u);
}

TEST_P(StoreTest, AJobThatWasNeverAcceptedCannotEnd) {
  const JobRecord job = MakeJob("a", "names", *words_);
  const auto finished = writes_.Finish(job, {1.0}, MakeModel(0));
  EXPECT_TRUE(absl::IsNotFound(finished.status())) << finished.status();
  EXPECT_TRUE(absl::IsNotFound(store_->GetVersion("names", 0).status()));
  EXPECT_TRUE(absl::IsNotFound(store_->GetLosses("a", 0, 1).status()));
  EXPECT_TRUE(*store_->IsNew());
}

TEST_P(StoreTest, AJobThatHasEndedStaysAsItIs) {
  const JobRecord ended = Train("a", "names", 1);
  JobRecord again = ended;
  again.state = JobState::kFailed;
  again.step = 99;
  const auto answer = writes_.Finish(again, {9.0, 9.0, 9.0}, MakeModel(2));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(TextOf(*answer), TextOf(ended));
  EXPECT_EQ(TextOf(*store_->GetJob("a")), TextOf(ended));
  EXPECT_THAT(*store_->GetLosses("a", 0, 10), ElementsAre(3.25, 2.5));
  EXPECT_THAT(References(store_->ListVersions("names", 0, 10)),
              ElementsAre("names@1"));
}

TEST_P(StoreTest, EachSuccessIsTheNextVersionOfItsModel) {
  EXPECT_EQ(Train("a", "names", 1).version, 1u);
  EXPECT_EQ(Train("b", "names", 2).version, 2u);
  EXPECT_EQ(Train("c", "pets", 3).version, 1u);
  EXPECT_EQ(Weight("names", 1), 1);
  EXPECT_EQ(Weight("names", 2), 2);
  EXPECT_EQ(Weight("names", 0), 2);
  EXPECT_EQ(Weight("pets", 0), 3);
}

TEST_P(StoreTest, VersionsGoByTheOrderOfTheEndsNotOfTheStarts) {
  const JobRecord first = Accept("a", "names");
  const JobRecord second = Accept("b", "names");
  EXPECT_EQ(writes_.Finish(second, {}, MakeModel(2))->version, 1u);
  EXPECT_EQ(writes_.Finish(first, {}, MakeModel(1))->version, 2u);
}

TEST_P(StoreTest, JobsEndingAtOnceGetOneVersionEach) {
  constexpr uint32_t kThreads = 8;
  std::vector<uint32_t> versions(kThreads);
  {
    std::vector<std::jthread> threads;
    for (uint32_t i = 0; i < kThreads; ++i) {
      const JobRecord job = Accept(std::to_string(i), "names");
      threads.emplace_back([this, job, &version = versions[i]] {
        version = writes_.Finish(job, {}, MakeModel(0))->version;
      });
    }
  }
  EXPECT_THAT(versions, UnorderedElementsAre(1, 2, 3, 4, 5, 6, 7, 8));
}

// A reader beside the writer sees all of an end or nothing of it.
TEST_P(StoreTest, AnEndIsSeenWhole) {
  constexpr uint32_t kJobs = 100;
  std::jthread writer([this] {
    for (uint32_t i = 0; i < kJobs; ++i) {
      Train(std::to_string(i), "names", static_cast<float>(i));
    }
  });
  uint32_t version = 0;
  while (version < kJobs) {
    const auto newest = store_->GetVersion("names", 0);
    if (!newest.ok()) {
      ASSERT_TRUE(absl::IsNotFound(newest.status())) << newest.status();
      continue;
    }
    version = newest->version;
    const auto job = store_->GetJob(newest->job);
    ASSERT_TRUE(job.ok()) << job.status();
    ASSERT_EQ(job->state, JobState::kSucceeded);
    ASSERT_EQ(job->version, version);
    ASSERT_THAT(*store_->GetLosses(job->id, 0, 10), SizeIs(2));
    const auto model = store_->LoadModel(newest->sha256);
    ASSERT_TRUE(model.ok()) << model.status();
    ASSERT_EQ(WeightOf(**model), static_cast<float>(version - 1));
  }
}

TEST_P(StoreTest, JobsAreListedNewestFirst) {
  for (const auto& [id, model] : {std::pair("b", "names"),
                                  {"d", "pets"},
                                  {"a", "pets"},
                                  {"c", "names"}}) {
    Accept(id, model);
  }
  EXPECT_THAT(Ids(store_->ListJobs("", "", 10)),
              ElementsAre("d", "c", "b", "a"));
  EXPECT_THAT(Ids(store_->ListJobs("pets", "", 10)), ElementsAre("d", "a"));
  EXPECT_THAT(Ids(store_->ListJobs("names", "", 1)), ElementsAre("c"));
  EXPECT_THAT(Ids(store_->ListJobs("names", "c", 9)), ElementsAre("b"));
  EXPECT_THAT(Ids(store_->ListJobs("cities", "", 10)), IsEmpty());
}

TEST_P(StoreTest, APageOfJobsGoesOnBelowTheOneBefore) {
  for (const char* id : {"a", "b", "c", "d"}) Accept(id, "names");
  EXPECT_THAT(Ids(store_->ListJobs("", "", 2)), ElementsAre("d", "c"));
  EXPECT_THAT(Ids(store_->ListJobs("", "c", 2)), ElementsAre("b", "a"));
  EXPECT_THAT(Ids(store_->ListJobs("", "a", 2)), IsEmpty());
  EXPECT_THAT(Ids(store_->ListJobs("", "", 0)), IsEmpty());
  // An id need not exist, nor be of that model, to be gone on from.
  EXPECT_THAT(Ids(store_->ListJobs("", "bb", 1)), ElementsAre("b"));
  EXPECT_THAT(Ids(store_->ListJobs("", "z", 1)), ElementsAre("d"));
}

TEST_P(StoreTest, AJobHasNoLossesBeforeItsEnd) {
  Accept("a", "names");
  EXPECT_THAT(*store_->GetLosses("a", 0, 10), IsEmpty());
}

// More than a piece of them, in pages that do not fit the pieces.
TEST_P(StoreTest, LossesAreReadBackBitForBitFromAnyStepOn) {
  std::vector<double> losses(20'000);
  for (size_t i = 0; i < losses.size(); ++i) {
    losses[i] = 1.0 / static_cast<double>(i + 1);
  }
  losses[8191] = NAN;
  losses[8192] = INFINITY;
  losses[8193] = -0.0;
  JobRecord job = Accept("a", "names");
  job.state = JobState::kFailed;
  ASSERT_TRUE(writes_.Finish(job, losses, nullptr).ok());

  for (const size_t page_size :
       {size_t{1'000}, size_t{8'192}, size_t{30'000}}) {
    std::vector<double> read;
    while (true) {
      const auto page = store_->GetLosses("a", read.size(), page_size);
      ASSERT_TRUE(page.ok()) << page.status();
      if (page->empty()) break;
      ASSERT_EQ(page->size(), std::min(page_size, losses.size() - read.size()));
      read.insert(read.end(), page->begin(), page->end());
    }
    EXPECT_EQ(BitsOf(read), BitsOf(losses)) << page_size;
  }
  EXPECT_THAT(*store_->GetLosses("a", 16'383, 2),
              ElementsAre(losses[16'383], losses[16'384]));
  EXPECT_THAT(*store_->GetLosses("a", 0, 0), IsEmpty());
  EXPECT_THAT(*store_->GetLosses("a", 1'000'000, 1), IsEmpty());
}

TEST_P(StoreTest, WhatHasNotEndedIsResumedOldestFirst) {
  const JobRecord c = Accept("c", "names");
  const JobRecord a = Accept("a", "pets");
  Train("b", "names");
  ASSERT_TRUE(End(Accept("d", "names"), JobState::kFailed).ok());
  ASSERT_TRUE(End(Accept("e", "names"), JobState::kCancelled).ok());
  const auto resumed = store_->ResumeJobs();
  ASSERT_THAT(Ids(resumed), ElementsAre("a", "c"));
  JobRecord expected = a;
  expected.attempt = 2;
  expected.revision = 2;
  EXPECT_EQ(TextOf(resumed->at(0)), TextOf(expected));
  EXPECT_EQ(TextOf(*store_->GetJob("a")), TextOf(expected));
  EXPECT_EQ(store_->GetJob("b")->attempt, 1u) << "it has ended";
  EXPECT_EQ(store_->ResumeJobs()->at(1).attempt, 3u);
  EXPECT_TRUE(store_->LoadCorpus(c.dataset.id).ok());
}

TEST_P(StoreTest, NothingIsResumedInANewStore) {
  EXPECT_THAT(Ids(store_->ResumeJobs()), IsEmpty());
}

// --- Writing ---

TEST_P(StoreTest, AnAcceptThatLingersIsAnsweredBeforeTheEndThatFollows) {
  std::vector<std::string> answered;
  std::promise<void> both;
  JobRecord job = MakeJob("a", "names", *words_);
  store_->AcceptJob(job, words_, TextOrigin::kSent, std::chrono::hours(1),
                    [&](const auto& kept) {
                      EXPECT_TRUE(kept.ok()) << kept.status();
                      answered.push_back("accepted");
                    });
  job.state = JobState::kSucceeded;
  store_->FinishJob(std::make_shared<const FinishedJob>(
                        FinishedJob{job, {1.0}, MakeModel(1)}),
                    [&](const auto& kept) {
                      EXPECT_TRUE(kept.ok()) << kept.status();
                      answered.push_back("ended");
                      both.set_value();
                    });
  both.get_future().wait();
  EXPECT_THAT(answered, ElementsAre("accepted", "ended"));
  EXPECT_EQ(store_->GetJob("a")->version, 1u);
}

TEST_P(StoreTest, AnAcceptThatLingersAloneIsAnsweredToo) {
  std::promise<absl::Status> accepted;
  store_->AcceptJob(MakeJob("a", "names", *words_), words_, TextOrigin::kSent,
                    milliseconds(1), [&](const auto& kept) {
                      accepted.set_value(kept.status());
                    });
  EXPECT_TRUE(accepted.get_future().get().ok());
}

TEST_P(StoreTest, DestroyingTheStoreFinishesItsWrites) {
  int answered = 0;
  for (const char* id : {"a", "b", "c"}) {
    store_->AcceptJob(MakeJob(id, "names", *words_), words_, TextOrigin::kSent,
                      std::chrono::hours(1), [&](const auto& kept) {
                        EXPECT_TRUE(kept.ok()) << kept.status();
                        ++answered;
                      });
  }
  store_.reset();
  EXPECT_EQ(answered, 3);
}

TEST_P(StoreTest, AnAnswerMayWrite) {
  std::promise<absl::Status> ended;
  JobRecord job = MakeJob("a", "names", *words_);
  store_->AcceptJob(
      job, words_, TextOrigin::kSent, milliseconds(0), [&](auto kept) {
        kept->state = JobState::kCancelled;
        store_->FinishJob(
            std::make_shared<const FinishedJob>(
                FinishedJob{*kept, {}, nullptr}),
            [&](const auto& last) { ended.set_value(last.status()); });
      });
  EXPECT_TRUE(ended.get_future().get().ok());
  EXPECT_EQ(store_->GetJob("a")->state, JobState::kCancelled);
}

TEST_P(StoreTest, NormsAreReadBackBitForBitFromAnyStepOn) {
  JobRecord job = Accept("a", "names");
  job.state = JobState::kFailed;
  std::vector<uint32_t> steps;
  for (uint32_t i = 0; i < 512; ++i) steps.push_back(1 + 7 * i);
  NormHistory norms = MakeNorms(steps);
  const size_t values = norms.values.size() / steps.size();
  norms.values[0] = NAN;
  norms.values[64 * values] = INFINITY;
  ASSERT_TRUE(writes_.Finish(job, {}, nullptr, norms).ok());
  for (const auto& [from, to] :
       std::vector<std::pair<uint32_t, uint32_t>>{{1, 10'000},
                                                  {2, 7},
                                                  {2, 8},
                                                  {442, 449},
                                                  {1000, 2000},
                                                  {3578, 3578}}) {
    const auto first = std::ranges::lower_bound(steps, from) - steps.begin();
    const auto last = std::ranges::upper_bound(steps, to) - steps.begin();
    const auto read = store_->GetNorms("a", from, to);
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_TRUE(std::ranges::equal(
        read->steps, std::span(steps).subspan(first, last - first)))
        << from << ".." << to;
    const auto want = std::span(norms.values)
                          .subspan(first * values, (last - first) * values);
    EXPECT_TRUE(std::ranges::equal(std::as_bytes(std::span(read->values)),
                                   std::as_bytes(want)));
  }
}

TEST_P(StoreTest, AJobHasNoNormsBeforeItsEndAndNoneAfterItsModelIsDeleted) {
  EXPECT_TRUE(absl::IsNotFound(store_->GetNorms("a", 1, 9).status()));
  JobRecord job = Accept("a", "names");
  EXPECT_THAT(store_->GetNorms("a", 1, 9)->steps, IsEmpty());
  job.state = JobState::kSucceeded;
  ASSERT_TRUE(writes_.Finish(job, {1.0}, MakeModel(0), MakeNorms({1, 2})).ok());
  EXPECT_THAT(store_->GetNorms("a", 1, 9)->steps, ElementsAre(1, 2));
  ASSERT_TRUE(writes_.DeleteModel("names").ok());
  EXPECT_TRUE(absl::IsNotFound(store_->GetNorms("a", 1, 9).status()));
}

// --- Datasets ---

TEST_P(StoreTest, ADatasetIsKeptWithItsFigures) {
  const auto corpus = MakeCorpus("さくら\nemma\nava\nemma\n");
  const auto added = writes_.AddDataset("girls", corpus);
  ASSERT_TRUE(added.ok()) << added.status();
  DatasetRecord expected;
  expected.id = corpus->id();
  expected.sequence = 1;
  expected.names = {"girls"};
  expected.documents = 4;
  expected.characters = 14;
  expected.duplicates = 1;
  expected.longest = 4;
  expected.bytes = 9 + 4 + 3 + 4 + 4;
  expected.alphabet = "aemvくさら";
  expected.create_time = added->create_time;
  EXPECT_EQ(TextOf(*added), TextOf(expected));
  EXPECT_GT(added->create_time, TimeOf(1'700'000'000'000'000));
  EXPECT_EQ(TextOf(*store_->GetDataset("girls")), TextOf(expected));
  EXPECT_EQ(TextOf(*store_->GetDataset(corpus->id())), TextOf(expected));
  EXPECT_EQ(TextOf(store_->ListDatasets(0, 10)->at(0)), TextOf(expected));
}

TEST_P(StoreTest, ADatasetWithoutANameIsKnownByItsId) {
  ASSERT_TRUE(writes_.AddDataset("", words_).ok());
  const auto dataset = store_->GetDataset(words_->id());
  ASSERT_TRUE(dataset.ok()) << dataset.status();
  EXPECT_THAT(dataset->names, IsEmpty());
}

TEST_P(StoreTest, ATextIsKeptOnceUnderAllItsNames) {
  const auto big = MakeCorpus(std::string(300'000, 'a'));
  ASSERT_TRUE(writes_.AddDataset("b", big).ok());
  const uint64_t once = *store_->CountBytes();
  ASSERT_TRUE(writes_.AddDataset("a", big).ok());
  ASSERT_TRUE(writes_.AddDataset("a", big).ok());
  ASSERT_TRUE(writes_.AddDataset("", big).ok());
  ASSERT_TRUE(writes_.Accept(MakeJob("j", "x", *big), big).ok());
  EXPECT_LT(*store_->CountBytes() - once, 300'000u);
  EXPECT_THAT(store_->GetDataset("b")->names, ElementsAre("a", "b"));
  EXPECT_THAT(DatasetIds(store_->ListDatasets(0, 10)), ElementsAre(big->id()));
}

TEST_P(StoreTest, ANameStaysWithItsText) {
  ASSERT_TRUE(writes_.AddDataset("words", words_).ok());
  const auto others = MakeCorpus("rex\n");
  EXPECT_EQ(writes_.AddDataset("words", others).status(),
            absl::AlreadyExistsError("dataset \"words\" is another text, " +
                                     words_->id()));
  EXPECT_EQ(store_->GetDataset("words")->id, words_->id());
  EXPECT_TRUE(absl::IsNotFound(store_->GetDataset(others->id()).status()));
}

TEST_P(StoreTest, AnUnknownDatasetIsNotFoundAndTheNearestNamed) {
  ASSERT_TRUE(writes_.AddDataset("words", words_).ok());
  EXPECT_EQ(store_->GetDataset("wrods").status(),
            absl::NotFoundError(
                "dataset \"wrods\" not found: did you mean \"words\"?"));
  EXPECT_EQ(store_->GetDataset("sha256:0").status(),
            absl::NotFoundError("dataset \"sha256:0\" not found"));
  EXPECT_EQ(store_->LoadCorpus("sha256:0").status(),
            absl::NotFoundError("dataset \"sha256:0\" not found"));
  EXPECT_EQ(writes_.DeleteDataset("wrods").status(),
            absl::NotFoundError(
                "dataset \"wrods\" not found: did you mean \"words\"?"));
}

TEST_P(StoreTest, AJobsTextIsADatasetWithoutAName) {
  Accept("a", "names");
  EXPECT_THAT(store_->GetDataset(words_->id())->names, IsEmpty());
  ASSERT_TRUE(writes_.AddDataset("words", words_).ok());
  EXPECT_THAT(store_->GetDataset(words_->id())->names, ElementsAre("words"));
}

TEST_P(StoreTest, DatasetsAreListedNewestFirstByPage) {
  std::vector<std::string> ids;
  for (const char* text : {"a", "b", "c", "d"}) {
    const auto corpus = MakeCorpus(text);
    ASSERT_TRUE(writes_.AddDataset(text, corpus).ok());
    ids.push_back(corpus->id());
  }
  EXPECT_THAT(DatasetIds(store_->ListDatasets(0, 10)),
              ElementsAre(ids[3], ids[2], ids[1], ids[0]));
  const auto page = store_->ListDatasets(0, 2);
  EXPECT_THAT(DatasetIds(page), ElementsAre(ids[3], ids[2]));
  EXPECT_THAT(DatasetIds(store_->ListDatasets(page->back().sequence, 2)),
              ElementsAre(ids[1], ids[0]));
  EXPECT_THAT(DatasetIds(store_->ListDatasets(1, 2)), IsEmpty());
  constexpr auto kMost = std::numeric_limits<uint64_t>::max();
  for (const uint64_t above_all : {kMost, kMost / 2 + 1, kMost / 2}) {
    EXPECT_THAT(DatasetIds(store_->ListDatasets(above_all, 1)),
                ElementsAre(ids[3]));
  }
  EXPECT_THAT(DatasetIds(store_->ListDatasets(0, 0)), IsEmpty());
}

// Longer than a piece, and cut within characters.
TEST_P(StoreTest, ATextIsReadBackToTheByte) {
  std::string text;
  for (int i = 0; text.size() < 2'500'000; ++i) {
    text += "さくら" + std::to_string(i) + "\n";
  }
  const auto corpus = MakeCorpus(text);
  ASSERT_TRUE(writes_.AddDataset("", corpus).ok());
  const auto loaded = store_->LoadCorpus(corpus->id());
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ((*loaded)->id(), corpus->id());
  EXPECT_TRUE((*loaded)->text() == corpus->text());
}

TEST_P(StoreTest, ANameIsRemovedWhileTheTextHasAnother) {
  ASSERT_TRUE(writes_.AddDataset("a", words_).ok());
  ASSERT_TRUE(writes_.AddDataset("b", words_).ok());
  EXPECT_EQ(*writes_.DeleteDataset("a"), false);
  EXPECT_TRUE(absl::IsNotFound(store_->GetDataset("a").status()));
  EXPECT_THAT(store_->GetDataset("b")->names, ElementsAre("b"));
  EXPECT_TRUE(store_->LoadCorpus(words_->id()).ok());
  EXPECT_EQ(*writes_.DeleteDataset("b"), true);
  EXPECT_TRUE(absl::IsNotFound(store_->GetDataset(words_->id()).status()));
}

TEST_P(StoreTest, DeletedByItsIdATextLosesAllItsNames) {
  ASSERT_TRUE(writes_.AddDataset("a", words_).ok());
  ASSERT_TRUE(writes_.AddDataset("b", words_).ok());
  EXPECT_EQ(*writes_.DeleteDataset(words_->id()), true);
  for (const std::string& dataset :
       {std::string("a"), std::string("b"), words_->id()}) {
    EXPECT_TRUE(absl::IsNotFound(store_->GetDataset(dataset).status()));
  }
  EXPECT_TRUE(absl::IsNotFound(store_->LoadCorpus(words_->id()).status()));
  EXPECT_THAT(DatasetIds(store_->ListDatasets(0, 10)), IsEmpty());
}

TEST_P(StoreTest, ATextThatAJobNeedsIsNotForgotten) {
  ASSERT_TRUE(writes_.AddDataset("words", words_).ok());
  const JobRecord job = Accept("j", "names");
  EXPECT_EQ(writes_.DeleteDataset("words").status(),
            absl::FailedPreconditionError(
                "dataset \"words\" is needed by job j, which has not ended"));
  EXPECT_TRUE(
      absl::IsFailedPrecondition(writes_.DeleteDataset(words_->id()).status()));
  EXPECT_THAT(store_->GetDataset("words")->names, ElementsAre("words"));
  EXPECT_TRUE(store_->LoadCorpus(words_->id()).ok());
  // Another name may go meanwhile.
  ASSERT_TRUE(writes_.AddDataset("other", words_).ok());
  EXPECT_EQ(*writes_.DeleteDataset("other"), false);
  ASSERT_TRUE(End(job, JobState::kSucceeded).ok());
  EXPECT_EQ(*writes_.DeleteDataset("words"), true);
}

TEST_P(StoreTest, OfAForgottenTextTheFiguresStayWhereTheyAreReferredTo) {
  ASSERT_TRUE(writes_.AddDataset("words", words_).ok());
  Train("j", "names");
  EXPECT_FALSE(store_->GetJob("j")->dataset.forgotten);
  ASSERT_EQ(*writes_.DeleteDataset("words"), true);

  EXPECT_TRUE(absl::IsNotFound(store_->GetDataset("words").status()));
  const auto dataset = store_->GetDataset(words_->id());
  ASSERT_TRUE(dataset.ok()) << dataset.status();
  EXPECT_TRUE(dataset->forgotten);
  EXPECT_EQ(dataset->documents, 2u);
  EXPECT_TRUE(store_->GetJob("j")->dataset.forgotten);
  EXPECT_TRUE(store_->GetVersion("names", 1)->dataset->forgotten);
  EXPECT_EQ(store_->LoadCorpus(words_->id()).status(),
            absl::FailedPreconditionError("dataset \"" + words_->id() +
                                          "\": its text was deleted"));
  EXPECT_EQ(*writes_.DeleteDataset(words_->id()), true) << "still so";
}

TEST_P(StoreTest, AForgottenTextCanBeKnownAgain) {
  Train("j", "names");
  const auto forget_and_check = [this](const std::function<void()>& learn) {
    ASSERT_EQ(*writes_.DeleteDataset(words_->id()), true);
    learn();
    EXPECT_FALSE(store_->GetDataset(words_->id())->forgotten);
    EXPECT_FALSE(store_->GetJob("j")->dataset.forgotten);
    const auto loaded = store_->LoadCorpus(words_->id());
    ASSERT_TRUE(loaded.ok()) << loaded.status();
    EXPECT_EQ((*loaded)->text(), words_->text());
  };
  forget_and_check(
      [this] { writes_.AddDataset("words", words_).IgnoreError(); });
  forget_and_check([this] { Train("k", "names"); });
}

// The text was loaded for a job, and deleted before the job was accepted.
TEST_P(StoreTest, ADeletedTextDoesNotComeBackWithAJobThatLoadedIt) {
  const absl::Status refused = absl::FailedPreconditionError(
      "dataset \"" + words_->id() + "\": its text was deleted");
  const auto accept = [this](const std::string& id) {
    return writes_
        .Accept(MakeJob(id, "names", *words_), words_, TextOrigin::kStored)
        .status();
  };
  ASSERT_TRUE(writes_.AddDataset("words", words_).ok());
  ASSERT_EQ(*writes_.DeleteDataset("words"), true);
  EXPECT_EQ(accept("a"), refused) << "nothing refers to it";
  EXPECT_TRUE(absl::IsNotFound(store_->GetDataset(words_->id()).status()));

  Train("b", "names");
  ASSERT_EQ(*writes_.DeleteDataset(words_->id()), true);
  EXPECT_EQ(accept("c"), refused) << "its record is still there";
  EXPECT_TRUE(store_->GetDataset(words_->id())->forgotten);
  EXPECT_THAT(Ids(store_->ListJobs("", "", 9)), ElementsAre("b"));

  ASSERT_TRUE(writes_.AddDataset("words", words_).ok());
  EXPECT_TRUE(accept("d").ok());
}

TEST_P(StoreTest, TheRecordOfAForgottenTextGoesWithWhatRefersToIt) {
  Train("j", "names");
  ModelVersion copy;
  copy.name = "copy";
  copy.dataset = store_->GetVersion("names", 1)->dataset;
  ASSERT_TRUE(writes_.AddVersion(copy, MakeModel(0)).ok());
  ASSERT_EQ(*writes_.DeleteDataset(words_->id()), true);
  ASSERT_TRUE(writes_.DeleteModel("names").ok());
  EXPECT_TRUE(store_->GetDataset(words_->id()).ok());
  ASSERT_TRUE(writes_.DeleteVersion("copy", 1).ok());
  EXPECT_TRUE(absl::IsNotFound(store_->GetDataset(words_->id()).status()));
}

// --- Models ---

TEST_P(StoreTest, AnImportedVersionIsKeptWithWhatItsModelTells) {
  const ModelConfig config = *ModelConfig::Create({.n_layer = 2});
  Parameters<double> parameters(config, 3);
  const auto model = std::make_shared<const Model>(
      config, Tokenizer(TokenizerKind::kGrapheme, {"e\u0301", "s"}),
      std::move(parameters), PythonRandom(1));
  ModelVersion version;
  version.name = "names";
  version.base = "old@3";
  version.create_time = TimeOf(1'700'000'000'123'456);
  const auto added = writes_.AddVersion(version, model);
  ASSERT_TRUE(added.ok()) << added.status();
  version.version = 1;
  version.sha256 = ModelSha256(*model);
  version.model_config = config;
  version.tokenizer = TokenizerKind::kGrapheme;
  version.precision = Precision::kFloat64;
  version.vocab_size = 3;
  version.num_parameters = CountParameters(config, 3);
  version.memory_bytes = model->memory_bytes();
  EXPECT_EQ(TextOf(*added), TextOf(version));
  EXPECT_EQ(TextOf(*store_->GetVersion("names", 0)), TextOf(version));
  EXPECT_EQ(added->training_config, std::nullopt);
  EXPECT_EQ(added->dataset, std::nullopt);
  EXPECT_EQ(added->loss, std::nullopt);
}

TEST_P(StoreTest, AVersionKeepsWhatIsToldOfItsTraining) {
  ModelVersion version;
  version.name = "names";
  version.training_config.emplace();
  version.dataset = {.id = "sha256:0",
                     .documents = 5,
                     .tokens = 4,
                     .duplicates = 3,
                     .truncated = 2};
  version.loss = 0.1;
  version.validation_loss = 0.3;
  const auto added = writes_.AddVersion(version, MakeModel(0));
  ASSERT_TRUE(added.ok()) << added.status();
  EXPECT_TRUE(added->training_config.has_value());
  EXPECT_EQ(TextOf(*added->dataset), TextOf(*version.dataset))
      << "a dataset need not be stored to be named";
  EXPECT_EQ(added->loss, 0.1);
  EXPECT_EQ(added->validation_loss, 0.3);
}

TEST_P(StoreTest, AModelIsReadBackBitForBit) {
  const ModelConfig config;
  PythonRandom random(7);
  Parameters<double> parameters(config, 3);
  parameters.Draw(0.08, random);
  random.Gauss(0, 1);
  const auto model = std::make_shared<const Model>(
      config, Tokenizer(TokenizerKind::kGrapheme, {"e\u0301", "s"}),
      std::move(parameters), random);
  ModelVersion version;
  version.name = "names";
  const auto added = writes_.AddVersion(version, model);
  ASSERT_TRUE(added.ok()) << added.status();
  const auto loaded = store_->LoadModel(added->sha256);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(ModelSha256(**loaded), ModelSha256(*model));
  EXPECT_EQ(
      BitsOf(std::get<Parameters<double>>((*loaded)->parameters()).values()),
      BitsOf(std::get<Parameters<double>>(model->parameters()).values()));
  EXPECT_EQ((*loaded)->tokenizer().kind(), TokenizerKind::kGrapheme);
  PythonRandom read_random = (*loaded)->random();
  EXPECT_EQ(read_random.Gauss(0, 1), random.Gauss(0, 1));
}

TEST_P(StoreTest, EqualModelsAreKeptOnce) {
  // Its weights take several pages.
  const ModelConfig config = *ModelConfig::Create({.n_embd = 64});
  const auto model = std::make_shared<const Model>(
      config, Tokenizer(TokenizerKind::kCodePoint, {"a"}),
      Parameters<float>(config, 2), PythonRandom(1));
  const uint64_t weight_bytes = sizeof(float) * CountParameters(config, 2);
  ModelVersion version;
  version.name = "names";
  const auto first = writes_.AddVersion(version, model);
  const uint64_t one = *store_->CountBytes();
  const auto second = writes_.AddVersion(version, model);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(second->version, 2u);
  EXPECT_EQ(second->sha256, first->sha256);
  EXPECT_LT(*store_->CountBytes() - one, weight_bytes);

  ASSERT_TRUE(writes_.DeleteVersion("names", 1).ok());
  EXPECT_TRUE(store_->LoadModel(first->sha256).ok());
  ASSERT_TRUE(writes_.DeleteModel("names").ok());
  EXPECT_EQ(store_->LoadModel(first->sha256).status(),
            absl::NotFoundError("no version of a model has the sum " +
                                first->sha256));
  EXPECT_LT(*store_->CountBytes() + weight_bytes, one);
}

TEST_P(StoreTest, AnUnknownVersionIsNotFoundAndWhatIsNearIsNamed) {
  Import("names");
  Import("names");
  EXPECT_EQ(
      store_->GetVersion("names", 7).status(),
      absl::NotFoundError("model \"names\" has no version 7: its newest is 2"));
  const absl::Status unknown =
      absl::NotFoundError("model \"nmaes\" not found: did you mean \"names\"?");
  EXPECT_EQ(store_->GetVersion("nmaes", 0).status(), unknown);
  EXPECT_EQ(store_->GetAlias("nmaes", "prod").status(), unknown);
  EXPECT_EQ(writes_.DeleteVersion("nmaes", 1).status(), unknown);
  EXPECT_EQ(writes_.DeleteModel("nmaes").status(), unknown);
  EXPECT_EQ(writes_.SetAlias("nmaes", "prod", 1).status(), unknown);
  EXPECT_EQ(writes_.DeleteAlias("nmaes", "prod").status(), unknown);
}

TEST_P(StoreTest, ADeletedVersionIsGoneAndItsNumberNeverUsedAgain) {
  Import("names", 1);
  const ModelVersion second = Import("names", 2);
  const auto deleted = writes_.DeleteVersion("names", 2);
  ASSERT_TRUE(deleted.ok()) << deleted.status();
  EXPECT_EQ(TextOf(*deleted), TextOf(second));
  EXPECT_EQ(Weight("names", 0), 1);
  EXPECT_TRUE(absl::IsNotFound(store_->GetVersion("names", 2).status()));
  EXPECT_TRUE(absl::IsNotFound(store_->LoadModel(second.sha256).status()));
  EXPECT_EQ(
      writes_.DeleteVersion("names", 2).status(),
      absl::NotFoundError("model \"names\" has no version 2: its newest is 1"));
  EXPECT_EQ(Import("names").version, 3u);
  EXPECT_EQ(writes_.DeleteVersion("names", 0)->version, 3u) << "the newest";
}

TEST_P(StoreTest, ADeletedModelTakesItsVersionsAndEndedJobsWithIt) {
  JobRecord job = MakeJob("a", "names", *words_);
  job.request_id = "r";
  ASSERT_TRUE(writes_.Accept(job, words_).ok());
  ASSERT_TRUE(End(job, JobState::kFailed).ok());
  Train("b", "names");
  Import("names");
  Import("names");
  Train("c", "pets");
  ASSERT_TRUE(writes_.DeleteVersion("names", 1).ok());
  const auto deleted = writes_.DeleteModel("names");
  ASSERT_TRUE(deleted.ok()) << deleted.status();
  EXPECT_THAT(deleted->versions, ElementsAre(2, 3));
  EXPECT_THAT(deleted->cancelled_jobs, IsEmpty());
  EXPECT_THAT(References(store_->ListVersions("names", 0, 9)), IsEmpty());
  EXPECT_THAT(Ids(store_->ListJobs("", "", 9)), ElementsAre("c"));
  EXPECT_TRUE(absl::IsNotFound(store_->GetJobOfRequest("r").status()));
  EXPECT_TRUE(absl::IsNotFound(store_->GetLosses("b", 0, 1).status()));
  EXPECT_THAT(*store_->ModelNames(), ElementsAre("pets"));
  EXPECT_TRUE(absl::IsNotFound(writes_.DeleteModel("names").status()));
  EXPECT_EQ(Import("names").version, 4u) << "its numbers are never used again";
}

TEST_P(StoreTest, JobsOfADeletedModelThatHaveNotEndedAreCancelled) {
  Train("a", "names");
  Accept("b", "names");
  JobRecord running = Accept("c", "names");
  const auto deleted = writes_.DeleteModel("names");
  ASSERT_TRUE(deleted.ok()) << deleted.status();
  EXPECT_THAT(deleted->versions, ElementsAre(1));
  EXPECT_THAT(deleted->cancelled_jobs, UnorderedElementsAre("b", "c"));
  const auto cancelled = store_->GetJob("c");
  ASSERT_TRUE(cancelled.ok()) << cancelled.status();
  EXPECT_EQ(cancelled->state, JobState::kCancelled);
  EXPECT_GT(cancelled->revision, running.revision);
  EXPECT_TRUE(cancelled->end_time.has_value());
  EXPECT_THAT(Ids(store_->ResumeJobs()), IsEmpty());

  // The worker, who does not know it yet, comes with a model.
  running.state = JobState::kSucceeded;
  const auto finished = writes_.Finish(running, {1.0}, MakeModel(1));
  ASSERT_TRUE(finished.ok()) << finished.status();
  EXPECT_EQ(TextOf(*finished), TextOf(*cancelled));
  EXPECT_TRUE(absl::IsNotFound(store_->GetVersion("names", 0).status()));
  EXPECT_THAT(*store_->GetLosses("c", 0, 1), IsEmpty());
  EXPECT_TRUE(writes_.DeleteModel("names").ok()) << "the jobs now";
  EXPECT_TRUE(absl::IsNotFound(store_->GetJob("c").status()));
}

TEST_P(StoreTest, WhatAnAliasPointsToIsNotDeleted) {
  Train("a", "names");
  Train("b", "names");
  Accept("c", "names");
  ASSERT_TRUE(writes_.SetAlias("names", "prod", 1).ok());
  const absl::Status refused = absl::FailedPreconditionError(
      "alias names@prod points to names@1: move or remove it first");
  EXPECT_EQ(writes_.DeleteVersion("names", 1).status(), refused);
  EXPECT_EQ(writes_.DeleteModel("names").status(), refused);
  EXPECT_THAT(References(store_->ListVersions("names", 0, 9)),
              ElementsAre("names@2", "names@1"));
  EXPECT_EQ(store_->GetJob("c")->state, JobState::kQueued);
  EXPECT_TRUE(writes_.DeleteVersion("names", 2).ok());
  ASSERT_TRUE(writes_.DeleteAlias("names", "prod").ok());
  EXPECT_TRUE(writes_.DeleteVersion("names", 1).ok());
}

TEST_P(StoreTest, AnAliasPointsToAVersionUntilItIsMoved) {
  Import("names", 1);
  Import("names", 2);
  const auto set = writes_.SetAlias("names", "prod", 1);
  ASSERT_TRUE(set.ok()) << set.status();
  EXPECT_EQ(set->Reference(), "names@1");
  EXPECT_THAT(set->aliases, ElementsAre("prod"));
  EXPECT_EQ(store_->GetAlias("names", "prod")->Reference(), "names@1");

  EXPECT_EQ(writes_.SetAlias("names", "prod", 0)->Reference(), "names@2");
  EXPECT_EQ(store_->GetAlias("names", "prod")->Reference(), "names@2");
  EXPECT_THAT(store_->GetVersion("names", 1)->aliases, IsEmpty());
  Import("names", 3);
  EXPECT_EQ(store_->GetAlias("names", "prod")->Reference(), "names@2");

  const auto removed = writes_.DeleteAlias("names", "prod");
  ASSERT_TRUE(removed.ok()) << removed.status();
  EXPECT_EQ(removed->Reference(), "names@2");
  EXPECT_THAT(removed->aliases, IsEmpty());
  EXPECT_EQ(store_->GetAlias("names", "prod").status(),
            absl::NotFoundError("alias \"names@prod\" not found"));
}

TEST_P(StoreTest, AVersionListsItsAliasesSorted) {
  Import("names");
  Import("pets");
  for (const char* alias : {"prod", "best", "old"}) {
    ASSERT_TRUE(writes_.SetAlias("names", alias, 1).ok());
  }
  ASSERT_TRUE(writes_.SetAlias("pets", "other", 1).ok());
  EXPECT_THAT(store_->GetVersion("names", 1)->aliases,
              ElementsAre("best", "old", "prod"));
  EXPECT_THAT(store_->ListModels("", 1)->at(0).aliases,
              ElementsAre("best", "old", "prod"));
}

TEST_P(StoreTest, AnUnknownAliasIsNotFoundAndTheNearestNamed) {
  Import("names");
  ASSERT_TRUE(writes_.SetAlias("names", "prod", 1).ok());
  const absl::Status unknown = absl::NotFoundError(
      "alias \"names@prdo\" not found: did you mean \"names@prod\"?");
  EXPECT_EQ(store_->GetAlias("names", "prdo").status(), unknown);
  EXPECT_EQ(writes_.DeleteAlias("names", "prdo").status(), unknown);
  EXPECT_TRUE(absl::IsNotFound(writes_.SetAlias("names", "new", 9).status()));
}

TEST_P(StoreTest, AnAliasMovesOnlyFromWhereItIsExpected) {
  Import("names");
  Import("names");
  EXPECT_EQ(writes_.SetAlias("names", "prod", 1, 2).status(),
            absl::AbortedError("alias names@prod is not there, though expected "
                               "to point to version 2"));
  EXPECT_TRUE(writes_.SetAlias("names", "prod", 1, 0).ok());
  EXPECT_EQ(writes_.SetAlias("names", "prod", 2, 0).status(),
            absl::AbortedError("alias names@prod points to version 1, though "
                               "expected to be new"));
  EXPECT_EQ(
      writes_.SetAlias("names", "prod", 2, 2).status(),
      absl::AbortedError("alias names@prod points to version 1, not to 2"));
  EXPECT_TRUE(
      absl::IsAborted(writes_.DeleteAlias("names", "prod", 2).status()));
  EXPECT_EQ(store_->GetAlias("names", "prod")->version, 1u);
  EXPECT_TRUE(writes_.SetAlias("names", "prod", 2, 1).ok());
  EXPECT_TRUE(writes_.DeleteAlias("names", "prod", 2).ok());
}

TEST_P(StoreTest, OfManyWhoMoveAnAliasAtOnceOneDoes) {
  for (int i = 0; i < 9; ++i) Import("names");
  ASSERT_TRUE(writes_.SetAlias("names", "prod", 9).ok());
  std::atomic<int> moved = 0;
  {
    std::vector<std::jthread> threads;
    for (uint32_t i = 1; i <= 8; ++i) {
      threads.emplace_back([&, i] {
        const auto set = writes_.SetAlias("names", "prod", i, 9);
        moved += set.ok() ? 1 : 0;
        EXPECT_TRUE(set.ok() || absl::IsAborted(set.status())) << set.status();
      });
    }
  }
  EXPECT_EQ(moved, 1);
}

TEST_P(StoreTest, ModelsAreListedByNameEachInItsNewestVersion) {
  for (const char* name : {"names", "pets", "cities", "names", "gone"}) {
    Import(name);
  }
  Accept("a", "unfinished");
  ASSERT_TRUE(writes_.DeleteVersion("gone", 1).ok());
  EXPECT_THAT(References(store_->ListModels("", 10)),
              ElementsAre("cities@1", "names@2", "pets@1"));
  EXPECT_THAT(References(store_->ListModels("", 2)),
              ElementsAre("cities@1", "names@2"));
  EXPECT_THAT(References(store_->ListModels("names", 2)),
              ElementsAre("pets@1"));
  EXPECT_THAT(References(store_->ListModels("d", 1)), ElementsAre("names@2"));
  EXPECT_THAT(References(store_->ListModels("pets", 1)), IsEmpty());
  EXPECT_THAT(References(store_->ListModels("", 0)), IsEmpty());
  EXPECT_THAT(*store_->ModelNames(),
              ElementsAre("cities", "names", "pets", "unfinished"));
  EXPECT_EQ(*store_->CountModels(), 3u);
}

TEST_P(StoreTest, VersionsAreListedNewestFirstByPage) {
  for (int i = 0; i < 4; ++i) Import("names");
  Import("pets");
  ASSERT_TRUE(writes_.DeleteVersion("names", 3).ok());
  EXPECT_THAT(References(store_->ListVersions("names", 0, 10)),
              ElementsAre("names@4", "names@2", "names@1"));
  EXPECT_THAT(References(store_->ListVersions("names", 0, 2)),
              ElementsAre("names@4", "names@2"));
  EXPECT_THAT(References(store_->ListVersions("names", 2, 2)),
              ElementsAre("names@1"));
  EXPECT_THAT(References(store_->ListVersions("names", 0, 0)), IsEmpty());
  EXPECT_THAT(References(store_->ListVersions("cities", 0, 9)), IsEmpty());
}

// --- The whole ---

TEST_P(StoreTest, AStoreIsNewUntilItsFirstJobOrVersion) {
  EXPECT_TRUE(*store_->IsNew());
  ASSERT_TRUE(writes_.AddDataset("words", words_).ok());
  EXPECT_TRUE(*store_->IsNew()) << "a dataset is neither";
  Accept("a", "names");
  EXPECT_FALSE(*store_->IsNew());
  ASSERT_TRUE(writes_.DeleteModel("names").ok());
  ASSERT_TRUE(writes_.DeleteModel("names").ok());
  EXPECT_THAT(*store_->ModelNames(), IsEmpty());
  EXPECT_FALSE(*store_->IsNew()) << "there was one";
}

TEST_P(StoreTest, AFullStoreRefusesAndChangesNothing) {
  const std::unique_ptr<Store> small = Open(1 << 20);
  WaitingStore writes(*small);
  ASSERT_TRUE(writes.Accept(MakeJob("a", "names", *words_), words_).ok());
  const uint64_t bytes = *small->CountBytes();

  const auto large = MakeCorpus(std::string(2 << 20, 'a'));
  JobRecord second = MakeJob("b", "pets", *large);
  second.request_id = "r";
  const absl::Status refused = writes.Accept(second, large).status();
  EXPECT_EQ(refused,
            WithReason(absl::ResourceExhaustedError(
                           "the store is full: it may take at most 1048576 "
                           "bytes (--max-store-size)"),
                       kStoreFull));
  EXPECT_EQ(writes.AddDataset("large", large).status(), refused);
  EXPECT_EQ(*small->CountBytes(), bytes);
  EXPECT_TRUE(absl::IsNotFound(small->GetJob("b").status()));
  EXPECT_TRUE(absl::IsNotFound(small->GetJobOfRequest("r").status()));
  EXPECT_TRUE(absl::IsNotFound(small->LoadCorpus(large->id()).status()));
  EXPECT_THAT(*small->ModelNames(), ElementsAre("names"));
  EXPECT_TRUE(writes.Accept(MakeJob("c", "names", *words_), words_).ok());
}

TEST_P(StoreTest, RoomGivenBackCanBeTakenAgain) {
  const std::unique_ptr<Store> small = Open(1 << 20);
  WaitingStore writes(*small);
  const auto first = MakeCorpus(std::string(600'000, 'a'));
  const auto second = MakeCorpus(std::string(600'000, 'b'));
  ASSERT_TRUE(writes.AddDataset("", first).ok());
  ASSERT_FALSE(writes.AddDataset("", second).ok());
  ASSERT_TRUE(writes.DeleteDataset(first->id()).ok());
  EXPECT_LT(*small->CountBytes(), 400'000u);
  EXPECT_TRUE(writes.AddDataset("", second).ok());
}

INSTANTIATE_TEST_SUITE_P(
    Implementations, StoreTest,
    testing::Values(
        Implementation{"SqliteOnDisk",
                       [](const std::string& directory, uint64_t max_bytes) {
                         return SqliteStore::Open(directory, max_bytes);
                       }},
        Implementation{"SqliteInMemory",
                       [](const std::string&, uint64_t max_bytes) {
                         return SqliteStore::Open(":memory:", max_bytes);
                       }}),
    [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace microgpt::server
