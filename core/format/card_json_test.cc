// SPDX-License-Identifier: MIT
#include "core/format/card_json.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <string_view>

#include "core/format/json_reader.h"

namespace microgpt {
namespace {

constexpr char kDataset[] =
    "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

std::string TextOf(const ModelCard& card) {
  JsonObjectText object;
  AddCard(card, object);
  return object.Finish();
}

absl::StatusOr<ModelCard> Parse(std::string_view text) {
  const absl::StatusOr<nlohmann::json> tree = ParseJson("card", text);
  if (!tree.ok()) return tree.status();
  return ParseCard(JsonObject::Of(*tree, "card").value(), Precision::kFloat64,
                   TokenizerKind::kGrapheme);
}

std::string ErrorOf(std::string_view text) {
  const absl::StatusOr<ModelCard> card = Parse(text);
  EXPECT_EQ(card.status().code(), absl::StatusCode::kInvalidArgument) << text;
  return std::string(card.status().message());
}

TEST(CardJsonTest, ACardComesBackWhole) {
  const TrainingSettings settings = {.steps = 500,
                                     .batch_size = 8,
                                     .learning_rate = 0.1 + 0.2,
                                     .seed = 4294967295,
                                     .validation = 0.25,
                                     .beta1 = 0.5,
                                     .beta2 = 0.75,
                                     .eps = 1e-300,
                                     .init_std = 0.02,
                                     .optimizer = Optimizer::kSgd,
                                     .precision = Precision::kFloat64,
                                     .tokenizer = TokenizerKind::kGrapheme,
                                     .threads = 3};
  const ModelCard card = {.base = "names@3",
                          .dataset = kDataset,
                          .training = *TrainingConfig::Create(settings),
                          .loss = 2.25,
                          .validation_loss = 1.0 / 3};
  const std::string text = TextOf(card);
  EXPECT_EQ(
      text,
      R"({"base": "names@3", "dataset": "sha256:0123456789abcdef0123456789)"
      R"(abcdef0123456789abcdef0123456789abcdef", "training": )"
      R"({"steps": 500, "batch_size": 8, "seed": 4294967295, "threads": 3, )"
      R"("learning_rate": 0.30000000000000004, "validation": 0.25, )"
      R"("beta1": 0.5, "beta2": 0.75, "eps": 1e-300, "init_std": 0.02, )"
      R"("optimizer": "sgd", "precision": "float64", "tokenizer": )"
      R"("grapheme"}, "loss": 2.25, "validation_loss": 0.3333333333333333})");
  const absl::StatusOr<ModelCard> parsed = Parse(text);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->base, card.base);
  EXPECT_EQ(parsed->loss, card.loss);
  EXPECT_EQ((*parsed->training)->optimizer, Optimizer::kSgd);
  EXPECT_EQ(TextOf(*parsed), text);
}

TEST(CardJsonTest, WhatIsNotKnownIsLeftOut) {
  EXPECT_EQ(TextOf({}), "{}");
  ModelCard card;
  card.loss = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(TextOf(card), "{}");
  card.loss = 1.1e6;
  card.validation_loss = -0.5;
  EXPECT_EQ(TextOf(card), "{}");
  const absl::StatusOr<ModelCard> parsed = Parse("{}");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->training, std::nullopt);
  EXPECT_EQ(parsed->loss, std::nullopt);
  EXPECT_EQ(parsed->validation_loss, std::nullopt);
}

TEST(CardJsonTest, ASettingThatIsMissingHasItsDefaultOrIsTheModels) {
  const absl::StatusOr<ModelCard> card = Parse(R"({"training": {"seed": 7}})");
  ASSERT_TRUE(card.ok()) << card.status();
  EXPECT_EQ((*card->training)->seed, 7u);
  EXPECT_EQ((*card->training)->steps, 1000u);
  EXPECT_EQ((*card->training)->threads, 1u) << "older files have none";
  EXPECT_EQ((*card->training)->precision, Precision::kFloat64);
  EXPECT_EQ((*card->training)->tokenizer, TokenizerKind::kGrapheme);
}

TEST(CardJsonTest, ABaseIsANameAndAVersion) {
  const auto text = [](const std::string& base) {
    return "{\"base\": \"" + base + "\"}";
  };
  const std::string longest(63, 'x');
  for (const std::string& base :
       {std::string(), std::string("names@1"),
        std::string("0.a_b-c@4294967295"), longest + "@2"}) {
    const absl::StatusOr<ModelCard> card = Parse(text(base));
    ASSERT_TRUE(card.ok()) << card.status();
    EXPECT_EQ(card->base, base);
  }
  for (const std::string& base :
       {std::string("names"), std::string("names@"), std::string("@1"),
        std::string("names@0"), std::string("names@01"),
        std::string("names@+1"), std::string("names@1x"),
        std::string("names@1@2"), std::string("names@4294967296"),
        std::string("Names@1"), std::string("-n@1"), std::string("na mes@1"),
        std::string("名前@3"), longest + "x@1"}) {
    EXPECT_NE(ErrorOf(text(base)).find("card.base: "), std::string::npos);
  }
  EXPECT_EQ(ErrorOf(text("names")),
            R"(card.base: "names" is not a model's name and version, as)"
            R"( "names@3" is)");
}

TEST(CardJsonTest, WhatIsWrongIsNamedByItsPath) {
  EXPECT_EQ(ErrorOf(R"({"base": 3})"), "card.base: 3 where a text belongs");
  EXPECT_EQ(ErrorOf(R"({"dataset": []})"),
            "card.dataset: a list where a text belongs");
  EXPECT_EQ(ErrorOf(R"({"dataset": ""})"),
            R"(card.dataset: "" is not "sha256:" and 64 digits of 0-9a-f)");
  EXPECT_EQ(ErrorOf(R"({"loss": -0.5})"),
            "card.loss: -0.5 is below the minimum 0");
  EXPECT_EQ(ErrorOf(R"({"validation_loss": 1000001})"),
            "card.validation_loss: 1000001 is above the maximum 1000000");
  EXPECT_EQ(ErrorOf(R"({"loss": "low"})"),
            "card.loss: a text where a number belongs");
  EXPECT_EQ(ErrorOf(R"({"validation_loss": {}})"),
            "card.validation_loss: an object where a number belongs");
  EXPECT_EQ(ErrorOf(R"({"training": 1})"),
            "card.training: 1 where an object belongs");
  EXPECT_EQ(ErrorOf(R"({"training": {"beta1": "x"}})"),
            "card.training.beta1: a text where a number belongs");
  EXPECT_EQ(ErrorOf(R"({"training": {"steps": 0}})"),
            "card.training.steps: 0 is below the minimum 1");
  EXPECT_EQ(ErrorOf(R"({"training": {"threads": 65}})"),
            "card.training.threads: 65 is above the maximum 64");
  EXPECT_EQ(ErrorOf(R"({"training": {"optimizer": "lion"}})"),
            R"(card.training.optimizer: "lion" is neither adam nor sgd)");
  EXPECT_EQ(ErrorOf(R"({"training": {"precision": "f"}})"),
            R"(card.training.precision: "f" is neither float32 nor float64)");
  EXPECT_EQ(
      ErrorOf(R"({"training": {"tokenizer": ""}})"),
      R"(card.training.tokenizer: "" is neither code_point nor grapheme)");
}

}  // namespace
}  // namespace microgpt
