// SPDX-License-Identifier: MIT
//
// What Python makes of a value stands in the tests as json.dumps printed it.
#include "core/format/json_text.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <limits>
#include <vector>

#include "core/random/python_random.h"

namespace microgpt {
namespace {

// for x in …: print(json.dumps(x))
TEST(JsonTextTest, NumbersAreSpelledAsInPython) {
  const std::vector<std::pair<double, std::string>> spelled = {
      {0.0, "0.0"},
      {-0.0, "-0.0"},
      {1.0, "1.0"},
      {-3.0, "-3.0"},
      {0.1, "0.1"},
      {0.1f, "0.10000000149011612"},
      {1.0 / 3, "0.3333333333333333"},
      {0.0001, "0.0001"},
      {0.00001, "1e-05"},
      {-0.0000123, "-1.23e-05"},
      {123456789012345680.0, "1.2345678901234568e+17"},
      {1e15, "1000000000000000.0"},
      {1e16, "1e+16"},
      {9007199254740993.0, "9007199254740992.0"},
      {1e22, "1e+22"},
      {1e23, "1e+23"},
      {5e-324, "5e-324"},
      {2.2250738585072014e-308, "2.2250738585072014e-308"},
      {1.7976931348623157e308, "1.7976931348623157e+308"}};
  for (const auto& [value, text] : spelled) EXPECT_EQ(JsonNumber(value), text);
}

TEST(JsonTextTest, NumbersReadBackAsTheSameBits) {
  PythonRandom random(1);
  for (int i = 0; i < 100'000; ++i) {
    const double value = random.Gauss(0, 0.08);
    ASSERT_EQ(std::strtod(JsonNumber(value).c_str(), nullptr), value);
  }
}

TEST(JsonTextTest, ANumberIsAppendedToWhatIsThere) {
  std::string out = "[1.5, ";  // its point is not the number's
  AppendJsonNumber(2, out);
  EXPECT_EQ(out, "[1.5, 2.0");
}

TEST(JsonTextDeathTest, ANumberThatIsNotFiniteIsOurOwnBug) {
  EXPECT_DEATH(JsonNumber(std::numeric_limits<double>::infinity()), "isfinite");
}

// print(json.dumps(…))
TEST(JsonTextTest, TextsAreSpelledAsInPython) {
  EXPECT_EQ(JsonString(""), R"("")");
  EXPECT_EQ(JsonString("emma"), R"("emma")");
  EXPECT_EQ(JsonString("\"\\/"), R"("\"\\/")");
  EXPECT_EQ(JsonString("\b\f\n\r\t\x01\x1f\x7f"),
            R"("\b\f\n\r\t\u0001\u001f\u007f")");
  EXPECT_EQ(JsonString("é山"), R"("\u00e9\u5c71")");
  EXPECT_EQ(JsonString("😀"), R"("\ud83d\ude00")");
}

TEST(JsonTextTest, ListsAndObjectsHavePythonsSpaces) {
  EXPECT_EQ(JsonStrings({}), "[]");
  const std::vector<std::string> texts = {"a", "é"};
  EXPECT_EQ(JsonStrings(texts), R"(["a", "\u00e9"])");

  JsonObjectText object;
  EXPECT_EQ(object.Finish(), "{}");
  object.Add("a", "[1, 2]");
  object.AddText("b", "x\"y");
  object.AddNumber("c", 0.5);
  EXPECT_EQ(object.Finish(), R"({"a": [1, 2], "b": "x\"y", "c": 0.5})");
}

TEST(JsonTextTest, NoNumberIsLeftOutOfAnObject) {
  JsonObjectText object;
  object.AddNumber("none", std::nullopt);
  object.AddNumber("nan", std::numeric_limits<double>::quiet_NaN());
  object.AddNumber("infinity", -std::numeric_limits<double>::infinity());
  EXPECT_EQ(object.Finish(), "{}");
}

TEST(JsonTextTest, AnExcerptIsShortAndUtf8) {
  EXPECT_EQ(Excerpt("layer0.attn_wq"), "layer0.attn_wq");
  const std::string x79(79, 'x');
  EXPECT_EQ(Excerpt(x79 + "y"), x79 + "y");
  EXPECT_EQ(Excerpt(x79 + "yz"), x79 + "y…");
  EXPECT_EQ(Excerpt(x79 + "é"), x79 + "…") << "half a character is left out";
}

TEST(JsonTextTest, WhatCannotBeSeenIsSpelledOutInAnExcerpt) {
  EXPECT_EQ(Excerpt("a\n\x1B[2Jé b\x7F\u0085\u2028"),
            "a\\u000a\\u001b[2Jé b\\u007f\\u0085\\u2028");
  EXPECT_EQ(QuotedExcerpt("a\n\"é"), R"("a\n\"\u00e9")");
  EXPECT_EQ(QuotedExcerpt(std::string(81, 'x')),
            "\"" + std::string(80, 'x') + "\\u2026\"");
}

}  // namespace
}  // namespace microgpt
