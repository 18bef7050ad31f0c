// SPDX-License-Identifier: MIT
//
// What went wrong, as one sentence for a person and one exit code for a
// program.
#ifndef MICROGPT_CLIENT_CONNECTION_FAILURE_H_
#define MICROGPT_CLIENT_CONNECTION_FAILURE_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "grpcpp/support/status.h"

namespace microgpt::client {

enum class ExitCode {
  kOk = 0,
  kFailed = 1,
  kUsage = 2,        // the command line, or a value that the server refuses
  kUnavailable = 3,  // try again: no server, too slow, or too much to do
  kNotFound = 4,
  kConflict = 5,  // what exists, or its state, forbids it
  kInterrupted = 130,
};

// By the status' code. CANCELLED means that the user interrupted.
ExitCode ExitCodeOf(const absl::Status& status);

// The status of a call to the server at `address`, with a sentence that names
// the cause and, where there is one, the next step.
absl::Status FromGrpc(const grpc::Status& status, std::string_view address);

// A server's `message` with a full stop, where it does not end as a sentence
// already; says so where it is empty.
std::string Sentence(std::string_view message);

// `status` with ". See: <command>" behind its sentence, unless it is OK or says
// so already.
absl::Status WithNextStep(const absl::Status& status, std::string_view command);

}  // namespace microgpt::client

#endif  // MICROGPT_CLIENT_CONNECTION_FAILURE_H_
