// SPDX-License-Identifier: MIT
//
// mgpt, the command line of a microGPT server. Command line → action → exit
// code; the commands are in commands/.
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string>
#include <vector>

#include "client/cli.h"
#include "client/connection/failure.h"
#include "client/output/output.h"

int main(int argc, char** argv) {
  namespace client = microgpt::client;
  // A reader that leaves shows as a write that fails, see Output.
  std::signal(SIGPIPE, SIG_IGN);
  // gRPC's own log lines are for its developers; what is wrong comes as a
  // status.
  setenv("GRPC_VERBOSITY", "NONE", /*overwrite=*/0);

  const auto invocation =
      client::ParseCommandLine(std::vector<std::string>(argv + 1, argv + argc));
  if (!invocation.ok()) {
    client::Console(STDERR_FILENO, {})
        .Error(std::string(invocation.status().message()));
    return static_cast<int>(client::ExitCode::kUsage);
  }
  return client::Run(*invocation);
}
