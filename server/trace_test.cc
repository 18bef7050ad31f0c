// SPDX-License-Identifier: MIT
//
// Trace, and what the Inspector's calls have in common, over a real port.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <future>
#include <list>
#include <string>
#include <vector>

#include "core/format/model_file.h"
#include "server/handlers/limits.h"
#include "server/testing/status_details.h"
#include "server/testing/temporary_directory.h"
#include "server/testing/test_server.h"

namespace microgpt::server {
namespace {

using grpc::StatusCode;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using Request = v1::TraceRequest;
using Response = v1::TraceResponse;

grpc::Status TryTrace(TestServer& server, const Request& request,
                      Response* response = nullptr) {
  grpc::ClientContext context;
  Response ignored;
  return server.inspector().Trace(&context, request,
                                  response == nullptr ? &ignored : response);
}

Response Trace(TestServer& server, const Request& request) {
  Response response;
  const grpc::Status status = TryTrace(server, request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response;
}

Request Text(const std::string& text, std::vector<Request::Part> parts = {}) {
  Request request;
  request.set_text(text);
  request.mutable_parts()->Assign(parts.begin(), parts.end());
  return request;
}

std::vector<uint32_t> Shape(const v1::Array& array) {
  size_t size = array.shape().empty() ? 0 : 1;
  for (const uint32_t dimension : array.shape()) size *= dimension;
  EXPECT_EQ(static_cast<size_t>(array.values_size()), size);
  return {array.shape().begin(), array.shape().end()};
}

class TraceTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    server_ = new TestServer;
    v1::Config config;
    config.set_n_layer(3);
    config.set_n_embd(8);
    config.set_n_head(2);
    config.set_block_size(6);
    config.set_steps(50);
    job_ = server_->Train(TrainText("deep", "anna\nhannah\nada\n", config));
  }
  static void TearDownTestSuite() {
    delete server_;
    server_ = nullptr;
  }

