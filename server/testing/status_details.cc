// SPDX-License-Identifier: MIT
#include "server/testing/status_details.h"

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace microgpt::server {
namespace {

// The first detail of its kind; an empty one if there is none.
template <typename Detail>
Detail Find(const grpc::Status& status) {
  google::rpc::Status details;
  details.ParseFromString(status.error_details());
  Detail found;
  for (const auto& any : details.details()) {
    if (any.UnpackTo(&found)) return found;
  }
  return Detail();
}

}  // namespace

std::string FieldIn(const grpc::Status& status) {
  const auto bad_request = Find<google::rpc::BadRequest>(status);
  return bad_request.field_violations().empty()
             ? ""
             : bad_request.field_violations(0).field();
}

std::string ReasonIn(const grpc::Status& status) {
  return Find<google::rpc::ErrorInfo>(status).reason();
}

}  // namespace microgpt::server
