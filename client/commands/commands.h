// SPDX-License-Identifier: MIT
//
// Training, sampling and the server; registry/registry.h has the commands for
// what the server keeps. Each function adds one command (or a few that belong
// together) to the command line; parsing one leaves what it does in *chosen.
#ifndef MICROGPT_CLIENT_COMMANDS_COMMANDS_H_
#define MICROGPT_CLIENT_COMMANDS_COMMANDS_H_

#include <functional>
#include <memory>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "client/commands/session.h"

namespace microgpt::client {

using Action = std::function<absl::Status(Session&)>;

void AddTrain(CLI::App& root, Action* chosen);
void AddGenerate(CLI::App& root, Action* chosen);
void AddLike(CLI::App& root, Action* chosen);
void AddScore(CLI::App& root, Action* chosen);
void AddEvaluate(CLI::App& root, Action* chosen);
void AddTrace(CLI::App& root, Action* chosen);
void AddJobs(CLI::App& root, Action* chosen);
void AddStatus(CLI::App& root, Action* chosen);
void AddWatch(CLI::App& root, Action* chosen);
void AddStop(CLI::App& root, Action* chosen);
void AddMetrics(CLI::App& root, Action* chosen);
void AddServer(CLI::App& root, Action* chosen);  // info, health
void AddOpen(CLI::App& root, Action* chosen);

// Adds a command that does nothing yet; below a command, as in `mgpt dataset
// add`, where `root` is one.
//   examples: lines of the help text, without indentation.
CLI::App* AddBareCommand(CLI::App& root, const std::string& name,
                         const std::string& description,
                         const std::string& examples);

// Adds a command whose options are parsed into an Options, which `run` gets.
template <typename Options>
CLI::App* AddCommand(CLI::App& root, const std::string& name,
                     const std::string& description,
                     const std::string& examples,
                     std::shared_ptr<Options> options,
                     absl::Status (*run)(Session&, const Options&),
                     Action* chosen) {
  CLI::App* const command = AddBareCommand(root, name, description, examples);
  command->callback([options, run, chosen] {
    *chosen = [options, run](Session& session) {
      return run(session, *options);
    };
  });
  return command;
}

}  // namespace microgpt::client

#endif  // MICROGPT_CLIENT_COMMANDS_COMMANDS_H_
