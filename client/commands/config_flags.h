// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CLIENT_COMMANDS_CONFIG_FLAGS_H_
#define MICROGPT_CLIENT_COMMANDS_CONFIG_FLAGS_H_

#include "CLI/CLI.hpp"
#include "microgpt/v1/microgpt.pb.h"

namespace microgpt::client {

// A flag for every field of Config, in kebab case: n_layer is --n-layer. Only
// what is given is set; ranges are the server's to check. `config` must live
// until the command line is parsed.
void AddConfigFlags(CLI::App& command, v1::Config* config);

}  // namespace microgpt::client

#endif  // MICROGPT_CLIENT_COMMANDS_CONFIG_FLAGS_H_
