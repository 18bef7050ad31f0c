// SPDX-License-Identifier: MIT
#include "core/text/corpus.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "core/errors/errors.h"
#include "core/text/utf8.h"

namespace microgpt {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::string Sha256Hex(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned int size = 0;
  const int ok = EVP_Digest(text.data(), text.size(), digest.data(), &size,
                            EVP_sha256(), nullptr);
  assert(ok == 1);
  (void)ok;
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) {
    hex += fmt::format("{:02x}", digest[i]);
  }
  return hex;
}

std::string_view WithoutByteOrderMark(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(3);
  return text;
}

// Takes the first line off `text`, without its LF or CR. A CRLF counts as two
// ends with an empty line between, which is dropped like any other.
std::string_view TakeLine(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find_first_of("\n\r"));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  return line;
}

// The bytes from the last lead byte of `text` on; nullopt if there is none in
// the last four.
std::optional<std::string_view> LastSequence(std::string_view text) {
  const auto continues = [](char c) { return (c & 0xC0) == 0x80; };
  size_t begin = text.size();
  while (begin > 0 && text.size() - begin < 4) {
    if (!continues(text[--begin])) return text.substr(begin);
  }
  return std::nullopt;
}

bool IsOneSpace(std::string_view text) {
  const std::optional<char32_t> code_point = TakeCodePoint(text);
  return code_point.has_value() && text.empty() && IsSpace(*code_point);
}

// Python's str.strip(). What is not UTF-8 is no white space, so it stays.
std::string_view Strip(std::string_view text) {
  for (std::string_view rest = text;;) {
    const std::optional<char32_t> first = TakeCodePoint(rest);
    if (!first.has_value() || !IsSpace(*first)) break;
    text = rest;
  }
  for (;;) {
    const std::optional<std::string_view> last = LastSequence(text);
    if (!last.has_value() || !IsOneSpace(*last)) return text;
    text.remove_suffix(last->size());
  }
}

}  // namespace

// Puts a corpus together, document by document.
class Corpus::Builder {
 public:
  // Adds the stripped `document` unless it is empty. False if it is not UTF-8;
  // nothing more may be asked of the builder then.
  bool Add(std::string_view document) {
    if (document.empty()) return true;
    for (std::string_view rest = document; !rest.empty();) {
      const std::optional<char32_t> code_point = TakeCodePoint(rest);
      if (!code_point.has_value()) return false;
      Remember(*code_point);
      ++corpus_.characters_;
    }
    corpus_.text_ += document;
    corpus_.ends_.push_back(corpus_.text_.size());
    corpus_.text_ += '\n';
    return true;
  }

  // The corpus; an error that names `field` if no document was added.
  absl::StatusOr<Corpus> Finish(std::string_view field) && {
    if (corpus_.ends_.empty()) {
      return WithReason(
          FieldError(field,
                     "no document is left after white space is stripped"
                     " and empty ones are dropped; at least 1 is needed"),
          "EMPTY_DATASET");
    }
    corpus_.text_.shrink_to_fit();
    corpus_.ends_.shrink_to_fit();
    corpus_.id_ = "sha256:" + Sha256Hex(corpus_.text_);
    corpus_.alphabet_ = Alphabet();
    corpus_.duplicates_ = CountDuplicates();
    return std::move(corpus_);
  }

 private:
  void Remember(char32_t code_point) {
    if (code_point < ascii_.size()) {
      ascii_[code_point] = true;
    } else {
      others_.insert(code_point);
    }
  }

  std::vector<char32_t> Alphabet() const {
    std::vector<char32_t> alphabet(others_.begin(), others_.end());
    for (size_t c = 0; c < ascii_.size(); ++c) {
      if (ascii_[c]) alphabet.push_back(static_cast<char32_t>(c));
    }
    std::sort(alphabet.begin(), alphabet.end());
    return alphabet;
  }

  uint64_t CountDuplicates() const {
    absl::flat_hash_set<std::string_view> distinct;
    distinct.reserve(corpus_.size());
    for (size_t i = 0; i < corpus_.size(); ++i) distinct.insert(corpus_[i]);
    return corpus_.size() - distinct.size();
  }

  Corpus corpus_;
  std::array<bool, 128> ascii_ = {};      // the code points seen below 128
  absl::flat_hash_set<char32_t> others_;  // and the others
};

absl::StatusOr<Corpus> Corpus::FromText(std::string_view text) {
  Builder builder;
  for (std::string_view rest = WithoutByteOrderMark(text); !rest.empty();) {
    if (!builder.Add(Strip(TakeLine(rest)))) return ValidateUtf8("text", text);
  }
  return std::move(builder).Finish("text");
}

absl::StatusOr<Corpus> Corpus::FromDocuments(
    std::span<const std::string_view> documents) {
  Builder builder;
  for (size_t i = 0; i < documents.size(); ++i) {
    const std::string_view document =
        Strip(i == 0 ? WithoutByteOrderMark(documents[i]) : documents[i]);
    const auto field = [i] { return fmt::format("documents[{}]", i); };
    const size_t line_break = document.find_first_of("\n\r");
    if (line_break != std::string_view::npos) {
      return FieldError(
          field(), fmt::format("a line break (0x{:02X}) inside of a document;"
                               " a document is one line",
                               static_cast<int>(document[line_break])));
    }
    if (!builder.Add(document)) return ValidateUtf8(field(), documents[i]);
  }
  return std::move(builder).Finish("documents");
}

std::string_view Corpus::operator[](size_t i) const {
  assert(i < size());
  const size_t begin = i == 0 ? 0 : ends_[i - 1] + 1;
  return std::string_view(text_).substr(begin, ends_[i] - begin);
}

size_t Corpus::memory_bytes() const {
  return sizeof(*this) + text_.capacity() + id_.capacity() +
         ends_.capacity() * sizeof(size_t) +
         alphabet_.capacity() * sizeof(char32_t);
}

}  // namespace microgpt
