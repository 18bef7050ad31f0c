// SPDX-License-Identifier: MIT
#include "server/benchmark/echo.h"

#include <fmt/format.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <cstdio>
#include <memory>

#include "microgpt/v1/microgpt.grpc.pb.h"
#include "server/benchmark/child.h"

namespace microgpt::benchmark {
namespace {

// As large as the server's answer to the same request.
v1::GenerateResponse OneString() {
  v1::GenerateResponse response;
  v1::Sample& sample = *response.add_samples();
  sample.set_text("emilia");
  sample.set_logprob(-14.25);
  sample.set_novel(true);
  v1::Summary& summary = *response.mutable_summary();
  summary.set_count(1);
  summary.set_attempts(1);
  summary.set_seed(4'000'000'000);
  summary.set_model("names@1");
  summary.mutable_elapsed()->set_nanos(100'000);
  return response;
}

v1::ScoreResponse OneScore() {
  v1::ScoreResponse response;
  v1::Score& score = *response.add_scores();
  score.set_logprob(-14.25);
  score.set_bits_per_token(3.5);
  score.set_novel(false);
  response.set_model("names@1");
  return response;
}

class OneMessage : public grpc::ServerWriteReactor<v1::GenerateResponse> {
 public:
  OneMessage() { StartWriteAndFinish(&message_, {}, grpc::Status::OK); }
  void OnDone() override { delete this; }

 private:
  const v1::GenerateResponse message_ = OneString();
};

class Echo : public v1::MicroGpt::CallbackService {
 public:
  grpc::ServerUnaryReactor* Score(grpc::CallbackServerContext* context,
                                  const v1::ScoreRequest*,
                                  v1::ScoreResponse* response) override {
    *response = OneScore();
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

  grpc::ServerWriteReactor<v1::GenerateResponse>* Generate(
      grpc::CallbackServerContext*, const v1::GenerateRequest*) override {
    return new OneMessage;
  }
};

}  // namespace

void ServeEcho() {
  Echo echo;
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                           &port);
  builder.RegisterService(&echo);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr || port == 0) return;
  fmt::print("127.0.0.1:{}\n", port);
  std::fflush(stdout);
  AwaitParentsEnd();
  server->Shutdown(std::chrono::system_clock::now());
}

}  // namespace microgpt::benchmark
