// SPDX-License-Identifier: MIT
//
// The text of files and of standard input, as far as a request can carry it.
#ifndef MICROGPT_CLIENT_COMMANDS_FILES_INPUT_H_
#define MICROGPT_CLIENT_COMMANDS_FILES_INPUT_H_

#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/commands/files/input_file.h"
#include "client/output/output.h"

namespace microgpt::client {

// All of a file, or of standard input for "-". NOT_FOUND: no such file;
// INVALID_ARGUMENT: not UTF-8, or more than `most_bytes` (a larger file is not
// read).
absl::StatusOr<std::string> ReadText(const std::string& path,
                                     std::size_t most_bytes, Console* console);

// The most that a line may have to be sent: ScoreRequest has room for 400,000
// bytes with log-probabilities.
inline constexpr std::size_t kMostLineBytes = 384 << 10;

// A line of standard input, without its line break (LF or CRLF).
struct InputLine {
  std::string text;       // of one that is too long the beginning, and "…"
  std::size_t bytes = 0;  // as it came

  // OK, or INVALID_ARGUMENT for a line above kMostLineBytes.
  absl::Status CheckLength() const;
};

using LineHandler = std::function<absl::Status(InputLine)>;

// Calls `each` for every line of standard input until `each` fails. Holds no
// more than a line's kMostLineBytes. A byte order mark before the first line is
// dropped; a line that is not UTF-8 is INVALID_ARGUMENT.
absl::Status ForEachInputLine(Console* console, const LineHandler& each);

// The same for another file.
absl::Status ForEachLine(InputFile* file, const LineHandler& each);

}  // namespace microgpt::client

#endif  // MICROGPT_CLIENT_COMMANDS_FILES_INPUT_H_
