// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_TESTING_STATUS_DETAILS_H_
#define MICROGPT_SERVER_TESTING_STATUS_DETAILS_H_

#include <grpcpp/support/status.h>

#include <string>

namespace microgpt::server {

// The field that the status' BadRequest names; empty if there is none.
std::string FieldIn(const grpc::Status& status);

// The reason of the status' ErrorInfo; empty if there is none.
std::string ReasonIn(const grpc::Status& status);

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_TESTING_STATUS_DETAILS_H_
