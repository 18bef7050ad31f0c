// SPDX-License-Identifier: MIT
//
// Text: whether it is UTF-8, and as a terminal sees it.
#ifndef MICROGPT_CLIENT_OUTPUT_UTF8_H_
#define MICROGPT_CLIENT_OUTPUT_UTF8_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace microgpt::client {

// The offset of the first byte that is not UTF-8 (overlong forms, surrogates
// and code points above U+10FFFF are not); nothing if all of it is.
std::optional<std::size_t> FirstInvalidByte(std::string_view text);

// Of a text that is UTF-8.
std::size_t CodePoints(std::string_view text);

// Columns that `text` takes up on a terminal: 2 for each wide (CJK) character,
// 0 for a combining one. Invalid bytes and control characters count 1.
std::size_t DisplayWidth(std::string_view text);

// `text` cut after the last whole character within `width` columns.
std::string_view CutToWidth(std::string_view text, std::size_t width);

// `text`; where it is wider than `width` columns, as much of it as fits these,
// and "…".
std::string Shortened(std::string_view text, std::size_t width);

// `text` with each control character, and each invalid byte, replaced by
// U+FFFD: what a model says must not move a terminal's cursor.
std::string Printable(std::string_view text);

// `text` with its ASCII letters in lower case, whatever the locale.
std::string Lower(std::string text);

}  // namespace microgpt::client

#endif  // MICROGPT_CLIENT_OUTPUT_UTF8_H_
