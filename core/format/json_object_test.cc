// SPDX-License-Identifier: MIT
#include "core/format/json_object.h"

#include <gtest/gtest.h>

#include "core/errors/errors.h"

namespace microgpt {
namespace {

using Json = nlohmann::json;

class JsonObjectTest : public testing::Test {
 protected:
  template <typename T>
  static std::string ErrorOf(const absl::StatusOr<T>& result) {
    EXPECT_EQ(result.status().code(), absl::StatusCode::kInvalidArgument);
    return std::string(result.status().message());
  }

  const Json tree_ = Json::parse(R"({
      "text": "a", "texts": ["a", "b"], "whole": 4294967295, "big": 4294967296,
      "negative": -1, "real": 16.0, "sizes": [0, 18446744073709551615],
      "mixed": ["a", 1], "yes": true, "none": null, "object": {"text": "x"}})");
  const JsonObject object_ = JsonObject::Of(tree_, "top").value();
};

TEST_F(JsonObjectTest, MembersAreReadByKeyAndType) {
  EXPECT_EQ(*object_.Text("text"), "a");
  EXPECT_EQ(*object_.Texts("texts"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(*object_.Whole("whole"), 4294967295u);
  EXPECT_EQ(*object_.Number("real"), 16.0);
  EXPECT_EQ(*object_.Number("negative"), -1.0);
  EXPECT_EQ(*object_.Sizes("sizes"),
            (std::vector<uint64_t>{0, 18446744073709551615u}));
  EXPECT_EQ(*object_.Object("object")->Text("text"), "x");
  EXPECT_TRUE(object_.Has("none"));
  EXPECT_FALSE(object_.Has("other"));
}

TEST_F(JsonObjectTest, WhatIsMissingIsNamedByItsPath) {
  EXPECT_EQ(ErrorOf(object_.Text("x")), "top.x: is missing");
  EXPECT_EQ(ErrorOf(object_.Object("object")->Whole("x")),
            "top.object.x: is missing");
  EXPECT_EQ(FieldOf(object_.Text("x").status()), "top.x");
  EXPECT_EQ(ErrorOf(JsonObject::Of(tree_, "")->Text("x")), "x: is missing");
}

TEST_F(JsonObjectTest, AnotherTypeIsToldFromTheOneWanted) {
  EXPECT_EQ(ErrorOf(object_.Text("whole")),
            "top.whole: 4294967295 where a text belongs");
  EXPECT_EQ(ErrorOf(object_.Texts("text")),
            "top.text: a text where a list belongs");
  EXPECT_EQ(ErrorOf(object_.Texts("mixed")),
            "top.mixed[1]: 1 where a text belongs");
  EXPECT_EQ(ErrorOf(object_.Number("texts")),
            "top.texts: a list where a number belongs");
  EXPECT_EQ(ErrorOf(object_.Number("yes")),
            "top.yes: true where a number belongs");
  EXPECT_EQ(ErrorOf(object_.Object("none")),
            "top.none: null where an object belongs");
  EXPECT_EQ(ErrorOf(object_.Text("object")),
            "top.object: an object where a text belongs");
  EXPECT_EQ(ErrorOf(JsonObject::Of(Json::array(), "")),
            "file: a list where an object belongs");
}

TEST_F(JsonObjectTest, WholeNumbersAreNeitherNegativeNorRealNorTooLarge) {
  const std::string wanted =
      " where a whole number from 0 to 4294967295 belongs";
  EXPECT_EQ(ErrorOf(object_.Whole("negative")), "top.negative: -1" + wanted);
  EXPECT_EQ(ErrorOf(object_.Whole("real")), "top.real: 16.0" + wanted);
  EXPECT_EQ(ErrorOf(object_.Whole("big")), "top.big: 4294967296" + wanted);
  EXPECT_EQ(ErrorOf(object_.Sizes("mixed")),
            "top.mixed[0]: a text where a whole number from 0 to"
            " 18446744073709551615 belongs");
}

}  // namespace
}  // namespace microgpt
