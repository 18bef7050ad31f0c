// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_TEXT_DOCUMENT_COLLECTOR_H_
#define MICROGPT_CORE_TEXT_DOCUMENT_COLLECTOR_H_

#include <array>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "core/text/corpus.h"

namespace microgpt {

// Puts a corpus together, document by document. What it holds is the corpus and
// the code points seen.
class DocumentCollector {
 public:
  // What is left of `document`, borrowed from it, when it is cleaned as Corpus
  // says and were the next to be added. It need not be UTF-8.
  std::string_view Clean(std::string_view document) const;

  // Adds a clean document unless it is empty. False if it is not UTF-8;
  // nothing more may be asked of the collector then.
  bool Add(std::string_view document);

  // The corpus; a FieldError for `field` if no document was added.
  absl::StatusOr<Corpus> Finish(std::string_view field) &&;

 private:
  void Remember(char32_t code_point);
  std::vector<char32_t> Alphabet() const;
  uint64_t CountDuplicates() const;

  Corpus corpus_;
  std::array<bool, 128> ascii_ = {};      // the code points seen below 128
  absl::flat_hash_set<char32_t> others_;  // and the others
};

}  // namespace microgpt

#endif  // MICROGPT_CORE_TEXT_DOCUMENT_COLLECTOR_H_
