// SPDX-License-Identifier: MIT
//
// Files and standard input, as far as a request can carry them.
#ifndef MICROGPT_CLIENT_COMMANDS_INPUT_H_
#define MICROGPT_CLIENT_COMMANDS_INPUT_H_

#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/output/output.h"

namespace microgpt::client {

// All of a file, or of standard input for "-". NOT_FOUND: no such file;
// INVALID_ARGUMENT: not UTF-8, or more than `most_bytes` (a larger file is not
// read).
absl::StatusOr<std::string> ReadText(const std::string& path,
                                     std::size_t most_bytes, Console* console);

// Calls `each` for every line of standard input, without its line break (LF or
// CRLF), until `each` fails. A line that is not UTF-8 is INVALID_ARGUMENT.
absl::Status ForEachInputLine(
    Console* console, const std::function<absl::Status(std::string)>& each);

}  // namespace microgpt::client

#endif  // MICROGPT_CLIENT_COMMANDS_INPUT_H_
