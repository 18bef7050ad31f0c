// SPDX-License-Identifier: MIT
#include "server/testing/test_server.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "server/server.h"

namespace microgpt::server {

Options TestServer::DefaultOptions() {
  static const char* const kNoEnvironment[] = {nullptr};
  return *ReadOptions({"--grpc-address=127.0.0.1:0",
                       "--http-address=127.0.0.1:0", "--data-dir=:memory:",
                       "--workers=2", "--samplers=2", "--drain-timeout-s=0"},
                      kNoEnvironment);
}

TestServer::TestServer(const Options& options) {
  absl::StatusOr<std::unique_ptr<Server>> server = Server::Start(options);
  if (!server.ok()) {
    ADD_FAILURE() << server.status();
    std::abort();
  }
  server_ = *std::move(server);
  channel_ = grpc::CreateChannel(server_->address(),
                                 grpc::InsecureChannelCredentials());
  microgpt_ = v1::MicroGpt::NewStub(channel_);
  registry_ = v1::Registry::NewStub(channel_);
  inspector_ = v1::Inspector::NewStub(channel_);
}

TestServer::~TestServer() = default;

v1::Job TestServer::Train(const v1::TrainRequest& request) {
  grpc::ClientContext context;
  v1::Job job;
  const grpc::Status status = microgpt_->Train(&context, request, &job);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return job;
}

v1::Job TestServer::GetStatus(const std::string& job, bool full) {
  grpc::ClientContext context;
  v1::GetStatusRequest request;
  request.set_job(job);
  request.set_full(full);
  v1::Job answer;
  const grpc::Status status = microgpt_->GetStatus(&context, request, &answer);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return answer;
}

std::vector<v1::GenerateResponse> TestServer::Generate(
    const v1::GenerateRequest& request) {
  grpc::ClientContext context;
  const auto reader = microgpt_->Generate(&context, request);
  std::vector<v1::GenerateResponse> messages;
  v1::GenerateResponse message;
  while (reader->Read(&message)) messages.push_back(message);
  const grpc::Status status = reader->Finish();
  EXPECT_TRUE(status.ok()) << status.error_message();
  return messages;
}

std::vector<std::string> TestServer::Texts(const v1::GenerateRequest& request) {
  std::vector<std::string> texts;
  for (const v1::GenerateResponse& message : Generate(request)) {
    for (const v1::Sample& sample : message.samples()) {
      texts.push_back(sample.text());
    }
  }
  return texts;
}

std::vector<double> TestServer::Losses(const std::string& job) {
  grpc::ClientContext context;
  v1::GetLossesRequest request;
  request.set_job(job);
  const auto reader = registry_->GetLosses(&context, request);
  std::vector<double> losses;
  v1::GetLossesResponse message;
  while (reader->Read(&message)) {
    EXPECT_EQ(message.first_step(), losses.size() + 1);
    losses.insert(losses.end(), message.losses().begin(),
                  message.losses().end());
  }
  const grpc::Status status = reader->Finish();
  EXPECT_TRUE(status.ok()) << status.error_message();
  return losses;
}

v1::ServerInfo TestServer::Info() {
  grpc::ClientContext context;
  v1::ServerInfo info;
  const grpc::Status status = registry_->GetServerInfo(&context, {}, &info);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return info;
}

grpc::Status TestServer::SendBytes(const std::string& path,
                                   const std::string& bytes,
                                   std::string* answer) {
  grpc::GenericStub stub(channel_);
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  const grpc::Slice slice(bytes);
  const auto call = stub.PrepareUnaryCall(&context, path,
                                          grpc::ByteBuffer(&slice, 1), &queue);
  call->StartCall();
  grpc::ByteBuffer response;
  grpc::Status status;
  call->Finish(&response, &status, nullptr);
  void* tag;
  bool ok;
  queue.Next(&tag, &ok);
  grpc::Slice joined;
  if (answer != nullptr && response.DumpToSingleSlice(&joined).ok()) {
    answer->assign(joined.begin(), joined.end());
  }
  return status;
}

bool TestServer::AwaitInfo(
    const std::function<bool(const v1::ServerInfo&)>& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (std::chrono::steady_clock::now() < end) {
    if (condition(Info())) return true;
    std::this_thread::yield();
  }
  return false;
}

v1::TrainRequest TrainText(const std::string& model, const std::string& text,
                           const v1::Config& config) {
  v1::TrainRequest request;
  request.set_model(model);
  request.set_text(text);
  *request.mutable_config() = config;
  request.mutable_wait()->set_seconds(60);
  return request;
}

v1::TrainRequest EndlessJob(const std::string& model) {
  v1::Config config;
  config.set_steps(1'000'000);
  config.set_n_embd(128);
  config.set_n_layer(4);
  config.set_batch_size(64);
  v1::TrainRequest request = TrainText(model, "anna\nbela\ncarla\n", config);
  request.clear_wait();
  return request;
}

}  // namespace microgpt::server
