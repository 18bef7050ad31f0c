// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_TEXT_CORPUS_BUILDER_H_
#define MICROGPT_CORE_TEXT_CORPUS_BUILDER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/text/corpus.h"
#include "core/text/document_collector.h"

namespace microgpt {

// Makes of a text that comes in pieces what Corpus::FromText makes of the
// whole, wherever it is cut: within a character, a CRLF, or a byte order mark.
// Holds the corpus so far and one line that has not ended, not the text.
//
//   CorpusBuilder builder;
//   while (Read(chunk)) MICROGPT_RETURN_IF_ERROR(builder.Append(chunk));
//   return std::move(builder).Finish();
class CorpusBuilder {
 public:
  // Takes the next piece of the text. INVALID_ARGUMENT once a line has ended
  // that is not UTF-8: what FromText says of the whole. Nothing more may be
  // asked of the builder then.
  absl::Status Append(std::string_view chunk);

  // How many bytes of text were appended.
  uint64_t bytes() const { return bytes_; }

  // The corpus, or FromText's error.
  absl::StatusOr<Corpus> Finish() &&;

 private:
  // Ends the line that began with partial_: `rest` are its last bytes, `end` is
  // the LF or CR that follows.
  absl::Status EndLine(std::string_view rest, char end);
  absl::Status AddLine(std::string_view line);

  DocumentCollector documents_;
  std::string partial_;  // the beginning of a line that has not ended
  size_t line_ = 1;      // the number of that line
  char last_end_ = 0;    // what ended the line before
  uint64_t bytes_ = 0;
};

}  // namespace microgpt

#endif  // MICROGPT_CORE_TEXT_CORPUS_BUILDER_H_
