// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CLIENT_COMMANDS_FILES_INPUT_FILE_H_
#define MICROGPT_CLIENT_COMMANDS_FILES_INPUT_FILE_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/output/output.h"

namespace microgpt::client {

inline constexpr char kStandardInputName[] = "standard input";  // in messages

// What went wrong with the file `name`: "pets.txt: No such file or directory".
// NOT_FOUND for that one, else UNKNOWN.
absl::Status FileError(std::string_view name, int error);

// A file or standard input, read from its beginning to its end.
class InputFile {
 public:
  // The most that one Read gives.
  static constexpr std::size_t kReadBytes = 256 << 10;

  // `path`: "-" is standard input; a terminal is told that it is being read.
  static absl::StatusOr<InputFile> Open(const std::string& path,
                                        Console* console);

  // Takes over `fd`.
  InputFile(int fd, std::string name);
  ~InputFile();
  InputFile(InputFile&& other) noexcept;
  InputFile& operator=(InputFile&&) = delete;

  const std::string& name() const { return name_; }

  // Where it is known before reading.
  std::optional<std::uint64_t> size() const;

  // What ends the waiting for input that does not come.
  struct Patience {
    int interrupt_fd = -1;  // that can be read from; -1: does not count
    std::optional<std::chrono::steady_clock::time_point> deadline;
  };

  // What comes next, as soon as there is something; empty at the end. Good
  // until the next call. Where patience ends first: CANCELLED, without a
  // message, or DEADLINE_EXCEEDED.
  absl::StatusOr<std::string_view> Read(const Patience& patience);
  absl::StatusOr<std::string_view> Read();  // waits for ever

 private:
  int fd_;
  std::string name_;
  std::vector<char> buffer_;
};

}  // namespace microgpt::client

#endif  // MICROGPT_CLIENT_COMMANDS_FILES_INPUT_FILE_H_
