// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_HANDLERS_MODELS_H_
#define MICROGPT_SERVER_HANDLERS_MODELS_H_

#include "absl/status/statusor.h"
#include "microgpt/v1/registry.pb.h"
#include "server/datasets/datasets.h"
#include "server/handlers/call.h"
#include "server/registry/registry.h"
#include "server/threads/admission.h"
#include "server/threads/run_queue.h"

namespace microgpt::server {

// Models, their versions, aliases and files, as registry.proto promises them.
// Thread-safe.
class ModelHandlers {
 public:
  // All must outlive this, and every call under way. transfers: where files are
  // read and written; changes: admits what waits for the store.
  struct Parts {
    Registry& registry;
    Datasets& datasets;
    RunQueue& transfers;
    Admission& changes;
  };
  explicit ModelHandlers(const Parts& parts) : parts_(parts) {}

  void ListModels(v1::ListModelsRequest request, const CallContext& context,
                  Done<v1::ListModelsResponse> done);
  void GetModel(v1::GetModelRequest request, const CallContext& context,
                Done<v1::Model> done);
  void DeleteModel(v1::DeleteModelRequest request, const CallContext& context,
                   Done<v1::DeleteModelResponse> done);
  void SetAlias(v1::SetAliasRequest request, const CallContext& context,
                Done<v1::Model> done);
  void DeleteAlias(v1::DeleteAliasRequest request, const CallContext& context,
                   Done<v1::Model> done);
  absl::StatusOr<ResponseStreamPtr<v1::ExportModelResponse>> ExportModel(
      v1::ExportModelRequest request, const CallContext& context);
  absl::StatusOr<RequestStreamPtr<v1::ImportModelRequest, v1::Model>>
  ImportModel(const CallContext& context);

 private:
  const Parts parts_;
};

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_HANDLERS_MODELS_H_
