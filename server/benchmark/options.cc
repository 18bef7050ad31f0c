// SPDX-License-Identifier: MIT
#include "server/benchmark/options.h"

#include <CLI/CLI.hpp>
#include <cstdlib>

namespace microgpt::benchmark {

Options ReadOptions(int argc, char** argv) {
  Options options;
  CLI::App app(
      "Measures calls to a running server, a JSON object a line. What the "
      "keys\n"
      "mean is in docs/performance.md.");
  app.option_defaults()->always_capture_default();
  app.add_option("--server", options.server, "host:port");
  app.add_option("--calls", options.calls, "of each caller in a turn, at most")
      ->check(CLI::PositiveNumber);
  app.add_option("--seconds", options.seconds,
                 "of calls with each number of callers; of half of it, or a\n"
                 "few repetitions, of each other figure")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--strings", options.strings, "of a large Generate call")
      ->check(CLI::Range(1, 1'000'000));
  std::string role = "measure";
  app.add_option("role", role, "what this process does; others for itself")
      ->check(CLI::IsMember({"measure", "echo", "reader"}));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::exit(app.exit(error));
  }
  if (role == "echo") options.role = Options::Role::kEcho;
  if (role == "reader") options.role = Options::Role::kReader;
  return options;
}

}  // namespace microgpt::benchmark
