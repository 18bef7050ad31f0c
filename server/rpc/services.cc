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

grpc::ServerUnaryReactor* RegistryService::ListJobs(Context* context,
                                                    const Bytes* request,
                                                    Bytes* response) {
  return Unary(context, request, response, tracker_, handlers_,
               &HousekeepingHandlers::ListJobs);
}

grpc::ServerUnaryReactor* RegistryService::ListModels(Context* context,
                                                      const Bytes* request,
                                                      Bytes* response) {
  return Unary(context, request, response, tracker_, handlers_,
               &HousekeepingHandlers::ListModels);
}

grpc::ServerUnaryReactor* RegistryService::GetServerInfo(Context* context,
                                                         const Bytes* request,
                                                         Bytes* response) {
  return Unary(context, request, response, tracker_, handlers_,
               &HousekeepingHandlers::GetServerInfo);
}

grpc::ServerWriteReactor<Bytes>* RegistryService::GetLosses(
    Context* context, const Bytes* request) {
  return Stream(context, request, tracker_, handlers_,
                &HousekeepingHandlers::GetLosses);
}

}  // namespace microgpt::server
