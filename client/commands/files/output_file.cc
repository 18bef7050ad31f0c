// SPDX-License-Identifier: MIT
#include "client/commands/files/output_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include "client/commands/files/input_file.h"

namespace microgpt::client {
namespace {

// What `path` links to, so that the link stays one.
std::string Resolved(const std::string& path) {
  std::error_code error;
  const std::filesystem::path real = std::filesystem::canonical(path, error);
  return error ? path : real.string();
}

}  // namespace

absl::StatusOr<OutputFile> OutputFile::Create(const std::string& path) {
  const std::string place = Resolved(path);
  struct stat about {};
  const bool exists = stat(place.c_str(), &about) == 0;
  if (exists && !S_ISREG(about.st_mode)) {
    const int fd = open(place.c_str(), O_WRONLY | O_CLOEXEC);
    if (fd < 0) return FileError(path, errno);
    return OutputFile(fd, place, place);
  }
  const std::string beside = fmt::format("{}.{}.part", place, getpid());
  const int fd =
      open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (fd < 0) return FileError(path, errno);
  if (exists) (void)fchmod(fd, about.st_mode & 07777);  // else as usual
  return OutputFile(fd, place, beside);
}

OutputFile::OutputFile(int fd, std::string path, std::string written_path)
    : fd_(fd), path_(std::move(path)), written_path_(std::move(written_path)) {}

OutputFile::~OutputFile() {
  if (fd_ < 0) return;
  close(fd_);
  if (written_path_ != path_) unlink(written_path_.c_str());
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      path_(std::move(other.path_)),
      written_path_(std::move(other.written_path_)) {}

absl::Status OutputFile::Write(std::string_view data) {
  while (!data.empty()) {
    const ssize_t written = write(fd_, data.data(), data.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return FileError(path_, errno);
    data.remove_prefix(static_cast<std::size_t>(written));
  }
  return absl::OkStatus();
}

absl::Status OutputFile::Commit() {
  const bool is_beside = written_path_ != path_;
  if (is_beside && fsync(fd_) != 0) return FileError(path_, errno);
  if (is_beside && std::rename(written_path_.c_str(), path_.c_str()) != 0) {
    return FileError(path_, errno);
  }
  close(std::exchange(fd_, -1));
  return absl::OkStatus();
}

}  // namespace microgpt::client
