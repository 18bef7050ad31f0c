// SPDX-License-Identifier: MIT
//
// JOB_OR_MODEL: the job that a command is about, by its id or its model.
#ifndef MICROGPT_CLIENT_COMMANDS_TARGET_H_
#define MICROGPT_CLIENT_COMMANDS_TARGET_H_

#include <string>
#include <string_view>

#include "CLI/CLI.hpp"
#include "client/command_line/names.h"

namespace microgpt::client {

// Adds the argument; without it *target stays empty, the newest job of all.
void AddTarget(CLI::App& command, std::string* target);

// The same, but for commands that must be told which.
void AddRequiredTarget(CLI::App& command, std::string* target);

// Asks `request` for a job or a model by the form of `target`; for neither
// where it is empty: then the server takes the newest job of all.
template <typename Request>
void SetTarget(std::string_view target, Request* request) {
  if (IsJobId(target)) {
    request->set_job(std::string(target));
  } else {
    request->set_model(std::string(target));
  }
}

// The list that a target of this form stands in: "mgpt jobs" or "mgpt ls".
std::string_view ListFor(std::string_view target);

}  // namespace microgpt::client

#endif  // MICROGPT_CLIENT_COMMANDS_TARGET_H_
