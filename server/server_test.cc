// SPDX-License-Identifier: MIT
//
// The server as its callers see it: a real server, a real port, real stubs.
#include "server/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <set>

#include "grpc/health/v1/health.grpc.pb.h"
#include "server/testing/test_server.h"

namespace microgpt::server {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr char kPets[] = "bella\nluna\nmax\ncharlie\nmilo\nrocky\nbella\n";

v1::Config Steps(uint32_t steps) {
  v1::Config config;
  config.set_steps(steps);
  return config;
}

class ServerTest : public ::testing::Test {
 protected:
  v1::Job Cancel(const std::string& job) {
    grpc::ClientContext context;
    v1::CancelTrainingRequest request;
    request.set_job(job);
    v1::Job answer;
    EXPECT_TRUE(
        server_.microgpt().CancelTraining(&context, request, &answer).ok());
    return answer;
  }

  // Long-polls until the job is done.
  v1::Job AwaitEnd(const std::string& job) {
    grpc::ClientContext context;
    v1::GetStatusRequest request;
    request.set_job(job);
    request.mutable_wait()->set_seconds(60);
    v1::Job answer;
    EXPECT_TRUE(server_.microgpt().GetStatus(&context, request, &answer).ok());
    return answer;
  }

  TestServer server_;
};

TEST_F(ServerTest, FreshServerAnswersEmptyRequests) {
  const v1::Job job = server_.Train({});
  EXPECT_EQ(job.model(), "names");
  EXPECT_EQ(job.vocab_size(), 27u);
  EXPECT_EQ(job.num_parameters(), 4192u);
  EXPECT_GE(job.dataset().documents(), 2000u);
  EXPECT_EQ(server_.GetStatus("").job(), job.job());
  EXPECT_THAT(server_.Texts({}), SizeIs(20));
}

TEST_F(ServerTest, TrainWithWaitAnswersTheFinishedJob) {
  const v1::Job job = server_.Train(TrainText("pets", kPets, Steps(50)));
  EXPECT_EQ(job.state(), v1::Job::STATE_SUCCEEDED);
  EXPECT_TRUE(job.done());
  EXPECT_EQ(job.version(), 1u);
  EXPECT_EQ(job.step(), 50u);
  EXPECT_EQ(job.dataset().documents(), 7u);
  EXPECT_EQ(job.dataset().duplicates(), 1u);
  EXPECT_THAT(job.dataset().id(), StartsWith("sha256:"));
  EXPECT_TRUE(job.has_end_time());
}

TEST_F(ServerTest, JobLossIsTheMeanOfTheLastHundredSteps) {
  const v1::Job job = server_.Train(TrainText("pets", kPets, Steps(250)));
  const std::vector<double> losses = server_.Losses(job.job());
  ASSERT_THAT(losses, SizeIs(250));
  const double mean =
      std::accumulate(losses.end() - 100, losses.end(), 0.0) / 100;
  EXPECT_NEAR(job.loss(), mean, 1e-12);
}

TEST_F(ServerTest, ConfigOfAJobSentBackTrainsTheSameBits) {
  v1::Config config = Steps(60);
  config.set_learning_rate(0.013);
  config.set_precision(v1::PRECISION_FLOAT64);
  const v1::Job first = server_.Train(TrainText("pets", kPets, config));
  const v1::Job second =
      server_.Train(TrainText("pets", kPets, first.config()));
  EXPECT_EQ(second.version(), 2u);
  EXPECT_EQ(server_.Losses(first.job()), server_.Losses(second.job()));
}

TEST_F(ServerTest, FullStatusHasHistorySamplesAndAlphabet) {
  v1::Config config = Steps(1000);
  config.set_validation(0.2);
  const v1::Job job = server_.Train(TrainText("pets", kPets, config));
  EXPECT_EQ(job.history_size(), 0);
  const v1::Job full = server_.GetStatus(job.job(), true);
  EXPECT_LE(full.history_size(), 256);
  EXPECT_EQ(full.history().rbegin()->step(), 1000u);
  EXPECT_TRUE(full.history().rbegin()->has_validation_loss());
  EXPECT_EQ(full.samples_size(), 5);
  EXPECT_EQ(full.dataset().alphabet(), "abcehiklmnoruxy");
  EXPECT_EQ(full.validation_loss(), full.history().rbegin()->validation_loss());
}

TEST_F(ServerTest, RequestIdMakesARetrySafe) {
  v1::TrainRequest request = TrainText("pets", kPets, Steps(10));
  request.set_request_id("retry-1");
  const v1::Job first = server_.Train(request);
  EXPECT_EQ(server_.Train(request).job(), first.job());

  request.set_text("other\n");
  grpc::ClientContext context;
  v1::Job job;
  const grpc::Status status = server_.microgpt().Train(&context, request, &job);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::ALREADY_EXISTS);
  EXPECT_THAT(status.error_message(), ::testing::HasSubstr(first.job()));
}

