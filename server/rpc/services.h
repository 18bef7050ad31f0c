// SPDX-License-Identifier: MIT
//
// The API's services for gRPC: each method hands its bytes to a reactor and
// names the handler.
#ifndef MICROGPT_SERVER_RPC_SERVICES_H_
#define MICROGPT_SERVER_RPC_SERVICES_H_

#include "microgpt/v1/inspector.grpc.pb.h"
#include "microgpt/v1/microgpt.grpc.pb.h"
#include "microgpt/v1/registry.grpc.pb.h"
#include "server/calls/call_tracker.h"
#include "server/handlers/datasets.h"
#include "server/handlers/evaluation.h"
#include "server/handlers/generation.h"
#include "server/handlers/housekeeping.h"
#include "server/handlers/inspection/inspection.h"
#include "server/handlers/metrics.h"
#include "server/handlers/models.h"
#include "server/handlers/training.h"

namespace microgpt::server {

using Context = grpc::CallbackServerContext;
using Bytes = grpc::ByteBuffer;

// Every method registered raw, so that we decode and say what is wrong.
using RawMicroGpt = v1::MicroGpt::WithRawCallbackMethod_Train<
    v1::MicroGpt::WithRawCallbackMethod_GetStatus<
        v1::MicroGpt::WithRawCallbackMethod_WatchStatus<
            v1::MicroGpt::WithRawCallbackMethod_CancelTraining<
                v1::MicroGpt::WithRawCallbackMethod_Generate<
                    v1::MicroGpt::WithRawCallbackMethod_GenerateLike<
                        v1::MicroGpt::WithRawCallbackMethod_Score<
                            v1::MicroGpt::WithRawCallbackMethod_Evaluate<
                                v1::MicroGpt::Service>>>>>>>>;

class MicroGptService final : public RawMicroGpt {
 public:
  // All must outlive the gRPC server.
  MicroGptService(TrainingHandlers& training, GenerationHandlers& generation,
                  EvaluationHandlers& evaluation, CallTracker& tracker)
      : training_(training),
        generation_(generation),
        evaluation_(evaluation),
        tracker_(tracker) {}

  grpc::ServerUnaryReactor* Train(Context*, const Bytes*, Bytes*) override;
  grpc::ServerUnaryReactor* GetStatus(Context*, const Bytes*, Bytes*) override;
  grpc::ServerUnaryReactor* CancelTraining(Context*, const Bytes*,
                                           Bytes*) override;
  grpc::ServerUnaryReactor* Score(Context*, const Bytes*, Bytes*) override;
  grpc::ServerUnaryReactor* Evaluate(Context*, const Bytes*, Bytes*) override;
  grpc::ServerWriteReactor<Bytes>* WatchStatus(Context*, const Bytes*) override;
  grpc::ServerWriteReactor<Bytes>* Generate(Context*, const Bytes*) override;
  grpc::ServerWriteReactor<Bytes>* GenerateLike(Context*,
                                                const Bytes*) override;

