// SPDX-License-Identifier: MIT
#include "core/text/document_collector.h"

#include <algorithm>
#include <array>
#include <bit>
#include <optional>
#include <utility>

#include "absl/hash/hash.h"
#include "absl/strings/string_view.h"
#include "core/digest/sha256.h"
#include "core/errors/errors.h"
#include "core/text/utf8.h"

namespace microgpt {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

uint64_t Hash(std::string_view text) {
  // The fastest for short ones is that of abseil's own type.
  return absl::Hash<absl::string_view>()({text.data(), text.size()});
}

// Makes room for `size` elements in all. If they have to be moved, for so many
// that it seldom happens.
template <typename Elements>
void GrowTo(size_t size, Elements& elements) {
  if (size <= elements.capacity()) return;
  elements.reserve(std::max(size, 2 * elements.size()));
}

// How many documents are equal to an earlier one.
//
// A hash table with open addressing. A slot is 0 while it is free, else the
// number of a document, from 1, in its lower bits, and bits of the document's
// hash above them, which tell most documents apart without a look at them.
template <typename Slot>
uint64_t CountEqual(const Corpus& corpus) {
  std::vector<Slot> slots(std::bit_ceil(2 * corpus.size()));
  const auto mask = static_cast<Slot>(slots.size() - 1);
  const auto is_known = [&](size_t i, Slot hash) {
    size_t at = hash & mask;
    for (; slots[at] != 0; at = (at + 1) & mask) {
      if (((slots[at] ^ hash) & ~mask) != 0) continue;
      if (corpus[(slots[at] & mask) - 1] == corpus[i]) return true;
    }
    slots[at] = (hash & ~mask) | static_cast<Slot>(i + 1);
    return false;
  };
  uint64_t known = 0;
  // The slots of many documents are fetched from memory at a time.
  std::array<Slot, 32> hashes;
  for (size_t begin = 0; begin < corpus.size(); begin += hashes.size()) {
    const size_t count = std::min(hashes.size(), corpus.size() - begin);
    for (size_t i = 0; i < count; ++i) {
      hashes[i] = static_cast<Slot>(Hash(corpus[begin + i]));
      __builtin_prefetch(&slots[hashes[i] & mask]);
    }
    for (size_t i = 0; i < count; ++i) known += is_known(begin + i, hashes[i]);
  }
  return known;
}

}  // namespace

void DocumentCollector::Reserve(size_t documents, size_t bytes) {
  GrowTo(corpus_.ends_.size() + documents, corpus_.ends_);
  GrowTo(corpus_.text_.size() + bytes, corpus_.text_);
}

std::string_view DocumentCollector::Clean(std::string_view document) const {
  document = Strip(document);
  if (corpus_.size() > 0) return document;
  while (document.starts_with(kByteOrderMark)) {
    document = Strip(document.substr(kByteOrderMark.size()));
  }
  return document;
}

void DocumentCollector::Add(std::string_view document) {
  if (document.empty()) return;
  corpus_.text_ += document;
  corpus_.ends_.push_back(corpus_.text_.size());
  corpus_.text_ += '\n';
}

void DocumentCollector::AddLines(std::string_view lines) {
  // Lines that are clean as they are get copied with their neighbours: these
  // are the first `clean` bytes of `lines`.
  size_t clean = 0;
  const auto copy_clean = [&] {
    corpus_.text_ += lines.substr(0, clean);
    lines.remove_prefix(std::exchange(clean, 0));
  };
  for (size_t end; (end = lines.find('\n', clean)) != std::string_view::npos;) {
    const std::string_view line = lines.substr(clean, end - clean);
    const std::string_view document = Clean(line);
    if (!line.empty() && document.size() == line.size()) {
      corpus_.ends_.push_back(corpus_.text_.size() + end);
      clean = end + 1;
    } else {
      copy_clean();
      Add(document);
      lines.remove_prefix(line.size() + 1);
    }
  }
  copy_clean();
}

bool DocumentCollector::Scan() {
  const std::string_view text = corpus_.text_;
  size_t i = std::exchange(scanned_, text.size());
  while (i < text.size()) {
    if (const auto byte = static_cast<unsigned char>(text[i]);
        byte < ascii_.size()) {
      ascii_[byte] = true;
      ++i;
      continue;
    }
    std::string_view rest = text.substr(i);
    const std::optional<char32_t> code_point = TakeCodePoint(rest);
    if (!code_point.has_value()) return false;
    others_.Insert(*code_point);
    i = text.size() - rest.size();
  }
  return true;
}

absl::StatusOr<Corpus> DocumentCollector::Finish(std::string_view field) && {
  if (corpus_.ends_.empty()) {
    return WithReason(
        FieldError(field,
                   "no document is left after white space is stripped"
                   " and empty ones are dropped; at least 1 is needed"),
        "EMPTY_DATASET");
  }
  corpus_.text_.shrink_to_fit();
  corpus_.ends_.shrink_to_fit();
  corpus_.id_ = Sha256Id(corpus_.text_);
  corpus_.alphabet_ = Alphabet();
  corpus_.characters_ = CountCodePoints(corpus_.text_) - corpus_.size();
  corpus_.longest_ = Longest();
  corpus_.duplicates_ = CountDuplicates();
  return std::move(corpus_);
}

std::vector<char32_t> DocumentCollector::Alphabet() const {
  CodePointSet alphabet = others_;
  for (char32_t c = 0; c < ascii_.size(); ++c) {
    if (ascii_[c] && c != U'\n') alphabet.Insert(c);
  }
  return alphabet.Ascending();
}

uint64_t DocumentCollector::Longest() const {
  uint64_t longest = 0;
  for (size_t i = 0; i < corpus_.size(); ++i) {
    // A document has no more code points than bytes.
    if (corpus_[i].size() <= longest) continue;
    longest = std::max(longest, uint64_t{CountCodePoints(corpus_[i])});
  }
  return longest;
}

uint64_t DocumentCollector::CountDuplicates() const {
  // Slots of half the size are half as much new memory, which takes longest.
  constexpr size_t kMostOfShort = 1 << 19;
  return corpus_.size() <= kMostOfShort ? CountEqual<uint32_t>(corpus_)
                                        : CountEqual<uint64_t>(corpus_);
}

}  // namespace microgpt