  static TestServer* server_;
  static v1::Job job_;  // of "deep"
};

TestServer* TraceTest::server_ = nullptr;
v1::Job TraceTest::job_;

TEST_F(TraceTest, AnEmptyRequestTracesNothingButTheEndOfTheBuiltInModel) {
  const Response trace = Trace(*server_, {});
  EXPECT_EQ(trace.model(), "names@1");
  EXPECT_EQ(trace.step(), 1000u);
  EXPECT_FALSE(trace.job().empty());
  ASSERT_EQ(trace.positions_size(), 1);
  const Response::Position& position = trace.positions(0);
  EXPECT_EQ(position.token().id(), 26u);
  EXPECT_EQ(position.token().text(), "");
  EXPECT_EQ(position.next().id(), 26u);
  EXPECT_DOUBLE_EQ(position.loss(), trace.loss());
  EXPECT_EQ(position.candidates_size(), 10);
}

TEST_F(TraceTest, LossesAreWhatScoreSays) {
  const Response trace = Trace(*server_, Text("emma"));
  grpc::ClientContext context;
  v1::ScoreRequest request;
  request.set_model("names");
  request.add_texts("emma");
  request.set_logprobs(true);
  v1::ScoreResponse response;
  ASSERT_TRUE(server_->microgpt().Score(&context, request, &response).ok());
  const auto& logprobs = response.scores(0).token_logprobs();
  ASSERT_EQ(trace.positions_size(), 5);
  for (int t = 0; t < 5; ++t) {
    EXPECT_NEAR(trace.positions(t).loss(), -logprobs[t], 1e-5);
  }
  EXPECT_NEAR(trace.loss(), -response.scores(0).logprob() / 5, 1e-5);
}

TEST_F(TraceTest, PositionsTellWhatCameAndWhatElseMightHave) {
  Request request = Text("emma");
  request.set_top(27);
  const Response trace = Trace(*server_, request);
  std::string read, next;
  for (const Response::Position& position : trace.positions()) {
    read += position.token().text();
    next += position.next().text();
    double sum = 0, entropy = 0, before = 1;
    uint32_t rank = 0, counted = 0;
    for (const Response::Candidate& candidate : position.candidates()) {
      const double p = candidate.probability();
      EXPECT_LE(p, before);
      before = p;
      sum += p;
      entropy -= p * std::log(p);
      ++counted;
      if (candidate.token().id() == position.next().id()) rank = counted;
    }
    EXPECT_NEAR(sum, 1, 1e-12);
    EXPECT_NEAR(position.entropy(), entropy, 1e-12);
    EXPECT_EQ(position.rank(), rank);
    EXPECT_NEAR(position.candidates(rank - 1).probability(),
                std::exp(-position.loss()), 1e-12);
  }
  EXPECT_EQ(read, "emma");
  EXPECT_EQ(next, "emma");
}

TEST_F(TraceTest, ATextOfBlockSizeTokensHasNoRoomForItsEndMark) {
  Request request = Text("hannah");
  request.set_model("deep");
  const Response full = Trace(*server_, request);
  EXPECT_EQ(full.positions_size(), 6);
  EXPECT_EQ(full.positions(5).next().text(), "h");
  request.set_text("hanna");
  const Response shorter = Trace(*server_, request);
  EXPECT_EQ(shorter.positions_size(), 6);
  EXPECT_EQ(shorter.positions(5).next().text(), "");
}

TEST_F(TraceTest, WithoutPartsAllIsThereButLogitsAndGradients) {
  Request request = Text("anna");
  request.set_model("deep");
  const Response trace = Trace(*server_, request);
  EXPECT_THAT(Shape(trace.token_embeddings()), ElementsAre(5, 8));
  EXPECT_THAT(Shape(trace.position_embeddings()), ElementsAre(5, 8));
  EXPECT_THAT(Shape(trace.embedding()), ElementsAre(5, 8));
  ASSERT_EQ(trace.layers_size(), 3);
  for (uint32_t i = 0; i < 3; ++i) {
    const Response::Layer& layer = trace.layers(static_cast<int>(i));
    EXPECT_EQ(layer.layer(), i);
    for (const v1::Array* array :
         {&layer.attention_input(), &layer.attention_output(),
          &layer.residual_middle(), &layer.mlp_input(), &layer.mlp_output(),
          &layer.residual(), &layer.queries(), &layer.keys(), &layer.values(),
          &layer.head_outputs()}) {
      EXPECT_THAT(Shape(*array), ElementsAre(5, 8));
    }
    EXPECT_THAT(Shape(layer.scores()), ElementsAre(2, 5, 5));
    EXPECT_THAT(Shape(layer.weights()), ElementsAre(2, 5, 5));
    EXPECT_THAT(Shape(layer.mlp_hidden()), ElementsAre(5, 32));
    EXPECT_GT(layer.mlp_active(), 0);
    EXPECT_LT(layer.mlp_active(), 1);
  }
  EXPECT_EQ(trace.lens_size(), 7);
  EXPECT_FALSE(trace.has_logits());
  EXPECT_FALSE(trace.has_gradients());
  EXPECT_THAT(trace.tensors(), IsEmpty());
}

TEST_F(TraceTest, APartBringsItsOwnArraysAlone) {
  Request request = Text("anna", {Request::PART_ATTENTION});
  request.set_model("deep");
  request.add_layers(2);
  request.add_layers(0);
  request.add_layers(2);
  const Response trace = Trace(*server_, request);
  EXPECT_FALSE(trace.has_embedding());
  EXPECT_THAT(trace.lens(), IsEmpty());
  ASSERT_EQ(trace.layers_size(), 2);
  EXPECT_EQ(trace.layers(0).layer(), 0u);
  EXPECT_EQ(trace.layers(1).layer(), 2u);
  EXPECT_TRUE(trace.layers(0).has_weights());
  EXPECT_TRUE(trace.layers(0).has_head_outputs());
  EXPECT_FALSE(trace.layers(0).has_scores());
  EXPECT_FALSE(trace.layers(0).has_residual());
  EXPECT_FALSE(trace.layers(0).has_mlp_hidden());

  request = Text("anna", {Request::PART_UNSPECIFIED});
  const Response bare = Trace(*server_, request);
  EXPECT_THAT(bare.layers(), IsEmpty());
  EXPECT_THAT(bare.lens(), IsEmpty());
  EXPECT_EQ(bare.positions_size(), 5);

  request = Text("anna", {Request::PART_RESIDUAL});
  EXPECT_TRUE(Trace(*server_, request).has_embedding()) << "the stream's begin";
}

TEST_F(TraceTest, TheLensEndsWithWhatTheModelSays) {
  Request request = Text("anna", {Request::PART_LENS});
  request.set_model("deep");
  const Response trace = Trace(*server_, request);
  std::vector<std::string> stages;
  for (const Response::Lens& lens : trace.lens()) {
    stages.push_back(lens.stage());
    EXPECT_EQ(lens.positions_size(), 5);
  }
  EXPECT_THAT(stages, ElementsAre("embedding", "layer0.attention", "layer0.mlp",
                                  "layer1.attention", "layer1.mlp",
                                  "layer2.attention", "layer2.mlp"));
  for (int t = 0; t < 5; ++t) {
    const auto& said = trace.positions(t).candidates();
    const auto& guess = trace.lens(6).positions(t).candidates();
    ASSERT_EQ(guess.size(), said.size());
    for (int i = 0; i < said.size(); ++i) {
      EXPECT_EQ(guess[i].SerializeAsString(), said[i].SerializeAsString());
    }
  }
}

TEST_F(TraceTest, GradientsAreOfTheMeanLoss) {
  Request request =
      Text("anna", {Request::PART_GRADIENTS, Request::PART_LOGITS});
  request.set_model("deep");
  request.add_layers(1);
  const Response trace = Trace(*server_, request);
  EXPECT_THAT(Shape(trace.logits()), ElementsAre(5, 5));
  const Response::Gradients& gradients = trace.gradients();
  EXPECT_THAT(Shape(gradients.embedding()), ElementsAre(5, 8));
  EXPECT_THAT(Shape(gradients.logits()), ElementsAre(5, 5));
  ASSERT_EQ(gradients.layers_size(), 1);
  EXPECT_EQ(gradients.layers(0).layer(), 1u);
  EXPECT_THAT(Shape(gradients.layers(0).weights()), ElementsAre(2, 5, 5));
  EXPECT_THAT(Shape(gradients.layers(0).residual_middle()), ElementsAre(5, 8));
  EXPECT_THAT(Shape(gradients.layers(0).residual()), ElementsAre(5, 8));
  ASSERT_EQ(trace.tensors_size(), 3 + 3 * 6);
  EXPECT_EQ(trace.tensors(0), "wte");
  EXPECT_EQ(trace.tensors(20), "layer2.mlp_fc2");
  ASSERT_EQ(gradients.tensors_size(), trace.tensors_size());
  for (const double norm : gradients.tensors()) EXPECT_GT(norm, 0);
  // Of a logit: p less 1 where it came, by the number of positions.
  const Response::Position& first = trace.positions(0);
  EXPECT_NEAR(gradients.logits().values(static_cast<int>(first.next().id())),
              (std::exp(-first.loss()) - 1) / 5, 1e-7);
}

TEST_F(TraceTest, AJobStandsForTheVersionThatItMade) {
  Request request = Text("anna");
  request.set_job(job_.job());
  const Response by_job = Trace(*server_, request);
  EXPECT_EQ(by_job.model(), "deep@1");
  EXPECT_EQ(by_job.job(), job_.job());
  EXPECT_EQ(by_job.step(), 50u);
  request.set_step(50);
  EXPECT_EQ(Trace(*server_, request).SerializeAsString(),
            by_job.SerializeAsString());
  request.clear_job();
  request.clear_step();
  request.set_model("deep");
  EXPECT_EQ(Trace(*server_, request).SerializeAsString(),
            by_job.SerializeAsString());
}

TEST_F(TraceTest, AStepIsWhatTheJobHadLearnedByThen) {
  v1::Config config;
  config.set_steps(10);
  const v1::Job job = server_->Train(TrainText("early", "anna\n", config));
  Request request;
  request.set_job(job.job());
  request.set_text("anna");
  const v1::TraceResponse end = Trace(*server_, request);
  EXPECT_EQ(end.model(), "early@1");
  EXPECT_EQ(end.step(), 10u);
  double loss = end.loss();
  for (const uint32_t step : {9u, 5u, 0u}) {
    request.set_step(step);
    const v1::TraceResponse response = Trace(*server_, request);
    EXPECT_EQ(response.model(), "");
    EXPECT_EQ(response.job(), job.job());
    EXPECT_EQ(response.step(), step);
    EXPECT_GT(response.loss(), loss) << step;
    loss = response.loss();
  }
}

TEST_F(TraceTest, AfterARestartTheCheckpointsAreGone) {
  const TemporaryDirectory directory;
  Options options = TestServer::DefaultOptions();
  options.data_dir = directory.path();
  v1::Config config;
  config.set_steps(10);
  Request request;
  {
    TestServer before(options);
    request.set_job(before.Train(TrainText("gone", "anna\n", config)).job());
    request.set_step(9);
    EXPECT_TRUE(TryTrace(before, request).ok());
  }
  TestServer after(options);
  const grpc::Status status = TryTrace(after, request);
  EXPECT_EQ(status.error_code(), StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(ReasonIn(status), "CHECKPOINT_GONE");
  EXPECT_EQ(status.error_message(),
            "job " + request.job() +
                " keeps no checkpoint up to step 9: it is at step 10 of 10 "
                "and made \"gone@1\"");
  request.clear_step();
  EXPECT_TRUE(TryTrace(after, request).ok());
  request.set_job(request.job() + "x");
  EXPECT_EQ(TryTrace(after, request).error_code(), StatusCode::NOT_FOUND);
}

TEST_F(TraceTest, AJobUnderWayIsLookedIntoByItsCheckpoints) {
  TestServer server;
  const v1::Job job = server.Train(EndlessJob("slow"));
  Request request;
  request.set_model("slow");
  EXPECT_EQ(ReasonIn(TryTrace(server, request)), "NOT_TRAINED");
  request.clear_model();
  request.set_job(job.job());
  request.set_step(0);
  ASSERT_TRUE(server.AwaitInfo(
      [&](const v1::ServerInfo&) { return TryTrace(server, request).ok(); }));
  const v1::TraceResponse response = Trace(server, request);
  EXPECT_EQ(response.step(), 0u);
  EXPECT_EQ(response.job(), job.job());
}

TEST_F(TraceTest, WhatARequestNamesAndIsNotThere) {
  Request request;
  request.set_model("nmaes");
  grpc::Status status = TryTrace(*server_, request);
  EXPECT_EQ(status.error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(status.error_message(),
            "model \"nmaes\" not found: did you mean \"names\"?");
  request.set_job("x");
  status = TryTrace(*server_, request);
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(FieldIn(status), "model");
  request.Clear();
  request.set_step(3);
  status = TryTrace(*server_, request);
  EXPECT_EQ(status.error_message(), "step: 3 given without a job");
}

TEST_F(TraceTest, NumbersOutOfRange) {
  struct Case {
    void (*set)(Request&, bool too_far);
    std::string field, problem;
  };
  const Case cases[] = {
      {[](Request& r, bool far) { r.set_top(far ? 6 : 5); }, "top",
       "6 is above the maximum 5"},
      {[](Request& r, bool far) {
         r.add_layers(0);
         r.add_layers(far ? 3 : 2);
       },
       "layers[1]", "3 is above the maximum 2"},
      {[](Request& r, bool far) { r.set_text(std::string(far ? 7 : 6, 'a')); },
       "text", "7 characters are above the model's block_size 6"},
      {[](Request& r, bool far) {
         r.add_parts(Request::PART_MLP);
         r.add_parts(Request::Part(far ? 9 : 8));
       },
       "parts[1]", "9 is not a known value"},
      {[](Request& r, bool far) { r.set_text(far ? "anb" : "and"); }, "text",
       "'b' (U+0062) at position 3 is none of the model's characters"},
  };
  for (const Case& bad : cases) {
    Request request;
    request.set_model("deep");
    bad.set(request, false);
    EXPECT_TRUE(TryTrace(*server_, request).ok()) << bad.field;
    request.Clear();
    request.set_model("deep");
    bad.set(request, true);
    const grpc::Status status = TryTrace(*server_, request);
    EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT) << bad.field;
    EXPECT_EQ(status.error_message(), bad.field + ": " + bad.problem);
    EXPECT_EQ(FieldIn(status), bad.field);
  }
}

// A model that takes seconds to follow a long text. Imported: training it would
// take longer.
void ImportLong(TestServer& server) {
  const ModelConfig config = *ModelConfig::Create(
      {.n_layer = 4, .n_embd = 256, .n_head = 4, .block_size = 1024});
  const Model model(config, Tokenizer(TokenizerKind::kCodePoint, {"a"}),
                    Parameters<float>(config, 2), PythonRandom(0));
  const std::string file = WriteModel(ModelFormat::kSafetensors, model);
  grpc::ClientContext context;
  v1::Model imported;
  const auto writer = server.registry().ImportModel(&context, &imported);
  for (size_t at = 0; at < file.size(); at += kMaxChunkBytes) {
    v1::ImportModelRequest message;
    if (at == 0) message.set_model("long");
    message.set_chunk(file.substr(at, kMaxChunkBytes));
    writer->Write(message);
  }
  writer->WritesDone();
  const grpc::Status status = writer->Finish();
  ASSERT_TRUE(status.ok()) << status.error_message();
}

// Of which no number is asked for.
Request LongText() {
  Request request = Text(std::string(600, 'a'), {Request::PART_UNSPECIFIED});
  request.set_model("long");
  return request;
}

TEST_F(TraceTest, AnImportedModelHasNoJobAndNoStep) {
  ImportLong(*server_);
  Request request = Text("a", {Request::PART_UNSPECIFIED});
  request.set_model("long");
  const Response trace = Trace(*server_, request);
  EXPECT_EQ(trace.job(), "");
  EXPECT_EQ(trace.step(), 0u);
}

// One more than the server admits, all at once.
TEST_F(TraceTest, OneTooManyIsRefusedAndCancelledOnesLeaveRoom) {
  ImportLong(*server_);
  const Request request = LongText();
  std::list<grpc::ClientContext> contexts(kMaxInspections + 1);
  std::promise<grpc::Status> first;
  std::atomic<bool> ended = false;
  std::vector<std::future<StatusCode>> calls;
  for (grpc::ClientContext& context : contexts) {
    calls.push_back(std::async(std::launch::async, [&] {
      Response response;
      const grpc::Status status =
          server_->inspector().Trace(&context, request, &response);
      if (!status.ok() && !ended.exchange(true)) first.set_value(status);
      return status.error_code();
    }));
  }
  const grpc::Status refused = first.get_future().get();
  EXPECT_EQ(refused.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(refused.error_message(), HasSubstr("Inspector calls"));
  for (grpc::ClientContext& context : contexts) context.TryCancel();
  size_t cancelled = 0;
  for (auto& call : calls) cancelled += call.get() == StatusCode::CANCELLED;
  EXPECT_GT(cancelled, kMaxInspections / 2);
  grpc::Status status;
  do {  // those that were cancelled leave at their next token
    status = TryTrace(*server_, {});
  } while (status.error_code() == StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_TRUE(status.ok()) << status.error_message();
}

TEST_F(TraceTest, IsTheSameAfterARestart) {
  const TemporaryDirectory directory;
  Options options = TestServer::DefaultOptions();
  options.data_dir = directory.path();
  std::string before;
  {
    TestServer server(options);
    before = Trace(server, Text("emma")).SerializeAsString();
  }
  TestServer server(options);
  EXPECT_EQ(Trace(server, Text("emma")).SerializeAsString(), before);
}

TEST_F(TraceTest, AnUnknownFieldIsRefused) {
  const grpc::Status status = server_->SendBytes(
      "/microgpt.v1.Inspector/Trace", std::string("\xf8\x07\x01", 3));
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
}

}  // namespace
}  // namespace microgpt::server