TEST_F(ServerTest, TrainAnswersBeforeTheCallersDeadlineWithTheJob) {
  v1::TrainRequest request = EndlessJob("slow");
  request.mutable_wait()->set_seconds(60);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() +
                       std::chrono::seconds(2));
  v1::Job job;
  const grpc::Status status = server_.microgpt().Train(&context, request, &job);
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_FALSE(job.done());
  EXPECT_THAT(job.job(), SizeIs(26));
}

TEST_F(ServerTest, CancelledCallLeavesTheJobRunning) {
  v1::TrainRequest request = EndlessJob("slow");
  request.mutable_wait()->set_seconds(60);
  grpc::ClientContext context;
  std::thread caller([&] {
    v1::Job job;
    EXPECT_EQ(server_.microgpt().Train(&context, request, &job).error_code(),
              grpc::StatusCode::CANCELLED);
  });
  ASSERT_TRUE(server_.AwaitInfo(
      [](const v1::ServerInfo& info) { return info.running_jobs() == 1; }));
  context.TryCancel();
  caller.join();
  EXPECT_EQ(server_.GetStatus("").state(), v1::Job::STATE_RUNNING);
}

TEST_F(ServerTest, RunningJobIsCancelledAndKeepsItsLosses) {
  const v1::Job job = server_.Train(EndlessJob("slow"));
  ASSERT_TRUE(server_.AwaitInfo(
      [](const v1::ServerInfo& info) { return info.running_jobs() == 1; }));
  Cancel(job.job());
  const v1::Job ended = AwaitEnd(job.job());
  EXPECT_EQ(ended.state(), v1::Job::STATE_CANCELLED);
  EXPECT_EQ(ended.version(), 0u);
  EXPECT_THAT(server_.Losses(job.job()), SizeIs(ended.step()));
  EXPECT_EQ(Cancel(job.job()).state(), v1::Job::STATE_CANCELLED);
}

TEST_F(ServerTest, QueuedJobsTellTheirPositionAndAreCancelledAtOnce) {
  std::vector<v1::Job> running;
  for (int i = 0; i < 2; ++i) running.push_back(server_.Train(EndlessJob("a")));
  ASSERT_TRUE(server_.AwaitInfo(
      [](const v1::ServerInfo& info) { return info.running_jobs() == 2; }));
  const v1::Job first = server_.Train(EndlessJob("b"));
  const v1::Job second = server_.Train(EndlessJob("c"));
  EXPECT_EQ(first.queue_position(), 1u);
  EXPECT_EQ(second.queue_position(), 2u);
  EXPECT_EQ(Cancel(first.job()).state(), v1::Job::STATE_CANCELLED);
  EXPECT_EQ(server_.GetStatus(second.job()).queue_position(), 1u);
  EXPECT_EQ(server_.GetStatus(running[1].job()).state(),
            v1::Job::STATE_RUNNING);
}

