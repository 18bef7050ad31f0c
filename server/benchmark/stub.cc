// SPDX-License-Identifier: MIT
#include "server/benchmark/stub.h"

#include <fmt/format.h>
#include <grpcpp/create_channel.h>

#include <cstdio>
#include <cstdlib>

namespace microgpt::benchmark {

std::shared_ptr<grpc::Channel> Connect(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(),
                                   arguments);
}

void Require(const grpc::Status& status) {
  if (status.ok()) return;
  fmt::print(stderr, "microgpt_rpc_benchmark: a call failed: {}\n",
             status.error_message());
  std::_Exit(1);  // other threads are in the midst of calls
}

void ScoreOne(v1::MicroGpt::Stub& stub) {
  grpc::ClientContext context;
  v1::ScoreRequest request;
  request.set_model("names");
  request.add_texts("emma");
  v1::ScoreResponse response;
  Require(stub.Score(&context, request, &response));
}

void GenerateOne(v1::MicroGpt::Stub& stub) { GenerateMany(stub, 1); }

void GenerateMany(v1::MicroGpt::Stub& stub, uint32_t count) {
  grpc::ClientContext context;
  v1::GenerateRequest request;
  request.set_model("names");
  request.set_count(count);
  const auto reader = stub.Generate(&context, request);
  v1::GenerateResponse response;
  uint32_t strings = 0;
  while (reader->Read(&response)) strings += response.samples_size();
  Require(reader->Finish());
  if (strings == count) return;
  Require({grpc::StatusCode::INTERNAL,
           fmt::format("{} strings came, of {}", strings, count)});
}

}  // namespace microgpt::benchmark
