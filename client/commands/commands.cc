// SPDX-License-Identifier: MIT
#include "client/commands/commands.h"

#include <algorithm>

namespace microgpt::client {

CLI::App* AddBareCommand(CLI::App& root, const std::string& name,
                         const std::string& description,
                         const std::string& examples) {
  std::string footer = "Examples:";
  for (std::size_t at = 0; at < examples.size();) {
    const std::size_t end = std::min(examples.find('\n', at), examples.size());
    footer += "\n  " + examples.substr(at, end - at);
    at = end + 1;
  }
  CLI::App* const command = root.add_subcommand(name, description);
  // Else the group that `root` is setting up.
  if (root.get_parent() != nullptr) command->group("Commands");
  command->footer(footer +
                  "\n\nGlobal options (-o, -q, --server, …): "
                  "mgpt --help");
  return command;
}

}  // namespace microgpt::client