TEST_F(ServerTest, JobOnTwoThreadsTakesBothWorkersAndMakesTheSameModel) {
  v1::TrainRequest wide = EndlessJob("a");
  wide.mutable_config()->set_threads(2);
  const v1::Job running = server_.Train(wide);
  ASSERT_TRUE(server_.AwaitInfo(
      [](const v1::ServerInfo& info) { return info.running_jobs() == 1; }));
  v1::Config config = Steps(50);
  v1::TrainRequest one = TrainText("pets", kPets, config);
  one.clear_wait();
  config.set_threads(2);
  v1::TrainRequest two = TrainText("pets", kPets, config);
  two.clear_wait();
  const std::string first = server_.Train(one).job();
  const std::string second = server_.Train(two).job();
  EXPECT_EQ(server_.GetStatus(first).queue_position(), 1u);
  EXPECT_EQ(server_.Info().workers(), 2u);
  Cancel(running.job());
  EXPECT_EQ(AwaitEnd(first).config().threads(), 1u);
  EXPECT_EQ(AwaitEnd(second).config().threads(), 2u);
  EXPECT_EQ(server_.GetStatus(second).state(), v1::Job::STATE_SUCCEEDED);
  EXPECT_EQ(server_.Losses(first), server_.Losses(second));
}

TEST_F(ServerTest, GenerationGoesOnWhileAllWorkersTrain) {
  for (int i = 0; i < 2; ++i) server_.Train(EndlessJob("a"));
  ASSERT_TRUE(server_.AwaitInfo(
      [](const v1::ServerInfo& info) { return info.running_jobs() == 2; }));
  EXPECT_THAT(server_.Texts({}), SizeIs(20));
}

TEST_F(ServerTest, WatchStatusStreamsNewerSnapshotsUntilTheEnd) {
  const v1::Job job = server_.Train(EndlessJob("slow"));
  grpc::ClientContext context;
  v1::WatchStatusRequest request;
  request.set_job(job.job());
  request.mutable_min_interval()->set_nanos(1'000'000);
  const auto reader = server_.microgpt().WatchStatus(&context, request);
  v1::Job snapshot;
  std::vector<uint32_t> revisions;
  while (reader->Read(&snapshot)) {
    revisions.push_back(snapshot.revision());
    if (snapshot.step() > 0 && snapshot.state() == v1::Job::STATE_RUNNING) {
      Cancel(job.job());
    }
  }
  EXPECT_TRUE(reader->Finish().ok());
  EXPECT_TRUE(snapshot.done());
  EXPECT_GE(revisions.size(), 3u);
  EXPECT_TRUE(std::is_sorted(revisions.begin(), revisions.end()));
  EXPECT_EQ(std::set(revisions.begin(), revisions.end()).size(),
            revisions.size());
}

TEST_F(ServerTest, WatcherOfAQueuedJobSeesItMoveUp) {
  std::vector<v1::Job> ahead;
  for (int i = 0; i < 3; ++i) ahead.push_back(server_.Train(EndlessJob("a")));
  ASSERT_TRUE(server_.AwaitInfo(
      [](const v1::ServerInfo& info) { return info.running_jobs() == 2; }));
  const v1::Job job = server_.Train(EndlessJob("b"));
  grpc::ClientContext context;
  v1::WatchStatusRequest request;
  request.set_job(job.job());
  const auto reader = server_.microgpt().WatchStatus(&context, request);
  v1::Job snapshot;
  ASSERT_TRUE(reader->Read(&snapshot));
  EXPECT_EQ(snapshot.queue_position(), 2u);
  Cancel(ahead[2].job());
  ASSERT_TRUE(reader->Read(&snapshot));
  EXPECT_EQ(snapshot.queue_position(), 1u);
  context.TryCancel();
  reader->Finish();
}

TEST_F(ServerTest, LongPollAnswersAtTheNextRevision) {
  const v1::Job job = server_.Train(EndlessJob("slow"));
  grpc::ClientContext context;
  v1::GetStatusRequest request;
  request.set_job(job.job());
  request.mutable_wait()->set_seconds(60);
  request.set_after_revision(job.revision());
  v1::Job changed;
  ASSERT_TRUE(server_.microgpt().GetStatus(&context, request, &changed).ok());
  EXPECT_GT(changed.revision(), job.revision());
  EXPECT_FALSE(changed.done());
}

