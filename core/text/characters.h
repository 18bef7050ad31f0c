// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_TEXT_CHARACTERS_H_
#define MICROGPT_CORE_TEXT_CHARACTERS_H_

#include <cstddef>
#include <optional>
#include <string_view>

namespace microgpt {

// What a tokenizer takes for one character.
enum class TokenizerKind {
  kCodePoint,  // a Unicode code point, as the reference program has it
  kGrapheme,   // what a reader sees as one: an extended grapheme cluster
               // (Unicode Standard Annex 29, with the tables of Unicode 15)
};

struct Character {
  std::string_view text;  // UTF-8, not empty, borrowed
  char32_t first;         // its first code point
};

// Takes the first character off `text`. nullopt, with `text` as it was, if it
// does not begin with well-formed UTF-8 or is empty. What is not UTF-8 also
// ends a cluster.
std::optional<Character> TakeCharacter(TokenizerKind kind,
                                       std::string_view& text);

// That `text` is one character and nothing else.
bool IsOneCharacter(TokenizerKind kind, std::string_view text);

// How many characters `text` has, which must be UTF-8.
size_t CountCharacters(TokenizerKind kind, std::string_view text);

}  // namespace microgpt

#endif  // MICROGPT_CORE_TEXT_CHARACTERS_H_
