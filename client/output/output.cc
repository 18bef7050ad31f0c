// SPDX-License-Identifier: MIT
#include "client/output/output.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "client/output/utf8.h"

namespace microgpt::client {
namespace {

constexpr std::size_t kBufferBytes = 64 << 10;

// 0, or the errno of the write that failed.
int WriteAll(int fd, std::string_view data) {
  while (!data.empty()) {
    const ssize_t written = write(fd, data.data(), data.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    data.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

bool IsSmartTerminal(int fd) {
  const char* term = std::getenv("TERM");
  return isatty(fd) == 1 && term != nullptr && std::string_view(term) != "dumb";
}

}  // namespace

Output::Output(int fd) : fd_(fd), is_terminal_(isatty(fd) == 1) {}

bool Output::Write(std::string_view data) {
  if (error_ != 0) return false;
  buffer_.append(data);
  return buffer_.size() < kBufferBytes || Flush();
}

bool Output::Flush() {
  if (error_ == 0) error_ = WriteAll(fd_, buffer_);
  buffer_.clear();
  return error_ == 0;
}

absl::Status Output::Finish() {
  if (Flush() || error_ == EPIPE) return absl::OkStatus();
  return absl::UnknownError(
      fmt::format("cannot write to standard output: {}",
                  std::generic_category().message(error_)));
}

Console::Console(int fd, Options options)
    : fd_(fd),
      options_{options.quiet, options.color && isatty(fd) == 1},
      can_animate_(IsSmartTerminal(fd)) {}

void Console::Note(std::string_view line) {
  if (!options_.quiet) Raw(Printable(line) + "\n");
}

void Console::Warning(std::string_view line) {
  Raw(fmt::format("{}mgpt: warning:{} {}\n", options_.color ? "\033[33m" : "",
                  options_.color ? "\033[0m" : "", Printable(line)));
}

void Console::Error(std::string_view line) {
  Raw(fmt::format("{}mgpt:{} {}\n", options_.color ? "\033[31m" : "",
                  options_.color ? "\033[0m" : "", Printable(line)));
}

void Console::Raw(std::string_view data) {
  // Nobody is left to tell when standard error fails.
  (void)WriteAll(fd_, data);
}

std::size_t Console::width() const {
  winsize size{};
  if (ioctl(fd_, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    return size.ws_col;
  }
  return 80;
}

std::string Ticked(std::string_view text, bool color) {
  return fmt::format("{}✓{} {}", color ? "\033[32m" : "",
                     color ? "\033[0m" : "", Printable(text));
}

}  // namespace microgpt::client