 private:
  TrainingHandlers& training_;
  GenerationHandlers& generation_;
  EvaluationHandlers& evaluation_;
  CallTracker& tracker_;
};

template <typename Service>
using RawModels = v1::Registry::WithRawCallbackMethod_ListModels<
    v1::Registry::WithRawCallbackMethod_GetModel<
        v1::Registry::WithRawCallbackMethod_DeleteModel<
            v1::Registry::WithRawCallbackMethod_SetAlias<
                v1::Registry::WithRawCallbackMethod_DeleteAlias<
                    v1::Registry::WithRawCallbackMethod_ExportModel<
                        v1::Registry::WithRawCallbackMethod_ImportModel<
                            Service>>>>>>>;
template <typename Service>
using RawDatasets = v1::Registry::WithRawCallbackMethod_AddDataset<
    v1::Registry::WithRawCallbackMethod_GetDataset<
        v1::Registry::WithRawCallbackMethod_ListDatasets<
            v1::Registry::WithRawCallbackMethod_DeleteDataset<Service>>>>;
template <typename Service>
using RawHousekeeping = v1::Registry::WithRawCallbackMethod_ListJobs<
    v1::Registry::WithRawCallbackMethod_GetLosses<
        v1::Registry::WithRawCallbackMethod_GetServerInfo<Service>>>;

class RegistryService final
    : public RawModels<RawDatasets<RawHousekeeping<v1::Registry::Service>>> {
 public:
  // All must outlive the gRPC server.
  RegistryService(ModelHandlers& models, DatasetHandlers& datasets,
                  HousekeepingHandlers& housekeeping, CallTracker& tracker)
      : models_(models),
        datasets_(datasets),
        housekeeping_(housekeeping),
        tracker_(tracker) {}

  grpc::ServerUnaryReactor* ListModels(Context*, const Bytes*, Bytes*) override;
  grpc::ServerUnaryReactor* GetModel(Context*, const Bytes*, Bytes*) override;
  grpc::ServerUnaryReactor* DeleteModel(Context*, const Bytes*,
                                        Bytes*) override;
  grpc::ServerUnaryReactor* SetAlias(Context*, const Bytes*, Bytes*) override;
  grpc::ServerUnaryReactor* DeleteAlias(Context*, const Bytes*,
                                        Bytes*) override;
  grpc::ServerWriteReactor<Bytes>* ExportModel(Context*, const Bytes*) override;
  grpc::ServerReadReactor<Bytes>* ImportModel(Context*, Bytes*) override;

  grpc::ServerReadReactor<Bytes>* AddDataset(Context*, Bytes*) override;
  grpc::ServerUnaryReactor* GetDataset(Context*, const Bytes*, Bytes*) override;
  grpc::ServerUnaryReactor* ListDatasets(Context*, const Bytes*,
                                         Bytes*) override;
  grpc::ServerUnaryReactor* DeleteDataset(Context*, const Bytes*,
                                          Bytes*) override;

  grpc::ServerUnaryReactor* ListJobs(Context*, const Bytes*, Bytes*) override;
  grpc::ServerUnaryReactor* GetServerInfo(Context*, const Bytes*,
                                          Bytes*) override;
  grpc::ServerWriteReactor<Bytes>* GetLosses(Context*, const Bytes*) override;

 private:
  ModelHandlers& models_;
  DatasetHandlers& datasets_;
  HousekeepingHandlers& housekeeping_;
  CallTracker& tracker_;
};

using RawInspector = v1::Inspector::WithRawCallbackMethod_Trace<
    v1::Inspector::WithRawCallbackMethod_GetMetrics<
        v1::Inspector::WithRawCallbackMethod_GetTensor<
            v1::Inspector::WithRawCallbackMethod_Project<
                v1::Inspector::WithRawCallbackMethod_NextTokens<
                    v1::Inspector::Service>>>>>;

class InspectorService final : public RawInspector {
 public:
  // All must outlive the gRPC server.
  InspectorService(InspectionHandlers& inspection, MetricsHandlers& metrics,
                   CallTracker& tracker)
      : inspection_(inspection), metrics_(metrics), tracker_(tracker) {}

  grpc::ServerUnaryReactor* Trace(Context*, const Bytes*, Bytes*) override;
  grpc::ServerUnaryReactor* GetTensor(Context*, const Bytes*, Bytes*) override;
  grpc::ServerUnaryReactor* Project(Context*, const Bytes*, Bytes*) override;
  grpc::ServerUnaryReactor* NextTokens(Context*, const Bytes*, Bytes*) override;
  grpc::ServerWriteReactor<Bytes>* GetMetrics(Context*, const Bytes*) override;

 private:
  InspectionHandlers& inspection_;
  MetricsHandlers& metrics_;
  CallTracker& tracker_;
};

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_RPC_SERVICES_H_
