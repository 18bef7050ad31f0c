// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_TEXT_CORPUS_BUILDER_H_
#define MICROGPT_CORE_TEXT_CORPUS_BUILDER_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

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
  // field: that the errors name.
  explicit CorpusBuilder(std::string field = "text")
      : field_(std::move(field)) {}

  // Takes the next piece of the text. INVALID_ARGUMENT once a line has ended
  // that is not UTF-8: what FromText says of the whole. Nothing more may be
  // asked of the builder then.
  absl::Status Append(std::string_view chunk);

  // The corpus, or FromText's error.
  absl::StatusOr<Corpus> Finish() &&;

 private:
  // Takes lines with their ends, LF, CRLF or CR.
  absl::Status AddLines(std::string_view lines);

  const std::string field_;
  DocumentCollector documents_;
  std::string partial_;    // the beginning of a line that has not ended
  size_t line_ = 1;        // the number of that line
  bool after_cr_ = false;  // a line feed that comes next ends no line
};

}  // namespace microgpt

#endif  // MICROGPT_CORE_TEXT_CORPUS_BUILDER_H_
