// SPDX-License-Identifier: MIT
//
// What is there after a restart of the server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "server/testing/temporary_directory.h"
#include "server/testing/test_server.h"

namespace microgpt::server {
namespace {

using testing::ElementsAre;

class RestartTest : public testing::Test {
 protected:
  Options OnDirectory() const {
    Options options = TestServer::DefaultOptions();
    options.data_dir = directory_.path();
    return options;
  }

  static v1::Job AwaitEnd(TestServer& server, const std::string& id) {
    grpc::ClientContext context;
    v1::GetStatusRequest request;
    request.set_job(id);
    request.mutable_wait()->set_seconds(60);
    v1::Job job;
    EXPECT_TRUE(server.microgpt().GetStatus(&context, request, &job).ok());
    return job;
  }

  static v1::ListModelsResponse Models(TestServer& server) {
    grpc::ClientContext context;
    v1::ListModelsResponse response;
    EXPECT_TRUE(server.registry().ListModels(&context, {}, &response).ok());
    return response;
  }

  TemporaryDirectory directory_;
};

TEST_F(RestartTest, AmidAQueueOfTwentyJobsEachStillMakesItsOneVersion) {
  constexpr int kJobs = 20;
  std::vector<std::string> ids;
  {
    TestServer server(OnDirectory());
    for (int i = 0; i < kJobs; ++i) {
      v1::Config config;
      config.set_seed(i);
      config.set_steps(2000);
      v1::TrainRequest request =
          TrainText("pets", "rex\nbella\nluna\n", config);
      request.clear_wait();
      ids.push_back(server.Train(request).job());
    }
    // A few have ended, some run, most are queued.
    AwaitEnd(server, ids[1]);
  }
  TestServer server(OnDirectory());
  std::set<uint32_t> versions;
  uint32_t attempts = 0;
  for (const std::string& id : ids) {
    const v1::Job job = AwaitEnd(server, id);
    EXPECT_EQ(job.state(), v1::Job::STATE_SUCCEEDED) << job.error().message();
    EXPECT_EQ(server.Losses(id).size(), 2000u);
    versions.insert(job.version());
    attempts = std::max(attempts, job.attempt());
  }
  EXPECT_EQ(versions.size(), ids.size());
  EXPECT_EQ(*versions.rbegin(), ids.size());
  EXPECT_EQ(attempts, 2u) << "the restart came in the middle";
}

TEST_F(RestartTest, AVersionAnswersWithTheSameStrings) {
  v1::GenerateRequest indexed;
  indexed.set_seed(7);
  v1::GenerateRequest asked = indexed;
  asked.mutable_where()->set_regex(".*[aeiou]");
  asked.set_novel(true);
  asked.set_unique(true);
  v1::GenerateRequest python;  // goes on from the state that training left
  python.set_randomness(v1::GenerateRequest::RANDOMNESS_PYTHON);
  v1::ScoreRequest score;
  score.add_texts("emma");
  const auto scored = [&score](TestServer& server) {
    grpc::ClientContext context;
    v1::ScoreResponse response;
    EXPECT_TRUE(server.microgpt().Score(&context, score, &response).ok());
    return response.scores(0).logprob();
  };
  std::vector<std::string> strings, asked_strings, more_strings;
  double logprob = 0;
  {
    TestServer server(OnDirectory());
    strings = server.Texts(indexed);
    asked_strings = server.Texts(asked);
    more_strings = server.Texts(python);
    logprob = scored(server);
  }
  TestServer server(OnDirectory());
  EXPECT_EQ(server.Texts(indexed), strings);
  EXPECT_EQ(server.Texts(asked), asked_strings);
  EXPECT_EQ(server.Texts(python), more_strings);
  EXPECT_EQ(scored(server), logprob);
}

TEST_F(RestartTest, TheBuiltInModelIsTrainedOnTheFirstStartOnly) {
  { TestServer server(OnDirectory()); }
  {
    TestServer server(OnDirectory());
    ASSERT_EQ(Models(server).models_size(), 1);
    EXPECT_EQ(Models(server).models(0).version(), 1u);
    grpc::ClientContext context;
    v1::DeleteModelRequest request;
    request.set_model("names");
    v1::DeleteModelResponse response;
    EXPECT_TRUE(
        server.registry().DeleteModel(&context, request, &response).ok());
  }
  TestServer server(OnDirectory());
  EXPECT_EQ(Models(server).models_size(), 0) << "it was deleted for good";
}

TEST_F(RestartTest, AliasesAndDatasetsStay) {
  {
    TestServer server(OnDirectory());
    grpc::ClientContext alias_context, add_context;
    v1::SetAliasRequest alias;
    alias.set_alias("names@prod");
    v1::Model model;
    ASSERT_TRUE(server.registry().SetAlias(&alias_context, alias, &model).ok());
    v1::Dataset dataset;
    const auto writer = server.registry().AddDataset(&add_context, &dataset);
    v1::AddDatasetRequest chunk;
    chunk.set_name("pets");
    chunk.set_chunk("rex\nbella\n");
    writer->Write(chunk);
    writer->WritesDone();
    ASSERT_TRUE(writer->Finish().ok());
  }
  TestServer server(OnDirectory());
  EXPECT_THAT(Models(server).models(0).aliases(), ElementsAre("prod"));
  v1::TrainRequest train;
  train.set_model("pets");
  train.set_dataset("pets");
  train.mutable_wait()->set_seconds(60);
  EXPECT_EQ(server.Train(train).state(), v1::Job::STATE_SUCCEEDED);
}

TEST_F(RestartTest, TheSameRequestIdIsTheSameJob) {
  v1::TrainRequest request = TrainText("pets", "rex\n");
  request.set_request_id("r");
  std::string id;
  {
    TestServer server(OnDirectory());
    id = server.Train(request).job();
  }
  TestServer server(OnDirectory());
  EXPECT_EQ(server.Train(request).job(), id);
}

}  // namespace
}  // namespace microgpt::server
