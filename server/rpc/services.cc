// SPDX-License-Identifier: MIT
#include "server/rpc/services.h"

#include <utility>

#include "server/rpc/reactors.h"

namespace microgpt::server {
namespace {

// A reactor for a unary method of a group of handlers.
template <typename Handlers, typename Request, typename Response>
grpc::ServerUnaryReactor* Unary(
    Context* context, const Bytes* request, Bytes* response,
    CallTracker& tracker, Handlers& handlers,
    void (Handlers::*method)(Request, const CallContext&, Done<Response>)) {
  return new UnaryReactor<Request, Response>(
      *context, *request, *response, tracker,
      [&handlers, method](Request decoded, const CallContext& call,
                          Done<Response> done) {
        (handlers.*method)(std::move(decoded), call, std::move(done));
      });
}

// A reactor for a streaming one.
template <typename Handlers, typename Request, typename Response>
grpc::ServerWriteReactor<Bytes>* Stream(
    Context* context, const Bytes* request, CallTracker& tracker,
    Handlers& handlers,
    absl::StatusOr<ResponseStreamPtr<Response>> (Handlers::*method)(
        Request, const CallContext&)) {
  return new StreamReactor<Request, Response>(
      *context, *request, tracker,
      [&handlers, method](Request decoded, const CallContext& call) {
        return (handlers.*method)(std::move(decoded), call);
      });
}

// A reactor for a stream of requests.
template <typename Handlers, typename Request, typename Response>
grpc::ServerReadReactor<Bytes>* Upload(
    Context* context, Bytes* response, CallTracker& tracker, Handlers& handlers,
    absl::StatusOr<RequestStreamPtr<Request, Response>> (Handlers::*method)(
        const CallContext&)) {
  return new UploadReactor<Request, Response>(
      *context, *response, tracker,
      [&handlers, method](const CallContext& call) {
        return (handlers.*method)(call);
      });
}

}  // namespace

grpc::ServerUnaryReactor* MicroGptService::Train(Context* context,
                                                 const Bytes* request,
                                                 Bytes* response) {
  return Unary(context, request, response, tracker_, training_,
               &TrainingHandlers::Train);
}

grpc::ServerUnaryReactor* MicroGptService::GetStatus(Context* context,
                                                     const Bytes* request,
                                                     Bytes* response) {
  return Unary(context, request, response, tracker_, training_,
               &TrainingHandlers::GetStatus);
}

grpc::ServerUnaryReactor* MicroGptService::CancelTraining(Context* context,
                                                          const Bytes* request,
                                                          Bytes* response) {
  return Unary(context, request, response, tracker_, training_,
               &TrainingHandlers::CancelTraining);
}

grpc::ServerUnaryReactor* MicroGptService::Score(Context* context,
                                                 const Bytes* request,
                                                 Bytes* response) {
  return Unary(context, request, response, tracker_, generation_,
               &GenerationHandlers::Score);
}

grpc::ServerUnaryReactor* MicroGptService::Evaluate(Context* context,
                                                    const Bytes* request,
                                                    Bytes* response) {
  return Unary(context, request, response, tracker_, evaluation_,
               &EvaluationHandlers::Evaluate);
}

grpc::ServerWriteReactor<Bytes>* MicroGptService::WatchStatus(
    Context* context, const Bytes* request) {
  return Stream(context, request, tracker_, training_,
                &TrainingHandlers::WatchStatus);
}

grpc::ServerWriteReactor<Bytes>* MicroGptService::Generate(
    Context* context, const Bytes* request) {
  return Stream(context, request, tracker_, generation_,
                &GenerationHandlers::Generate);
}

grpc::ServerWriteReactor<Bytes>* MicroGptService::GenerateLike(
    Context* context, const Bytes* request) {
  return Stream(context, request, tracker_, generation_,
                &GenerationHandlers::GenerateLike);
}

grpc::ServerWriteReactor<Bytes>* InspectorService::GetMetrics(
    Context* context, const Bytes* request) {
  return Stream(context, request, tracker_, metrics_,
                &MetricsHandlers::GetMetrics);
}

grpc::ServerUnaryReactor* RegistryService::ListModels(Context* context,
                                                      const Bytes* request,
                                                      Bytes* response) {
  return Unary(context, request, response, tracker_, models_,
               &ModelHandlers::ListModels);
}

grpc::ServerUnaryReactor* RegistryService::GetModel(Context* context,
                                                    const Bytes* request,
                                                    Bytes* response) {
  return Unary(context, request, response, tracker_, models_,
               &ModelHandlers::GetModel);
}

grpc::ServerUnaryReactor* RegistryService::DeleteModel(Context* context,
                                                       const Bytes* request,
                                                       Bytes* response) {
  return Unary(context, request, response, tracker_, models_,
               &ModelHandlers::DeleteModel);
}

grpc::ServerUnaryReactor* RegistryService::SetAlias(Context* context,
                                                    const Bytes* request,
                                                    Bytes* response) {
  return Unary(context, request, response, tracker_, models_,
               &ModelHandlers::SetAlias);
}

grpc::ServerUnaryReactor* RegistryService::DeleteAlias(Context* context,
                                                       const Bytes* request,
                                                       Bytes* response) {
  return Unary(context, request, response, tracker_, models_,
               &ModelHandlers::DeleteAlias);
}

grpc::ServerWriteReactor<Bytes>* RegistryService::ExportModel(
    Context* context, const Bytes* request) {
  return Stream(context, request, tracker_, models_,
                &ModelHandlers::ExportModel);
}

grpc::ServerReadReactor<Bytes>* RegistryService::ImportModel(Context* context,
                                                             Bytes* response) {
  return Upload(context, response, tracker_, models_,
                &ModelHandlers::ImportModel);
}

grpc::ServerReadReactor<Bytes>* RegistryService::AddDataset(Context* context,
                                                            Bytes* response) {
  return Upload(context, response, tracker_, datasets_,
                &DatasetHandlers::AddDataset);
}

grpc::ServerUnaryReactor* RegistryService::GetDataset(Context* context,
                                                      const Bytes* request,
                                                      Bytes* response) {
  return Unary(context, request, response, tracker_, datasets_,
               &DatasetHandlers::GetDataset);
}

grpc::ServerUnaryReactor* RegistryService::ListDatasets(Context* context,
                                                        const Bytes* request,
                                                        Bytes* response) {
  return Unary(context, request, response, tracker_, datasets_,
               &DatasetHandlers::ListDatasets);
}

grpc::ServerUnaryReactor* RegistryService::DeleteDataset(Context* context,
                                                         const Bytes* request,
                                                         Bytes* response) {
  return Unary(context, request, response, tracker_, datasets_,
               &DatasetHandlers::DeleteDataset);
}

grpc::ServerUnaryReactor* RegistryService::ListJobs(Context* context,
                                                    const Bytes* request,
                                                    Bytes* response) {
  return Unary(context, request, response, tracker_, housekeeping_,
               &HousekeepingHandlers::ListJobs);
}

grpc::ServerUnaryReactor* RegistryService::GetServerInfo(Context* context,
                                                         const Bytes* request,
                                                         Bytes* response) {
  return Unary(context, request, response, tracker_, housekeeping_,
               &HousekeepingHandlers::GetServerInfo);
}

grpc::ServerWriteReactor<Bytes>* RegistryService::GetLosses(
    Context* context, const Bytes* request) {
  return Stream(context, request, tracker_, housekeeping_,
                &HousekeepingHandlers::GetLosses);
}

grpc::ServerUnaryReactor* InspectorService::Trace(Context* context,
                                                  const Bytes* request,
                                                  Bytes* response) {
  return Unary(context, request, response, tracker_, inspection_,
               &InspectionHandlers::Trace);
}

grpc::ServerUnaryReactor* InspectorService::GetTensor(Context* context,
                                                      const Bytes* request,
                                                      Bytes* response) {
  return Unary(context, request, response, tracker_, inspection_,
               &InspectionHandlers::GetTensor);
}

grpc::ServerUnaryReactor* InspectorService::Project(Context* context,
                                                    const Bytes* request,
                                                    Bytes* response) {
  return Unary(context, request, response, tracker_, inspection_,
               &InspectionHandlers::Project);
}

grpc::ServerUnaryReactor* InspectorService::NextTokens(Context* context,
                                                       const Bytes* request,
                                                       Bytes* response) {
  return Unary(context, request, response, tracker_, inspection_,
               &InspectionHandlers::NextTokens);
}

}  // namespace microgpt::server
