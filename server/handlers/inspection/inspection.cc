// SPDX-License-Identifier: MIT
#include "server/handlers/inspection/inspection.h"

#include <utility>

#include "core/errors/errors.h"
#include "server/handlers/inspection/next_tokens.h"
#include "server/handlers/inspection/tensors.h"
#include "server/handlers/inspection/trace.h"
#include "server/threads/priority.h"

namespace microgpt::server {

template <typename Request, typename Response>
void InspectionHandlers::Run(Request request, const CallContext& context,
                             Done<Response> done, auto answer) {
  const absl::Status valid = Validate(request);
  if (!valid.ok()) return done(valid);
  absl::StatusOr<RunQueue::Ticket> ticket = queue_.Admit();
  if (!ticket.ok()) return done(ticket.status());
  queue_.Submit([this, request = std::move(request), stop = context.stop,
                 done = std::move(done), answer, ticket = *std::move(ticket)] {
    LowerPriority();
    if (stop.stop_requested()) {
      done(absl::CancelledError());
      return false;
    }
    const absl::StatusOr<InspectedModel> inspected =
        FindSnapshot(SnapshotNameOf(request), sources_);
    done(inspected.ok() ? answer(request, *inspected, stop)
                        : absl::StatusOr<Response>(inspected.status()));
    return false;
  });
}

void InspectionHandlers::Trace(v1::TraceRequest request,
                               const CallContext& context,
                               Done<v1::TraceResponse> done) {
  Run(std::move(request), context, std::move(done),
      [](const v1::TraceRequest& valid, const InspectedModel& inspected,
         const std::stop_token& stop) {
        return Answer(valid, inspected, stop);
      });
}

void InspectionHandlers::GetTensor(v1::GetTensorRequest request,
                                   const CallContext& context,
                                   Done<v1::GetTensorResponse> done) {
  Run(std::move(request), context, std::move(done),
      [](const v1::GetTensorRequest& valid, const InspectedModel& inspected,
         const std::stop_token&) { return Answer(valid, inspected); });
}

void InspectionHandlers::Project(v1::ProjectRequest request,
                                 const CallContext& context,
                                 Done<v1::ProjectResponse> done) {
  Run(std::move(request), context, std::move(done),
      [this](const v1::ProjectRequest& valid, const InspectedModel& inspected,
             const std::stop_token&) {
        return ProjectAligned(valid, inspected);
      });
}

absl::StatusOr<v1::ProjectResponse> InspectionHandlers::ProjectAligned(
    const v1::ProjectRequest& request, const InspectedModel& inspected) const {
  SnapshotName other{.model = request.align_model()};
  if (request.has_align_step()) {
    other.job = request.job();
    other.step = request.align_step();
  } else if (other.model.empty()) {
    return Answer(request, inspected, nullptr);
  }
  const absl::StatusOr<InspectedModel> align = FindSnapshot(other, sources_);
  // What is not one of the names is "model"'s error for FindSnapshot.
  if (absl::IsInvalidArgument(align.status())) {
    return PrefixField("align_", align.status());
  }
  MICROGPT_RETURN_IF_ERROR(align.status());
  return Answer(request, inspected, &*align);
}

void InspectionHandlers::NextTokens(v1::NextTokensRequest request,
                                    const CallContext& context,
                                    Done<v1::NextTokensResponse> done) {
  Run(std::move(request), context, std::move(done),
      [this](const v1::NextTokensRequest& valid,
             const InspectedModel& inspected, const std::stop_token& stop) {
        return Answer(valid, inspected, datasets_, stop);
      });
}

}  // namespace microgpt::server
