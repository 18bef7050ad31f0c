// SPDX-License-Identifier: MIT
//
// Evaluate, and evaluations of jobs, over a real port.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <future>
#include <list>
#include <numbers>
#include <string>
#include <vector>

#include "server/handlers/limits.h"
#include "server/testing/status_details.h"
#include "server/testing/test_server.h"

namespace microgpt::server {
namespace {

using grpc::StatusCode;
using testing::EndsWith;
using testing::HasSubstr;

grpc::Status TryEvaluate(TestServer& server, const v1::EvaluateRequest& request,
                         v1::Evaluation* evaluation = nullptr) {
  grpc::ClientContext context;
  v1::Evaluation ignored;
  return server.microgpt().Evaluate(
      &context, request, evaluation == nullptr ? &ignored : evaluation);
}

class EvaluationTest : public testing::Test {
 protected:
  v1::Evaluation Evaluate(const v1::EvaluateRequest& request) {
    v1::Evaluation evaluation;
    const grpc::Status status = TryEvaluate(server_, request, &evaluation);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return evaluation;
  }
  v1::Evaluation Evaluate(const std::string& model) {
    v1::EvaluateRequest request;
    request.set_model(model);
    return Evaluate(request);
  }

  v1::Job TrainOnNames(const std::string& model, const v1::Config& config) {
    v1::TrainRequest request;
    request.set_model(model);
    request.set_dataset("names");
    *request.mutable_config() = config;
    request.mutable_wait()->set_seconds(60);
    return server_.Train(request);
  }

  v1::Job GetEvaluated(const std::string& job) {
    grpc::ClientContext context;
    v1::GetStatusRequest request;
    request.set_job(job);
    request.set_evaluate(true);
    request.mutable_wait()->set_seconds(60);
    v1::Job answer;
    const grpc::Status status =
        server_.microgpt().GetStatus(&context, request, &answer);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return answer;
  }

  std::string Export(const std::string& reference) {
    grpc::ClientContext context;
    v1::ExportModelRequest request;
    request.set_model(reference);
    const auto reader = server_.registry().ExportModel(&context, request);
    std::string file;
    v1::ExportModelResponse message;
    while (reader->Read(&message)) file += message.chunk();
    EXPECT_TRUE(reader->Finish().ok());
    return file;
  }

  static void Import(TestServer& server, const std::string& name,
                     const std::string& file, const std::string& dataset = "") {
    grpc::ClientContext context;
    v1::Model model;
    const auto writer = server.registry().ImportModel(&context, &model);
    v1::ImportModelRequest message;
    message.set_model(name);
    message.set_dataset(dataset);
    message.set_chunk(file);
    writer->Write(message);
    writer->WritesDone();
    const grpc::Status status = writer->Finish();
    EXPECT_TRUE(status.ok()) << status.error_message();
  }

