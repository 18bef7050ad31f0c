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

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/text/characters.h"
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

// Limits of alphabets, so that a few tokens are never a text without end, and
// every model fits into a file: JSON within JSON takes up to 3.5 bytes for one,
// and readers of safetensors refuse headers above 100 MB. Code points are
// always within the limit of bytes.
inline constexpr size_t kMaxCharacterBytes = 256;
inline constexpr size_t kMaxAlphabet = size_t{1} << 20;  // characters
inline constexpr size_t kMaxAlphabetBytes = 4 * kMaxAlphabet;

// INVALID_ARGUMENT, without a field, if one of them is exceeded.
absl::Status CheckCharacterSize(std::string_view character);
absl::Status CheckAlphabetSize(std::span<const std::string> alphabet);

// Maps characters to token ids 0…n-1 in ascending order of their UTF-8 bytes,
// which is that of their code points; id n is BOS, which marks both the start
// and the end of a document.
//
// Immutable once made, so it may be shared between threads.
class Tokenizer {
 public:
  // With the characters of `corpus`, as `kind` has them. INVALID_ARGUMENT,
  // without a field: a character or all of them are above their limits. Names
  // the document of such a character by its number, from 1.
  static absl::StatusOr<Tokenizer> ForCorpus(TokenizerKind kind,
                                             const Corpus& corpus);

  // alphabet: UTF-8, ascending, distinct, not empty; each one character as
  // `kind` has them; within the limits above.
  Tokenizer(TokenizerKind kind, std::vector<std::string> alphabet);

  TokenizerKind kind() const { return kind_; }
  uint32_t vocab_size() const { return bos() + 1; }
  Token bos() const { return static_cast<Token>(alphabet_.size()); }
  std::span<const std::string> alphabet() const { return alphabet_; }

  // The tokens of `text`, without BOS. INVALID_ARGUMENT, without a field, for
  // a character outside the alphabet, which the message names with its code
  // points and its position in tokens from 1, or for text that is not UTF-8.
  absl::StatusOr<std::vector<Token>> Encode(std::string_view text) const;

  // Every document of `corpus`, whose alphabet must be within this one's.
  TokenizedCorpus Encode(const Corpus& corpus) const;

  // The text of `tokens`, none of which may be BOS. With kGrapheme it may be
  // encoded differently: an accent that began a document joins the letter that
  // a model puts before it.
  std::string Decode(std::span<const Token> tokens) const;

  size_t memory_bytes() const;
  // What each character of up to 15 bytes takes of them.
  static constexpr size_t kBytesPerCharacter =
      sizeof(std::string) + sizeof(char32_t);

 private:
  // The id of a character, or bos() if the alphabet does not have it.
  Token Find(const Character& character) const;

  TokenizerKind kind_;
  std::vector<std::string> alphabet_;
  std::vector<char32_t> firsts_;  // the first code point of each
  std::array<Token, 128> ascii_;  // Find() of the first 128 code points
};

// How many characters the documents of `corpus` have: its tokens without BOS.
uint64_t CountCharacters(TokenizerKind kind, const Corpus& corpus);

}  // namespace microgpt

#endif  // MICROGPT_CORE_TEXT_TOKENIZER_H_
