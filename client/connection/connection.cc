// SPDX-License-Identifier: MIT
#include "client/connection/connection.h"

#include <fmt/format.h>

#include <charconv>
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

// An IPv6 address is a host in brackets only: who knows what is a port in
// "::1:50051".
bool IsHost(std::string_view text) {
  const bool in_brackets =
      text.size() > 2 && text.front() == '[' && text.back() == ']';
  if (in_brackets) {
    text = text.substr(1, text.size() - 2);
    return text.find_first_not_of("0123456789abcdefABCDEF:.%") == text.npos;
  }
  return !text.empty() && text.find_first_of("/:[] ") == text.npos;
}

bool IsPort(std::string_view text) {
  unsigned port = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, port);
  return error == std::errc() && rest == end && port >= 1 && port <= 65535;
}

bool IsHostAndPort(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  return colon != text.npos && IsHost(text.substr(0, colon)) &&
         IsPort(text.substr(colon + 1));
}

}  // namespace

absl::StatusOr<std::string> ParseAddress(std::string_view text,
                                         std::string_view source) {
  constexpr std::string_view kUnix = "unix:";
  const bool is_path = text.starts_with(kUnix) && text.size() > kUnix.size();
  if (is_path || IsHostAndPort(text)) return std::string(text);
  if (IsHost(text)) return fmt::format("{}:{}", text, kDefaultPort);
  return absl::InvalidArgumentError(
      fmt::format("{}: \"{}\" is not HOST:PORT, such as 127.0.0.1:50051 or "
                  "[::1]:50051",
                  source, text));
}

Connection::Connection(std::string address, Timeout timeout,
                       Interrupts* interrupts)
    : address_(std::move(address)),
      timeout_(timeout),
      interrupts_(interrupts),
      channel_(Connect(address_)),
      microgpt_(v1::MicroGpt::NewStub(channel_)),
      registry_(v1::Registry::NewStub(channel_)),
      inspector_(v1::Inspector::NewStub(channel_)),
      health_(grpc::health::v1::Health::NewStub(channel_)) {}

void Connection::SetDeadline(grpc::ClientContext* context,
                             Timeout limit) const {
  const Timeout timeout = limit.has_value() ? limit : timeout_;
  if (!timeout.has_value()) return;
  context->set_deadline(std::chrono::system_clock::now() + *timeout);
}

absl::Status Connection::Failure(const grpc::Status& status) const {
  if (status.ok()) return absl::OkStatus();
  if (interrupts_->triggered()) return absl::CancelledError("");
  return FromGrpc(status, address_);
}

}  // namespace microgpt::client
