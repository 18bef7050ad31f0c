// SPDX-License-Identifier: MIT
#include "server/datasets/builtin.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include "core/text/characters.h"
#include "core/text/corpus.h"

namespace microgpt {
namespace {

// The lines of a text that ends with a line feed.
std::vector<std::string_view> Lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

std::vector<std::string_view> LinesOf(std::string_view dataset) {
  return Lines(BuiltinDataset(dataset).value());
}

// The characters of a dataset, ascending.
std::u32string AlphabetOf(std::string_view dataset) {
  const auto corpus = Corpus::FromText(BuiltinDataset(dataset).value());
  EXPECT_TRUE(corpus.ok()) << corpus.status();
  return {corpus->alphabet().begin(), corpus->alphabet().end()};
}

class EveryDatasetTest : public testing::TestWithParam<std::string_view> {};

INSTANTIATE_TEST_SUITE_P(Builtin, EveryDatasetTest,
                         testing::ValuesIn(BuiltinDatasetNames()));

TEST_P(EveryDatasetTest, IsWhatItsFileSays) {
  std::ifstream file(fmt::format("{}/server/datasets/{}.txt",
                                 MICROGPT_SOURCE_DIR, GetParam()));
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(BuiltinDataset(GetParam()).value(), text);
}

TEST_P(EveryDatasetTest, IsSortedAndHasNoneTwice) {
  const std::vector<std::string_view> lines = LinesOf(GetParam());
  EXPECT_EQ(std::ranges::adjacent_find(lines, std::greater_equal<>()),
            lines.end());
}

TEST_P(EveryDatasetTest, FitsTheDefaultBlockSizeWithItsEndMarks) {
  for (const std::string_view line : LinesOf(GetParam())) {
    const size_t characters = CountCharacters(TokenizerKind::kCodePoint, line);
    EXPECT_GE(characters, 1u);
    EXPECT_LE(characters, 15u) << line;
  }
}

// Nothing is stripped or dropped.
TEST_P(EveryDatasetTest, IsTheTextOfItsCorpus) {
  const std::string_view text = BuiltinDataset(GetParam()).value();
  EXPECT_EQ(Corpus::FromText(text)->text(), text);
}

TEST(BuiltinTest, NamesHasAtLeastTwoThousandNames) {
  EXPECT_GE(LinesOf("names").size(), 2000u);
}

TEST(BuiltinTest, NamesHasTheLettersAToZAndNoOthers) {
  EXPECT_EQ(AlphabetOf("names"), U"abcdefghijklmnopqrstuvwxyz");
}

TEST(BuiltinTest, CitiesJaHasAtLeastSevenHundredCities) {
  EXPECT_GE(LinesOf("cities-ja").size(), 700u);
}

TEST(BuiltinTest, CitiesJaIsInHiragana) {
  const std::u32string alphabet = AlphabetOf("cities-ja");
  EXPECT_TRUE(std::ranges::all_of(alphabet, [](char32_t c) {
    return (c >= U'ぁ' && c <= U'ゖ') || c == U'ー';
  }));
}

// The seats of all 47 prefectures.
TEST(BuiltinTest, CitiesJaIsOfEveryPrefecture) {
  const std::vector<std::string_view> cities = LinesOf("cities-ja");
  for (const std::string_view seat :
       {"さっぽろ", "あおもり", "もりおか",   "せんだい",   "あきた",
        "やまがた", "ふくしま", "みと",       "うつのみや", "まえばし",
        "さいたま", "ちば",     "しんじゅく", "よこはま",   "にいがた",
        "とやま",   "かなざわ", "ふくい",     "こうふ",     "ながの",
        "ぎふ",     "しずおか", "なごや",     "つ",         "おおつ",
        "きょうと", "おおさか", "こうべ",     "なら",       "わかやま",
        "とっとり", "まつえ",   "おかやま",   "ひろしま",   "やまぐち",
        "とくしま", "たかまつ", "まつやま",   "こうち",     "ふくおか",
        "さが",     "ながさき", "くまもと",   "おおいた",   "みやざき",
        "かごしま", "なは"}) {
    EXPECT_TRUE(std::ranges::binary_search(cities, seat)) << seat;
  }
}

TEST(BuiltinTest, EveryListedDatasetIsThere) {
  EXPECT_THAT(BuiltinDatasetNames(),
              testing::ElementsAre("cities-ja", "names"));
  for (const std::string_view name : BuiltinDatasetNames()) {
    EXPECT_TRUE(BuiltinDataset(name).has_value()) << name;
  }
}

TEST(BuiltinTest, AnUnknownDatasetIsNone) {
  EXPECT_EQ(BuiltinDataset("surnames"), std::nullopt);
  EXPECT_EQ(BuiltinDataset(""), std::nullopt);
}

}  // namespace
}  // namespace microgpt
