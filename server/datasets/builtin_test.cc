// SPDX-License-Identifier: MIT
#include "server/datasets/builtin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

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

std::vector<std::string_view> Names() {
  return Lines(BuiltinDataset("names").value());
}

TEST(BuiltinTest, NamesIsWhatItsFileSays) {
  std::ifstream file(MICROGPT_SOURCE_DIR "/server/datasets/names.txt");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(BuiltinDataset("names").value(), text);
}

TEST(BuiltinTest, NamesHasAtLeastTwoThousandNames) {
  EXPECT_GE(Names().size(), 2000u);
}

TEST(BuiltinTest, NamesHasTheLettersAToZAndNoOthers) {
  const auto corpus = Corpus::FromText(BuiltinDataset("names").value());
  ASSERT_TRUE(corpus.ok()) << corpus.status();
  const auto alphabet = corpus->alphabet();
  EXPECT_EQ(std::u32string(alphabet.begin(), alphabet.end()),
            U"abcdefghijklmnopqrstuvwxyz");
}

TEST(BuiltinTest, NamesIsSortedAndHasNoneTwice) {
  const std::vector<std::string_view> names = Names();
  EXPECT_EQ(std::ranges::adjacent_find(names, std::greater_equal<>()),
            names.end());
}

TEST(BuiltinTest, EveryNameFitsTheDefaultBlockSizeWithItsEndMark) {
  for (const std::string_view name : Names()) {
    EXPECT_GE(name.size(), 2u) << name;
    EXPECT_LT(name.size(), 16u) << name;
  }
}

TEST(BuiltinTest, EveryListedDatasetIsThere) {
  EXPECT_THAT(BuiltinDatasetNames(), testing::ElementsAre("names"));
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
