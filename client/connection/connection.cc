// SPDX-License-Identifier: MIT
#include "client/connection/connection.h"

#include <fmt/format.h>

#include <utility>

#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/support/channel_arguments.h"

namespace microgpt::client {
namespace {

constexpr char kDefaultPort[] = "50051";

std::shared_ptr<grpc::Channel> Connect(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(static_cast<int>(kMaxMessageBytes));
  arguments.SetUserAgentPrefix("mgpt/" MICROGPT_CLIENT_VERSION);
  // The address says where to go; a proxy meant for the web is in the way.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  // `health --wait` must see a server soon after it starts.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
  // A server that went without a word, with its machine, is noticed while a
  // job is watched in silence. microgptd allows a ping each 10 s.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 30'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(),
                                   arguments);
}

}  // namespace

absl::StatusOr<std::string> ParseAddress(std::string_view text) {
  const auto wrong = [&text] {
    return absl::InvalidArgumentError(fmt::format(
        "--server: \"{}\" is not HOST:PORT, such as 127.0.0.1:50051", text));
  };
  if (text.starts_with("unix:")) return std::string(text);
  if (text.empty() || text.find('/') != std::string_view::npos) return wrong();
  const std::size_t colon = text.rfind(':');
  const bool has_port = colon != std::string_view::npos &&
                        (text[0] != '[' || text[colon - 1] == ']');
  if (!has_port) return fmt::format("{}:{}", text, kDefaultPort);
  const std::string_view port = text.substr(colon + 1);
  if (colon == 0 || port.empty() || port.size() > 5 ||
      port.find_first_not_of("0123456789") != std::string_view::npos) {
    return wrong();
  }
  return std::string(text);
}

Connection::Connection(std::string address, Timeout timeout,
                       Interrupts* interrupts)
    : address_(std::move(address)),
      timeout_(timeout),
      interrupts_(interrupts),
      channel_(Connect(address_)),
      microgpt_(v1::MicroGpt::NewStub(channel_)),
      registry_(v1::Registry::NewStub(channel_)),
      health_(grpc::health::v1::Health::NewStub(channel_)) {}

void Connection::SetDeadline(grpc::ClientContext* context,
                             Timeout limit) const {
  const Timeout timeout = timeout_.has_value() ? timeout_ : limit;
  if (!timeout.has_value()) return;
  context->set_deadline(std::chrono::system_clock::now() + *timeout);
}

absl::Status Connection::Failure(const grpc::Status& status) const {
  if (status.ok()) return absl::OkStatus();
  if (interrupts_->triggered()) return absl::CancelledError("");
  return FromGrpc(status, address_);
}

}  // namespace microgpt::client
