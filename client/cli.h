// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CLIENT_CLI_H_
#define MICROGPT_CLIENT_CLI_H_

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "client/commands/commands.h"
#include "client/output/format.h"

namespace microgpt::client {

// What the command line asks for.
struct Invocation {
  // Where there is an action: an address, as ParseAddress gives it.
  std::string server = "127.0.0.1:50051";
  std::optional<std::chrono::milliseconds> timeout;
  std::optional<Format> format;
  bool quiet = false;
  bool color = true;  // as far as terminals read
  Action action;      // empty: print `help` and be done
  std::string help;   // help, or the version, as asked for
};

// `arguments` as after the program's name; reads MGPT_SERVER and NO_COLOR.
// INVALID_ARGUMENT with a sentence for what cannot be understood; help and
// version want no server and do not look at its address. Of an option given
// twice the last one counts.
absl::StatusOr<Invocation> ParseCommandLine(std::vector<std::string> arguments);

// Does what the invocation asks for and returns the exit code.
int Run(const Invocation& invocation);

}  // namespace microgpt::client

#endif  // MICROGPT_CLIENT_CLI_H_
