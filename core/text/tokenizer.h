// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_TEXT_TOKENIZER_H_
#define MICROGPT_CORE_TEXT_TOKENIZER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "core/text/corpus.h"

namespace microgpt {

using Token = uint32_t;

// The documents of a corpus as token ids, without BOS, in one array.
class TokenizedCorpus {
 public:
  TokenizedCorpus(std::vector<Token> tokens, std::vector<size_t> ends)
      : tokens_(std::move(tokens)), ends_(std::move(ends)) {}

  size_t size() const { return ends_.size(); }
  std::span<const Token> operator[](size_t i) const {
    const size_t begin = i == 0 ? 0 : ends_[i - 1];
    return std::span(tokens_).subspan(begin, ends_[i] - begin);
  }

 private:
  std::vector<Token> tokens_;
  std::vector<size_t> ends_;
};

// Maps characters (code points) to token ids 0…n-1 in ascending order; id n is
// BOS, which marks both the start and the end of a document.
//
// Immutable once made, so it may be shared between threads.
class Tokenizer {
 public:
  // alphabet: ascending, distinct, not empty.
  explicit Tokenizer(std::span<const char32_t> alphabet);

  uint32_t vocab_size() const { return bos() + 1; }
  Token bos() const { return static_cast<Token>(alphabet_.size()); }
  std::span<const char32_t> alphabet() const { return alphabet_; }

  // The tokens of `text`, without BOS. INVALID_ARGUMENT, without a field, for
  // a character outside the alphabet, which the message names with its code
  // point and its position in characters from 1, or for text that is not UTF-8.
  absl::StatusOr<std::vector<Token>> Encode(std::string_view text) const;

  // Every document of `corpus`, whose alphabet must be within this one's.
  TokenizedCorpus Encode(const Corpus& corpus) const;

  // The text of `tokens`, none of which may be BOS.
  std::string Decode(std::span<const Token> tokens) const;

 private:
  // The id of a character, or bos() if the alphabet does not have it.
  Token Find(char32_t character) const;

  std::vector<char32_t> alphabet_;
  std::array<Token, 128> ascii_;  // Find() of the first 128 code points
};

}  // namespace microgpt

#endif  // MICROGPT_CORE_TEXT_TOKENIZER_H_
