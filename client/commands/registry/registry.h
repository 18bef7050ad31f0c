// SPDX-License-Identifier: MIT
//
// The commands for what the server keeps, as commands.h has the others.
#ifndef MICROGPT_CLIENT_COMMANDS_REGISTRY_REGISTRY_H_
#define MICROGPT_CLIENT_COMMANDS_REGISTRY_REGISTRY_H_

#include "CLI/CLI.hpp"
#include "client/commands/commands.h"

namespace microgpt::client {

void AddModels(CLI::App& root, Action* chosen);      // ls, show, rm
void AddAlias(CLI::App& root, Action* chosen);       // alias set, rm
void AddModelFiles(CLI::App& root, Action* chosen);  // export, import
void AddDatasets(CLI::App& root, Action* chosen);  // dataset add, ls, show, rm

}  // namespace microgpt::client

#endif  // MICROGPT_CLIENT_COMMANDS_REGISTRY_REGISTRY_H_
