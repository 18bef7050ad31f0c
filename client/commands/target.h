// SPDX-License-Identifier: MIT
//
// What commands are about: JOB_OR_MODEL, a job by its id or its model; MODEL, a
// version of a model by a reference to it.
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

// Adds MODEL, a reference to a version; returns it for more to be said.
CLI::Option* AddReference(CLI::App& command, std::string* reference);

// The list that a reference's version stands in: "mgpt ls names" of "names@3",
// "mgpt ls" of "names".
std::string ListForReference(std::string_view reference);

}  // namespace microgpt::client

#endif  // MICROGPT_CLIENT_COMMANDS_TARGET_H_
