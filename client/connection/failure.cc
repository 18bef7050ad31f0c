// SPDX-License-Identifier: MIT
#include "client/connection/failure.h"

#include <fmt/format.h>

#include "client/output/figures.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace microgpt::client {
namespace {

// The detail of type T that rides along with `status`; an empty one if none.
template <typename T>
T DetailOf(const grpc::Status& status) {
  google::rpc::Status details;
  T detail;
  if (!details.ParseFromString(status.error_details())) return detail;
  for (const auto& any : details.details()) {
    if (any.UnpackTo(&detail)) return detail;
  }
  return T();
}

// gRPC tells a connection that never came about in many words of which the
// last are the cause: "…: Connection refused".
bool IsConnectFailure(std::string_view message) {
  return message.find("failed to connect") != std::string_view::npos ||
         message.find("DNS resolution failed") != std::string_view::npos ||
         message.find("Failed to connect") != std::string_view::npos;
}

std::string LastWords(std::string_view message) {
  const std::size_t colon = message.rfind(": ");
  return std::string(
      colon == std::string_view::npos ? message : message.substr(colon + 2));
}

std::string Unavailable(const grpc::Status& status, std::string_view address) {
  const std::string message = status.error_message();
  if (message.find("http1.x server") != std::string::npos) {
    return fmt::format(
        "what answers at {} is HTTP/1.1, as on the dashboard's port. Say where "
        "gRPC is, as in --server 127.0.0.1:50051",
        address);
  }
  if (IsConnectFailure(message)) {
    return fmt::format(
        "no server answers at {} ({}). Start one with microgptd, or say where "
        "it is with --server HOST:PORT or MGPT_SERVER",
        address, LastWords(message));
  }
  return fmt::format("the server at {} went away: {} Try again", address,
                     Sentence(message));
}

std::string Exhausted(const grpc::Status& status) {
  const auto delay = DetailOf<google::rpc::RetryInfo>(status).retry_delay();
  if (delay.seconds() == 0 && delay.nanos() == 0) {
    return status.error_message();
  }
  return fmt::format("{} Try again in {}", Sentence(status.error_message()),
                     HumanDuration(ToChrono(delay)));
}

std::string Message(const grpc::Status& status, std::string_view address) {
  switch (status.error_code()) {
    case grpc::UNAVAILABLE:
      return Unavailable(status, address);
    case grpc::DEADLINE_EXCEEDED:
      return fmt::format(
          "the server at {} has not answered in time. Try again, or with a "
          "longer --timeout",
          address);
    case grpc::RESOURCE_EXHAUSTED:
      return Exhausted(status);
    case grpc::UNIMPLEMENTED:
      return fmt::format(
          "the server at {} does not know this call: {} Is it a microgptd of "
          "this version? See: mgpt info, mgpt version",
          address, Sentence(status.error_message()));
    default:
      return status.error_message();
  }
}

}  // namespace

ExitCode ExitCodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return ExitCode::kOk;
    case absl::StatusCode::kCancelled:
      return ExitCode::kInterrupted;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kOutOfRange:
      return ExitCode::kUsage;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kResourceExhausted:
      return ExitCode::kUnavailable;
    case absl::StatusCode::kNotFound:
      return ExitCode::kNotFound;
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kAborted:
      return ExitCode::kConflict;
    default:
      return ExitCode::kFailed;
  }
}

absl::Status FromGrpc(const grpc::Status& status, std::string_view address) {
  if (status.ok()) return absl::OkStatus();
  // Only the caller knows whether a cancelled call is the user's Ctrl-C.
  const auto code = status.error_code() == grpc::CANCELLED
                        ? absl::StatusCode::kUnknown
                        : static_cast<absl::StatusCode>(status.error_code());
  return absl::Status(code, Message(status, address));
}

std::string Sentence(std::string_view message) {
  std::string sentence(message);
  if (sentence.empty()) sentence = "the server gave no reason";
  const char last = sentence.back();
  if (last != '.' && last != '?' && last != '!') sentence += '.';
  return sentence;
}

absl::Status WithNextStep(const absl::Status& status,
                          std::string_view command) {
  const std::string message(status.message());
  if (status.ok() || message.find("See: ") != std::string::npos) return status;
  return absl::Status(status.code(),
                      fmt::format("{} See: {}", Sentence(message), command));
}

}  // namespace microgpt::client
