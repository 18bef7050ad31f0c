// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_HANDLERS_INSPECTION_TRACE_H_
#define MICROGPT_SERVER_HANDLERS_INSPECTION_TRACE_H_

#include <stop_token>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "microgpt/v1/inspector.pb.h"
#include "server/handlers/inspection/inspected_model.h"

namespace microgpt::server {

// What can be told of a request without its model.
absl::Status Validate(const v1::TraceRequest& request);

// Answers a request that is valid so far. What it asks for too much of is a
// FieldError before anything is computed. CANCELLED if `stop` was requested.
absl::StatusOr<v1::TraceResponse> Answer(const v1::TraceRequest& request,
                                         const InspectedModel& inspected,
                                         const std::stop_token& stop);

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_HANDLERS_INSPECTION_TRACE_H_
