// SPDX-License-Identifier: MIT
//
// What store.h promises, for every implementation. Models are made by hand;
// nothing is trained.
#include "server/store/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/text/corpus.h"
#include "server/store/memory_store.h"

namespace microgpt::server {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

std::shared_ptr<const Corpus> MakeCorpus(std::string_view text) {
  return std::make_shared<const Corpus>(*Corpus::FromText(text));
}

// A model of a single character whose first weight is `weight`.
std::shared_ptr<const Model> MakeModel(float weight) {
  const ModelConfig config;
  const std::u32string alphabet = U"a";
  Parameters<float> parameters(config, 2);
  parameters.values()[0] = weight;
  return std::make_shared<const Model>(config, Tokenizer(alphabet),
                                       std::move(parameters), PythonRandom(1));
}

float WeightOf(const ModelVersion& version) {
  return std::get<Parameters<float>>(version.model->parameters()).values()[0];
}

JobRecord MakeJob(std::string id, std::string model, const Corpus& corpus) {
  JobRecord job;
  job.id = std::move(id);
  job.model = std::move(model);
  job.dataset.id = corpus.id();
  job.vocab_size = static_cast<uint32_t>(corpus.alphabet().size()) + 1;
  job.num_parameters = CountParameters(job.model_config, job.vocab_size);
  return job;
}

std::vector<std::string> Ids(const std::vector<JobRecord>& jobs) {
  std::vector<std::string> ids;
  for (const JobRecord& job : jobs) ids.push_back(job.id);
  return ids;
}

std::vector<std::string> References(const std::vector<ModelVersion>& models) {
  std::vector<std::string> references;
  for (const ModelVersion& model : models) {
    references.push_back(model.Reference());
  }
  return references;
}

struct Implementation {
  std::string name;
  std::function<std::unique_ptr<Store>(size_t max_bytes)> make;
};

class StoreTest : public testing::TestWithParam<Implementation> {
 protected:
  static constexpr size_t kPlenty = 64 << 20;

  std::unique_ptr<Store> Make(size_t max_bytes) const {
    return GetParam().make(max_bytes);
  }

  JobRecord Accept(const std::string& id, const std::string& model) {
    const auto accepted =
        store_->AcceptJob(MakeJob(id, model, *words_), words_);
    EXPECT_TRUE(accepted.ok()) << accepted.status();
    return *accepted;
  }

  // Accepts a job, and ends it with a model.
  JobRecord AcceptAndSucceed(const std::string& id, const std::string& name,
                             float weight = 0) {
    JobRecord job = Accept(id, name);
    job.state = JobState::kSucceeded;
    const auto finished =
        store_->FinishJob(job, {3.25, 2.5}, MakeModel(weight));
    EXPECT_TRUE(finished.ok()) << finished.status();
    return *finished;
  }

