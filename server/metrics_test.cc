// SPDX-License-Identifier: MIT
//
// GetMetrics of real trainings, through a real server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <thread>
#include <vector>

#include "core/model/parameters.h"
#include "core/training/norms.h"
#include "server/server.h"
#include "server/testing/temporary_directory.h"
#include "server/testing/test_server.h"

namespace microgpt::server {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using Message = v1::GetMetricsResponse;

constexpr char kPets[] = "bella\nluna\nmax\ncharlie\nmilo\nrocky\nbella\n";

// The messages of a call, and how it ended.
struct Messages {
  std::vector<Message> all;
  grpc::Status status;
};

v1::GetMetricsRequest RequestFor(const std::string& job) {
  v1::GetMetricsRequest request;
  request.set_job(job);
  return request;
}

Messages Read(TestServer& server, const v1::GetMetricsRequest& request) {
  grpc::ClientContext context;
  const auto reader = server.inspector().GetMetrics(&context, request);
  Messages messages;
  for (Message message; reader->Read(&message);) {
    messages.all.push_back(message);
  }
  messages.status = reader->Finish();
  return messages;
}

// Of a job whose figures fit one message.
Message ReadOne(TestServer& server, const std::string& job) {
  Messages messages = Read(server, RequestFor(job));
  EXPECT_TRUE(messages.status.ok()) << messages.status.error_message();
  EXPECT_THAT(messages.all, SizeIs(1));
  EXPECT_TRUE(messages.all.at(0).done());
  return messages.all.at(0);
}

v1::Config Steps(uint32_t steps) {
  v1::Config config;
  config.set_steps(steps);
  return config;
}

TEST(MetricsTest, ATrainingHasLossesNormsAndCheckpoints) {
  TestServer server;
  v1::Config config = Steps(500);
  config.set_validation(0.3);
  const v1::Job job = server.Train(TrainText("pets", kPets, config));
  const Message metrics = ReadOne(server, job.job());
  EXPECT_EQ(metrics.job(), job.job());
  const std::vector<double> losses = server.Losses(job.job());
  EXPECT_THAT(metrics.losses(), testing::ElementsAreArray(losses));
  EXPECT_THAT(metrics.steps(), SizeIs(500));
  EXPECT_DOUBLE_EQ(metrics.learning_rates(250), 0.005);
  EXPECT_THAT(metrics.validation_steps(), SizeIs(10));
  EXPECT_EQ(metrics.validation_losses(9), job.validation_loss());
  EXPECT_THAT(metrics.norm_steps(), testing::ElementsAreArray(NormSteps(500)));
  EXPECT_THAT(metrics.norms(), SizeIs(CountTensors(ModelConfig())));
  EXPECT_EQ(metrics.checkpoints_size(), 33);
  EXPECT_EQ(metrics.checkpoints(0), 0u);
  EXPECT_EQ(metrics.checkpoints(32), 500u);
}

// SGD moves by the rate times the gradient, whatever way the norms have taken.
TEST(MetricsTest, NormsArriveAsTheyWereTaken) {
  TestServer server;
  v1::Config config = Steps(50);
  config.set_optimizer(v1::OPTIMIZER_SGD);
  const v1::Job job = server.Train(TrainText("pets", kPets, config));
  const Message metrics = ReadOne(server, job.job());
  ASSERT_THAT(metrics.norm_steps(), SizeIs(50));
  for (const Message::Norms& tensor : metrics.norms()) {
    for (int i = 0; i < 50; ++i) {
      EXPECT_NEAR(tensor.update(i),
                  metrics.learning_rates(i) * tensor.gradient(i),
                  1e-6 * tensor.parameter(i))
          << tensor.tensor() << " at step " << i + 1;
    }
  }
}

// Reads until the job has gone on a little.
class Follower {
 public:
  Follower(TestServer& server, const std::string& job) {
    v1::GetMetricsRequest request = RequestFor(job);
    request.set_follow(true);
    reader_ = server.inspector().GetMetrics(&context_, request);
  }

  void AwaitSteps(int steps) {
    Message message;
    while (last_ < steps && reader_->Read(&message)) Take(message);
    ASSERT_GE(last_, steps);
  }

  grpc::Status ReadToTheEnd() {
    Message message;
    while (reader_->Read(&message)) Take(message);
    return reader_->Finish();
  }

