// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CLIENT_END_TO_END_FAKE_SERVER_H_
#define MICROGPT_CLIENT_END_TO_END_FAKE_SERVER_H_

#include <functional>
#include <memory>
#include <string>

#include "grpc/health/v1/health.grpc.pb.h"
#include "grpcpp/server.h"
#include "microgpt/v1/microgpt.grpc.pb.h"
#include "microgpt/v1/registry.grpc.pb.h"

namespace microgpt::client {

// What a test's server answers. A call without a handler is UNIMPLEMENTED.
// Handlers run on gRPC's threads, one call at a time in these tests.
struct Handlers {
  template <typename Request, typename Response>
  using Unary = std::function<grpc::Status(const Request&, Response*)>;
  template <typename Request, typename Response>
  using Stream = std::function<grpc::Status(
      grpc::ServerContext*, const Request&, grpc::ServerWriter<Response>*)>;

  Unary<v1::TrainRequest, v1::Job> train;
  Unary<v1::GetStatusRequest, v1::Job> get_status;
  Stream<v1::WatchStatusRequest, v1::Job> watch_status;
  Unary<v1::CancelTrainingRequest, v1::Job> cancel_training;
  Stream<v1::GenerateRequest, v1::GenerateResponse> generate;
  Unary<v1::ScoreRequest, v1::ScoreResponse> score;
  Unary<v1::ListJobsRequest, v1::ListJobsResponse> list_jobs;
  Unary<v1::ListModelsRequest, v1::ListModelsResponse> list_models;
  Stream<v1::GetLossesRequest, v1::GetLossesResponse> get_losses;
  Unary<v1::GetServerInfoRequest, v1::ServerInfo> get_server_info;
  std::function<grpc::Status(grpc::ServerContext*,
                             const grpc::health::v1::HealthCheckRequest&,
                             grpc::health::v1::HealthCheckResponse*)>
      check;
};

// A real gRPC server on a free loopback port, until it is destroyed.
class FakeServer {
 public:
  // `handlers` must outlive it.
  explicit FakeServer(const Handlers* handlers);
  ~FakeServer();

  const std::string& address() const { return address_; }

 private:
  class MicroGptService;
  class RegistryService;
  class HealthService;

  std::unique_ptr<MicroGptService> microgpt_;
  std::unique_ptr<RegistryService> registry_;
  std::unique_ptr<HealthService> health_;
  std::unique_ptr<grpc::Server> server_;
  std::string address_;
};

}  // namespace microgpt::client

#endif  // MICROGPT_CLIENT_END_TO_END_FAKE_SERVER_H_
