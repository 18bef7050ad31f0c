// SPDX-License-Identifier: MIT
#include "core/text/characters.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

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
