// SPDX-License-Identifier: MIT
#include "client/commands/input.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "client/output/figures.h"
#include "client/output/utf8.h"

namespace microgpt::client {
namespace {

constexpr std::size_t kBufferBytes = 1 << 16;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

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

// The server's lines: they end with LF, CRLF or CR.
absl::Status CheckUtf8(const std::string& name, std::string_view text) {
  const auto at = FirstInvalidByte(text);
  if (!at.has_value()) return absl::OkStatus();
  std::size_t line = 1;
  std::size_t line_start = 0;
  for (std::size_t i = 0; i < *at; ++i) {
    const bool ends_line =
        text[i] == '\n' || (text[i] == '\r' && text[i + 1] != '\n');
    if (!ends_line) continue;
    ++line;
    line_start = i + 1;
  }
  return absl::InvalidArgumentError(fmt::format(
      "{}: line {}, byte {} is not UTF-8", name, line, *at - line_start + 1));
}

void AskForInput(Console* console) {
  if (isatty(STDIN_FILENO) == 1) {
    console->Note("Reading standard input; Ctrl-D ends it.");
  }
}

// What `fd` has now, in `buffer`; nothing at the end.
absl::StatusOr<std::string_view> ReadSome(const std::string& name, int fd,
                                          std::vector<char>* buffer) {
  ssize_t size = -1;
  do {
    size = read(fd, buffer->data(), buffer->size());
  } while (size < 0 && errno == EINTR);
  if (size < 0) return SystemError(name, errno);
  return std::string_view(buffer->data(), static_cast<std::size_t>(size));
}

// Reads to the end, or until there is more than `most` bytes.
absl::StatusOr<std::string> ReadAll(const std::string& name, int fd,
                                    std::size_t most) {
  std::string text;
  std::vector<char> buffer(kBufferBytes);
  while (text.size() <= most) {
    const auto data = ReadSome(name, fd, &buffer);
    if (!data.ok()) return data.status();
    if (data->empty()) return text;
    text.append(*data);
  }
  return TooLarge(name, std::nullopt, most);
}

class LineReader {
 public:
  explicit LineReader(int fd) : fd_(fd), buffer_(kBufferBytes) {}

  // The next line, of one that is too long the beginning; nothing at the end.
  absl::StatusOr<std::optional<InputLine>> Next() {
    InputLine line;
    bool complete = false;
    while (!complete) {
      if (rest_.empty()) {
        const auto data = ReadSome(kStandardInputName, fd_, &buffer_);
        if (!data.ok()) return data.status();
        if (data->empty()) break;
        rest_ = *data;
      }
      const std::size_t end = std::min(rest_.find('\n'), rest_.size());
      complete = end < rest_.size();
      Append(rest_.substr(0, end), &line);
      rest_.remove_prefix(complete ? end + 1 : end);
    }
    if (std::exchange(is_first_, false)) DropByteOrderMark(&line);
    if (!complete && line.bytes == 0) return std::nullopt;
    DropCarriageReturn(&line);
    return line;
  }

 private:
  static void Append(std::string_view part, InputLine* line) {
    // A mark and a carriage return come off again.
    constexpr std::size_t kMost = kMostLineBytes + kByteOrderMark.size() + 1;
    line->bytes += part.size();
    line->text.append(part.substr(0, kMost - line->text.size()));
  }
  static void DropByteOrderMark(InputLine* line) {
    if (!line->text.starts_with(kByteOrderMark)) return;
    line->text.erase(0, kByteOrderMark.size());
    line->bytes -= kByteOrderMark.size();
  }
  static void DropCarriageReturn(InputLine* line) {
    const bool is_whole = line->text.size() == line->bytes;
    if (!is_whole || !line->text.ends_with('\r')) return;
    line->text.pop_back();
    --line->bytes;
  }

  const int fd_;
  std::vector<char> buffer_;
  std::string_view rest_;  // of buffer_
  bool is_first_ = true;
};

// The beginning of a text that nobody wants to see all of.
std::string Beginning(std::string_view text) {
  constexpr std::size_t kColumns = 40;
  return fmt::format("{}…", CutToWidth(text, kColumns));
}

}  // namespace

absl::Status InputLine::CheckLength() const {
  if (bytes <= kMostLineBytes) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("{} bytes are above the {} a text may have", Grouped(bytes),
                  Grouped(kMostLineBytes)));
}

absl::StatusOr<std::string> ReadText(const std::string& path,
                                     std::size_t most_bytes, Console* console) {
  const bool is_input = path == "-";
  const std::string name = is_input ? kStandardInputName : path;
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

absl::Status ForEachInputLine(Console* console, const LineHandler& each) {
  AskForInput(console);
  return ForEachLine(STDIN_FILENO, each);
}

absl::Status ForEachLine(int fd, const LineHandler& each) {
  LineReader reader(fd);
  for (std::size_t number = 1;; ++number) {
    absl::StatusOr<std::optional<InputLine>> next = reader.Next();
    if (!next.ok()) return next.status();
    if (!next->has_value()) return absl::OkStatus();
    InputLine line = **std::move(next);
    if (!line.CheckLength().ok()) line.text = Beginning(line.text);
    if (const auto at = FirstInvalidByte(line.text)) {
      return absl::InvalidArgumentError(
          fmt::format("{}: line {}, byte {} is not UTF-8", kStandardInputName,
                      number, *at + 1));
    }
    const absl::Status status = each(std::move(line));
    if (!status.ok()) return status;
  }
}

}  // namespace microgpt::client
