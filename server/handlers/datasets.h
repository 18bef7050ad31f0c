// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_HANDLERS_DATASETS_H_
#define MICROGPT_SERVER_HANDLERS_DATASETS_H_

#include "absl/status/statusor.h"
#include "microgpt/v1/registry.pb.h"
#include "server/datasets/datasets.h"
#include "server/handlers/call.h"
#include "server/threads/admission.h"
#include "server/threads/run_queue.h"

namespace microgpt::server {

// Datasets, as registry.proto promises them. Thread-safe.
class DatasetHandlers {
 public:
  // All must outlive this, and every call under way. transfers: where texts are
  // cleaned and loaded; changes: admits what waits for the store.
  struct Parts {
    Datasets& datasets;
    RunQueue& transfers;
    Admission& changes;
  };
  explicit DatasetHandlers(const Parts& parts) : parts_(parts) {}

  absl::StatusOr<RequestStreamPtr<v1::AddDatasetRequest, v1::Dataset>>
  AddDataset(const CallContext& context);
  void GetDataset(v1::GetDatasetRequest request, const CallContext& context,
                  Done<v1::Dataset> done);
  void ListDatasets(v1::ListDatasetsRequest request, const CallContext& context,
                    Done<v1::ListDatasetsResponse> done);
  void DeleteDataset(v1::DeleteDatasetRequest request,
                     const CallContext& context,
                     Done<v1::DeleteDatasetResponse> done);

 private:
  const Parts parts_;
};

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_HANDLERS_DATASETS_H_
