// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_TEXT_DOCUMENT_SET_H_
#define MICROGPT_CORE_TEXT_DOCUMENT_SET_H_

#include <cstddef>
#include <memory>
#include <string_view>

#include "absl/container/flat_hash_set.h"
#include "core/text/corpus.h"

namespace microgpt {

// The documents of a corpus, to ask whether a string is one of them. Exact.
// Immutable, so it may be shared between threads.
class DocumentSet {
 public:
  explicit DocumentSet(std::shared_ptr<const Corpus> corpus);

  bool Contains(std::string_view text) const {
    return documents_.contains(text);
  }

  // Those that differ.
  size_t size() const { return documents_.size(); }

  size_t memory_bytes() const;  // with the corpus

 private:
  std::shared_ptr<const Corpus> corpus_;
  absl::flat_hash_set<std::string_view> documents_;  // borrowed from corpus_
};

}  // namespace microgpt

#endif  // MICROGPT_CORE_TEXT_DOCUMENT_SET_H_
