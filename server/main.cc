// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <vector>

#include "server/descriptors.h"
#include "server/logging.h"
#include "server/options.h"
#include "server/server.h"
#include "server/signals.h"
#include "server/version.h"

namespace {

// The one sentence that says why the server does not run.
int Refuse(const absl::Status& status, int exit_code) {
  fmt::print(stderr, "microgptd: {}\n", std::string(status.message()));
  return exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  using microgpt::server::Options;
  using microgpt::server::Server;

  const absl::StatusOr<Options> options = microgpt::server::ReadOptions(
      std::vector<std::string>(argv + 1, argv + argc), environ);
  if (!options.ok()) return Refuse(options.status(), 2);
  if (!options->print_and_exit.empty()) {
    fmt::print("{}", options->print_and_exit);
    return 0;
  }

  microgpt::server::RaiseDescriptorLimit();
  microgpt::server::ShutdownSignals signals;
  microgpt::server::StartLogging(options->json_log, options->log_level);
  spdlog::info("microgptd {}: {}", microgpt::server::kVersion,
               fmt::join(options->effective, " "));
  const absl::StatusOr<std::unique_ptr<Server>> server =
      Server::Start(*options);
  if (!server.ok()) return Refuse(server.status(), 1);
  spdlog::info("listening on {}", (*server)->address());
  if (!(*server)->http_address().empty()) {
    spdlog::info("http: listening on {}", (*server)->http_address());
  }

  signals.Wait();
  spdlog::info("draining: at most {} s", options->drain_timeout.count());
  constexpr std::chrono::seconds kGrace{15};
  signals.ExitOnNextOrAfter(options->drain_timeout + kGrace);
  (*server)->Drain();
  spdlog::info("drained");
  return 0;
}
