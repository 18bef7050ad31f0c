// SPDX-License-Identifier: MIT
#include "client/commands/files/input_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <system_error>
#include <utility>

namespace microgpt::client {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// For poll: -1 is for ever.
int MillisecondsUntil(std::optional<steady_clock::time_point> deadline) {
  if (!deadline.has_value()) return -1;
  const auto left =
      std::chrono::ceil<milliseconds>(*deadline - steady_clock::now());
  constexpr milliseconds kMost(std::numeric_limits<int>::max());
  return static_cast<int>(std::clamp(left, milliseconds(0), kMost).count());
}

// OK once `fd` can be read from.
absl::Status WaitFor(int fd, const std::string& name,
                     const InputFile::Patience& patience) {
  std::array<pollfd, 2> files = {
      {{fd, POLLIN, 0}, {patience.interrupt_fd, POLLIN, 0}}};
  int ready = -1;
  do {
    ready =
        poll(files.data(), files.size(), MillisecondsUntil(patience.deadline));
  } while (ready < 0 && errno == EINTR);
  if (ready < 0) return FileError(name, errno);
  if (ready == 0) {
    return absl::DeadlineExceededError(
        fmt::format("{} has not ended in time. Try again with a longer "
                    "--timeout",
                    name));
  }
  const bool is_only_interrupt = files[0].revents == 0;
  return is_only_interrupt ? absl::CancelledError("") : absl::OkStatus();
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

absl::StatusOr<std::string_view> InputFile::Read(const Patience& patience) {
  const absl::Status status = WaitFor(fd_, name_, patience);
  if (!status.ok()) return status;
  return Read();
}

absl::StatusOr<std::string_view> InputFile::Read() {
  ssize_t size = -1;
  do {
    size = read(fd_, buffer_.data(), buffer_.size());
  } while (size < 0 && errno == EINTR);
  if (size < 0) return FileError(name_, errno);
  return std::string_view(buffer_.data(), static_cast<std::size_t>(size));
}

}  // namespace microgpt::client
