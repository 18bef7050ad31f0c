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

// What is meant by a name that was given.
struct Deletable {
  std::string name;         // still the same once somebody has said yes
  std::string description;  // "names@3"
};
using Describe = std::function<absl::StatusOr<Deletable>(const std::string&)>;
using Delete = std::function<absl::Status(const std::string& name)>;

// Deletes one name after the other. Where standard input is a terminal and
// nobody has said --yes, first asks whether to, in the words of `describe`:
// nothing is deleted without a yes, nor where a name cannot be described or the
// question cannot be shown (INVALID_ARGUMENT); after it, what was described is
// deleted. A name that cannot be deleted does not keep the others; the last
// such error is the answer, the others go to the console.
absl::Status DeleteEach(Session& session, const DeletionOptions& options,
                        const Describe& describe, const Delete& remove);

}  // namespace microgpt::client

#endif  // MICROGPT_CLIENT_COMMANDS_REGISTRY_DELETION_H_
