// SPDX-License-Identifier: MIT
#include "core/text/tokenizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <functional>
#include <optional>

#include "core/text/utf8.h"

namespace microgpt {
namespace {

// "'é' (U+00E9)", or the code point alone where there is nothing to be seen.
std::string Describe(char32_t character) {
  const std::string code =
      fmt::format("U+{:04X}", static_cast<uint32_t>(character));
  const bool control =
      character < 0x20 || (character >= 0x7F && character < 0xA0);
  const bool invisible = IsSpace(character) && character != U' ';
  if (control || invisible) return code;
  std::string quoted = "'";
  AppendUtf8(character, quoted);
  return fmt::format("{}' ({})", quoted, code);
}

absl::Status NotUtf8(size_t position) {
  return absl::InvalidArgumentError(
      fmt::format("not UTF-8 at position {}", position));
}

absl::Status UnknownCharacter(char32_t character, size_t position) {
  return absl::InvalidArgumentError(
      fmt::format("{} at position {} is none of the model's characters",
                  Describe(character), position));
}

}  // namespace

Tokenizer::Tokenizer(std::span<const char32_t> alphabet)
    : alphabet_(alphabet.begin(), alphabet.end()) {
  assert(!alphabet_.empty());
  // Ascending and distinct: no character is followed by one that is not above.
  assert(std::adjacent_find(alphabet_.begin(), alphabet_.end(),
                            std::greater_equal<>()) == alphabet_.end());
  ascii_.fill(bos());
  for (Token id = 0; id < bos(); ++id) {
    if (alphabet_[id] < ascii_.size()) ascii_[alphabet_[id]] = id;
  }
}

Token Tokenizer::Find(char32_t character) const {
  if (character < ascii_.size()) return ascii_[character];
  const auto found =
      std::lower_bound(alphabet_.begin(), alphabet_.end(), character);
  if (found == alphabet_.end() || *found != character) return bos();
  return static_cast<Token>(found - alphabet_.begin());
}

absl::StatusOr<std::vector<Token>> Tokenizer::Encode(
    std::string_view text) const {
  std::vector<Token> tokens;
  while (!text.empty()) {
    const std::optional<char32_t> character = TakeCodePoint(text);
    const size_t position = tokens.size() + 1;
    if (!character.has_value()) return NotUtf8(position);
    tokens.push_back(Find(*character));
    if (tokens.back() == bos()) return UnknownCharacter(*character, position);
  }
  return tokens;
}

TokenizedCorpus Tokenizer::Encode(const Corpus& corpus) const {
  std::vector<Token> tokens;
  std::vector<size_t> ends;
  tokens.reserve(corpus.characters());
  ends.reserve(corpus.size());
  for (size_t i = 0; i < corpus.size(); ++i) {
    std::string_view rest = corpus[i];
    while (!rest.empty()) {
      tokens.push_back(Find(*TakeCodePoint(rest)));
      assert(tokens.back() != bos());
    }
    ends.push_back(tokens.size());
  }
  return TokenizedCorpus(std::move(tokens), std::move(ends));
}

std::string Tokenizer::Decode(std::span<const Token> tokens) const {
  std::string text;
  for (const Token token : tokens) {
    assert(token < bos());
    AppendUtf8(alphabet_[token], text);
  }
  return text;
}

}  // namespace microgpt