  const std::shared_ptr<const Corpus> words_ = MakeCorpus("emma\nava\n");
  const std::unique_ptr<Store> store_ = Make(kPlenty);
};

TEST_P(StoreTest, AnAcceptedJobIsKeptAsItIs) {
  JobRecord job = MakeJob("a", "names", *words_);
  job.request_id = "r";
  job.fingerprint = "f";
  job.create_time = Time(std::chrono::milliseconds(1'700'000'000'123));
  const auto accepted = store_->AcceptJob(job, words_);
  ASSERT_TRUE(accepted.ok());
  EXPECT_EQ(accepted->id, "a");
  const auto kept = store_->GetJob("a");
  ASSERT_TRUE(kept.ok());
  EXPECT_EQ(kept->model, "names");
  EXPECT_EQ(kept->request_id, "r");
  EXPECT_EQ(kept->fingerprint, "f");
  EXPECT_EQ(kept->dataset.id, words_->id());
  EXPECT_EQ(kept->num_parameters, job.num_parameters);
  EXPECT_EQ(kept->create_time, job.create_time);
  EXPECT_EQ(kept->state, JobState::kQueued);
  EXPECT_EQ(kept->end_time, std::nullopt);
}

TEST_P(StoreTest, AnUnknownJobIsNotFound) {
  Accept("a", "names");
  EXPECT_EQ(store_->GetJob("b").status().message(), "job \"b\" not found");
  EXPECT_TRUE(absl::IsNotFound(store_->GetJob("b").status()));
  EXPECT_TRUE(absl::IsNotFound(store_->GetLosses("b").status()));
}

TEST_P(StoreTest, AJobHasNoLossesBeforeItsEnd) {
  Accept("a", "names");
  ASSERT_TRUE(store_->GetLosses("a").ok());
  EXPECT_THAT(**store_->GetLosses("a"), IsEmpty());
}

TEST_P(StoreTest, ARequestIdSeenBeforeAnswersWithItsJobAndChangesNothing) {
  JobRecord first = MakeJob("a", "names", *words_);
  first.request_id = "r";
  ASSERT_TRUE(store_->AcceptJob(first, words_).ok());
  const size_t bytes = store_->memory_bytes();

  const auto others = MakeCorpus("rex\n");
  JobRecord second = MakeJob("b", "pets", *others);
  second.request_id = "r";
  const auto accepted = store_->AcceptJob(second, others);
  ASSERT_TRUE(accepted.ok());
  EXPECT_EQ(accepted->id, "a");
  EXPECT_EQ(accepted->model, "names");
  EXPECT_TRUE(absl::IsNotFound(store_->GetJob("b").status()));
  EXPECT_EQ(store_->FindCorpus(others->id()), nullptr);
  EXPECT_EQ(store_->memory_bytes(), bytes);
}

TEST_P(StoreTest, ARequestIdIsKnownAlsoAfterTheEndOfItsJob) {
  JobRecord job = MakeJob("a", "names", *words_);
  job.request_id = "r";
  ASSERT_TRUE(store_->AcceptJob(job, words_).ok());
  job.state = JobState::kSucceeded;
  ASSERT_TRUE(store_->FinishJob(job, {1.0}, MakeModel(0)).ok());

  ASSERT_TRUE(store_->FindRequest("r").has_value());
  EXPECT_EQ(store_->FindRequest("r")->version, 1u);
  job.id = "b";
  EXPECT_EQ(store_->AcceptJob(job, words_)->id, "a");
  EXPECT_EQ(store_->FindRequest("s"), std::nullopt);
}

TEST_P(StoreTest, JobsWithoutARequestIdAreAllDifferent) {
  Accept("a", "names");
  Accept("b", "names");
  EXPECT_THAT(Ids(store_->ListJobs("", "", 10)), ElementsAre("b", "a"));
  EXPECT_EQ(store_->FindRequest(""), std::nullopt);
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
        answers[i] = store_->AcceptJob(job, words_)->id;
      });
    }
  }
  EXPECT_EQ(std::set<std::string>(answers.begin(), answers.end()).size(), 1u);
  EXPECT_THAT(Ids(store_->ListJobs("", "", 10)), ElementsAre(answers[0]));
}

TEST_P(StoreTest, ASuccessKeepsRecordLossesAndModelTogether) {
  JobRecord job = Accept("a", "names");
  job.state = JobState::kSucceeded;
  job.step = 2;
  job.loss = 2.75;
  job.validation = {{2, 2.625}};
  job.samples = {"ema", "av"};
  job.end_time = Time(std::chrono::milliseconds(1'700'000'000'999));
  const auto finished = store_->FinishJob(job, {3.0, 2.5}, MakeModel(7));
  ASSERT_TRUE(finished.ok());
  EXPECT_EQ(finished->version, 1u);

  const auto kept = store_->GetJob("a");
  ASSERT_TRUE(kept.ok());
  EXPECT_EQ(kept->state, JobState::kSucceeded);
  EXPECT_EQ(kept->version, 1u);
  EXPECT_EQ(kept->loss, 2.75);
  EXPECT_EQ(kept->samples, job.samples);
  EXPECT_EQ(kept->end_time, job.end_time);
  ASSERT_EQ(kept->validation.size(), 1u);
  EXPECT_EQ(kept->validation[0].loss, 2.625);
  EXPECT_THAT(**store_->GetLosses("a"), ElementsAre(3.0, 2.5));

  const auto model = store_->FindModel("names", 0);
  ASSERT_TRUE(model.has_value());
  EXPECT_EQ(model->Reference(), "names@1");
  EXPECT_EQ(WeightOf(*model), 7);
  EXPECT_EQ(model->job.id, "a");
  EXPECT_EQ(model->job.version, 1u);
  EXPECT_EQ(model->job.state, JobState::kSucceeded);
}

