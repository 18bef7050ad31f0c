// SPDX-License-Identifier: MIT
#include "core/format/random_json.h"

#include <gtest/gtest.h>

#include <string_view>

#include "core/format/json_reader.h"

namespace microgpt {
namespace {

absl::StatusOr<PythonRandom> Parse(std::string_view text) {
  const absl::StatusOr<nlohmann::json> tree = ParseJson("random", text);
  if (!tree.ok()) return tree.status();
  return ParseRandom(JsonObject::Of(*tree, "random").value());
}

// The error that arises when `from` is replaced in a good text.
std::string ErrorWith(std::string_view from, std::string_view to) {
  PythonRandom::State state = PythonRandom(42).state();
  state.used = 4;
  state.next_gauss = 0.5;
  std::string text = RandomJson(PythonRandom(state));
  const size_t place = text.find(from);
  EXPECT_NE(place, text.npos) << from;
  text.replace(place, from.size(), to);
  const absl::StatusOr<PythonRandom> parsed = Parse(text);
  EXPECT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(parsed.status().message());
}

TEST(RandomJsonTest, EveryStateComesBackBitForBit) {
  PythonRandom random(7);
  for (int i = 0; i < 1000; ++i) {
    const absl::StatusOr<PythonRandom> parsed = Parse(RandomJson(random));
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    ASSERT_EQ(parsed->state(), random.state()) << i;
    random.Gauss(0, 1);
    if (i % 3 == 0) random.Uniform();
  }
}

TEST(RandomJsonTest, TheTextIsSmallAndPlain) {
  const std::string text = RandomJson(PythonRandom(42));
  EXPECT_TRUE(text.starts_with(R"({"words": "80000000)")) << text;
  EXPECT_TRUE(text.ends_with(R"(", "used": 624})")) << text;
  EXPECT_LT(text.size(), 5100u);
}

TEST(RandomJsonTest, WhatIsNoStateIsRefused) {
  EXPECT_EQ(ErrorWith("80000000", "8000000"),
            "random.words: 4991 digits, not 4992");
  EXPECT_EQ(ErrorWith("words\": \"", "words\": \"0"),
            "random.words: 4993 digits, not 4992");
  EXPECT_EQ(ErrorWith("\"used", "\"usual"), "random.used: is missing");
  EXPECT_EQ(ErrorWith("used\": 4", "used\": 625, \"was\": 4"),
            "random.used: 625 is above the maximum 624");
  EXPECT_EQ(ErrorWith("next_gauss\": ", "next_gauss\": null, \"was\": "),
            "random.next_gauss: null where a number belongs");
}

TEST(RandomJsonTest, EveryWordMustBeHexadecimal) {
  const std::string words(624 * 8, '0');
  for (const std::string_view digits : {"-0000001", "+0000001", " 0000001",
                                        "0x000001", "0000000g", "1.000000"}) {
    std::string wrong = words;
    wrong.replace(size_t{8} * 623, 8, digits);
    EXPECT_EQ(
        Parse("{\"words\": \"" + wrong + "\", \"used\": 0}").status().message(),
        "random.words: word 623 is not hexadecimal")
        << digits;
  }
}

}  // namespace
}  // namespace microgpt
