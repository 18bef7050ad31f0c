// SPDX-License-Identifier: MIT
#include "client/commands/input.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iostream>
#include <optional>
#include <system_error>
#include <vector>

#include "client/output/figures.h"
#include "client/output/utf8.h"

namespace microgpt::client {
namespace {

constexpr char kStandardInput[] = "standard input";

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() {
    if (fd_ > STDERR_FILENO) close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int fd() const { return fd_; }

 private:
  const int fd_;
};

absl::Status SystemError(const std::string& name, int error) {
  const std::string message =
      fmt::format("{}: {}", name, std::generic_category().message(error));
  if (error == ENOENT) return absl::NotFoundError(message);
  return absl::UnknownError(message);
}

// `size`: of the file, where it is known before reading.
absl::Status TooLarge(const std::string& name, std::optional<off_t> size,
                      std::size_t most) {
  const std::string what = size.has_value()
                               ? fmt::format("{} bytes are", Grouped(*size))
                               : "that is";
  return absl::InvalidArgumentError(fmt::format(
      "{}: {} more than the {} bytes ({}) that a request has room for. Train "
      "on a part of it: shuf -n 100000 FILE | mgpt train - --model NAME",
      name, what, Grouped(most), Bytes(most)));
}

absl::Status CheckUtf8(const std::string& name, std::string_view text) {
  const auto at = FirstInvalidByte(text);
  if (!at.has_value()) return absl::OkStatus();
  const std::string_view before = text.substr(0, *at);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t line_start = before.rfind('\n') + 1;  // 0 where none
  return absl::InvalidArgumentError(fmt::format(
      "{}: line {}, byte {} is not UTF-8", name, line, *at - line_start + 1));
}

void AskForInput(Console* console) {
  if (isatty(STDIN_FILENO) == 1) {
    console->Note("Reading standard input; Ctrl-D ends it.");
  }
}

// Reads to the end, or until there is more than `most` bytes.
absl::StatusOr<std::string> ReadAll(const std::string& name, int fd,
                                    std::size_t most) {
  std::string text;
  std::vector<char> buffer(1 << 16);
  while (text.size() <= most) {
    const ssize_t size = read(fd, buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return SystemError(name, errno);
    if (size == 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(size));
  }
  return TooLarge(name, std::nullopt, most);
}

}  // namespace

absl::StatusOr<std::string> ReadText(const std::string& path,
                                     std::size_t most_bytes, Console* console) {
  const bool is_input = path == "-";
  const std::string name = is_input ? kStandardInput : path;
  if (is_input) AskForInput(console);
  const File file(is_input ? STDIN_FILENO
                           : open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.fd() < 0) return SystemError(name, errno);
  struct stat about {};
  if (fstat(file.fd(), &about) == 0 && S_ISREG(about.st_mode) &&
      static_cast<std::size_t>(about.st_size) > most_bytes) {
    return TooLarge(name, about.st_size, most_bytes);
  }
  absl::StatusOr<std::string> text = ReadAll(name, file.fd(), most_bytes);
  if (!text.ok()) return text;
  if (absl::Status status = CheckUtf8(name, *text); !status.ok()) return status;
  return text;
}

absl::Status ForEachInputLine(
    Console* console, const std::function<absl::Status(std::string)>& each) {
  AskForInput(console);
  std::size_t number = 0;
  for (std::string line; std::getline(std::cin, line);) {
    ++number;
    if (line.ends_with('\r')) line.pop_back();
    if (const auto at = FirstInvalidByte(line)) {
      return absl::InvalidArgumentError(
          fmt::format("{}: line {}, byte {} is not UTF-8", kStandardInput,
                      number, *at + 1));
    }
    if (absl::Status status = each(std::move(line)); !status.ok()) {
      return status;
    }
  }
  return absl::OkStatus();
}

}  // namespace microgpt::client
