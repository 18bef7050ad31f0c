// SPDX-License-Identifier: MIT
#include "client/commands/files/output_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <random>
#include <system_error>
#include <utility>

#include "client/commands/files/input_file.h"

namespace microgpt::client {
namespace {

namespace fs = std::filesystem;

// What `path` links to, so that the link stays one; there need be nothing yet.
std::string Resolved(const std::string& path) {
  std::error_code error;
  fs::path real = fs::canonical(path, error);
  if (!error) return real.string();
  real = path;
  constexpr int kMostLinks = 40;  // as Linux has it
  for (int links = 0; links < kMostLinks && fs::is_symlink(real, error);
       ++links) {
    const fs::path target = fs::read_symlink(real, error);
    if (error) break;
    real = real.parent_path() / target;
  }
  return real.string();
}

// A new file.
struct Part {
  int fd = -1;  // -1: errno says why there is none
  std::string path;
};

// Nobody else has it, nor foresaw its name. Its mode is that of any new file.
Part MakePart(const std::string& place) {
  std::random_device random;
  Part part;
  do {
    part.path = fmt::format("{}.{:08x}.part", place, random());
    part.fd =
        open(part.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  } while (part.fd < 0 && errno == EEXIST);
  return part;
}

}  // namespace

absl::StatusOr<OutputFile> OutputFile::Create(const std::string& path) {
  struct stat about {};
  const bool exists = stat(path.c_str(), &about) == 0;
  if (!exists && errno != ENOENT) return FileError(path, errno);
  if (exists && !S_ISREG(about.st_mode)) {
    const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (fd < 0) return FileError(path, errno);
    return OutputFile(fd, path, path);
  }
  const std::string place = Resolved(path);
  Part part = MakePart(place);
  if (part.fd < 0) return FileError(part.path, errno);
  if (exists) (void)fchmod(part.fd, about.st_mode & 07777);  // else as usual
  return OutputFile(part.fd, place, std::move(part.path));
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
    if (written < 0) return FileError(written_path_, errno);
    data.remove_prefix(static_cast<std::size_t>(written));
  }
  return absl::OkStatus();
}

absl::Status OutputFile::Commit() {
  const bool is_beside = written_path_ != path_;
  if (is_beside && fsync(fd_) != 0) return FileError(written_path_, errno);
  if (is_beside && std::rename(written_path_.c_str(), path_.c_str()) != 0) {
    return FileError(path_, errno);
  }
  close(std::exchange(fd_, -1));
  return absl::OkStatus();
}

}  // namespace microgpt::client
