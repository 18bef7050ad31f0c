// SPDX-License-Identifier: MIT
#include "core/text/document_collector.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/digest/sha256.h"
#include "core/errors/errors.h"
#include "core/text/utf8.h"

namespace microgpt {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

std::string_view DocumentCollector::Clean(std::string_view document) const {
  document = Strip(document);
  if (corpus_.size() > 0) return document;
  while (document.starts_with(kByteOrderMark)) {
    document = Strip(document.substr(kByteOrderMark.size()));
  }
  return document;
}

bool DocumentCollector::Add(std::string_view document) {
  if (document.empty()) return true;
  uint64_t characters = 0;
  for (std::string_view rest = document; !rest.empty(); ++characters) {
    const std::optional<char32_t> code_point = TakeCodePoint(rest);
    if (!code_point.has_value()) return false;
    Remember(*code_point);
  }
  corpus_.characters_ += characters;
  corpus_.longest_ = std::max(corpus_.longest_, characters);
  corpus_.text_ += document;
  corpus_.ends_.push_back(corpus_.text_.size());
  corpus_.text_ += '\n';
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
  corpus_.duplicates_ = CountDuplicates();
  return std::move(corpus_);
}

void DocumentCollector::Remember(char32_t code_point) {
  if (code_point < ascii_.size()) {
    ascii_[code_point] = true;
  } else {
    others_.insert(code_point);
  }
}

std::vector<char32_t> DocumentCollector::Alphabet() const {
  std::vector<char32_t> alphabet(others_.begin(), others_.end());
  for (size_t c = 0; c < ascii_.size(); ++c) {
    if (ascii_[c]) alphabet.push_back(static_cast<char32_t>(c));
  }
  std::sort(alphabet.begin(), alphabet.end());
  return alphabet;
}

uint64_t DocumentCollector::CountDuplicates() const {
  absl::flat_hash_set<std::string_view> distinct;
  distinct.reserve(corpus_.size());
  for (size_t i = 0; i < corpus_.size(); ++i) distinct.insert(corpus_[i]);
  return corpus_.size() - distinct.size();
}

}  // namespace microgpt