TEST_P(StoreTest, AnEndWithoutAModelKeepsTheLossesAndMakesNoVersion) {
  JobRecord job = Accept("a", "names");
  job.state = JobState::kFailed;
  job.error = absl::FailedPreconditionError("the loss became nan");
  const auto finished = store_->FinishJob(job, {3.0, NAN}, nullptr);
  ASSERT_TRUE(finished.ok());
  EXPECT_EQ(finished->version, 0u);
  EXPECT_EQ(store_->GetJob("a")->error, job.error);
  EXPECT_EQ((*store_->GetLosses("a"))->size(), 2u);
  EXPECT_FALSE(store_->FindModel("names", 0).has_value());
  EXPECT_THAT(store_->ModelNames(), IsEmpty());
}

TEST_P(StoreTest, AJobThatWasNeverAcceptedCannotEnd) {
  const JobRecord job = MakeJob("a", "names", *words_);
  const auto finished = store_->FinishJob(job, {1.0}, MakeModel(0));
  EXPECT_TRUE(absl::IsNotFound(finished.status())) << finished.status();
  EXPECT_FALSE(store_->FindModel("names", 0).has_value());
  EXPECT_TRUE(absl::IsNotFound(store_->GetLosses("a").status()));
}

TEST_P(StoreTest, EachSuccessIsTheNextVersionOfItsModel) {
  EXPECT_EQ(AcceptAndSucceed("a", "names", 1).version, 1u);
  EXPECT_EQ(AcceptAndSucceed("b", "names", 2).version, 2u);
  EXPECT_EQ(AcceptAndSucceed("c", "pets", 3).version, 1u);
  EXPECT_EQ(WeightOf(*store_->FindModel("names", 1)), 1);
  EXPECT_EQ(WeightOf(*store_->FindModel("names", 2)), 2);
  EXPECT_EQ(WeightOf(*store_->FindModel("names", 0)), 2);
  EXPECT_EQ(store_->FindModel("names", 0)->version, 2u);
  EXPECT_EQ(WeightOf(*store_->FindModel("pets", 0)), 3);
  EXPECT_FALSE(store_->FindModel("names", 3).has_value());
  EXPECT_FALSE(store_->FindModel("cities", 0).has_value());
}

TEST_P(StoreTest, VersionsGoByTheOrderOfTheEndsNotOfTheStarts) {
  JobRecord first = Accept("a", "names");
  JobRecord second = Accept("b", "names");
  EXPECT_EQ(store_->FinishJob(second, {}, MakeModel(2))->version, 1u);
  EXPECT_EQ(store_->FinishJob(first, {}, MakeModel(1))->version, 2u);
}

TEST_P(StoreTest, AModelHandedOutStaysAsItIs) {
  AcceptAndSucceed("a", "names", 1);
  const auto held = store_->FindModel("names", 0);
  AcceptAndSucceed("b", "names", 2);
  EXPECT_EQ(held->Reference(), "names@1");
  EXPECT_EQ(WeightOf(*held), 1);
}

TEST_P(StoreTest, JobsEndingAtOnceGetOneVersionEach) {
  constexpr uint32_t kThreads = 8;
  std::vector<uint32_t> versions(kThreads);
  {
    std::vector<std::jthread> threads;
    for (uint32_t i = 0; i < kThreads; ++i) {
      const JobRecord job = Accept(std::to_string(i), "names");
      threads.emplace_back([this, job, &version = versions[i]] {
        version = store_->FinishJob(job, {}, MakeModel(0))->version;
      });
    }
  }
  EXPECT_THAT(versions, UnorderedElementsAre(1, 2, 3, 4, 5, 6, 7, 8));
}

