// SPDX-License-Identifier: MIT
#include "client/commands/files/input.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "client/output/figures.h"
#include "client/output/utf8.h"

namespace microgpt::client {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// `size`: of the file, where it is known before reading.
absl::Status TooLarge(const std::string& name,
                      std::optional<std::uint64_t> size, std::size_t most) {
  const std::string what = size.has_value()
                               ? fmt::format("{} bytes are", Grouped(*size))
                               : "that is";
  return absl::InvalidArgumentError(fmt::format(
      "{}: {} more than the {} bytes ({}) that a request has room for. Store "
      "it first, with mgpt dataset add, and train on that",
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

// Reads to the end, or until there is more than `most` bytes.
absl::StatusOr<std::string> ReadAll(InputFile* file, std::size_t most) {
  std::string text;
  while (text.size() <= most) {
    const auto data = file->Read();
    if (!data.ok()) return data.status();
    if (data->empty()) return text;
    text.append(*data);
  }
  return TooLarge(file->name(), std::nullopt, most);
}

class LineReader {
 public:
  explicit LineReader(InputFile* file) : file_(*file) {}

  // The next line, of one that is too long the beginning; nothing at the end.
  absl::StatusOr<std::optional<InputLine>> Next() {
    InputLine line;
    bool complete = false;
    while (!complete) {
      if (rest_.empty()) {
        const auto data = file_.Read();
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

  InputFile& file_;
  std::string_view rest_;  // of what was read last
  bool is_first_ = true;
};

}  // namespace

absl::Status InputLine::CheckLength() const {
  if (bytes <= kMostLineBytes) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("{} bytes are above the {} a text may have", Grouped(bytes),
                  Grouped(kMostLineBytes)));
}

absl::StatusOr<std::string> ReadText(const std::string& path,
                                     std::size_t most_bytes, Console* console) {
  absl::StatusOr<InputFile> file = InputFile::Open(path, console);
  if (!file.ok()) return file.status();
  if (const auto size = file->size(); size.has_value() && *size > most_bytes) {
    return TooLarge(file->name(), size, most_bytes);
  }
  absl::StatusOr<std::string> text = ReadAll(&*file, most_bytes);
  if (!text.ok()) return text;
  const absl::Status status = CheckUtf8(file->name(), *text);
  if (!status.ok()) return status;
  return text;
}

absl::Status ForEachInputLine(Console* console, const LineHandler& each) {
  absl::StatusOr<InputFile> input = InputFile::Open("-", console);
  if (!input.ok()) return input.status();
  return ForEachLine(&*input, each);
}

absl::Status ForEachLine(InputFile* file, const LineHandler& each) {
  constexpr std::size_t kShownColumns = 40;  // of a line nobody wants all of
  LineReader reader(file);
  for (std::size_t number = 1;; ++number) {
    absl::StatusOr<std::optional<InputLine>> next = reader.Next();
    if (!next.ok()) return next.status();
    if (!next->has_value()) return absl::OkStatus();
    InputLine line = **std::move(next);
    if (!line.CheckLength().ok())
      line.text = Shortened(line.text, kShownColumns);
    if (const auto at = FirstInvalidByte(line.text)) {
      return absl::InvalidArgumentError(fmt::format(
          "{}: line {}, byte {} is not UTF-8", file->name(), number, *at + 1));
    }
    const absl::Status status = each(std::move(line));
    if (!status.ok()) return status;
  }
}

}  // namespace microgpt::client
