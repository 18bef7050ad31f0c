// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_HANDLERS_INSPECTION_INSPECTION_H_
#define MICROGPT_SERVER_HANDLERS_INSPECTION_INSPECTION_H_

#include <stop_token>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "microgpt/v1/inspector.pb.h"
#include "server/datasets/datasets.h"
#include "server/handlers/call.h"
#include "server/handlers/inspection/inspected_model.h"
#include "server/handlers/limits.h"
#include "server/jobs/jobs.h"
#include "server/registry/registry.h"
#include "server/threads/run_queue.h"

namespace microgpt::server {

// What inspector.proto promises, but of the figures of a job's steps.
// Thread-safe.
class InspectionHandlers {
 public:
  // All must outlive this, and every call under way.
  InspectionHandlers(const SnapshotSources& sources, Datasets& datasets)
      : sources_(sources), datasets_(datasets) {}

  void Trace(v1::TraceRequest request, const CallContext& context,
             Done<v1::TraceResponse> done);
  void GetTensor(v1::GetTensorRequest request, const CallContext& context,
                 Done<v1::GetTensorResponse> done);
  void Project(v1::ProjectRequest request, const CallContext& context,
               Done<v1::ProjectResponse> done);
  void NextTokens(v1::NextTokensRequest request, const CallContext& context,
                  Done<v1::NextTokensResponse> done);

 private:
  // Answers a request on a thread of the queue, with `answer`, which gets the
  // request, its snapshot and the call's stop.
  template <typename Request, typename Response>
  void Run(Request request, const CallContext& context, Done<Response> done,
           auto answer);

  absl::StatusOr<v1::ProjectResponse> ProjectAligned(
      const v1::ProjectRequest& request, const InspectedModel& inspected) const;

  const SnapshotSources sources_;
  Datasets& datasets_;
  // A call is one slice, mostly short; a long one must not keep all from
  // answering.
  RunQueue queue_{kInspectionThreads, kMaxInspections, "Inspector calls"};
};

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_HANDLERS_INSPECTION_INSPECTION_H_