  TestServer server_;
};

TEST_F(EvaluationTest, TheBuiltInModelIsScoredOnDocumentsItDidNotComeTo) {
  const v1::Evaluation evaluation = Evaluate(v1::EvaluateRequest());
  EXPECT_EQ(evaluation.model(), "names@1");
  EXPECT_EQ(evaluation.scored(), v1::Evaluation::SCORED_UNUSED);
  EXPECT_EQ(evaluation.documents(), 2000u);
  EXPECT_EQ(evaluation.tokens(),
            evaluation.characters() + evaluation.documents());
  const v1::Evaluation::Losses& losses = evaluation.losses();
  EXPECT_DOUBLE_EQ(losses.uniform().nats(), std::log(27));
  EXPECT_LT(losses.five_gram().nats(), losses.bigram().nats());
  EXPECT_LT(losses.bigram().nats(), losses.unigram().nats());
  EXPECT_LT(losses.unigram().nats(), losses.uniform().nats());
  EXPECT_LT(losses.model().nats(), losses.unigram().nats());
  EXPECT_NEAR(losses.training().nats(), losses.model().nats(), 0.2);
  EXPECT_DOUBLE_EQ(losses.model().bits(),
                   losses.model().nats() / std::numbers::ln2 *
                       evaluation.tokens() / evaluation.characters());
  EXPECT_DOUBLE_EQ(evaluation.lead(),
                   losses.five_gram().nats() - losses.model().nats());
  EXPECT_GT(evaluation.lead_error(), 0);
  EXPECT_EQ(evaluation.samples().count(), 1000u);
  EXPECT_GT(evaluation.samples().novel(), 0.5);
  EXPECT_EQ(evaluation.shapes().count(), 1000u);
  EXPECT_THAT(evaluation.advice(),
              testing::Contains(HasSubstr("5-grams predict the scored "
                                          "documents better")));
}

TEST_F(EvaluationTest, WhatTrainingHeldOutIsWhatItReportedTheLossOf) {
  v1::Config config;
  config.set_validation(0.1);
  const v1::Job job = TrainOnNames("held", config);
  const v1::Evaluation evaluation = Evaluate("held");
  EXPECT_EQ(evaluation.scored(), v1::Evaluation::SCORED_HELD_OUT);
  EXPECT_LT(evaluation.documents(), 1000u);
  EXPECT_NEAR(evaluation.losses().model().nats(), job.validation_loss(), 1e-5);
}

TEST_F(EvaluationTest, TheSameRequestIsTheSameAnswer) {
  v1::EvaluateRequest request;
  request.set_samples(100);
  request.set_documents(50);
  const v1::Evaluation first = Evaluate(request);
  EXPECT_EQ(first.documents(), 50u);
  EXPECT_EQ(first.samples().count(), 100u);
  EXPECT_EQ(Evaluate(request).SerializeAsString(), first.SerializeAsString());
  TestServer other;
  v1::Evaluation there;
  EXPECT_TRUE(TryEvaluate(other, request, &there).ok());
  EXPECT_EQ(there.SerializeAsString(), first.SerializeAsString());
  request.set_seed(7);
  const v1::Evaluation drawn = Evaluate(request);
  EXPECT_EQ(drawn.losses().SerializeAsString(),
            first.losses().SerializeAsString());
  EXPECT_NE(drawn.shapes().SerializeAsString(),
            first.shapes().SerializeAsString());
}

TEST_F(EvaluationTest, AModelWithoutItsTextCannotBeEvaluated) {
  const v1::Job job = server_.Train(TrainText("pets", "rex\nbella\nluna\n"));
  const std::string file = Export("pets");
  EXPECT_EQ(Evaluate("pets").scored(), v1::Evaluation::SCORED_TRAINING);
  TestServer elsewhere;
  Import(elsewhere, "pets", file);
  v1::EvaluateRequest request;
  request.set_model("pets");
  const grpc::Status imported = TryEvaluate(elsewhere, request);
  EXPECT_EQ(imported.error_code(), StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(ReasonIn(imported), "TEXT_NOT_KNOWN");
  EXPECT_EQ(imported.error_message(),
            "model: the text that model \"pets@1\" learned is not known: it "
            "was imported without it");

  grpc::ClientContext context;
  v1::DeleteDatasetRequest forget;
  forget.set_dataset(job.dataset().id());
  v1::DeleteDatasetResponse response;
  ASSERT_TRUE(
      server_.registry().DeleteDataset(&context, forget, &response).ok());
  const grpc::Status deleted = TryEvaluate(server_, request);
  EXPECT_EQ(ReasonIn(deleted), "TEXT_NOT_KNOWN")
      << "also where an evaluation was kept";
  EXPECT_THAT(deleted.error_message(), EndsWith("it was deleted"));
}

TEST_F(EvaluationTest, AModelThatIsImportedWithItsTextIsEvaluated) {
  v1::Config config;
  config.set_steps(300);
  TrainOnNames("mine", config);
  Import(server_, "theirs", Export("mine"), "names");
  v1::Evaluation theirs = Evaluate("theirs");
  theirs.set_model("mine@1");
  EXPECT_EQ(theirs.SerializeAsString(), Evaluate("mine").SerializeAsString());
}

TEST_F(EvaluationTest, AJobCarriesTheEvaluationOfItsModelWhenAskedTo) {
  v1::Config config;
  config.set_steps(200);
  const v1::Job job = TrainOnNames("mine", config);
  EXPECT_FALSE(job.has_evaluation());
  EXPECT_FALSE(server_.GetStatus(job.job(), true).has_evaluation());
  EXPECT_EQ(GetEvaluated(job.job()).evaluation().SerializeAsString(),
            Evaluate("mine@1").SerializeAsString());
}

TEST_F(EvaluationTest, AJobThatMadeNoModelHasNone) {
  const v1::Job job = server_.Train(EndlessJob("slow"));
  grpc::ClientContext context;
  v1::CancelTrainingRequest cancel;
  cancel.set_job(job.job());
  v1::Job ignored;
  ASSERT_TRUE(
      server_.microgpt().CancelTraining(&context, cancel, &ignored).ok());
  const v1::Job cancelled = GetEvaluated(job.job());
  EXPECT_EQ(cancelled.state(), v1::Job::STATE_CANCELLED);
  EXPECT_FALSE(cancelled.has_evaluation());
}

TEST_F(EvaluationTest, TooLittleTextIsToldInTheJobItself) {
  const v1::Job job = server_.Train(TrainText("pets", "rex\nbella\nluna\n"));
  EXPECT_THAT(job.advice(),
              testing::ElementsAre(HasSubstr("learns them by heart")));
  EXPECT_THAT(TrainOnNames("mine", {}).advice(), testing::IsEmpty());
}

// One more than the server admits, all at once.
class Crowd {
 public:
  Crowd(TestServer& server, const v1::EvaluateRequest& request)
      : contexts_(kMaxEvaluations + 1) {
    for (grpc::ClientContext& context : contexts_) {
      calls_.push_back(std::async(std::launch::async, [&] {
        v1::Evaluation evaluation;
        const grpc::Status status =
            server.microgpt().Evaluate(&context, request, &evaluation);
        if (!ended_.exchange(true)) first_.set_value(status);
        return status.error_code();
      }));
    }
  }

  grpc::Status AwaitFirst() { return first_.get_future().get(); }

  // How many of the calls were cancelled by this.
  size_t Cancel() {
    for (grpc::ClientContext& context : contexts_) context.TryCancel();
    size_t cancelled = 0;
    for (auto& call : calls_) {
      cancelled += call.get() == StatusCode::CANCELLED ? 1 : 0;
    }
    return cancelled;
  }

 private:
  std::list<grpc::ClientContext> contexts_;
  std::promise<grpc::Status> first_;
  std::atomic<bool> ended_ = false;
  std::vector<std::future<StatusCode>> calls_;
};

TEST_F(EvaluationTest, OneTooManyIsRefusedAndCancelledOnesLeaveRoom) {
  v1::Config config;  // for minutes of work in all
  config.set_n_embd(256);
  config.set_n_layer(4);
  config.set_steps(1);
  TrainOnNames("wide", config);
  v1::EvaluateRequest request;
  request.set_model("wide");
  Crowd crowd(server_, request);
  const grpc::Status refused = crowd.AwaitFirst();
  EXPECT_EQ(refused.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(refused.error_message(), HasSubstr("Evaluate calls"));
  EXPECT_EQ(crowd.Cancel(), kMaxEvaluations);
  grpc::Status status;
  do {  // those that were cancelled leave at their next token
    status = TryEvaluate(server_, {});
  } while (status.error_code() == StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_TRUE(status.ok()) << status.error_message();
}

}  // namespace
}  // namespace microgpt::server
