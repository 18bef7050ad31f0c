// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_HANDLERS_INSPECTION_NEXT_TOKENS_H_
#define MICROGPT_SERVER_HANDLERS_INSPECTION_NEXT_TOKENS_H_

#include <stop_token>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "microgpt/v1/inspector.pb.h"
#include "server/datasets/datasets.h"
#include "server/handlers/inspection/inspected_model.h"

namespace microgpt::server {

// What can be told of a request without its model.
absl::Status Validate(const v1::NextTokensRequest& request);

// Answers a request that is valid so far. CANCELLED if `stop` was requested.
// Takes time with the text of the model, unless that is in memory.
absl::StatusOr<v1::NextTokensResponse> Answer(
    const v1::NextTokensRequest& request, const InspectedModel& inspected,
    Datasets& datasets, const std::stop_token& stop);

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_HANDLERS_INSPECTION_NEXT_TOKENS_H_
