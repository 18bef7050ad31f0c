// SPDX-License-Identifier: MIT
#include "server/registry/registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/errors/errors.h"
#include "core/text/utf8.h"
#include "server/store/memory_store.h"

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
    const absl::StatusOr<JobRecord> job = jobs_.Submit(request);
    EXPECT_TRUE(job.ok()) << job.status();
    return *job;
  }

  // Ends a running job in `state`, with a model if it succeeded.
  void End(JobRecord job, JobState state) {
    std::shared_ptr<const Model> model;
    if (state == JobState::kSucceeded) {
      model = std::make_shared<const Model>(
          ModelConfig(), Tokenizer(corpus_->alphabet()),
          Parameters<float>(ModelConfig(), job.vocab_size), PythonRandom(1));
    }
    job.state = state;
    EXPECT_TRUE(store_.FinishJob(job, {}, std::move(model)).ok());
    board_.Remove(job.id);
  }

  // Makes the next version of a model.
  void Train(const std::string& model) {
    Submit(model);
    End(board_.Claim()->job, JobState::kSucceeded);
  }

  std::string Resolved(std::string_view reference) const {
    const absl::StatusOr<ModelVersion> model = registry_.Resolve(reference);
    EXPECT_TRUE(model.ok()) << model.status();
    return model.ok() ? model->Reference() : "";
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
  MemoryStore store_{64 << 20};
  JobBoard board_{10};
  Jobs jobs_{store_, board_};
  const Registry registry_{store_, jobs_};
};

TEST(ModelNameTest, NamesAreLowerCaseLettersDigitsAndAFewMore) {
  const std::vector<std::string> names = {
      "n",   "0",     "names", "haiku-2", "a.b",
      "a_b", "a--..", "7-",    "sha256",  std::string(63, 'a')};
  for (const std::string& name : names) {
    EXPECT_TRUE(ValidateModelName(name).ok()) << name;
  }
}

TEST(ModelNameTest, OtherNamesAreRefused) {
  const std::vector<std::string> names = {"",
                                          "Names",
                                          "-names",
                                          ".names",
                                          "_names",
                                          "my names",
                                          "names ",
                                          "naïve",
                                          "a/b",
                                          "a@1",
                                          "a\n",
                                          "a:b",
                                          "../x",
                                          std::string("a\0b", 3),
                                          std::string(64, 'a')};
  for (const std::string& name : names) {
    const absl::Status status = ValidateModelName(name);
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << name;
    EXPECT_EQ(FieldOf(status), "model");
    EXPECT_THAT(std::string(status.message()),
                HasSubstr("1 to 63 characters of a-z, 0-9"));
  }
}

TEST(ModelNameTest, ALongNameIsQuotedInPartCutBetweenCharacters) {
  for (const std::string character : {"x", "é", "…", "𝄞"}) {
    for (size_t offset = 0; offset < 4; ++offset) {
      std::string name(offset, 'X');
      while (name.size() < 10'000) name += character;
      const absl::Status status = ValidateModelName(name);
      const std::string message(status.message());
      EXPECT_LT(message.size(), 300u);
      EXPECT_TRUE(ValidateUtf8("message", message).ok());
      EXPECT_THAT(message, HasSubstr("1 to 63 characters"));
    }
  }
}

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

TEST_F(RegistryTest, AModelResolvedStaysAsItIs) {
  Train("names");
  const auto held = registry_.Resolve("names");
  Train("names");
  EXPECT_EQ(held->version, 1u);
  EXPECT_EQ(held->model, registry_.Resolve("names@1")->model);
}

TEST_F(RegistryTest, AReferenceOfAnotherFormIsRefused) {
  Train("names");
  for (const char* reference :
       {"", "@", "@1", "Names", "names@", "names@0", "names@-1", "names@+1",
        "names@1x", "names@ 1", "names@1@1", "names@v1", "names@latest",
        "names@1.0", "names@4294967296"}) {
    const absl::Status status = registry_.Resolve(reference).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << reference << status;
    EXPECT_EQ(FieldOf(status), "model") << reference;
  }
  EXPECT_EQ(registry_.Resolve("names@x").status().message(),
            "model: \"names@x\": a version is a number from 1 on, as in "
            "\"names@1\"");
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
  ASSERT_TRUE(jobs_.Cancel(id).ok());
  EXPECT_EQ(WhyNotTrained("names"),
            "model \"names\" has no finished version: its job " + id +
                " was cancelled");
}

TEST_F(RegistryTest, OfSeveralJobsTheNewestTellsWhy) {
  const std::string first = Submit("names").id;
  const std::string second = Submit("names").id;
  ASSERT_TRUE(jobs_.Cancel(second).ok());
  EXPECT_THAT(WhyNotTrained("names"), HasSubstr(second));
}

TEST_F(RegistryTest, ModelsAreListedAndCounted) {
  EXPECT_EQ(registry_.size(), 0u);
  Train("pets");
  Train("names");
  Train("names");
  Submit("cities");
  EXPECT_EQ(registry_.size(), 2u);
  const std::vector<ModelVersion> models = registry_.List("", 10);
  ASSERT_EQ(models.size(), 2u);
  EXPECT_EQ(models[0].Reference(), "names@2");
  EXPECT_EQ(models[1].Reference(), "pets@1");
  EXPECT_EQ(registry_.List("names", 10).size(), 1u);
}

}  // namespace
}  // namespace microgpt::server
