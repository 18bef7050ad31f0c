// SPDX-License-Identifier: MIT
#include "core/text/corpus_builder.h"

#include <utility>

#include "core/errors/errors.h"
#include "core/text/utf8.h"

namespace microgpt {

absl::Status CorpusBuilder::Append(std::string_view chunk) {
  bytes_ += chunk.size();
  for (;;) {
    const size_t end = chunk.find_first_of("\n\r");
    if (end == std::string_view::npos) break;
    MICROGPT_RETURN_IF_ERROR(EndLine(chunk.substr(0, end), chunk[end]));
    chunk.remove_prefix(end + 1);
  }
  partial_ += chunk;
  return absl::OkStatus();
}

absl::StatusOr<Corpus> CorpusBuilder::Finish() && {
  MICROGPT_RETURN_IF_ERROR(AddLine(partial_));
  return std::move(documents_).Finish("text");
}

absl::Status CorpusBuilder::EndLine(std::string_view rest, char end) {
  // Both halves of a CRLF come here, with an empty line between them, which is
  // dropped like any other but does not count.
  const bool ends_crlf =
      end == '\n' && last_end_ == '\r' && partial_.empty() && rest.empty();
  last_end_ = end;
  if (ends_crlf) return absl::OkStatus();
  if (partial_.empty()) {
    MICROGPT_RETURN_IF_ERROR(AddLine(rest));
  } else {
    partial_ += rest;
    MICROGPT_RETURN_IF_ERROR(AddLine(partial_));
    partial_.clear();
  }
  ++line_;
  return absl::OkStatus();
}

absl::Status CorpusBuilder::AddLine(std::string_view line) {
  if (documents_.Add(documents_.Clean(line))) return absl::OkStatus();
  return ValidateUtf8("text", line, line_);
}

}  // namespace microgpt
