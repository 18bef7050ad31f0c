// SPDX-License-Identifier: MIT
//
// What every rm has in common: several names, and a question on a terminal.
#ifndef MICROGPT_CLIENT_COMMANDS_REGISTRY_DELETION_H_
#define MICROGPT_CLIENT_COMMANDS_REGISTRY_DELETION_H_

#include <functional>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/commands/session.h"

namespace microgpt::client {

struct DeletionOptions {
  std::vector<std::string> names;
  bool yes = false;
};

// Adds the names, an argument called `argument`, and --yes.
void AddDeletionOptions(CLI::App& command, const std::string& argument,
                        const std::string& help, DeletionOptions* options);

// What a name stands for, "names with 3 versions".
using Describe = std::function<absl::StatusOr<std::string>(const std::string&)>;
using Delete = std::function<absl::Status(const std::string& name)>;

// Deletes one name after the other. Where somebody sits at a terminal and has
// not said --yes, first asks whether to, in the words of `describe`: nothing is
// deleted without a yes, nor where a name cannot be described. A name that
// cannot be deleted does not keep the others; the last such error is the
// answer, the others go to the console.
absl::Status DeleteEach(Session& session, const DeletionOptions& options,
                        const Describe& describe, const Delete& remove);

}  // namespace microgpt::client

#endif  // MICROGPT_CLIENT_COMMANDS_REGISTRY_DELETION_H_
