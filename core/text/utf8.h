// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_TEXT_UTF8_H_
#define MICROGPT_CORE_TEXT_UTF8_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace microgpt {

// What TakeCodePoint does for more than ASCII; kNoCodePoint stands for nullopt,
// because a function that is called fills an optional in memory, at several
// times the cost of the rest.
inline constexpr char32_t kNoCodePoint = 0xFFFFFFFF;
char32_t TakeAnyCodePoint(std::string_view& text);

// Takes the first code point off `text`. nullopt, with `text` as it was, if it
// does not begin with a well-formed one (Unicode 15, table 3-7) or is empty.
inline std::optional<char32_t> TakeCodePoint(std::string_view& text) {
  if (!text.empty() && static_cast<unsigned char>(text.front()) < 0x80) {
    const auto ascii = static_cast<char32_t>(text.front());
    text.remove_prefix(1);
    return ascii;
  }
  const char32_t code_point = TakeAnyCodePoint(text);
  if (code_point == kNoCodePoint) return std::nullopt;
  return code_point;
}

// How many code points `text` has, which must be UTF-8.
size_t CountCodePoints(std::string_view text);

// How many bytes the UTF-8 form of `code_point` has.
constexpr size_t Utf8Size(char32_t code_point) {
  if (code_point < 0x80) return 1;
  if (code_point < 0x800) return 2;
  return code_point < 0x10000 ? 3 : 4;
}

// Appends the UTF-8 form of `code_point`, a Unicode scalar value.
void AppendUtf8(char32_t code_point, std::string& out);

// OK, or a FieldError for `field` that names line and byte (both from 1) of
// the first ill-formed sequence. line: the number of the line that `text`
// begins.
absl::Status ValidateUtf8(std::string_view field, std::string_view text,
                          size_t line = 1);

// That `text` is the UTF-8 form of one code point.
bool IsOneCodePoint(std::string_view text);

// White space as Python's str.isspace() has it.
bool IsSpace(char32_t code_point);

// That it is neither a control character nor white space other than ' ': what
// an error can show as it is.
bool CanBeSeen(char32_t code_point);

// `text` if it has at most so many bytes; else its beginning of as many,
// without part of a code point, and "…".
std::string BeginningOf(std::string_view text, size_t max_bytes);

// `text` without the white space at both ends, as Python's str.strip() has it.
// What is not UTF-8 is no white space, so it stays.
std::string_view Strip(std::string_view text);

}  // namespace microgpt

#endif  // MICROGPT_CORE_TEXT_UTF8_H_
