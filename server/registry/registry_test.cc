// SPDX-License-Identifier: MIT
#include "server/registry/registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/errors/errors.h"
#include "server/store/await.h"
#include "server/store/sqlite_store.h"

namespace microgpt::server {
namespace {

using testing::HasSubstr;

// The test takes the workers' part: it claims jobs and ends them.
class RegistryTest : public testing::Test {
 protected:
  JobRecord Submit(const std::string& model) {
    JobRequest request;
    request.model = model;
    request.corpus = corpus_;
    request.vocab_size = 5;
    const absl::StatusOr<JobRecord> job = Await<JobRecord>([&](auto done) {
      jobs_.Submit(request, std::chrono::milliseconds(0), done);
    });
    EXPECT_TRUE(job.ok()) << job.status();
    return *job;
  }

  // Ends a running job in `state`, with a model if it succeeded.
  void End(JobRecord job, JobState state) {
    std::shared_ptr<const Model> model;
    if (state == JobState::kSucceeded) model = MakeModel();
    job.state = state;
    const auto finished = std::make_shared<const FinishedJob>(
        FinishedJob{job, {}, std::move(model)});
    EXPECT_TRUE(Await<JobRecord>([&](auto done) {
                  store_->FinishJob(finished, done);
                }).ok());
    board_.Remove(job.id);
  }

  std::shared_ptr<const Model> MakeModel() {
    const Tokenizer tokenizer =
        *Tokenizer::ForCorpus(TokenizerKind::kCodePoint, *corpus_);
    Parameters<float> parameters(ModelConfig(), tokenizer.vocab_size());
    parameters.values()[0] = ++models_made_;  // no two are equal
    return std::make_shared<const Model>(
        ModelConfig(), tokenizer, std::move(parameters), PythonRandom(1));
  }

  absl::StatusOr<Registry::Deleted> Delete(const std::string& reference) {
    return Await<Registry::Deleted>(
        [&](auto done) { registry_.Delete(reference, done); });
  }

  absl::StatusOr<ModelVersion> SetAlias(
      const std::string& alias, uint32_t version,
      std::optional<uint32_t> expected = std::nullopt) {
    return Await<ModelVersion>(
        [&](auto done) { registry_.SetAlias(alias, version, expected, done); });
  }

  absl::StatusOr<ModelVersion> DeleteAlias(const std::string& alias) {
    return Await<ModelVersion>(
        [&](auto done) { registry_.DeleteAlias(alias, std::nullopt, done); });
  }

  absl::StatusOr<JobRecord> Cancel(const std::string& id) {
    return Await<JobRecord>([&](auto done) { jobs_.Cancel(id, done); });
  }

  // Makes the next version of a model.
  void Train(const std::string& model) {
    Submit(model);
    End(board_.Claim()->job, JobState::kSucceeded);
  }

  std::string Resolved(std::string_view reference) const {
    const auto found = registry_.Resolve(reference);
    EXPECT_TRUE(found.ok()) << found.status();
    return found.ok() ? found->version.Reference() : "";
  }

  // Why a name has no model, which is for lack of training.
  std::string WhyNotTrained(std::string_view reference) const {
    const absl::Status status = registry_.Resolve(reference).status();
    EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
    EXPECT_EQ(ReasonOf(status), "NOT_TRAINED");
    return std::string(status.message());
  }