// A reader beside the writer sees all of an end or nothing of it.
TEST_P(StoreTest, AnEndIsSeenWhole) {
  constexpr uint32_t kJobs = 200;
  std::jthread writer([this] {
    for (uint32_t i = 0; i < kJobs; ++i) {
      AcceptAndSucceed(std::to_string(i), "names", static_cast<float>(i));
    }
  });
  uint32_t version = 0;
  while (version < kJobs) {
    const auto newest = store_->FindModel("names", 0);
    if (!newest) continue;
    version = newest->version;
    const auto job = store_->GetJob(newest->job.id);
    ASSERT_TRUE(job.ok());
    ASSERT_EQ(job->state, JobState::kSucceeded);
    ASSERT_EQ(job->version, version);
    ASSERT_EQ((*store_->GetLosses(job->id))->size(), 2u);
    ASSERT_EQ(WeightOf(*newest), static_cast<float>(version - 1));
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

TEST_P(StoreTest, AnEndedJobIsListedAsItEnded) {
  AcceptAndSucceed("a", "names");
  const std::vector<JobRecord> jobs = store_->ListJobs("names", "", 1);
  ASSERT_EQ(jobs.size(), 1u);
  EXPECT_EQ(jobs[0].state, JobState::kSucceeded);
  EXPECT_EQ(jobs[0].version, 1u);
}

TEST_P(StoreTest, ModelsAreListedByNameEachInItsNewestVersion) {
  AcceptAndSucceed("1", "names");
  AcceptAndSucceed("2", "pets");
  AcceptAndSucceed("3", "cities");
  AcceptAndSucceed("4", "names");
  Accept("5", "unfinished");
  EXPECT_THAT(References(store_->ListModels("", 10)),
              ElementsAre("cities@1", "names@2", "pets@1"));
  EXPECT_THAT(References(store_->ListModels("", 2)),
              ElementsAre("cities@1", "names@2"));
  EXPECT_THAT(References(store_->ListModels("names", 2)),
              ElementsAre("pets@1"));
  EXPECT_THAT(References(store_->ListModels("d", 1)), ElementsAre("names@2"));
  EXPECT_THAT(References(store_->ListModels("pets", 1)), IsEmpty());
  EXPECT_THAT(References(store_->ListModels("", 0)), IsEmpty());
  EXPECT_THAT(store_->ModelNames(),
              UnorderedElementsAre("cities", "names", "pets"));
}

TEST_P(StoreTest, ACorpusIsFoundByItsId) {
  EXPECT_EQ(store_->FindCorpus(words_->id()), nullptr);
  Accept("a", "names");
  const auto found = store_->FindCorpus(words_->id());
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->id(), words_->id());
  EXPECT_EQ((*found)[1], "ava");
  EXPECT_EQ(store_->FindCorpus("sha256:0"), nullptr);
}

TEST_P(StoreTest, ACorpusIsKeptOnceHoweverManyJobsUseIt) {
  const auto big = MakeCorpus(std::string(100'000, 'a'));
  ASSERT_TRUE(store_->AcceptJob(MakeJob("a", "x", *big), big).ok());
  const size_t first = store_->memory_bytes();
  EXPECT_GE(first, 100'000u);
  ASSERT_TRUE(store_->AcceptJob(MakeJob("b", "x", *big), big).ok());
  EXPECT_LT(store_->memory_bytes() - first, 100'000u);
}

TEST_P(StoreTest, RoomIsTakenAtAcceptanceNotAtTheEnd) {
  EXPECT_EQ(store_->memory_bytes(), 0u);
  const JobRecord job = Accept("a", "names");
  const size_t accepted = store_->memory_bytes();
  EXPECT_GE(accepted, words_->memory_bytes() + 1000 * sizeof(double) +
                          job.num_parameters * sizeof(float));
  const std::vector<double> losses(job.training_config->steps);
  ASSERT_TRUE(store_->FinishJob(job, losses, MakeModel(0)).ok());
  EXPECT_EQ(store_->memory_bytes(), accepted);
}

TEST_P(StoreTest, AModelInDoubleTakesTwiceTheRoom) {
  JobRecord job = MakeJob("a", "names", *words_);
  ASSERT_TRUE(store_->AcceptJob(job, words_).ok());
  const size_t with_float = store_->memory_bytes();
  const auto in_double = Make(kPlenty);
  TrainingSettings settings;
  settings.precision = Precision::kFloat64;
  job.training_config = *TrainingConfig::Create(settings);
  ASSERT_TRUE(in_double->AcceptJob(job, words_).ok());
  EXPECT_EQ(in_double->memory_bytes() - with_float,
            job.num_parameters * (sizeof(double) - sizeof(float)));
}

TEST_P(StoreTest, ACancelledJobGivesBackTheRoomOfItsModelAndItsSteps) {
  const JobRecord job = Accept("a", "names");
  const size_t accepted = store_->memory_bytes();
  ASSERT_TRUE(store_->FinishJob(job, {1.0, 2.0}, nullptr).ok());
  EXPECT_EQ(accepted - store_->memory_bytes(),
            (1000 - 2) * sizeof(double) + job.num_parameters * sizeof(float));
}

TEST_P(StoreTest, AFullStoreRefusesAndChangesNothing) {
  Accept("a", "names");
  const size_t one_job = store_->memory_bytes();
  const auto small = Make(one_job);
  ASSERT_TRUE(small->AcceptJob(MakeJob("a", "names", *words_), words_).ok());
  ASSERT_EQ(small->memory_bytes(), one_job);

  const auto others = MakeCorpus("rex\n");
  JobRecord second = MakeJob("b", "pets", *others);
  second.request_id = "r";
  const absl::Status refused = small->AcceptJob(second, others).status();
  EXPECT_TRUE(absl::IsResourceExhausted(refused)) << refused;
  EXPECT_THAT(std::string(refused.message()),
              testing::HasSubstr("--store-memory-mb"));
  EXPECT_EQ(small->memory_bytes(), one_job);
  EXPECT_TRUE(absl::IsNotFound(small->GetJob("b").status()));
  EXPECT_EQ(small->FindRequest("r"), std::nullopt);
  EXPECT_EQ(small->FindCorpus(others->id()), nullptr);
}

TEST_P(StoreTest, RoomGivenBackCanBeTakenAgain) {
  const JobRecord job = Accept("a", "names");
  // Room for a job and a half: the corpus and a record are small.
  const auto small = Make(store_->memory_bytes() * 3 / 2);
  ASSERT_TRUE(small->AcceptJob(job, words_).ok());
  const JobRecord second = MakeJob("b", "names", *words_);
  ASSERT_FALSE(small->AcceptJob(second, words_).ok());
  ASSERT_TRUE(small->FinishJob(job, {}, nullptr).ok());
  EXPECT_TRUE(small->AcceptJob(second, words_).ok());
}

TEST_P(StoreTest, AFullStoreStillKnowsAnEarlierRequest) {
  JobRecord job = MakeJob("a", "names", *words_);
  job.request_id = "r";
  ASSERT_TRUE(store_->AcceptJob(job, words_).ok());
  const auto small = Make(store_->memory_bytes());
  ASSERT_TRUE(small->AcceptJob(job, words_).ok());
  job.id = "b";
  const auto again = small->AcceptJob(job, words_);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->id, "a");
}

INSTANTIATE_TEST_SUITE_P(Implementations, StoreTest,
                         testing::Values(Implementation{
                             "Memory",
                             [](size_t max_bytes) {
                               return std::make_unique<MemoryStore>(max_bytes);
                             }}),
                         [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace microgpt::server
