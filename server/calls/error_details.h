// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_CALLS_ERROR_DETAILS_H_
#define MICROGPT_SERVER_CALLS_ERROR_DETAILS_H_

#include "absl/status/status.h"
#include "google/rpc/status.pb.h"

namespace microgpt::server {

// A status as every transport tells it: code and message (a long one
// shortened), and as google.rpc details the field (BadRequest), the reason
// (ErrorInfo, domain "microgpt") and the retry delay (RetryInfo), where the
// status has them.
google::rpc::Status WithDetails(const absl::Status& status);

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_CALLS_ERROR_DETAILS_H_
