// SPDX-License-Identifier: MIT
#include "client/output/utf8.h"

#include <gtest/gtest.h>

namespace microgpt::client {
namespace {

TEST(Utf8Test, ValidTextHasNoInvalidByte) {
  EXPECT_EQ(FirstInvalidByte(""), std::nullopt);
  EXPECT_EQ(FirstInvalidByte("emma 東京 é 😀 \U0010FFFF"), std::nullopt);
}

TEST(Utf8Test, TheFirstInvalidByteIsFound) {
  EXPECT_EQ(FirstInvalidByte("ab\xff"), 2u);
  EXPECT_EQ(FirstInvalidByte("\x80"), 0u) << "a continuation alone";
  EXPECT_EQ(FirstInvalidByte("a\xe6\x9d"), 1u) << "cut short";
  EXPECT_EQ(FirstInvalidByte("\xc0\xaf"), 0u) << "overlong, two bytes";
  EXPECT_EQ(FirstInvalidByte("\xe0\x80\xaf"), 0u) << "overlong, three bytes";
  EXPECT_EQ(FirstInvalidByte("\xed\xa0\x80"), 0u) << "a surrogate";
  EXPECT_EQ(FirstInvalidByte("\xf4\x90\x80\x80"), 0u) << "above U+10FFFF";
}

TEST(Utf8Test, CjkTakesTwoColumnsAndCombiningMarksNone) {
  EXPECT_EQ(DisplayWidth("emma"), 4u);
  EXPECT_EQ(DisplayWidth("東京"), 4u);
  EXPECT_EQ(DisplayWidth("カナ"), 4u);
  EXPECT_EQ(DisplayWidth("e\u0301"), 1u);
  EXPECT_EQ(DisplayWidth("█▌"), 2u);
}

TEST(Utf8Test, ACutNeverSplitsACharacter) {
  EXPECT_EQ(CutToWidth("東京都", 5), "東京");
  EXPECT_EQ(CutToWidth("東京都", 6), "東京都");
  EXPECT_EQ(CutToWidth("emma", 2), "em");
  EXPECT_EQ(CutToWidth("emma", 0), "");
}

TEST(Utf8Test, ControlCharactersCannotReachATerminal) {
  EXPECT_EQ(Printable("a\x1b[2Jb\r\n"), "a\uFFFD[2Jb\uFFFD\uFFFD");
  EXPECT_EQ(Printable("\u009b"), "\uFFFD") << "C1 controls too";
  EXPECT_EQ(Printable("a\xff"), "a\uFFFD");
  EXPECT_EQ(Printable("東京"), "東京");
}

TEST(Utf8Test, LowerCaseChangesAsciiLettersOnly) {
  EXPECT_EQ(Lower("MADE @ Z[ÄÖ 東"), "made @ z[ÄÖ 東");
}

TEST(Utf8Test, CodePointsAreCounted) {
  EXPECT_EQ(CodePoints(""), 0u);
  EXPECT_EQ(CodePoints("a東é\U0001F600"), 4u);
}

TEST(Utf8Test, WhatIsCutShortSaysSo) {
  EXPECT_EQ(Shortened("emma", 4), "emma");
  EXPECT_EQ(Shortened("emmas", 4), "emma…");
  EXPECT_EQ(Shortened("東京都", 5), "東京…");
}

}  // namespace
}  // namespace microgpt::client
