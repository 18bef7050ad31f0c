// SPDX-License-Identifier: MIT
#include "client/output/sheet.h"

#include <gtest/gtest.h>

namespace microgpt::client {
namespace {

Columns NamesAndCounts() {
  return {{"name", "NAME"},
          {"count", "COUNT", Column::Align::kRight},
          {"sha256", ""},
          {"", "MADE"}};
}

TEST(SheetTest, TablesAlignWideCharacters) {
  EXPECT_EQ(Table(NamesAndCounts(), {{{"東京"}, {"2.1K", "2104"}, {"x"}, {"a"}},
                                     {{"names"}, {"7"}, {"y"}, {"b"}}}),
            "NAME   COUNT  MADE\n"
            "東京    2.1K  a\n"
            "names      7  b\n");
}

TEST(SheetTest, TablesHaveNoBlanksAtLineEnds) {
  EXPECT_EQ(Table({{"a", "A"}, {"b", "B"}}, {{{"long"}, {""}}, {{"x"}, {"y"}}}),
            "A     B\nlong\nx     y\n");
}

TEST(SheetTest, AColumnThatSaysNothingIsLeftOut) {
  EXPECT_EQ(Table({{"a", "A"}, {"b", "B"}}, {{{"x"}, {""}}, {{"y"}, {""}}}),
            "A\nx\ny\n");
}

TEST(SheetTest, AColumnThatStaysIsThereEvenIfEmpty) {
  const Columns columns = {{"text", "TEXT", Column::Align::kLeft, true},
                           {"logprob", "LOGPROB"}};
  EXPECT_EQ(Table(columns, {{{""}, {"-1"}}}), "TEXT  LOGPROB\n      -1\n");
}

TEST(SheetTest, AnEmptyTableIsItsHeader) {
  EXPECT_EQ(Table(NamesAndCounts(), {}), "NAME  COUNT  MADE\n");
}

TEST(SheetTest, TablesShowNoControlCharacters) {
  EXPECT_EQ(Table({{"a", "A"}}, {{{"x\x1b[2J"}}}), "A\nx\uFFFD[2J\n");
}

TEST(SheetTest, ACardHasOneLineAColumnAndSkipsWhatIsEmpty) {
  EXPECT_EQ(Card(NamesAndCounts(), {{"names"}, {""}, {"x"}, {"just now"}}),
            "name   names\nmade   just now\n");
}

TEST(SheetTest, CsvHasExactValuesOfItsOwnColumns) {
  EXPECT_EQ(CsvHeader(NamesAndCounts()), "name,count,sha256");
  EXPECT_EQ(CsvRow(NamesAndCounts(), {{"n"}, {"2.1K", "2104"}, {"x"}, {"a"}}),
            "n,2104,x");
}

TEST(SheetTest, CsvKeepsAnEmptyFirstField) {
  EXPECT_EQ(CsvRow({{"a", ""}, {"b", ""}}, {{""}, {"1"}}), ",1");
}

TEST(SheetTest, CsvQuotesAsRfc4180Says) {
  EXPECT_EQ(CsvField("plain text"), "plain text");
  EXPECT_EQ(CsvField("a,b"), "\"a,b\"");
  EXPECT_EQ(CsvField("say \"hi\""), "\"say \"\"hi\"\"\"");
  EXPECT_EQ(CsvField("two\nlines"), "\"two\nlines\"");
  EXPECT_EQ(CsvField("\r"), "\"\r\"");
  EXPECT_EQ(CsvField(""), "");
}

}  // namespace
}  // namespace microgpt::client
