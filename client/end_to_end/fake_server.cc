// SPDX-License-Identifier: MIT
#include "client/end_to_end/fake_server.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server_builder.h"

namespace microgpt::client {
namespace {

using grpc::ServerContext;
using grpc::ServerReader;
using grpc::ServerWriter;
using grpc::Status;

template <typename Handler, typename... Arguments>
Status Answer(const Handler& handler, Arguments&&... arguments) {
  if (!handler) return Status(grpc::UNIMPLEMENTED, "not in this test");
  return handler(std::forward<Arguments>(arguments)...);
}

}  // namespace

class FakeServer::MicroGptService final : public v1::MicroGpt::Service {
 public:
  explicit MicroGptService(const Handlers* handlers) : handlers_(*handlers) {}

  Status Train(ServerContext*, const v1::TrainRequest* request,
               v1::Job* job) override {
    return Answer(handlers_.train, *request, job);
  }
  Status GetStatus(ServerContext*, const v1::GetStatusRequest* request,
                   v1::Job* job) override {
    return Answer(handlers_.get_status, *request, job);
  }
  Status WatchStatus(ServerContext* context,
                     const v1::WatchStatusRequest* request,
                     ServerWriter<v1::Job>* writer) override {
    return Answer(handlers_.watch_status, context, *request, writer);
  }
  Status CancelTraining(ServerContext*,
                        const v1::CancelTrainingRequest* request,
                        v1::Job* job) override {
    return Answer(handlers_.cancel_training, *request, job);
  }
  Status Generate(ServerContext* context, const v1::GenerateRequest* request,
                  ServerWriter<v1::GenerateResponse>* writer) override {
    return Answer(handlers_.generate, context, *request, writer);
  }
  Status GenerateLike(ServerContext* context,
                      const v1::GenerateLikeRequest* request,
                      ServerWriter<v1::GenerateResponse>* writer) override {
    return Answer(handlers_.generate_like, context, *request, writer);
  }
  Status Score(ServerContext*, const v1::ScoreRequest* request,
               v1::ScoreResponse* response) override {
    return Answer(handlers_.score, *request, response);
  }
  Status Evaluate(ServerContext*, const v1::EvaluateRequest* request,
                  v1::Evaluation* response) override {
    return Answer(handlers_.evaluate, *request, response);
  }

 private:
  const Handlers& handlers_;
};

class FakeServer::RegistryService final : public v1::Registry::Service {
 public:
  explicit RegistryService(const Handlers* handlers) : handlers_(*handlers) {}

  Status ListJobs(ServerContext*, const v1::ListJobsRequest* request,
                  v1::ListJobsResponse* response) override {
    return Answer(handlers_.list_jobs, *request, response);
  }
  Status ListModels(ServerContext*, const v1::ListModelsRequest* request,
                    v1::ListModelsResponse* response) override {
    return Answer(handlers_.list_models, *request, response);
  }
  Status GetModel(ServerContext*, const v1::GetModelRequest* request,
                  v1::Model* response) override {
    return Answer(handlers_.get_model, *request, response);
  }
  Status DeleteModel(ServerContext*, const v1::DeleteModelRequest* request,
                     v1::DeleteModelResponse* response) override {
    return Answer(handlers_.delete_model, *request, response);
  }
  Status SetAlias(ServerContext*, const v1::SetAliasRequest* request,
                  v1::Model* response) override {
    return Answer(handlers_.set_alias, *request, response);
  }
  Status DeleteAlias(ServerContext*, const v1::DeleteAliasRequest* request,
                     v1::Model* response) override {
    return Answer(handlers_.delete_alias, *request, response);
  }
  Status ExportModel(ServerContext* context,
                     const v1::ExportModelRequest* request,
                     ServerWriter<v1::ExportModelResponse>* writer) override {
    return Answer(handlers_.export_model, context, *request, writer);
  }
  Status ImportModel(ServerContext* context,
                     ServerReader<v1::ImportModelRequest>* reader,
                     v1::Model* response) override {
    return Answer(handlers_.import_model, context, reader, response);
  }
  Status AddDataset(ServerContext* context,
                    ServerReader<v1::AddDatasetRequest>* reader,
                    v1::Dataset* response) override {
    return Answer(handlers_.add_dataset, context, reader, response);
  }
  Status GetDataset(ServerContext*, const v1::GetDatasetRequest* request,
                    v1::Dataset* response) override {
    return Answer(handlers_.get_dataset, *request, response);
  }
  Status ListDatasets(ServerContext*, const v1::ListDatasetsRequest* request,
                      v1::ListDatasetsResponse* response) override {
    return Answer(handlers_.list_datasets, *request, response);
  }
  Status DeleteDataset(ServerContext*, const v1::DeleteDatasetRequest* request,
                       v1::DeleteDatasetResponse* response) override {
    return Answer(handlers_.delete_dataset, *request, response);
  }
  Status GetServerInfo(ServerContext*, const v1::GetServerInfoRequest* request,
                       v1::ServerInfo* info) override {
    return Answer(handlers_.get_server_info, *request, info);
  }

 private:
  const Handlers& handlers_;
};

class FakeServer::InspectorService final : public v1::Inspector::Service {
 public:
  explicit InspectorService(const Handlers* handlers) : handlers_(*handlers) {}

  Status Trace(ServerContext*, const v1::TraceRequest* request,
               v1::TraceResponse* response) override {
    return Answer(handlers_.trace, *request, response);
  }
  Status GetMetrics(ServerContext* context,
                    const v1::GetMetricsRequest* request,
                    ServerWriter<v1::GetMetricsResponse>* writer) override {
    return Answer(handlers_.get_metrics, context, *request, writer);
  }

 private:
  const Handlers& handlers_;
};

class FakeServer::HealthService final
    : public grpc::health::v1::Health::Service {
 public:
  explicit HealthService(const Handlers* handlers) : handlers_(*handlers) {}

  Status Check(ServerContext* context,
               const grpc::health::v1::HealthCheckRequest* request,
               grpc::health::v1::HealthCheckResponse* response) override {
    return Answer(handlers_.check, context, *request, response);
  }

 private:
  const Handlers& handlers_;
};

FakeServer::FakeServer(const Handlers* handlers)
    : microgpt_(std::make_unique<MicroGptService>(handlers)),
      registry_(std::make_unique<RegistryService>(handlers)),
      inspector_(std::make_unique<InspectorService>(handlers)),
      health_(std::make_unique<HealthService>(handlers)) {
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                           &port);
  builder.SetMaxReceiveMessageSize(16 << 20);
  builder.RegisterService(microgpt_.get());
  builder.RegisterService(registry_.get());
  builder.RegisterService(inspector_.get());
  builder.RegisterService(health_.get());
  server_ = builder.BuildAndStart();
  address_ = fmt::format("127.0.0.1:{}", port);
}

FakeServer::~FakeServer() {
  // A deadline in the past cancels the calls under way.
  server_->Shutdown(std::chrono::system_clock::time_point::min());
}

}  // namespace microgpt::client
