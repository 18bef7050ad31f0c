// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_TEXT_UTF8_H_
#define MICROGPT_CORE_TEXT_UTF8_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace microgpt {

// Takes the first code point off `text`. nullopt, with `text` as it was, if it
// does not begin with a well-formed one (Unicode 15, table 3-7) or is empty.
std::optional<char32_t> TakeCodePoint(std::string_view& text);

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

// `text` without the white space at both ends, as Python's str.strip() has it.
// What is not UTF-8 is no white space, so it stays.
std::string_view Strip(std::string_view text);

}  // namespace microgpt

#endif  // MICROGPT_CORE_TEXT_UTF8_H_
