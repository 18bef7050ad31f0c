// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CLIENT_COMMANDS_SESSION_H_
#define MICROGPT_CLIENT_COMMANDS_SESSION_H_

#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "client/connection/connection.h"
#include "client/output/format.h"
#include "client/output/output.h"

namespace microgpt::client {

// What a command works with. A command writes data to `out`, what it says
// about it to `console`, and returns its error for main to print.
struct Session {
  Connection& connection;
  Output& out;
  Console& console;
  std::optional<Format> format;  // -o
  bool color_out = false;        // whether `out` may be coloured

  Format FormatOr(Format by_default) const {
    return format.value_or(by_default);
  }
};

// `status` with where to look next: `list` for what was not found,
// `mgpt <command> --help` for what was refused.
absl::Status Explained(const absl::Status& status, std::string_view command,
                       std::string_view list);

}  // namespace microgpt::client

#endif  // MICROGPT_CLIENT_COMMANDS_SESSION_H_
