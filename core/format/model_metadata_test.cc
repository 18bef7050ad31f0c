// SPDX-License-Identifier: MIT
#include "core/format/model_metadata.h"

#include <gtest/gtest.h>

#include "core/errors/errors.h"
#include "core/format/json_reader.h"
#include "core/format/small_models_test.h"

namespace microgpt {
namespace {

constexpr std::string_view kSum =
    "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

// The three objects of a model, as a file has them.
std::string TextOf(const Model& model, std::string_view sha256 = "") {
  return "{\"config\": " + ConfigJson(model) +
         ", \"tokenizer\": " + TokenizerJson(model) +
         ", \"microgpt_server\": " + OwnJson(model, {}, sha256) + "}";
}

absl::StatusOr<ModelMetadata> Parse(std::string_view text) {
  const absl::StatusOr<nlohmann::json> tree = ParseJson("", text);
  if (!tree.ok()) return tree.status();
  return ParseMetadata(*tree);
}

// A file of others, with these characters.
std::string Foreign(std::string_view uchars, int count) {
  const std::string bos = std::to_string(count);
  const std::string vocab_size = std::to_string(count + 1);
  return "{\"config\": {\"vocab_size\": " + vocab_size +
         ", \"n_layer\": 1, \"n_embd\": 16, \"block_size\": 16, \"n_head\": 4},"
         "\"tokenizer\": {\"uchars\": " +
         std::string(uchars) + ", \"BOS\": " + bos + "}}";
}

std::string ErrorOf(std::string_view text) {
  const absl::StatusOr<ModelMetadata> metadata = Parse(text);
  EXPECT_EQ(metadata.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(FieldOf(metadata.status()), "");
  return std::string(metadata.status().message());
}

TEST(ModelMetadataTest, TheObjectsAreThoseOfModelJson) {
  const Model model = TinyModel<double>();
  EXPECT_EQ(ConfigJson(model),
            R"({"vocab_size": 3, "n_layer": 1, "n_embd": 1, "block_size": 1, )"
            R"("n_head": 1})");
  EXPECT_EQ(TokenizerJson(model), R"({"uchars": ["\"", "\u00e9"], "BOS": 2})");
}

TEST(ModelMetadataTest, AllComesBack) {
  const Model model = OddModel<float>();
  const absl::StatusOr<ModelMetadata> metadata = Parse(TextOf(model, kSum));
  ASSERT_TRUE(metadata.ok()) << metadata.status();
  EXPECT_EQ(metadata->precision, Precision::kFloat32);
  EXPECT_EQ(metadata->sha256, kSum);
  ExpectSame(Model(metadata->config, metadata->tokenizer, model.parameters(),
                   metadata->random),
             model);
}

TEST(ModelMetadataTest, AFileOfOthersHasCodePointsAndAFreshGenerator) {
  const absl::StatusOr<ModelMetadata> metadata =
      Parse(Foreign(R"(["a", "\u00e9", "\ud83d\ude00"])", 3));
  ASSERT_TRUE(metadata.ok()) << metadata.status();
  EXPECT_EQ(metadata->tokenizer.kind(), TokenizerKind::kCodePoint);
  EXPECT_EQ(metadata->precision, std::nullopt);
  EXPECT_EQ(metadata->random.state(), PythonRandom(42).state());
  EXPECT_EQ(metadata->sha256, "");
  EXPECT_EQ(metadata->card.training, std::nullopt);
}

TEST(ModelMetadataTest, AFileOfOthersHasGraphemesWhereACharacterTakesThem) {
  const absl::StatusOr<ModelMetadata> metadata =
      Parse(Foreign(R"(["a", "e\u0301"])", 2));
  ASSERT_TRUE(metadata.ok()) << metadata.status();
  EXPECT_EQ(metadata->tokenizer.kind(), TokenizerKind::kGrapheme);
}

TEST(ModelMetadataTest, AGraphemeIsOneCluster) {
  EXPECT_EQ(ErrorOf(Foreign(R"(["a", "ab"])", 2)),
            R"(tokenizer.uchars[1]: "ab" is not one grapheme cluster)");
  EXPECT_EQ(ErrorOf(Foreign(R"(["", "a"])", 2)),
            R"(tokenizer.uchars[0]: "" is not one grapheme cluster)");
}

TEST(ModelMetadataTest, ACharacterHasALimit) {
  std::string character = "é";  // and marks of two bytes each
  for (int i = 0; i < 127; ++i) character += "\u0301";
  const auto file = [](const std::string& last) {
    return Foreign("[\"a\", \"" + last + "\"]", 2);
  };
  EXPECT_TRUE(Parse(file(character)).ok());
  EXPECT_EQ(ErrorOf(file(character + "\u0301")),
            "tokenizer.uchars[1]: a character of 258 bytes is above the maximum"
            " 256");
}

TEST(ModelMetadataTest, AnAlphabetHasALimit) {
  std::string uchars = "[\"a\"";
  for (int i = 1; i <= 1 << 20; ++i) uchars += ", \"\"";
  EXPECT_EQ(ErrorOf(Foreign(uchars + "]", 1 << 20)),
            "tokenizer.uchars: 1048577 different characters are above the"
            " maximum 1048576");
}

TEST(ModelMetadataTest, TrainingMustNotContradictTheModel) {
  const std::string good = TextOf(TinyModel<double>());
  const auto with = [&](std::string_view training) {
    return Replaced(good, "\"random\"",
                    "\"training\": " + std::string(training) + ", \"random\"");
  };
  EXPECT_EQ(ErrorOf(with(R"({"precision": "float32"})")),
            R"(microgpt_server.training.precision: "float32" where the model's)"
            R"( is "float64")");
  EXPECT_EQ(
      ErrorOf(with(R"({"tokenizer": "grapheme"})")),
      R"(microgpt_server.training.tokenizer: "grapheme" where the model's)"
      R"( is "code_point")");
  const absl::StatusOr<ModelMetadata> metadata = Parse(with("{}"));
  ASSERT_TRUE(metadata.ok()) << metadata.status();
  EXPECT_EQ((*metadata->card.training)->precision, Precision::kFloat64);
}

TEST(ModelMetadataTest, OtherKeysAreIgnored) {
  std::string text = TextOf(TinyModel<float>());
  for (const char* object : {"{\"precision", "{\"uchars", "{\"vocab_size"}) {
    text =
        Replaced(text, object, "{\"x\": [1, {}], " + std::string(object + 1));
  }
  EXPECT_TRUE(Parse(text).ok()) << Parse(text).status();
}

TEST(ModelMetadataTest, CharactersMustBeSortedAndDistinct) {
  const std::string rule =
      ": characters must be distinct and sorted by code point";
  EXPECT_EQ(ErrorOf(Foreign(R"(["b", "a"])", 2)),
            R"(tokenizer.uchars[1]: "a" does not come after "b")" + rule);
  EXPECT_EQ(ErrorOf(Foreign(R"(["a", "b", "b"])", 3)),
            R"(tokenizer.uchars[2]: "b" does not come after "b")" + rule);
  // In the order of UTF-16, as JavaScript sorts.
  EXPECT_EQ(ErrorOf(Foreign(R"(["\ud83d\ude00", "\uff01"])", 2)),
            R"(tokenizer.uchars[1]: "\uff01" does not come after )"
            R"("\ud83d\ude00")" +
                rule);
}

struct Damage {
  std::string_view from, to, error;
};

TEST(ModelMetadataTest, EachDamageIsNamed) {
  const std::string good = TextOf(TinyModel<float>());
  ASSERT_TRUE(Parse(good).ok());
  constexpr std::string_view kWhole =
      " where a whole number from 0 to 4294967295 belongs";
  const std::string text_vocab =
      "config.vocab_size: a text" + std::string(kWhole);
  const std::string real_embd = "config.n_embd: 1.0" + std::string(kWhole);
  const std::string negative = "config.n_layer: -1" + std::string(kWhole);
  const std::vector<Damage> damages = {
      {"config", "confog", "config: is missing"},
      {"\"config\": {", "\"config\": 7, \"x\": {",
       "config: 7 where an object belongs"},
      {"n_head", "n_heads", "config.n_head: is missing"},
      {"size\": 3", "size\": \"3\"", text_vocab},
      {"n_embd\": 1", "n_embd\": 1.0", real_embd},
      {"n_layer\": 1", "n_layer\": -1", negative},
      {"n_layer\": 1", "n_layer\": 65",
       "config.n_layer: 65 is above the maximum 64"},
      {"block_size\": 1", "block_size\": 0",
       "config.block_size: 0 is below the minimum 1"},
      {"n_embd\": 1, \"block_size\": 1, \"n_head\": 1",
       "n_embd\": 9, \"block_size\": 1, \"n_head\": 2",
       "config.n_embd: 9 is not a multiple of n_head 2"},
      {"vocab_size\": 3", "vocab_size\": 4",
       "config.vocab_size: 4 where the characters make it 3"},
      {"tokenizer", "x", "tokenizer: is missing"},
      {"uchars", "chars", "tokenizer.uchars: is missing"},
      {R"(["\"", "\u00e9"])", "\"ab\"",
       "tokenizer.uchars: a text where a list belongs"},
      {R"(["\"", "\u00e9"])", "[]", "tokenizer.uchars: is empty"},
      {R"("\"")", "\"\"", R"(tokenizer.uchars[0]: "" is not one code point)"},
      {R"("\"")", "\"ab\"",
       R"(tokenizer.uchars[0]: "ab" is not one code point)"},
      {R"("\"")", "5", "tokenizer.uchars[0]: 5 where a text belongs"},
      {"BOS\": 2", "BOS\": 0",
       "tokenizer.BOS: 0 where the characters make it 2"},
      {"\"precision\"", "\"prec\"", "microgpt_server.precision: is missing"},
      {"float32", "float16",
       R"(microgpt_server.precision: "float16" is neither float32 nor float64)"},
      {"code_point", "word",
       "microgpt_server.tokenizer_kind: \"word\" is neither code_point nor"
       " grapheme"},
      {"random", "chance", "microgpt_server.random: is missing"},
      {"used\": 624", "used\": 1000",
       "microgpt_server.random.used: 1000 is above the maximum 624"},
      {"\"precision\"", "\"loss\": \"x\", \"precision\"",
       "microgpt_server.loss: a text where a number belongs"},
      {"\"precision\"", "\"sha256\": 0, \"precision\"",
       "microgpt_server.sha256: 0 where a text belongs"},
      {"\"precision\"", "\"sha256\": \"\", \"precision\"",
       R"(microgpt_server.sha256: "" is not "sha256:" and 64 digits of 0-9a-f)"},
  };
  for (const Damage& damage : damages) {
    EXPECT_EQ(ErrorOf(Replaced(good, damage.from, damage.to)), damage.error);
  }
}

}  // namespace
}  // namespace microgpt
