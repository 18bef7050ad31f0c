// SPDX-License-Identifier: MIT
#include "server/store/directory_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "absl/status/status.h"

namespace microgpt::server {
namespace {

absl::Status HeldError(const std::string& directory, const std::string& path) {
  std::string holder;
  std::ifstream(path) >> holder;
  return absl::UnavailableError(
      fmt::format("data directory {} is in use by another server{}", directory,
                  holder.empty() ? "" : fmt::format(" (pid {})", holder)));
}

}  // namespace

absl::StatusOr<DirectoryLock> DirectoryLock::Take(
    const std::string& directory) {
  const std::string path = directory + "/lock";
  DirectoryLock lock(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (lock.file_ < 0) {
    return absl::UnavailableError(
        fmt::format("{}: {}", path, std::strerror(errno)));
  }
  if (flock(lock.file_, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return HeldError(directory, path);
    return absl::UnavailableError(
        fmt::format("cannot lock {}: {}", path, std::strerror(errno)));
  }
  const std::string pid = fmt::format("{}\n", getpid());
  if (ftruncate(lock.file_, 0) != 0 ||
      pwrite(lock.file_, pid.data(), pid.size(), 0) < 0) {
    return absl::UnavailableError(
        fmt::format("cannot write to {}: {}", path, std::strerror(errno)));
  }
  return lock;
}

DirectoryLock::~DirectoryLock() {
  if (file_ >= 0) close(file_);
}

}  // namespace microgpt::server
