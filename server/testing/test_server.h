// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_TESTING_TEST_SERVER_H_
#define MICROGPT_SERVER_TESTING_TEST_SERVER_H_

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "microgpt/v1/inspector.grpc.pb.h"
#include "microgpt/v1/microgpt.grpc.pb.h"
#include "microgpt/v1/registry.grpc.pb.h"
#include "server/options.h"

namespace microgpt::server {

class Server;

// A real server on a free loopback port, and stubs that talk to it.
class TestServer {
 public:
  // The defaults of the flags, a store in memory, two workers and two samplers.
  static Options DefaultOptions();

  explicit TestServer(const Options& options = DefaultOptions());
  ~TestServer();

  v1::MicroGpt::Stub& microgpt() { return *microgpt_; }
  v1::Registry::Stub& registry() { return *registry_; }
  v1::Inspector::Stub& inspector() { return *inspector_; }
  Server& server() { return *server_; }
  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }

  // Shorthands: the call must succeed.
  v1::Job Train(const v1::TrainRequest& request);
  v1::Job GetStatus(const std::string& job, bool full = false);
  std::vector<v1::GenerateResponse> Generate(
      const v1::GenerateRequest& request);
  std::vector<std::string> Texts(const v1::GenerateRequest& request);
  std::vector<double> Losses(const std::string& job);
  v1::ServerInfo Info();

  // Sends bytes that the stubs would not, to "/package.Service/Method", as a
  // unary call, and answers with the bytes that come back.
  grpc::Status SendBytes(const std::string& path, const std::string& bytes,
                         std::string* answer = nullptr);

  // Asks for the server's info until it meets `condition`. False: not within
  // a minute.
  bool AwaitInfo(const std::function<bool(const v1::ServerInfo&)>& condition);

 private:
  std::unique_ptr<Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::MicroGpt::Stub> microgpt_;
  std::unique_ptr<v1::Registry::Stub> registry_;
  std::unique_ptr<v1::Inspector::Stub> inspector_;
};

// {model, text, config, wait: 60 s}.
v1::TrainRequest TrainText(const std::string& model, const std::string& text,
                           const v1::Config& config = {});

// A job that goes on until it is cancelled or the server stops.
v1::TrainRequest EndlessJob(const std::string& model);

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_TESTING_TEST_SERVER_H_
