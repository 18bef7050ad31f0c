// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_TEXT_DOCUMENT_COLLECTOR_H_
#define MICROGPT_CORE_TEXT_DOCUMENT_COLLECTOR_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/text/code_point_set.h"
#include "core/text/corpus.h"

namespace microgpt {

// Puts a corpus together, document by document. What it holds is the corpus and
// the code points seen.
class DocumentCollector {
 public:
  // Makes room for `documents` more of so many bytes, with a line feed each. A
  // guess: it may be less or more.
  void Reserve(size_t documents, size_t bytes);

  // What is left of `document`, borrowed from it, when it is cleaned as Corpus
  // says and were the next to be added. It need not be UTF-8.
  std::string_view Clean(std::string_view document) const;

  // Adds a clean document unless it is empty.
  void Add(std::string_view document);

  // Cleans and adds lines that each end with a line feed.
  void AddLines(std::string_view lines);

  // Reads the documents added since the last call, which is faster for many of
  // them at once. False if one is not UTF-8; nothing more may be asked of the
  // collector then.
  bool Scan();

  // The corpus; a FieldError for `field` if no document was added. All of them
  // must have been scanned.
  absl::StatusOr<Corpus> Finish(std::string_view field) &&;

 private:
  std::vector<char32_t> Alphabet() const;
  uint64_t Longest() const;
  uint64_t CountDuplicates() const;

  Corpus corpus_;
  size_t scanned_ = 0;                // bytes of the corpus's text, in which
  std::array<bool, 128> ascii_ = {};  // these code points below 128 were seen
  CodePointSet others_;               // and these others
};

}  // namespace microgpt

#endif  // MICROGPT_CORE_TEXT_DOCUMENT_COLLECTOR_H_
