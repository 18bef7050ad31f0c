// SPDX-License-Identifier: MIT
#include "server/rpc/status.h"

#include "google/rpc/status.pb.h"
#include "server/calls/error_details.h"

namespace microgpt::server {

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const auto code = static_cast<grpc::StatusCode>(status.code());
  const google::rpc::Status details = WithDetails(status);
  if (details.details().empty()) return grpc::Status(code, details.message());
  return grpc::Status(code, details.message(), details.SerializeAsString());
}

}  // namespace microgpt::server
