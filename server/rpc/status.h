// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_RPC_STATUS_H_
#define MICROGPT_SERVER_RPC_STATUS_H_

#include <grpcpp/support/status.h>

#include "absl/status/status.h"

namespace microgpt::server {

// A status for the wire: code and message as they are, and as google.rpc
// details the field (BadRequest), the reason (ErrorInfo, domain "microgpt") and
// the retry delay (RetryInfo), where the status has them.
grpc::Status ToGrpc(const absl::Status& status);

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_RPC_STATUS_H_
