// SPDX-License-Identifier: MIT
#include "core/text/document_set.h"

#include <utility>

namespace microgpt {

DocumentSet::DocumentSet(std::shared_ptr<const Corpus> corpus)
    : corpus_(std::move(corpus)) {
  documents_.reserve(corpus_->size() - corpus_->duplicates());
  for (size_t i = 0; i < corpus_->size(); ++i) {
    documents_.insert((*corpus_)[i]);
  }
}

size_t DocumentSet::memory_bytes() const {
  return sizeof(*this) + corpus_->memory_bytes() +
         documents_.capacity() * (sizeof(std::string_view) + 1);
}

}  // namespace microgpt
