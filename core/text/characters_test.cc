// SPDX-License-Identifier: MIT
#include "core/text/characters.h"

#include <gtest/gtest.h>
#include <utf8proc.h>

#include <string>
#include <vector>

#include "core/random/python_random.h"
#include "core/text/utf8.h"

namespace microgpt {
namespace {

using Strings = std::vector<std::string>;

Strings Split(TokenizerKind kind, std::string_view text) {
  Strings characters;
  while (const auto character = TakeCharacter(kind, text)) {
    characters.emplace_back(character->text);
  }
  EXPECT_EQ(text, "");
  return characters;
}

Strings Clusters(std::string_view text) {
  return Split(TokenizerKind::kGrapheme, text);
}

TEST(CharactersTest, OneCharacterIsNeitherNoneNorTwo) {
  EXPECT_TRUE(IsOneCharacter(TokenizerKind::kGrapheme, "e\u0301"));
  EXPECT_FALSE(IsOneCharacter(TokenizerKind::kCodePoint, "e\u0301"));
  EXPECT_TRUE(IsOneCharacter(TokenizerKind::kCodePoint, "é"));
  for (const TokenizerKind kind :
       {TokenizerKind::kCodePoint, TokenizerKind::kGrapheme}) {
    EXPECT_FALSE(IsOneCharacter(kind, ""));
    EXPECT_FALSE(IsOneCharacter(kind, "ab"));
    EXPECT_FALSE(IsOneCharacter(kind, "a\xCC"));
  }
}

TEST(CharactersTest, ACodePointIsACharacterWhateverItsNeighbours) {
  EXPECT_EQ(Split(TokenizerKind::kCodePoint, "e\u0301山\r\n🇯🇵"),
            (Strings{"e", "\u0301", "山", "\r", "\n", "🇯", "🇵"}));
}

TEST(CharactersTest, AClusterOfOneCodePointIsThatCodePoint) {
  EXPECT_EQ(Clusters("aé 山😀"), (Strings{"a", "é", " ", "山", "😀"}));
}

TEST(CharactersTest, CombiningMarksBelongToTheLetterBefore) {
  EXPECT_EQ(Clusters("ae\u0301\u0323b"), (Strings{"a", "e\u0301\u0323", "b"}));
}

TEST(CharactersTest, AMarkAtTheBeginningIsAClusterWithTheMarksThatFollow) {
  EXPECT_EQ(Clusters("\u0301\u0323a"), (Strings{"\u0301\u0323", "a"}));
}

TEST(CharactersTest, ControlCharactersTakeNoMarks) {
  EXPECT_EQ(Clusters("\t\u0301"), (Strings{"\t", "\u0301"}));
}

TEST(CharactersTest, EmojiJoinedByZeroWidthJoinersAreOne) {
  EXPECT_EQ(
      Clusters("👩‍👩‍👧‍👦👨🏽‍🚀❤️"),
      (Strings{"👩‍👩‍👧‍👦", "👨🏽‍🚀", "❤️"}));
  // A letter is joined to no emoji.
  EXPECT_EQ(Clusters("a\u200D👩"), (Strings{"a\u200D", "👩"}));
}

TEST(CharactersTest, RegionalIndicatorsMakeFlagsInPairs) {
  EXPECT_EQ(Clusters("🇯🇵🇩🇪"), (Strings{"🇯🇵", "🇩🇪"}));
  EXPECT_EQ(Clusters("🇯🇵🇩"), (Strings{"🇯🇵", "🇩"}));
  EXPECT_EQ(Clusters("a🇯🇵🇩🇪🇫"), (Strings{"a", "🇯🇵", "🇩🇪", "🇫"}));
  // A mark ends a pair.
  EXPECT_EQ(Clusters("🇯\u0301🇵🇩"), (Strings{"🇯\u0301", "🇵🇩"}));
}

TEST(CharactersTest, HangulJamoMakeSyllables) {
  EXPECT_EQ(Clusters("\u1112\u1161\u11AB\u1100\u1173\u11AF"),
            (Strings{"\u1112\u1161\u11AB", "\u1100\u1173\u11AF"}));
  EXPECT_EQ(Clusters("가\u11A8각가"), (Strings{"가\u11A8", "각", "가"}));
}

TEST(CharactersTest, TheTablesAreThoseOfUnicode15) {
  // An Arabic mark that Unicode 14 does not have.
  EXPECT_EQ(Clusters("\u0628\U00010EFD"), (Strings{"\u0628\U00010EFD"}));
}

// Unicode 15.0 breaks after a virama; joining conjuncts came with Unicode 15.1.
TEST(CharactersTest, DevanagariVowelSignsBelongToTheirConsonant) {
  EXPECT_EQ(Clusters("हिन्दी"), (Strings{"हि", "न्", "दी"}));
}

TEST(CharactersTest, PrecedingSignsBelongToWhatFollows) {
  EXPECT_EQ(Clusters("\u0600\u0661a"), (Strings{"\u0600\u0661", "a"}));
}

TEST(CharactersTest, OnlyACarriageReturnJoinsALineFeed) {
  EXPECT_EQ(Clusters("a\r\n\n\rb"), (Strings{"a", "\r\n", "\n", "\r", "b"}));
}

// The clusters of `code_points`, as utf8proc alone has them.
std::vector<std::string> ExpectedClusters(std::u32string_view code_points) {
  std::vector<std::string> clusters;
  utf8proc_int32_t state = 0;
  for (size_t i = 0; i < code_points.size(); ++i) {
    const auto at = [code_points](size_t j) {
      return static_cast<utf8proc_int32_t>(code_points[j]);
    };
    if (i == 0 || utf8proc_grapheme_break_stateful(at(i - 1), at(i), &state)) {
      clusters.emplace_back();
    }
    AppendUtf8(code_points[i], clusters.back());
  }
  return clusters;
}

TEST(CharactersTest, ClustersOfAnyCodePointsAreThoseOfTheTables) {
  const std::u32string often =
      U"ae\r\n "
      U"\u0301é山あっカ\u3099\u200D👩👧🏽\uFE0F🇯🇵\u1100\u1161"
      U"\u11A8"
      U"각"
      U"\u0915\u094D\u0937\u0903\u0E33\u0600";
  PythonRandom random(1);
  for (int i = 0; i < 50'000; ++i) {
    std::u32string code_points;
    for (uint32_t n = random.RandBelow(8); n > 0; --n) {
      char32_t any = random.RandBelow(0x110000);
      if (any >= 0xD800 && any < 0xE000) any = U'a';  // no surrogates
      const auto size = static_cast<uint32_t>(often.size());
      code_points +=
          random.RandBelow(3) == 0 ? any : often[random.RandBelow(size)];
    }
    std::string text;
    for (const char32_t code_point : code_points) AppendUtf8(code_point, text);
    ASSERT_EQ(Clusters(text), ExpectedClusters(code_points)) << text;
  }
}

TEST(CharactersTest, NothingIsTakenOffWhatIsNotUtf8) {
  for (const auto kind :
       {TokenizerKind::kCodePoint, TokenizerKind::kGrapheme}) {
    for (const std::string_view text : {"", "\xFFz", "\xE5\xB1"}) {
      std::string_view rest = text;
      EXPECT_FALSE(TakeCharacter(kind, rest).has_value());
      EXPECT_EQ(rest, text);
    }
  }
}

TEST(CharactersTest, WhatIsNotUtf8EndsACluster) {
  std::string_view text = "e\u0301\xCC";
  EXPECT_EQ(TakeCharacter(TokenizerKind::kGrapheme, text)->text, "e\u0301");
  EXPECT_EQ(text, "\xCC");
}

TEST(CharactersTest, TheFirstCodePointIsTold) {
  std::string_view text = "e\u0301🇯🇵";
  EXPECT_EQ(TakeCharacter(TokenizerKind::kGrapheme, text)->first, U'e');
  EXPECT_EQ(TakeCharacter(TokenizerKind::kGrapheme, text)->first, U'🇯');
}

TEST(CharactersTest, CountsWhatItTakes) {
  for (const std::string_view text :
       {"", "abc", "ae\u0301山", "👩‍👩‍👧‍👦🇯🇵🇩🇪",
        "हिन्दी"}) {
    for (const auto kind :
         {TokenizerKind::kCodePoint, TokenizerKind::kGrapheme}) {
      EXPECT_EQ(CountCharacters(kind, text), Split(kind, text).size()) << text;
    }
  }
}

}  // namespace
}  // namespace microgpt
