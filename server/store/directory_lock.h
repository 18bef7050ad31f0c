// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_STORE_DIRECTORY_LOCK_H_
#define MICROGPT_SERVER_STORE_DIRECTORY_LOCK_H_

#include <string>
#include <utility>

#include "absl/status/statusor.h"

namespace microgpt::server {

// Keeps other servers out of a data directory for as long as it lives; the
// kernel gives it back when the process ends, however it ends. The file stays.
class DirectoryLock {
 public:
  // Locks <directory>/lock and writes our process id into it. UNAVAILABLE:
  // another has it, whose id the sentence tells, or the file cannot be made.
  static absl::StatusOr<DirectoryLock> Take(const std::string& directory);

  DirectoryLock(DirectoryLock&& other) noexcept
      : file_(std::exchange(other.file_, -1)) {}
  DirectoryLock& operator=(DirectoryLock&&) = delete;
  ~DirectoryLock();

 private:
  explicit DirectoryLock(int file) : file_(file) {}

  int file_;  // -1: moved away
};

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_STORE_DIRECTORY_LOCK_H_
