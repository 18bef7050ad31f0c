// SPDX-License-Identifier: MIT
#include "client/commands/files/input_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace microgpt::client {
namespace {

// False once `interrupt_fd` can be read from, where `fd` cannot.
bool WaitFor(int fd, int interrupt_fd) {
  if (interrupt_fd < 0) return true;
  std::array<pollfd, 2> files = {{{fd, POLLIN, 0}, {interrupt_fd, POLLIN, 0}}};
  while (poll(files.data(), files.size(), -1) < 0 && errno == EINTR) {
  }
  return files[0].revents != 0 || files[1].revents == 0;
}

}  // namespace

absl::Status FileError(std::string_view name, int error) {
  const std::string message =
      fmt::format("{}: {}", name, std::generic_category().message(error));
  if (error == ENOENT) return absl::NotFoundError(message);
  return absl::UnknownError(message);
}

absl::StatusOr<InputFile> InputFile::Open(const std::string& path,
                                          Console* console) {
  if (path == "-") {
    if (isatty(STDIN_FILENO) == 1) {
      console->Note("Reading standard input; Ctrl-D ends it.");
    }
    return InputFile(STDIN_FILENO, kStandardInputName);
  }
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return FileError(path, errno);
  return InputFile(fd, path);
}

InputFile::InputFile(int fd, std::string name)
    : fd_(fd), name_(std::move(name)), buffer_(kReadBytes) {}

InputFile::~InputFile() {
  if (fd_ > STDERR_FILENO) close(fd_);
}

InputFile::InputFile(InputFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      name_(std::move(other.name_)),
      buffer_(std::move(other.buffer_)) {}

std::optional<std::uint64_t> InputFile::size() const {
  struct stat about {};
  if (fstat(fd_, &about) != 0 || !S_ISREG(about.st_mode)) return std::nullopt;
  return static_cast<std::uint64_t>(about.st_size);
}

absl::StatusOr<std::string_view> InputFile::Read(int interrupt_fd) {
  if (!WaitFor(fd_, interrupt_fd)) return absl::CancelledError("");
  ssize_t size = -1;
  do {
    size = read(fd_, buffer_.data(), buffer_.size());
  } while (size < 0 && errno == EINTR);
  if (size < 0) return FileError(name_, errno);
  return std::string_view(buffer_.data(), static_cast<std::size_t>(size));
}

}  // namespace microgpt::client
