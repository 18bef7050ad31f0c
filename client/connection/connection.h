// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CLIENT_CONNECTION_CONNECTION_H_
#define MICROGPT_CLIENT_CONNECTION_CONNECTION_H_

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/connection/failure.h"
#include "client/connection/interrupts.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/sync_stream.h"
#include "microgpt/v1/inspector.grpc.pb.h"
#include "microgpt/v1/microgpt.grpc.pb.h"
#include "microgpt/v1/registry.grpc.pb.h"

namespace microgpt::client {

// The most that a message may have, both ways: the API's own limit.
inline constexpr std::size_t kMaxMessageBytes = std::size_t{16} << 20;

// "host", "host:port", "[::1]", "[::1]:port" or "unix:path", with the default
// port where there is none. INVALID_ARGUMENT for what is no address
// ("http://host", "::1", a port outside 1..65535); the message begins with
// `source`, where the text comes from: "--server".
absl::StatusOr<std::string> ParseAddress(std::string_view text,
                                         std::string_view source);

// The server, as the commands call it. Connects at the first call. Calls must
// come one at a time: Ctrl-C cancels the one under way.
class Connection {
 public:
  using Timeout = std::optional<std::chrono::milliseconds>;

  // `address` as ParseAddress gives it; each call ends after `timeout`.
  // `interrupts` must outlive the connection.
  Connection(std::string address, Timeout timeout, Interrupts* interrupts);

  const std::string& address() const { return address_; }
  Timeout timeout() const { return timeout_; }
  Interrupts* interrupts() const { return interrupts_; }

  // Waits until there is a connection, or until `deadline`. gRPC connects only
  // while somebody waits like this or for a call.
  void AwaitConnected(std::chrono::system_clock::time_point deadline) {
    channel_->WaitForConnected(deadline);
  }

  v1::MicroGpt::Stub& microgpt() { return *microgpt_; }
  v1::Registry::Stub& registry() { return *registry_; }
  v1::Inspector::Stub& inspector() { return *inspector_; }
  grpc::health::v1::Health::Stub& health() { return *health_; }

  // Call(stub, &Stub::GetStatus, request): the response, or an error to show
  // as it is. CANCELLED, with no message: the user interrupted. `limit`, where
  // given, holds instead of the timeout.
  template <typename Stub, typename Request, typename Response>
  absl::StatusOr<Response> Call(
      Stub& stub,
      grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                   Response*),
      const Request& request, Timeout limit = std::nullopt) {
    grpc::ClientContext context;
    const Interrupts::Call interruptible(interrupts_, &context);
    SetDeadline(&context, limit);
    Response response;
    const grpc::Status status = (stub.*method)(&context, request, &response);
    if (!status.ok()) return Failure(status);
    return response;
  }

  // Read(stub, &Stub::WatchStatus, request, each): calls `each` for every
  // response until it answers false, which ends the call without an error.
  template <typename Stub, typename Request, typename Response, typename Each>
  absl::Status Read(Stub& stub,
                    std::unique_ptr<grpc::ClientReader<Response>> (
                        Stub::*method)(grpc::ClientContext*, const Request&),
                    const Request& request, Each each) {
    grpc::ClientContext context;
    const Interrupts::Call interruptible(interrupts_, &context);
    SetDeadline(&context, std::nullopt);
    const auto reader = (stub.*method)(&context, request);
    for (Response response; reader->Read(&response);) {
      if (each(response)) continue;
      context.TryCancel();
      reader->Finish();
      return absl::OkStatus();
    }
    return Failure(reader->Finish());
  }

  // Upload(stub, &Stub::AddDataset, next): sends every message that `next`
  // fills until it answers false, then answers as Call does. What the server
  // answers before that ends the sending with the next message. An error of
  // `next` cancels the call and is its answer.
  template <typename Stub, typename Request, typename Response, typename Next>
  absl::StatusOr<Response> Upload(Stub& stub,
                                  std::unique_ptr<grpc::ClientWriter<Request>> (
                                      Stub::*method)(grpc::ClientContext*,
                                                     Response*),
                                  Next next) {
    grpc::ClientContext context;
    const Interrupts::Call interruptible(interrupts_, &context);
    SetDeadline(&context, std::nullopt);
    Response response;
    const auto writer = (stub.*method)(&context, &response);
    for (Request request;; request.Clear()) {
      const absl::StatusOr<bool> is_filled = next(&request);
      if (!is_filled.ok()) {
        context.TryCancel();
        writer->Finish();
        return is_filled.status();
      }
      if (!*is_filled || !writer->Write(request)) break;
    }
    writer->WritesDone();
    const grpc::Status status = writer->Finish();
    if (!status.ok()) return Failure(status);
    return response;
  }

 private:
  void SetDeadline(grpc::ClientContext* context, Timeout limit) const;
  absl::Status Failure(const grpc::Status& status) const;

  const std::string address_;
  const Timeout timeout_;
  Interrupts* const interrupts_;
  const std::shared_ptr<grpc::Channel> channel_;
  const std::unique_ptr<v1::MicroGpt::Stub> microgpt_;
  const std::unique_ptr<v1::Registry::Stub> registry_;
  const std::unique_ptr<v1::Inspector::Stub> inspector_;
  const std::unique_ptr<grpc::health::v1::Health::Stub> health_;
};

}  // namespace microgpt::client

#endif  // MICROGPT_CLIENT_CONNECTION_CONNECTION_H_
