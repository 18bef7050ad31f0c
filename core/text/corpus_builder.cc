// SPDX-License-Identifier: MIT
#include "core/text/corpus_builder.h"

#include <algorithm>
#include <utility>

#include "core/errors/errors.h"
#include "core/text/utf8.h"

namespace microgpt {
namespace {

// How much of `text` are lines that have ended.
size_t SizeOfLines(std::string_view text) {
  const size_t size = text.rfind('\n') + 1;  // 0 if there is none
  return size + (text.substr(size).rfind('\r') + 1);
}

// How many carriage returns of `text` end a line on their own.
size_t CountLoneCarriageReturns(std::string_view text) {
  size_t count = 0;
  for (size_t cr = text.find('\r'); cr != std::string_view::npos;
       cr = text.find('\r', cr + 1)) {
    if (text.substr(cr, 2) != "\r\n") ++count;
  }
  return count;
}

// The lines of `text`, ended by line feeds alone: a CRLF becomes two, and the
// line between them is empty, so it will be dropped.
std::string WithLineFeeds(std::string_view text) {
  std::string lines(text);
  std::ranges::replace(lines, '\r', '\n');
  return lines;
}

}  // namespace

absl::Status CorpusBuilder::Append(std::string_view chunk) {
  if (chunk.empty()) return absl::OkStatus();
  const bool ends_crlf = after_cr_ && chunk.front() == '\n';
  after_cr_ = chunk.back() == '\r';
  if (ends_crlf) chunk.remove_prefix(1);
  const auto line_feeds = static_cast<size_t>(std::ranges::count(chunk, '\n'));
  const size_t unended = chunk.ends_with('\n') ? 0 : 1;
  documents_.Reserve(line_feeds + unended,
                     partial_.size() + chunk.size() + unended);
  const std::string_view lines = chunk.substr(0, SizeOfLines(chunk));
  if (!lines.empty()) {
    std::string begun = std::exchange(partial_, "");
    MICROGPT_RETURN_IF_ERROR(
        AddLines(begun.empty() ? lines : begun.append(lines)));
  }
  line_ += line_feeds + CountLoneCarriageReturns(lines);
  partial_ += chunk.substr(lines.size());
  return absl::OkStatus();
}

absl::StatusOr<Corpus> CorpusBuilder::Finish() && {
  MICROGPT_RETURN_IF_ERROR(AddLines(partial_ += '\n'));
  return std::move(documents_).Finish(field_);
}

absl::Status CorpusBuilder::AddLines(std::string_view lines) {
  if (lines.find('\r') == std::string_view::npos) {
    documents_.AddLines(lines);
  } else {
    documents_.AddLines(WithLineFeeds(lines));
  }
  if (!documents_.Scan()) return ValidateUtf8(field_, lines, line_);
  return absl::OkStatus();
}

}  // namespace microgpt