TEST_F(ServerTest, SameSeedGivesTheSameStringsWhateverTheCount) {
  v1::GenerateRequest request;
  request.set_seed(7);
  request.set_count(300);
  const std::vector<std::string> many = server_.Texts(request);
  ASSERT_THAT(many, SizeIs(300));
  EXPECT_THAT(many, ::testing::Not(::testing::Contains("")));
  request.set_count(10);
  EXPECT_EQ(server_.Texts(request),
            std::vector<std::string>(many.begin(), many.begin() + 10));
}

TEST_F(ServerTest, FirstSampleLeavesAloneAndTheSummaryComesLast) {
  v1::GenerateRequest request;
  request.set_count(100);
  const std::vector<v1::GenerateResponse> messages = server_.Generate(request);
  ASSERT_GE(messages.size(), 2u);
  EXPECT_EQ(messages.front().samples_size(), 1);
  for (const v1::GenerateResponse& message : messages) {
    EXPECT_EQ(message.has_summary(), &message == &messages.back());
  }
  const v1::Summary& summary = messages.back().summary();
  EXPECT_EQ(summary.count(), 100u);
  EXPECT_EQ(summary.shortfall(), 0u);
  EXPECT_EQ(summary.model(), "names@1");
  EXPECT_TRUE(summary.has_seed());
}

TEST_F(ServerTest, RandomSeedToldInTheSummaryReplaysTheCall) {
  const std::vector<v1::GenerateResponse> first = server_.Generate({});
  v1::GenerateRequest request;
  request.set_seed(first.back().summary().seed());
  std::vector<std::string> texts;
  for (const auto& message : first) {
    for (const auto& sample : message.samples()) texts.push_back(sample.text());
  }
  EXPECT_EQ(server_.Texts(request), texts);
}

TEST_F(ServerTest, ScoreAgreesWithTheSamplesOwnLogprob) {
  v1::GenerateRequest generate;
  generate.set_logprobs(true);
  generate.set_prefix("ma");
  v1::ScoreRequest score;
  std::vector<double> logprobs;
  for (const auto& message : server_.Generate(generate)) {
    for (const v1::Sample& sample : message.samples()) {
      EXPECT_THAT(sample.text(), StartsWith("ma"));
      EXPECT_NEAR(sample.logprob(),
                  std::accumulate(sample.token_logprobs().begin(),
                                  sample.token_logprobs().end(), 0.0),
                  1e-9);
      score.add_texts(sample.text());
      logprobs.push_back(sample.logprob());
    }
  }
  grpc::ClientContext context;
  v1::ScoreResponse scores;
  ASSERT_TRUE(server_.microgpt().Score(&context, score, &scores).ok());
  ASSERT_EQ(scores.scores_size(), 20);
  for (int i = 0; i < 20; ++i) {
    EXPECT_NEAR(scores.scores(i).logprob(), logprobs[i], 1e-5);
    EXPECT_EQ(scores.scores(i).token_logprobs_size(), 0);
  }
}

TEST_F(ServerTest, ScoreGivesTheTokensLogprobsWhenAskedFor) {
  v1::ScoreRequest request;
  request.add_texts("emma");
  request.set_logprobs(true);
  grpc::ClientContext context;
  v1::ScoreResponse response;
  ASSERT_TRUE(server_.microgpt().Score(&context, request, &response).ok());
  const v1::Score& score = response.scores(0);
  EXPECT_EQ(score.token_logprobs_size(), 5);
  const double sum = std::accumulate(score.token_logprobs().begin(),
                                     score.token_logprobs().end(), 0.0);
  EXPECT_NEAR(score.logprob(), sum, 1e-12);
  EXPECT_NEAR(score.bits_per_token(), -sum / 5 / std::log(2), 1e-12);
}

