// SPDX-License-Identifier: MIT
#include "core/text/utf8.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/errors/errors.h"

namespace microgpt {
namespace {

using std::string_literals::operator""s;

std::string Message(std::string_view text) {
  return std::string(ValidateUtf8("text", text).message());
}

// True if `text` begins with no well-formed sequence and is left as it was.
bool Refuses(std::string_view text) {
  std::string_view rest = text;
  return !TakeCodePoint(rest).has_value() && rest == text;
}

TEST(Utf8Test, EveryScalarValueComesBackAsItWent) {
  for (char32_t code_point = 0; code_point <= 0x10FFFF; ++code_point) {
    if (code_point == 0xD800) code_point = 0xE000;  // surrogates
    std::string text;
    AppendUtf8(code_point, text);
    std::string_view rest = text;
    ASSERT_EQ(TakeCodePoint(rest), code_point);
    ASSERT_TRUE(rest.empty());
  }
}

// python3 -c 'print("aé山😀".encode())'
TEST(Utf8Test, EncodesAsPythonDoes) {
  std::string text;
  for (const char32_t c : {U'a', U'é', U'山', U'😀'}) AppendUtf8(c, text);
  EXPECT_EQ(text, "a\xc3\xa9\xe5\xb1\xb1\xf0\x9f\x98\x80");
}

TEST(Utf8Test, TakesOneCodePointAtATime) {
  std::string_view rest = "山a";
  EXPECT_EQ(TakeCodePoint(rest), U'山');
  EXPECT_EQ(rest, "a");
  EXPECT_EQ(TakeCodePoint(rest), U'a');
  EXPECT_EQ(TakeCodePoint(rest), std::nullopt);
}

TEST(Utf8Test, OverlongFormsAreRefused) {
  EXPECT_TRUE(Refuses("\xC0\x80"));          // U+0000 in two bytes
  EXPECT_TRUE(Refuses("\xC1\xBF"));          // U+007F in two
  EXPECT_TRUE(Refuses("\xE0\x9F\xBF"));      // U+07FF in three
  EXPECT_TRUE(Refuses("\xF0\x8F\xBF\xBF"));  // U+FFFF in four
}

TEST(Utf8Test, SurrogatesAndWhatLiesAboveUnicodeAreRefused) {
  EXPECT_TRUE(Refuses("\xED\xA0\x80"));      // U+D800
  EXPECT_TRUE(Refuses("\xED\xBF\xBF"));      // U+DFFF
  EXPECT_TRUE(Refuses("\xF4\x90\x80\x80"));  // U+110000
  EXPECT_TRUE(Refuses("\xF5\x80\x80\x80"));
  EXPECT_TRUE(Refuses("\xFF"));
}

// How many bytes a well-formed sequence that begins so has: table 3-7 of
// Unicode, row by row. 0: there is none.
size_t WellFormedSize(uint8_t lead, uint8_t second) {
  const auto within = [second](uint8_t low, uint8_t high) {
    return second >= low && second <= high;
  };
  if (lead <= 0x7F) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return within(0x80, 0xBF) ? 2 : 0;
  if (lead == 0xE0) return within(0xA0, 0xBF) ? 3 : 0;
  if (lead >= 0xE1 && lead <= 0xEC) return within(0x80, 0xBF) ? 3 : 0;
  if (lead == 0xED) return within(0x80, 0x9F) ? 3 : 0;
  if (lead >= 0xEE && lead <= 0xEF) return within(0x80, 0xBF) ? 3 : 0;
  if (lead == 0xF0) return within(0x90, 0xBF) ? 4 : 0;
  if (lead >= 0xF1 && lead <= 0xF3) return within(0x80, 0xBF) ? 4 : 0;
  if (lead == 0xF4) return within(0x80, 0x8F) ? 4 : 0;
  return 0;
}

TEST(Utf8Test, WhatIsWellFormedIsWhatTheStandardsTableSays) {
  for (int lead = 0; lead < 256; ++lead) {
    for (int second = 0; second < 256; ++second) {
      const size_t size = WellFormedSize(static_cast<uint8_t>(lead),
                                         static_cast<uint8_t>(second));
      for (const char other : {'\x7F', '\x80', '\xBF', '\xC0'}) {
        const std::string text = {static_cast<char>(lead),
                                  static_cast<char>(second), other, '\x80'};
        const bool continues = (other & 0xC0) == 0x80;
        const size_t expected = size > 2 && !continues ? 0 : size;
        std::string_view rest = text;
        ASSERT_EQ(TakeCodePoint(rest).has_value(), expected > 0)
            << lead << " " << second;
        ASSERT_EQ(text.size() - rest.size(), expected) << lead << " " << second;
      }
    }
  }
}

TEST(Utf8Test, ItsSizeAndNumberOfCodePointsAreKnown) {
  const std::u32string code_points =
      U"\0\x7F\x80\u07FF\u0800\uFFFF\U00010000"
      U"\U0010FFFF"s;
  std::string all;
  for (const char32_t code_point : code_points) {
    std::string text;
    AppendUtf8(code_point, text);
    EXPECT_EQ(Utf8Size(code_point), text.size());
    EXPECT_EQ(CountCodePoints(text), 1u);
    all += text;
  }
  EXPECT_EQ(CountCodePoints(all), code_points.size());
}

TEST(Utf8Test, LoneAndMissingContinuationBytesAreRefused) {
  EXPECT_TRUE(Refuses("\x80"));
  EXPECT_TRUE(Refuses("\xBF"));
  EXPECT_TRUE(Refuses("\xC3"));
  EXPECT_TRUE(Refuses("\xC3("));
  EXPECT_TRUE(Refuses("\xE5\xB1"));
  EXPECT_TRUE(Refuses("\xE5\xB1("));
  EXPECT_TRUE(Refuses("\xF0\x9F\x98"));
  EXPECT_TRUE(Refuses("\xF0\x9F\x98("));
}

TEST(Utf8Test, ValidationAcceptsAnyWellFormedText) {
  using std::string_view_literals::operator""sv;
  EXPECT_TRUE(ValidateUtf8("text", "").ok());
  EXPECT_TRUE(ValidateUtf8("text", "aé山😀\r\n\0b"sv).ok());
}

TEST(Utf8Test, ValidationNamesFieldLineAndByte) {
  EXPECT_EQ(Message("\xFF"), "text: not UTF-8 at line 1, byte 1 (0xFF)");
  EXPECT_EQ(Message("ab\ncé\x80"), "text: not UTF-8 at line 2, byte 4 (0x80)");
  EXPECT_EQ(FieldOf(ValidateUtf8("prefix", "\xFF")), "prefix");
}

TEST(Utf8Test, LinesAreCountedByEveryKindOfLineEnd) {
  EXPECT_EQ(Message("a\nb\rc\r\nd\xFF"),
            "text: not UTF-8 at line 4, byte 2 (0xFF)");
  EXPECT_EQ(Message("\n\r\xFF"), "text: not UTF-8 at line 3, byte 1 (0xFF)");
  EXPECT_EQ(ValidateUtf8("text", "a\nb\xFF", 7).message(),
            "text: not UTF-8 at line 8, byte 2 (0xFF)");
}

// python3 -c 'print([hex(c) for c in range(0x110000) if not chr(c).strip()])'
TEST(Utf8Test, WhiteSpaceIsWhatPythonStrips) {
  const std::vector<char32_t> expected = {
      0x9,    0xa,    0xb,    0xc,    0xd,    0x1c,   0x1d,   0x1e,
      0x1f,   0x20,   0x85,   0xa0,   0x1680, 0x2000, 0x2001, 0x2002,
      0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200a,
      0x2028, 0x2029, 0x202f, 0x205f, 0x3000};
  std::vector<char32_t> found;
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    if (IsSpace(c)) found.push_back(c);
  }
  EXPECT_EQ(found, expected);
}

TEST(Utf8Test, OneCodePointIsNeitherNoneNorTwo) {
  EXPECT_TRUE(IsOneCodePoint("a"));
  EXPECT_TRUE(IsOneCodePoint("😀"));
  EXPECT_FALSE(IsOneCodePoint(""));
  EXPECT_FALSE(IsOneCodePoint("ab"));
  EXPECT_FALSE(IsOneCodePoint("e\u0301"));
  EXPECT_FALSE(IsOneCodePoint("\xC3"));
}

TEST(Utf8Test, ControlCharactersAndWhiteSpaceCannotBeSeenButASpaceCan) {
  for (const char32_t seen : {U'a', U'é', U'山', U'😀', U' ', U'~', U'¡'}) {
    EXPECT_TRUE(CanBeSeen(seen)) << static_cast<uint32_t>(seen);
  }
  for (const char32_t unseen : {0x00, 0x1B, 0x7F, 0x80, 0x9F, 0xA0, 0x2028}) {
    EXPECT_FALSE(CanBeSeen(unseen)) << static_cast<uint32_t>(unseen);
  }
}

TEST(Utf8Test, BothEndsAreStrippedOfWhiteSpace) {
  EXPECT_EQ(Strip("\u3000\t a\u00A0b \u2028\n"), "a\u00A0b");
  EXPECT_EQ(Strip(" \u3000\x1f"), "");
  EXPECT_EQ(Strip(""), "");
}

TEST(Utf8Test, ABeginningHasWholeCodePoints) {
  EXPECT_EQ(BeginningOf("emma", 4), "emma");
  EXPECT_EQ(BeginningOf("emmas", 4), "emma…");
  EXPECT_EQ(BeginningOf("東京都", 9), "東京都");
  EXPECT_EQ(BeginningOf("東京都", 8), "東京…");
  EXPECT_EQ(BeginningOf("東京都", 6), "東京…");
  EXPECT_EQ(BeginningOf("東京都", 2), "…");
  EXPECT_EQ(BeginningOf("\x80\x80\x80", 2), "…");
  EXPECT_EQ(BeginningOf("", 0), "");
}

TEST(Utf8Test, WhatIsNotUtf8IsNotStripped) {
  EXPECT_EQ(Strip(" \xA0 "), "\xA0");  // a no-break space of Latin-1
  EXPECT_EQ(Strip(" \x80\x80\x80\x80\x80 "), "\x80\x80\x80\x80\x80");
  EXPECT_EQ(Strip("\xF0\u3000"), "\xF0");
}

}  // namespace
}  // namespace microgpt
