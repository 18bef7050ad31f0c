// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_HANDLERS_INSPECTION_TENSORS_H_
#define MICROGPT_SERVER_HANDLERS_INSPECTION_TENSORS_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "microgpt/v1/inspector.pb.h"
#include "server/handlers/inspection/inspected_model.h"

namespace microgpt::server {

// What can be told of a request without its model.
absl::Status Validate(const v1::GetTensorRequest& request);
absl::Status Validate(const v1::ProjectRequest& request);

// Answer requests that are valid so far. NOT_FOUND: no such tensor.
absl::StatusOr<v1::GetTensorResponse> Answer(
    const v1::GetTensorRequest& request, const InspectedModel& inspected);
//   align: of align_model or align_step; null: neither was given
absl::StatusOr<v1::ProjectResponse> Answer(const v1::ProjectRequest& request,
                                           const InspectedModel& inspected,
                                           const InspectedModel* align);

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_HANDLERS_INSPECTION_TENSORS_H_
