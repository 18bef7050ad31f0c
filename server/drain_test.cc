// SPDX-License-Identifier: MIT
//
// What callers and jobs see of a shutdown.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "grpc/health/v1/health.grpc.pb.h"
#include "server/server.h"
#include "server/testing/test_server.h"

namespace microgpt::server {
namespace {

using grpc::health::v1::HealthCheckResponse;

Options WithDrainTimeout(int seconds) {
  Options options = TestServer::DefaultOptions();
  options.workers = 1;
  options.drain_timeout = std::chrono::seconds(seconds);
  return options;
}

// A job that takes a while, and ends by itself.
v1::TrainRequest LongJob() {
  v1::Config config;
  config.set_steps(3000);
  v1::TrainRequest request = TrainText("pets", "bella\nluna\nmax\n", config);
  request.clear_wait();
  return request;
}

bool AwaitRunning(TestServer& server) {
  return server.AwaitInfo(
      [](const v1::ServerInfo& info) { return info.running_jobs() == 1; });
}

TEST(DrainTest, AJobThatRunsFinishesWithinTheTimeout) {
  TestServer server(WithDrainTimeout(60));
  v1::WatchStatusRequest request;
  request.set_job(server.Train(LongJob()).job());
  grpc::ClientContext context;
  const auto watcher = server.microgpt().WatchStatus(&context, request);
  v1::Job job;
  do {
    ASSERT_TRUE(watcher->Read(&job));
  } while (job.state() == v1::Job::STATE_QUEUED);
  auto drain = std::async([&] { server.server().Drain(); });
  while (watcher->Read(&job)) {
  }
  EXPECT_TRUE(watcher->Finish().ok());
  EXPECT_EQ(job.state(), v1::Job::STATE_SUCCEEDED);
}

TEST(DrainTest, JobsThatDoNotFinishAreLeftForTheNextStartAndCallersHearSo) {
  TestServer server(WithDrainTimeout(0));
  const std::string running = server.Train(EndlessJob("running")).job();
  ASSERT_TRUE(AwaitRunning(server));
  v1::TrainRequest train = EndlessJob("queued");
  train.mutable_wait()->set_seconds(60);
  auto queued = std::async([&] { return server.Train(train); });
  ASSERT_TRUE(server.AwaitInfo(
      [](const v1::ServerInfo& info) { return info.queued_jobs() == 1; }));
  grpc::ClientContext context;
  v1::WatchStatusRequest request;
  request.set_model("running");
  const auto watcher = server.microgpt().WatchStatus(&context, request);
  v1::Job job;
  ASSERT_TRUE(watcher->Read(&job));

  server.server().Drain();
  while (watcher->Read(&job)) {
    EXPECT_FALSE(job.done());
  }
  const grpc::Status status = watcher->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(status.error_message(),
            "the server is shutting down: the job runs after its next start");
  // Who waited for the end has the job's id, and that it has not ended.
  const v1::Job answer = queued.get();
  EXPECT_EQ(answer.state(), v1::Job::STATE_QUEUED);
  EXPECT_NE(answer.job(), running);
}

TEST(DrainTest, GenerateIsEndedWithUnavailable) {
  TestServer server(WithDrainTimeout(0));
  grpc::ClientContext context;
  v1::GenerateRequest request;
  request.set_count(1'000'000);
  const auto reader = server.microgpt().Generate(&context, request);
  v1::GenerateResponse message;
  ASSERT_TRUE(reader->Read(&message));
  auto drain = std::async([&] { server.server().Drain(); });
  while (reader->Read(&message)) {
  }
  const grpc::Status status = reader->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(status.error_message(), "the server is shutting down");
}

TEST(DrainTest, MeanwhileHealthIsNotServingAndNoJobIsAccepted) {
  TestServer server(WithDrainTimeout(60));
  const v1::Job job = server.Train(EndlessJob("slow"));
  ASSERT_TRUE(AwaitRunning(server));
  const auto health = grpc::health::v1::Health::NewStub(server.channel());
  grpc::ClientContext watch_context;
  const auto watcher = health->Watch(&watch_context, {});
  HealthCheckResponse response;
  ASSERT_TRUE(watcher->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVING);

  auto drain = std::async([&] { server.server().Drain(); });
  ASSERT_TRUE(watcher->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::NOT_SERVING);
  grpc::ClientContext train_context;
  v1::Job refused;
  EXPECT_EQ(
      server.microgpt().Train(&train_context, LongJob(), &refused).error_code(),
      grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(server.GetStatus(job.job()).state(), v1::Job::STATE_RUNNING);

  grpc::ClientContext cancel_context;
  v1::CancelTrainingRequest cancel;
  cancel.set_job(job.job());
  EXPECT_TRUE(
      server.microgpt().CancelTraining(&cancel_context, cancel, &refused).ok());
}

}  // namespace
}  // namespace microgpt::server
