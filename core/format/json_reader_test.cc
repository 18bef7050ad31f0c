// SPDX-License-Identifier: MIT
#include "core/format/json_reader.h"

#include <gtest/gtest.h>

#include "core/errors/errors.h"

namespace microgpt {
namespace {

using Json = nlohmann::json;
using std::string_view_literals::operator""sv;

std::string ErrorOf(std::string_view text, std::string_view root = "") {
  const absl::StatusOr<Json> tree = ParseJson(root, text);
  EXPECT_EQ(tree.status().code(), absl::StatusCode::kInvalidArgument) << text;
  return std::string(tree.status().message());
}

std::string Nested(size_t levels) {
  return std::string(levels, '[') + std::string(levels, ']');
}

TEST(JsonReaderTest, ATreeHasEveryValueInItsPlace) {
  const std::string_view text =
      R"( {"a": [1, -2, 0.5, [], {}], "b": {"c": null, "": "é\u00e9\ud83d\ude00"},
           "d": [[true], [false, [18446744073709551615]]], "e": 1e-3} )";
  const absl::StatusOr<Json> tree = ParseJson("", text);
  ASSERT_TRUE(tree.ok()) << tree.status();
  EXPECT_EQ(*tree, Json::parse(text));
}

TEST(JsonReaderTest, AScalarAloneIsATreeToo) {
  EXPECT_EQ(*ParseJson("", "0.5"), Json(0.5));
  EXPECT_EQ(*ParseJson("", R"("x")"), Json("x"));
}

TEST(JsonReaderTest, WhatIsNoJsonIsNamedByPathAndByte) {
  EXPECT_EQ(ErrorOf("x"), "file: not JSON at byte 1");
  EXPECT_EQ(ErrorOf(R"({"a": [[1, 2], [3, ?]]})"),
            "a[1][1]: not JSON at byte 20");
  EXPECT_EQ(ErrorOf(R"({"a": {"b": tru}})"), "a.b: not JSON at byte 16");
  EXPECT_EQ(ErrorOf(R"({"a": 1,})"), "a: not JSON at byte 9");
  EXPECT_EQ(ErrorOf(R"({"a": "\ud83d"})"), "a: not JSON at byte 14");
  EXPECT_EQ(ErrorOf(R"({"a": 1} x)"), "file: not JSON at byte 10");
  EXPECT_EQ(ErrorOf(R"({"a": [01]})"), "a[1]: not JSON at byte 9");
}

TEST(JsonReaderTest, AZeroByteIsNoEnd) {
  EXPECT_EQ(ErrorOf("{}\0junk"sv), "file: not JSON at byte 3");
}

TEST(JsonReaderTest, TheRootStandsBeforeEveryPath) {
  EXPECT_EQ(ErrorOf("x", "config"), "config: not JSON at byte 1");
  EXPECT_EQ(ErrorOf(R"({"a": x)", "config"), "config.a: not JSON at byte 7");
}

TEST(JsonReaderTest, EveryTruncationIsAnError) {
  const std::string_view text = R"({"a": [[1.5e3, "x"], [true, {"b": null}]]})";
  for (size_t size = 0; size < text.size(); ++size) {
    EXPECT_NE(ErrorOf(text.substr(0, size)), "") << size;
  }
  EXPECT_EQ(ErrorOf(""), "file: ends too soon, after byte 0");
  EXPECT_EQ(ErrorOf(R"({"a": [[1.5e3, 7)"),
            "a[0][2]: ends too soon, after byte 16");
}

TEST(JsonReaderTest, NumbersThatAreNotFiniteAreRefused) {
  EXPECT_EQ(ErrorOf(R"({"w": [0.5, NaN]})"),
            "w[1]: NaN is not a finite number");
  EXPECT_EQ(ErrorOf(R"({"w": [[Infinity]]})"),
            "w[0][0]: Infinity is not a finite number");
  EXPECT_EQ(ErrorOf(R"({"w": -Infinity})"),
            "w: -Infinity is not a finite number");
  EXPECT_EQ(ErrorOf(R"({"w": [0.5, 1e999]})"),
            "w[1]: 1e999 is too large a"
            " number");
  EXPECT_EQ(ErrorOf(R"({"w": None})"), "w: not JSON at byte 7");
}

TEST(JsonReaderTest, AKeyTwiceInOneObjectIsRefused) {
  EXPECT_EQ(ErrorOf(R"({"a": {"b": 1, "c": 2, "b": 3}})"),
            "a.b: stands there twice");
  EXPECT_EQ(ErrorOf(R"({"a": 1, "\u0061": 2})"), "a: stands there twice");
  EXPECT_TRUE(ParseJson("", R"([{"a": 1}, {"a": {"a": 2}}])").ok());
}

TEST(JsonReaderTest, NestingHasALimit) {
  EXPECT_TRUE(ParseJson("", Nested(32)).ok());
  std::string path;
  for (int i = 0; i < 32; ++i) path += "[0]";
  EXPECT_EQ(ErrorOf(Nested(33)), path + ": more than 32 levels");
  EXPECT_EQ(ErrorOf(std::string(1'000'000, '[')),
            path + ": more than 32 levels");
}

TEST(JsonReaderTest, ATreeHasALimitOfValues) {
  std::string text = "{\"a\": [";
  for (int i = 2; i < 2'000'000; ++i) text += "0,";
  EXPECT_EQ(ErrorOf(text + "0]}"), "a[1999998]: more than 2000000 values");
  text.pop_back();
  EXPECT_TRUE(ParseJson("", text + "]}").ok());
}

TEST(JsonReaderTest, TextThatIsNotUtf8IsNamedByItsByte) {
  EXPECT_EQ(ErrorOf("{\"a\": \"\xC3\"}"),
            "file: not UTF-8 at line 1, byte 8 (0xC3)");
}

TEST(JsonReaderTest, ALongKeyIsCutInTheError) {
  const std::string key(1000, 'k');
  EXPECT_EQ(ErrorOf("{\"" + key + "\": x}"),
            std::string(80, 'k') + "…: not JSON at byte 1006");
}

}  // namespace
}  // namespace microgpt