  const std::shared_ptr<const Corpus> corpus_ =
      std::make_shared<const Corpus>(*Corpus::FromText("emma\nava\n"));
  float models_made_ = 0;
  LruCache<Model> models_{uint64_t{1} << 20};
  Checkpoints checkpoints_{uint64_t{1} << 20};
  JobBoard board_{10, 10};
  const std::unique_ptr<Store> store_ = *SqliteStore::Open(":memory:", 0);
  Datasets datasets_{*store_, 0};
  Jobs jobs_{*store_, board_, datasets_};
  Registry registry_{*store_, jobs_, models_, checkpoints_};
};

TEST_F(RegistryTest, ANameIsItsNewestVersion) {
  Train("names");
  EXPECT_EQ(Resolved("names"), "names@1");
  Train("names");
  EXPECT_EQ(Resolved("names"), "names@2");
}

TEST_F(RegistryTest, AVersionIsFoundByItsNumber) {
  for (int i = 0; i < 12; ++i) Train("names");
  EXPECT_EQ(Resolved("names@1"), "names@1");
  EXPECT_EQ(Resolved("names@11"), "names@11");
}

TEST_F(RegistryTest, TheNewestVersionIsOfferedWhileTheNextIsTrained) {
  Train("names");
  Submit("names");
  EXPECT_EQ(Resolved("names"), "names@1");
  End(board_.Claim()->job, JobState::kFailed);
  EXPECT_EQ(Resolved("names"), "names@1");
}

TEST_F(RegistryTest, AModelResolvedStaysAsItIsWhateverBecomesOfItsName) {
  Train("names");
  const auto held = registry_.Resolve("names");
  Train("names");
  EXPECT_EQ(held->version.version, 1u);
  EXPECT_EQ(held->model, registry_.Resolve("names@1")->model);
  ASSERT_TRUE(Delete("names").ok());
  EXPECT_EQ(held->model->tokenizer().vocab_size(), 5u);
}

TEST_F(RegistryTest, AModelThatLeftMemoryComesBackOnUse) {
  LruCache<Model> none(0);
  Registry registry(*store_, jobs_, none, checkpoints_);
  Train("names");
  const auto first = registry.Resolve("names");
  const auto again = registry.Resolve("names");
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_NE(first->model, again->model) << "loaded twice";
  const auto values = [](const Model& model) {
    return std::get<Parameters<float>>(model.parameters()).values();
  };
  EXPECT_THAT(values(*again->model),
              testing::ElementsAreArray(values(*first->model)));
}

TEST_F(RegistryTest, ModelsThatAreUsedOftenStayInMemory) {
  Train("names");
  const auto first = registry_.Resolve("names");
  EXPECT_EQ(registry_.Resolve("names")->model, first->model);
  EXPECT_GT(models_.bytes(), 0u);
}

TEST_F(RegistryTest, AnUnknownNameIsNotFoundNamingTheNearest) {
  Train("names");
  Train("pets");
  for (const char* reference : {"nmaes", "nmaes@1"}) {
    const absl::Status status = registry_.Resolve(reference).status();
    EXPECT_TRUE(absl::IsNotFound(status)) << status;
    EXPECT_EQ(status.message(),
              "model \"nmaes\" not found: did you mean \"names\"?");
  }
  EXPECT_EQ(registry_.Resolve("cities").status().message(),
            "model \"cities\" not found");
}

TEST_F(RegistryTest, AnUnknownVersionIsNotFoundNamingTheNewest) {
  Train("names");
  Train("names");
  const absl::Status status = registry_.Resolve("names@3").status();
  EXPECT_TRUE(absl::IsNotFound(status)) << status;
  EXPECT_EQ(status.message(),
            "model \"names@3\" not found: the newest version is \"names@2\"");
}

TEST_F(RegistryTest, AModelWhoseJobIsQueuedIsNotTrained) {
  Submit("names");
  const JobRecord job = Submit("pets");
  const std::string why = "model \"pets\" has no finished version: its job " +
                          job.id + " is number 2 in the queue";
  EXPECT_EQ(WhyNotTrained("pets"), why);
  EXPECT_EQ(WhyNotTrained("pets@1"), why);
}

TEST_F(RegistryTest, AModelWhoseJobRunsIsNotTrained) {
  const std::string id = Submit("names").id;
  JobRecord progress = board_.Claim()->job;
  progress.step = 250;
  board_.Publish(progress, {});
  const std::string why = "model \"names\" has no finished version: its job " +
                          id + " is at step 250 of 1000";
  EXPECT_EQ(WhyNotTrained("names"), why);
  board_.Cancel(id);
  EXPECT_EQ(WhyNotTrained("names"), why) << "it is CANCELLING";
}

TEST_F(RegistryTest, AModelWhoseJobFailedIsNotTrainedForThatReason) {
  Submit("names");
  JobRecord job = board_.Claim()->job;
  job.error = absl::FailedPreconditionError("the loss became nan");
  End(job, JobState::kFailed);
  EXPECT_EQ(WhyNotTrained("names"),
            "model \"names\" has no finished version: its job " + job.id +
                " failed: the loss became nan");
}

TEST_F(RegistryTest, AModelWhoseJobWasCancelledIsNotTrained) {
  const std::string id = Submit("names").id;
  ASSERT_TRUE(Cancel(id).ok());
  EXPECT_EQ(WhyNotTrained("names"),
            "model \"names\" has no finished version: its job " + id +
                " was cancelled");
}

TEST_F(RegistryTest, OfSeveralJobsTheNewestTellsWhy) {
  const std::string first = Submit("names").id;
  const std::string second = Submit("names").id;
  ASSERT_TRUE(Cancel(second).ok());
  EXPECT_THAT(WhyNotTrained("names"), HasSubstr(second));
}

TEST_F(RegistryTest, ModelsAndTheirVersionsAreListed) {
  Train("pets");
  Train("names");
  Train("names");
  Submit("cities");
  const auto references = [](const auto& versions) {
    std::vector<std::string> all;
    for (const ModelVersion& version : *versions) {
      all.push_back(version.Reference());
    }
    return all;
  };
  EXPECT_THAT(references(registry_.List("", 10)),
              testing::ElementsAre("names@2", "pets@1"));
  EXPECT_THAT(references(registry_.List("names", 10)),
              testing::ElementsAre("pets@1"));
  EXPECT_THAT(references(registry_.ListVersions("names", 0, 10)),
              testing::ElementsAre("names@2", "names@1"));
  EXPECT_TRUE(absl::IsNotFound(registry_.ListVersions("x", 0, 10).status()));
  EXPECT_TRUE(absl::IsFailedPrecondition(
      registry_.ListVersions("cities", 0, 10).status()));
}

TEST_F(RegistryTest, AnImportedModelHasNoJobAndSaysSo) {
  ModelVersion version;
  version.name = "theirs";
  ASSERT_TRUE(Await<ModelVersion>([&](auto done) {
                registry_.Add(version, MakeModel(), done);
              }).ok());
  EXPECT_EQ(Resolved("theirs"), "theirs@1");
  const absl::Status status = jobs_.Newest("theirs").status();
  EXPECT_TRUE(absl::IsNotFound(status));
  EXPECT_EQ(status.message(), "model \"theirs\" has no job: it was imported");
}

// --- Aliases.

TEST_F(RegistryTest, AnAliasIsAReference) {
  Train("names");
  Train("names");
  ASSERT_TRUE(SetAlias("names@prod", 1).ok());
  EXPECT_EQ(Resolved("names@prod"), "names@1");
  EXPECT_THAT(registry_.Find("names@1")->aliases, testing::ElementsAre("prod"));
  ASSERT_TRUE(SetAlias("names@prod", 0).ok());
  EXPECT_EQ(Resolved("names@prod"), "names@2") << "0 is the newest";
  ASSERT_TRUE(DeleteAlias("names@prod").ok());
  EXPECT_TRUE(absl::IsNotFound(registry_.Find("names@prod").status()));
}

TEST_F(RegistryTest, AnAliasMovesOnlyFromWhereItIsExpected) {
  Train("names");
  Train("names");
  ASSERT_TRUE(SetAlias("names@prod", 1, 0).ok()) << "it is new";
  EXPECT_TRUE(absl::IsAborted(SetAlias("names@prod", 2, 0).status()));
  EXPECT_TRUE(absl::IsAborted(SetAlias("names@prod", 2, 2).status()));
  ASSERT_TRUE(SetAlias("names@prod", 2, 1).ok());
  EXPECT_EQ(Resolved("names@prod"), "names@2");
}

TEST_F(RegistryTest, AnAliasNeedsAVersion) {
  Train("names");
  Submit("pets");
  EXPECT_TRUE(absl::IsFailedPrecondition(SetAlias("pets@prod", 0).status()));
  EXPECT_TRUE(absl::IsNotFound(SetAlias("x@prod", 0).status()));
  EXPECT_TRUE(absl::IsNotFound(SetAlias("names@prod", 2).status()));
  EXPECT_EQ(FieldOf(SetAlias("names", 1).status()), "alias");
  EXPECT_TRUE(absl::IsNotFound(DeleteAlias("names@prod").status()));
}

// --- Deleting.

TEST_F(RegistryTest, ADeletedVersionIsGoneAndItsNumberNotUsedAgain) {
  Train("names");
  Train("names");
  EXPECT_EQ(Delete("names@2")->versions, 1u);
  EXPECT_EQ(Resolved("names"), "names@1");
  EXPECT_TRUE(absl::IsNotFound(registry_.Find("names@2").status()));
  Train("names");
  EXPECT_EQ(Resolved("names"), "names@3");
  EXPECT_EQ(Delete("names@latest")->versions, 1u);
  EXPECT_EQ(Resolved("names"), "names@1");
}

TEST_F(RegistryTest, ADeletedModelTakesItsJobsWithIt) {
  Train("names");
  Submit("names");
  const JobBoard::Claimed running = *board_.Claim();
  const std::string queued = Submit("names").id;
  const auto deleted = Delete("names");
  ASSERT_TRUE(deleted.ok()) << deleted.status();
  EXPECT_EQ(deleted->versions, 1u);
  EXPECT_EQ(deleted->cancelled_jobs, 2u);
  EXPECT_TRUE(running.stop.stop_requested());
  EXPECT_EQ(board_.queued(), 0u);
  EXPECT_EQ(jobs_.Get(queued)->state, JobState::kCancelled);
  // What the worker brings is not published.
  End(running.job, JobState::kSucceeded);
  EXPECT_EQ(jobs_.Get(running.job.id)->state, JobState::kCancelled);
  EXPECT_FALSE(registry_.Find("names").ok());
}

TEST_F(RegistryTest, WhatIsDeletedLeavesMemory) {
  for (const char* reference : {"names", "names@2"}) {
    Train("names");
    ASSERT_TRUE(registry_.Resolve("names").ok());
    EXPECT_GT(models_.bytes(), 0u);
    ASSERT_TRUE(Delete(reference).ok());
    EXPECT_EQ(models_.bytes(), 0u);
  }
}

TEST_F(RegistryTest, WhatAnAliasPointsToIsNotDeleted) {
  Train("names");
  ASSERT_TRUE(SetAlias("names@prod", 1).ok());
  for (const char* reference : {"names", "names@1"}) {
    const absl::Status status = Delete(reference).status();
    EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr("prod"));
  }
  EXPECT_EQ(FieldOf(Delete("names@prod").status()), "model");
  EXPECT_EQ(Resolved("names"), "names@1");
}

TEST_F(RegistryTest, WhatIsNotThereIsNotDeleted) {
  Train("names");
  EXPECT_TRUE(absl::IsNotFound(Delete("x").status()));
  EXPECT_TRUE(absl::IsNotFound(Delete("names@2").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(Delete("").status()));
}

TEST_F(RegistryTest, AModelWhoseVersionsWereDeletedSaysSo) {
  Train("names");
  ASSERT_TRUE(Delete("names@1").ok());
  EXPECT_EQ(registry_.Find("names").status().message(),
            "model \"names\" has no version: they were deleted");
}

}  // namespace
}  // namespace microgpt::server
