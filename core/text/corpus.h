// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_TEXT_CORPUS_H_
#define MICROGPT_CORE_TEXT_CORPUS_H_

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace microgpt {

// A list of training documents after cleaning, and its identity.
//
// A document is stripped of white space at both ends as Python's str.strip()
// does; empty ones are dropped; order and duplicates are kept; nothing is
// normalised. Byte order marks before the first document are dropped: one list
// has one identity, whether it comes as a text, as documents, or as text() of
// the corpus that was made of it.
//
// Immutable once made, so it may be shared between threads. Holds one copy of
// the text; all of it is read once.
class Corpus {
 public:
  // One document a line; lines end with LF, CRLF or CR. CorpusBuilder takes a
  // text in pieces.
  //
  // INVALID_ARGUMENT: text that is not UTF-8, with line and byte (both from 1)
  // (overlong forms, surrogates and code points above U+10FFFF are not UTF-8);
  // nothing left after cleaning (reason EMPTY_DATASET). The error's field is
  // "text".
  static absl::StatusOr<Corpus> FromText(std::string_view text);

  // One document an element. The fields of the errors are "documents[i]" and,
  // when nothing is left, "documents". Also refuses an element with a line
  // break (LF or CR) inside; at its ends it is stripped like other white space.
  static absl::StatusOr<Corpus> FromDocuments(
      std::span<const std::string_view> documents);

  size_t size() const { return ends_.size(); }  // at least 1

  // Document i, without its line feed; borrowed from this corpus.
  std::string_view operator[](size_t i) const {
    assert(i < size());
    const size_t begin = i == 0 ? 0 : ends_[i - 1] + 1;
    return std::string_view(text_).substr(begin, ends_[i] - begin);
  }

  // Every document followed by a line feed; borrowed from this corpus.
  std::string_view text() const { return text_; }
  uint64_t bytes() const { return text_.size(); }

  // "sha256:<hex>" over text().
  const std::string& id() const { return id_; }

  // The distinct code points of all documents, ascending.
  std::span<const char32_t> alphabet() const { return alphabet_; }

  uint64_t characters() const { return characters_; }  // code points
  uint64_t longest() const { return longest_; }  // document, in code points
  // How many documents are equal to an earlier one.
  uint64_t duplicates() const { return duplicates_; }

  size_t memory_bytes() const;

 private:
  friend class DocumentCollector;

  Corpus() = default;

  std::string text_;          // every document followed by a line feed
  std::vector<size_t> ends_;  // where the line feed of document i stands
  std::string id_;
  std::vector<char32_t> alphabet_;
  uint64_t characters_ = 0;
  uint64_t longest_ = 0;
  uint64_t duplicates_ = 0;
};

}  // namespace microgpt

#endif  // MICROGPT_CORE_TEXT_CORPUS_H_
