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

std::string TextOf(const ModelCard& card) {
  JsonObjectText object;
  AddCard(card, object);
  return object.Finish();
}

absl::StatusOr<ModelCard> Parse(std::string_view text) {
  const absl::StatusOr<nlohmann::json> tree = ParseJson("card", text);
  if (!tree.ok()) return tree.status();
  return ParseCard(JsonObject::Of(*tree, "card").value());
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
                                     .tokenizer = TokenizerKind::kGrapheme};
  const ModelCard card = {.base = "名前@3",
                          .dataset = "sha256:0123",
                          .training = *TrainingConfig::Create(settings),
                          .loss = 2.25,
                          .validation_loss = 1.0 / 3};
  const std::string text = TextOf(card);
  EXPECT_EQ(
      text,
      R"({"base": "\u540d\u524d@3", "dataset": "sha256:0123", "training": )"
      R"({"steps": 500, "batch_size": 8, "seed": 4294967295, "learning_rate": )"
      R"(0.30000000000000004, "validation": 0.25, "beta1": 0.5, "beta2": 0.75, )"
      R"("eps": 1e-300, "init_std": 0.02, "optimizer": "sgd", "precision": )"
      R"("float64", "tokenizer": "grapheme"}, "loss": 2.25, )"
      R"("validation_loss": 0.3333333333333333})");
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
  const absl::StatusOr<ModelCard> parsed = Parse("{}");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->training, std::nullopt);
  EXPECT_EQ(parsed->loss, std::nullopt);
  EXPECT_EQ(parsed->validation_loss, std::nullopt);
}

TEST(CardJsonTest, ASettingThatIsMissingHasItsDefault) {
  const absl::StatusOr<ModelCard> card = Parse(R"({"training": {"seed": 7}})");
  ASSERT_TRUE(card.ok()) << card.status();
  EXPECT_EQ((*card->training)->seed, 7u);
  EXPECT_EQ((*card->training)->steps, 1000u);
  EXPECT_EQ((*card->training)->precision, Precision::kFloat32);
}

TEST(CardJsonTest, WhatIsWrongIsNamedByItsPath) {
  EXPECT_EQ(ErrorOf(R"({"base": 3})"), "card.base: 3 where a text belongs");
  EXPECT_EQ(ErrorOf(R"({"dataset": []})"),
            "card.dataset: a list where a text belongs");
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
