// SPDX-License-Identifier: MIT
//
// info, health and version: the server, and this program.
#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <string>
#include <thread>

#include "client/command_line/values.h"
#include "client/commands/commands.h"
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
struct VersionOptions {};

struct HealthOptions {
  std::optional<milliseconds> wait;
};

absl::Status RunInfo(Session& session, const InfoOptions&) {
  const absl::StatusOr<v1::ServerInfo> info = session.connection.Call(
      session.connection.registry(), &v1::Registry::Stub::GetServerInfo,
      v1::GetServerInfoRequest());
  if (!info.ok()) return info.status();
  Printer printer(&session.out, session.FormatOr(Format::kTable),
                  ServerInfoColumns(), Printer::Layout::kCard);
  printer.Print(*info, ServerInfoRow(*info, Clock::now()));
  printer.Finish();
  return absl::OkStatus();
}

// The response where the server serves; UNAVAILABLE where it does not, yet or
// at all.
absl::StatusOr<HealthCheckResponse> CheckHealth(Connection& connection) {
  constexpr milliseconds kMostPatience(5000);
  absl::StatusOr<HealthCheckResponse> response =
      connection.Call(connection.health(), &Health::Stub::Check,
                      HealthCheckRequest(), kMostPatience);
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

absl::Status RunHealth(Session& session, const HealthOptions& options) {
  constexpr milliseconds kBetweenChecks(100);
  const auto end = steady_clock::now() + options.wait.value_or(milliseconds(0));
  absl::StatusOr<HealthCheckResponse> response =
      CheckHealth(session.connection);
  while (MayBeHealthySoon(response.status()) &&
         steady_clock::now() + kBetweenChecks < end) {
    std::this_thread::sleep_for(kBetweenChecks);
    response = CheckHealth(session.connection);
  }
  if (!response.ok()) return response.status();
  Printer printer(&session.out, session.FormatOr(Format::kText),
                  {{"status", "STATUS"}}, Printer::Layout::kCard);
  printer.Print(*response, {{{"serving", "SERVING"}}, "serving"});
  printer.Finish();
  return absl::OkStatus();
}

absl::Status RunVersion(Session& session, const VersionOptions&) {
  session.out.Write("mgpt " MICROGPT_CLIENT_VERSION "\n");
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
  AddCommand<VersionOptions>(root, "version", "Print this program's version",
                             "mgpt version", std::make_shared<VersionOptions>(),
                             RunVersion, chosen);
}

}  // namespace microgpt::client