TEST_F(ServerTest, TextThatCannotBeScoredGetsItsOwnError) {
  v1::ScoreRequest request;
  request.add_texts("emma");
  request.add_texts("Émma");
  request.add_texts("abcdefghijklmnopq");
  grpc::ClientContext context;
  v1::ScoreResponse response;
  ASSERT_TRUE(server_.microgpt().Score(&context, request, &response).ok());
  ASSERT_EQ(response.scores_size(), 3);
  EXPECT_EQ(response.scores(0).error(), "");
  EXPECT_LT(response.scores(0).logprob(), 0);
  EXPECT_THAT(response.scores(1).error(), ::testing::HasSubstr("É"));
  EXPECT_THAT(response.scores(2).error(), ::testing::HasSubstr("16"));
}

TEST_F(ServerTest, CancelledGenerateGivesItsPlaceBack) {
  v1::GenerateRequest request;
  request.set_count(1'000'000);
  grpc::ClientContext context;
  const auto reader = server_.microgpt().Generate(&context, request);
  v1::GenerateResponse message;
  ASSERT_TRUE(reader->Read(&message));
  EXPECT_EQ(server_.Info().calls(), 1u);
  context.TryCancel();
  EXPECT_TRUE(server_.AwaitInfo(
      [](const v1::ServerInfo& info) { return info.calls() == 0; }));
  while (reader->Read(&message)) {
  }
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(ServerTest, DeadlineEndsGenerateAndGivesItsPlaceBack) {
  v1::GenerateRequest request;
  request.set_count(1'000'000);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() +
                       std::chrono::milliseconds(200));
  const auto reader = server_.microgpt().Generate(&context, request);
  v1::GenerateResponse message;
  while (reader->Read(&message)) {
  }
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_TRUE(server_.AwaitInfo(
      [](const v1::ServerInfo& info) { return info.calls() == 0; }));
}

// Of one document "a" the model learns that the end mark follows it; untrained
// and greedy it may draw nothing at all.
TEST_F(ServerTest, EmptyDrawsAreDrawnAgainOrToldAsAShortfall) {
  v1::Config config = Steps(1);
  config.set_init_std(0);  // every token is as likely as every other
  server_.Train(TrainText("coin", "a\n", config));
  v1::GenerateRequest request;
  request.set_model("coin");
  request.set_temperature(1);
  request.set_seed(1);
  request.set_count(100);
  v1::Summary summary = server_.Generate(request).back().summary();
  EXPECT_EQ(summary.count(), 100u);
  EXPECT_GT(summary.attempts(), 130u);  // half of the draws are empty
  EXPECT_EQ(summary.shortfall(), 0u);
  EXPECT_THAT(server_.Texts(request), ::testing::Not(::testing::Contains("")));

  request.set_max_attempts(1);
  summary = server_.Generate(request).back().summary();
  EXPECT_LT(summary.count(), 100u);
  EXPECT_EQ(summary.attempts(), summary.count() + 20);
  EXPECT_EQ(summary.shortfall(), 100 - summary.count());

  request.set_randomness(v1::GenerateRequest::RANDOMNESS_PYTHON);
  EXPECT_THAT(server_.Texts(request), ::testing::Contains(""));
}