  bool done() const { return done_; }

 private:
  // Every step comes once, in order.
  void Take(const Message& message) {
    for (const uint32_t step : message.steps()) {
      EXPECT_EQ(step, static_cast<uint32_t>(++last_));
    }
    done_ = message.done();
  }

  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<Message>> reader_;
  int last_ = 0;
  bool done_ = false;
};

grpc::Status CancelJob(TestServer& server, const std::string& job) {
  grpc::ClientContext context;
  v1::CancelTrainingRequest request;
  request.set_job(job);
  v1::Job answer;
  return server.microgpt().CancelTraining(&context, request, &answer);
}

TEST(MetricsTest, AFollowerSeesEachStepOnceUntilTheJobIsCancelled) {
  TestServer server;
  const v1::Job job = server.Train(EndlessJob("pets"));
  Follower follower(server, job.job());
  follower.AwaitSteps(2);
  EXPECT_TRUE(CancelJob(server, job.job()).ok());
  EXPECT_TRUE(follower.ReadToTheEnd().ok());
  EXPECT_TRUE(follower.done());
}

TEST(MetricsTest, DeletingTheModelEndsTheStreamAndForgetsTheCheckpoints) {
  TestServer server;
  const v1::Job job = server.Train(EndlessJob("pets"));
  Follower follower(server, job.job());
  follower.AwaitSteps(1);
  grpc::ClientContext context;
  v1::DeleteModelRequest request;
  request.set_model("pets");
  v1::DeleteModelResponse response;
  EXPECT_TRUE(server.registry().DeleteModel(&context, request, &response).ok());
  EXPECT_TRUE(follower.ReadToTheEnd().ok());
  EXPECT_TRUE(follower.done());
  const Message metrics = ReadOne(server, job.job());
  EXPECT_THAT(metrics.steps(), IsEmpty());
  EXPECT_THAT(metrics.checkpoints(), IsEmpty());
}

TEST(MetricsTest, DeletingAVersionForgetsItsJobsCheckpoints) {
  TestServer server;
  const v1::Job job = server.Train(TrainText("pets", kPets, Steps(20)));
  server.Train(TrainText("pets", kPets, Steps(30)));
  grpc::ClientContext context;
  v1::DeleteModelRequest request;
  request.set_model("pets@1");
  v1::DeleteModelResponse response;
  EXPECT_TRUE(server.registry().DeleteModel(&context, request, &response).ok());
  const Message metrics = ReadOne(server, job.job());
  EXPECT_THAT(metrics.steps(), SizeIs(20));
  EXPECT_THAT(metrics.checkpoints(), IsEmpty());
}

TEST(MetricsTest, AShutdownEndsTheStreamWithUnavailable) {
  TestServer server;
  const v1::Job job = server.Train(EndlessJob("pets"));
  Follower follower(server, job.job());
  follower.AwaitSteps(1);
  std::thread drain([&] { server.server().Drain(); });
  EXPECT_EQ(follower.ReadToTheEnd().error_code(), grpc::UNAVAILABLE);
  drain.join();
}

TEST(MetricsTest, NormsOutlastARestartAndCheckpointsDoNot) {
  const TemporaryDirectory directory;
  Options options = TestServer::DefaultOptions();
  options.data_dir = directory.path();
  std::string id;
  Message before;
  {
    TestServer server(options);
    id = server.Train(TrainText("pets", kPets, Steps(100))).job();
    before = ReadOne(server, id);
  }
  TestServer server(options);
  before.clear_checkpoints();
  EXPECT_EQ(ReadOne(server, id).SerializeAsString(),
            before.SerializeAsString());
}

TEST(MetricsTest, BadRequestsAreRefused) {
  TestServer server;
  v1::GetMetricsRequest request;
  request.set_from_step(1002);
  const grpc::Status status = Read(server, request).status;
  EXPECT_EQ(status.error_code(), grpc::INVALID_ARGUMENT);
  EXPECT_EQ(status.error_message(),
            "from_step: 1002 is above the maximum 1001");
  request.set_from_step(1001);
  EXPECT_TRUE(Read(server, request).status.ok()) << "where a follower goes on";
  request.set_model("pets");
  EXPECT_EQ(Read(server, request).status.error_code(), grpc::NOT_FOUND);
}

}  // namespace
}  // namespace microgpt::server
