// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CLIENT_COMMANDS_FILES_OUTPUT_FILE_H_
#define MICROGPT_CLIENT_COMMANDS_FILES_OUTPUT_FILE_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace microgpt::client {

// A file that is there in full or not at all: it is written beside its place,
// and takes it, and that of a file of the same name, once it is complete. What
// is no regular file (a device, a pipe) is written to as it is. A link stays
// one, also where it leads to nothing yet.
class OutputFile {
 public:
  static absl::StatusOr<OutputFile> Create(const std::string& path);

  // Without Commit nothing is left of it. Only a signal that ends the program
  // before leaves it, beside its place: NAME.<8 hex digits>.part.
  ~OutputFile();
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;

  absl::Status Write(std::string_view data);

  // Call once, after all is written.
  absl::Status Commit();

 private:
  OutputFile(int fd, std::string path, std::string written_path);

  int fd_;
  std::string path_;
  std::string written_path_;  // path_ itself where that is no regular file
};

}  // namespace microgpt::client

#endif  // MICROGPT_CLIENT_COMMANDS_FILES_OUTPUT_FILE_H_