TEST_F(ServerTest, LossesOfManyStepsComeInSeveralMessages) {
  v1::Config config = Steps(20'000);
  config.set_n_embd(4);
  const v1::Job job = server_.Train(TrainText("pets", kPets, config));
  EXPECT_THAT(server_.Losses(job.job()), SizeIs(20'000));
  grpc::ClientContext context;
  v1::GetLossesRequest request;
  request.set_job(job.job());
  request.set_from_step(20'001);
  const auto reader = server_.registry().GetLosses(&context, request);
  v1::GetLossesResponse message;
  EXPECT_FALSE(reader->Read(&message)) << "nothing after the last step";
  EXPECT_TRUE(reader->Finish().ok());
}

TEST_F(ServerTest, ReflectionListsAndDescribesTheServices) {
  const char* const path =
      "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";
  std::string listed;
  ASSERT_TRUE(server_.SendBytes(path, {"\x3a\x00", 2}, &listed).ok());
  for (const std::string service :
       {"microgpt.v1.MicroGpt", "microgpt.v1.Registry", "microgpt.v1.Inspector",
        "grpc.health.v1.Health"}) {
    EXPECT_THAT(listed, ::testing::HasSubstr(service));
    // Field 4, file_containing_symbol; an error would carry its number back.
    const std::string request =
        "\x22" + std::string(1, static_cast<char>(service.size())) + service;
    std::string described;
    ASSERT_TRUE(server_.SendBytes(path, request, &described).ok());
    EXPECT_THAT(described, ::testing::HasSubstr(".proto")) << service;
  }
}

TEST_F(ServerTest, ListsArePagedInOrder) {
  std::vector<std::string> jobs;
  for (const char* model : {"b", "a", "c"}) {
    jobs.push_back(server_.Train(TrainText(model, kPets, Steps(1))).job());
  }
  v1::ListJobsRequest request;
  request.set_page_size(2);
  std::vector<std::string> listed;
  do {
    grpc::ClientContext context;
    v1::ListJobsResponse page;
    ASSERT_TRUE(server_.registry().ListJobs(&context, request, &page).ok());
    for (const v1::Job& job : page.jobs()) listed.push_back(job.job());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  ASSERT_THAT(listed, SizeIs(4));  // and the built-in model's
  EXPECT_THAT(std::vector(listed.rbegin() + 1, listed.rend()),
              ::testing::ElementsAreArray(jobs));

  grpc::ClientContext context;
  v1::ListModelsResponse models;
  ASSERT_TRUE(server_.registry().ListModels(&context, {}, &models).ok());
  std::vector<std::string> names;
  for (const v1::Model& model : models.models()) names.push_back(model.name());
  EXPECT_THAT(names, ElementsAre("a", "b", "c", "names"));
}

TEST_F(ServerTest, HealthIsServingFromTheFirstAnswer) {
  const auto health = grpc::health::v1::Health::NewStub(server_.channel());
  for (const char* service :
       {"", "microgpt.v1.MicroGpt", "microgpt.v1.Inspector"}) {
    grpc::ClientContext context;
    grpc::health::v1::HealthCheckRequest request;
    request.set_service(service);
    grpc::health::v1::HealthCheckResponse response;
    ASSERT_TRUE(health->Check(&context, request, &response).ok());
    EXPECT_EQ(response.status(),
              grpc::health::v1::HealthCheckResponse::SERVING);
  }
}

TEST(ServerLimitsTest, FullQueueIsRefusedWithARetryHintAndChangesNothing) {
  Options options = TestServer::DefaultOptions();
  options.workers = 1;
  options.max_queued = 2;
  TestServer server(options);
  server.Train(EndlessJob("a"));
  ASSERT_TRUE(server.AwaitInfo(
      [](const v1::ServerInfo& info) { return info.running_jobs() == 1; }));
  for (int i = 0; i < 2; ++i) server.Train(EndlessJob("b"));
  grpc::ClientContext context;
  v1::Job job;
  const grpc::Status status =
      server.microgpt().Train(&context, EndlessJob("c"), &job);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(status.error_message(), ::testing::HasSubstr("2 jobs"));
  EXPECT_THAT(status.error_details(), ::testing::HasSubstr("RetryInfo"));
  EXPECT_EQ(server.Info().queued_jobs(), 2u);
}

TEST(ServerLimitsTest, TooManyCallsAreRefusedWithARetryHint) {
  Options options = TestServer::DefaultOptions();
  options.max_calls = 1;
  TestServer server(options);
  grpc::ClientContext context;
  v1::GenerateRequest request;
  request.set_count(1'000'000);
  const auto reader = server.microgpt().Generate(&context, request);
  v1::GenerateResponse message;
  ASSERT_TRUE(reader->Read(&message));
  grpc::ClientContext second;
  v1::ScoreRequest score;
  score.add_texts("emma");
  v1::ScoreResponse response;
  const grpc::Status status =
      server.microgpt().Score(&second, score, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(status.error_message(),
            "1 Generate and Score calls (--max-calls) are under way, which is "
            "the limit");
  EXPECT_THAT(status.error_details(), ::testing::HasSubstr("RetryInfo"));
  context.TryCancel();
}

}  // namespace
}  // namespace microgpt::server
