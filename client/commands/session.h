// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CLIENT_COMMANDS_SESSION_H_
#define MICROGPT_CLIENT_COMMANDS_SESSION_H_

#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "client/command_line/names.h"
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

// `status` with where to look next: `list` for what was not found,
// `mgpt <command> --help` for what was refused.
absl::Status Explained(const absl::Status& status, std::string_view command,
                       std::string_view list);

// The list that a target of this form stands in: "mgpt jobs" or "mgpt ls".
std::string_view ListFor(std::string_view target);

}  // namespace microgpt::client

#endif  // MICROGPT_CLIENT_COMMANDS_SESSION_H_
