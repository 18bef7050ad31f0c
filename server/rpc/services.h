// SPDX-License-Identifier: MIT
//
// The API's services for gRPC: each method hands its bytes to a reactor and
// names the handler.
#ifndef MICROGPT_SERVER_RPC_SERVICES_H_
#define MICROGPT_SERVER_RPC_SERVICES_H_

#include "microgpt/v1/microgpt.grpc.pb.h"
#include "microgpt/v1/registry.grpc.pb.h"
#include "server/handlers/generation.h"
#include "server/handlers/housekeeping.h"
#include "server/handlers/training.h"
#include "server/rpc/call_tracker.h"

namespace microgpt::server {

using Context = grpc::CallbackServerContext;
using Bytes = grpc::ByteBuffer;

// Every method registered raw, so that we decode and say what is wrong.
using RawMicroGpt = v1::MicroGpt::WithRawCallbackMethod_Train<
    v1::MicroGpt::WithRawCallbackMethod_GetStatus<
        v1::MicroGpt::WithRawCallbackMethod_WatchStatus<
            v1::MicroGpt::WithRawCallbackMethod_CancelTraining<
                v1::MicroGpt::WithRawCallbackMethod_Generate<
                    v1::MicroGpt::WithRawCallbackMethod_Score<
                        v1::MicroGpt::Service>>>>>>;

class MicroGptService final : public RawMicroGpt {
 public:
  // All must outlive the gRPC server.
  MicroGptService(TrainingHandlers& training, GenerationHandlers& generation,
                  CallTracker& tracker)
      : training_(training), generation_(generation), tracker_(tracker) {}

  grpc::ServerUnaryReactor* Train(Context*, const Bytes*, Bytes*) override;
  grpc::ServerUnaryReactor* GetStatus(Context*, const Bytes*, Bytes*) override;
  grpc::ServerUnaryReactor* CancelTraining(Context*, const Bytes*,
                                           Bytes*) override;
  grpc::ServerUnaryReactor* Score(Context*, const Bytes*, Bytes*) override;
  grpc::ServerWriteReactor<Bytes>* WatchStatus(Context*, const Bytes*) override;
  grpc::ServerWriteReactor<Bytes>* Generate(Context*, const Bytes*) override;

 private:
  TrainingHandlers& training_;
  GenerationHandlers& generation_;
  CallTracker& tracker_;
};

using RawRegistry = v1::Registry::WithRawCallbackMethod_ListJobs<
    v1::Registry::WithRawCallbackMethod_ListModels<
        v1::Registry::WithRawCallbackMethod_GetLosses<
            v1::Registry::WithRawCallbackMethod_GetServerInfo<
                v1::Registry::Service>>>>;

class RegistryService final : public RawRegistry {
 public:
  // All must outlive the gRPC server.
  RegistryService(HousekeepingHandlers& handlers, CallTracker& tracker)
      : handlers_(handlers), tracker_(tracker) {}

  grpc::ServerUnaryReactor* ListJobs(Context*, const Bytes*, Bytes*) override;
  grpc::ServerUnaryReactor* ListModels(Context*, const Bytes*, Bytes*) override;
  grpc::ServerUnaryReactor* GetServerInfo(Context*, const Bytes*,
                                          Bytes*) override;
  grpc::ServerWriteReactor<Bytes>* GetLosses(Context*, const Bytes*) override;

 private:
  HousekeepingHandlers& handlers_;
  CallTracker& tracker_;
};

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_RPC_SERVICES_H_
