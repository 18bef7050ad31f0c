// SPDX-License-Identifier: MIT
//
// info and health: the server itself.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <thread>

#include "client/command_line/values.h"
#include "client/commands/commands.h"
#include "client/commands/results.h"
#include "client/output/printer.h"
#include "client/output/views.h"

namespace microgpt::client {
namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

struct InfoOptions {};

struct HealthOptions {
  std::optional<milliseconds> wait;
};

absl::Status RunInfo(Session& session, const InfoOptions&) {
  const absl::StatusOr<v1::ServerInfo> info = session.connection.Call(
      session.connection.registry(), &v1::Registry::Stub::GetServerInfo,
      v1::GetServerInfoRequest());
  if (!info.ok()) return info.status();
  PrintCard(session, *info, ServerInfoColumns(),
            ServerInfoRow(*info, Clock::now()));
  return absl::OkStatus();
}

// The response where the server serves; UNAVAILABLE where it does not, yet or
// at all, or for as long as `patience`.
absl::StatusOr<HealthCheckResponse> CheckHealth(Connection& connection,
                                                milliseconds patience) {
  absl::StatusOr<HealthCheckResponse> response =
      connection.Call(connection.health(), &Health::Stub::Check,
                      HealthCheckRequest(), patience);
  if (!response.ok() || response->status() == HealthCheckResponse::SERVING) {
    return response;
  }
  return absl::UnavailableError(fmt::format(
      "the server at {} does not serve now ({})", connection.address(),
      HealthCheckResponse::ServingStatus_Name(response->status())));
}

bool MayBeHealthySoon(const absl::Status& status) {
  return ExitCodeOf(status) == ExitCode::kUnavailable;
}

// Checks until the server serves or `wait` is over, which no check outlasts.
absl::StatusOr<HealthCheckResponse> AwaitHealth(Connection& connection,
                                                milliseconds wait,
                                                milliseconds patience) {
  constexpr milliseconds kBetweenChecks(100);
  const auto end = steady_clock::now() + wait;
  absl::StatusOr<HealthCheckResponse> response =
      CheckHealth(connection, std::min(patience, wait));
  // The last check has some time too, or it would hide what the one before it
  // found.
  while (MayBeHealthySoon(response.status()) &&
         steady_clock::now() + 2 * kBetweenChecks < end) {
    const auto next = std::chrono::system_clock::now() + kBetweenChecks;
    connection.AwaitConnected(next);
    std::this_thread::sleep_until(next);
    const auto left =
        std::chrono::ceil<milliseconds>(end - steady_clock::now());
    response = CheckHealth(connection, std::min(patience, left));
  }
  return response;
}

absl::Status RunHealth(Session& session, const HealthOptions& options) {
  constexpr milliseconds kPatience(5000);
  Connection& connection = session.connection;
  const milliseconds patience = connection.timeout().value_or(kPatience);
  const absl::StatusOr<HealthCheckResponse> response =
      options.wait.has_value()
          ? AwaitHealth(connection, *options.wait, patience)
          : CheckHealth(connection, patience);
  if (!response.ok()) return response.status();
  Printer printer(&session.out, session.FormatOr(Format::kText),
                  {{"status", "STATUS"}}, Printer::Layout::kCard);
  printer.Print(*response, {{{"serving", "SERVING"}}, "serving"});
  printer.Finish();
  return absl::OkStatus();
}

}  // namespace

void AddServer(CLI::App& root, Action* chosen) {
  AddCommand<InfoOptions>(
      root, "info", "Show the server's version, limits and load",
      "mgpt info\nmgpt info --server example.org:50051 -o json",
      std::make_shared<InfoOptions>(), RunInfo, chosen);
  auto options = std::make_shared<HealthOptions>();
  CLI::App* health = AddCommand<HealthOptions>(
      root, "health", "Say whether the server is ready: exit code 0, else 3",
      "mgpt health --wait 30s && mgpt generate", options, RunHealth, chosen);
  AddDuration(
      *health, "--wait", [options](milliseconds wait) { options->wait = wait; },
      "Ask again until it is, for at most this long");
}

}  // namespace microgpt::client
