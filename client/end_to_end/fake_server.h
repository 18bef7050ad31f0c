// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CLIENT_END_TO_END_FAKE_SERVER_H_
#define MICROGPT_CLIENT_END_TO_END_FAKE_SERVER_H_

#include <functional>
#include <memory>
#include <string>

#include "grpc/health/v1/health.grpc.pb.h"
#include "grpcpp/server.h"
#include "microgpt/v1/inspector.grpc.pb.h"
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
  template <typename Request, typename Response>
  using Upload = std::function<grpc::Status(
      grpc::ServerContext*, grpc::ServerReader<Request>*, Response*)>;

  Unary<v1::TrainRequest, v1::Job> train;
  Unary<v1::GetStatusRequest, v1::Job> get_status;
  Stream<v1::WatchStatusRequest, v1::Job> watch_status;
  Unary<v1::CancelTrainingRequest, v1::Job> cancel_training;
  Stream<v1::GenerateRequest, v1::GenerateResponse> generate;
  Stream<v1::GenerateLikeRequest, v1::GenerateResponse> generate_like;
  Unary<v1::ScoreRequest, v1::ScoreResponse> score;
  Unary<v1::EvaluateRequest, v1::Evaluation> evaluate;
  Unary<v1::ListJobsRequest, v1::ListJobsResponse> list_jobs;
  Unary<v1::ListModelsRequest, v1::ListModelsResponse> list_models;
  Unary<v1::GetModelRequest, v1::Model> get_model;
  Unary<v1::DeleteModelRequest, v1::DeleteModelResponse> delete_model;
  Unary<v1::SetAliasRequest, v1::Model> set_alias;
  Unary<v1::DeleteAliasRequest, v1::Model> delete_alias;
  Stream<v1::ExportModelRequest, v1::ExportModelResponse> export_model;
  Upload<v1::ImportModelRequest, v1::Model> import_model;
  Upload<v1::AddDatasetRequest, v1::Dataset> add_dataset;
  Unary<v1::GetDatasetRequest, v1::Dataset> get_dataset;
  Unary<v1::ListDatasetsRequest, v1::ListDatasetsResponse> list_datasets;
  Unary<v1::DeleteDatasetRequest, v1::DeleteDatasetResponse> delete_dataset;
  Stream<v1::GetMetricsRequest, v1::GetMetricsResponse> get_metrics;
  Unary<v1::GetServerInfoRequest, v1::ServerInfo> get_server_info;
  Unary<v1::TraceRequest, v1::TraceResponse> trace;
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
  class InspectorService;
  class HealthService;

  std::unique_ptr<MicroGptService> microgpt_;
  std::unique_ptr<RegistryService> registry_;
  std::unique_ptr<InspectorService> inspector_;
  std::unique_ptr<HealthService> health_;
  std::unique_ptr<grpc::Server> server_;
  std::string address_;
};

}  // namespace microgpt::client

#endif  // MICROGPT_CLIENT_END_TO_END_FAKE_SERVER_H_
