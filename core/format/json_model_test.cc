// SPDX-License-Identifier: MIT
#include "core/format/json_model.h"

#include <gtest/gtest.h>

#include "core/errors/errors.h"
#include "core/format/small_models_test.h"

namespace microgpt {
namespace {

// json.dumps of TinyModel in Python.
constexpr std::string_view kTiny =
    R"({"config": {"vocab_size": 3, "n_layer": 1, "n_embd": 1, "block_size": 1, )"
    R"("n_head": 1}, "tokenizer": {"uchars": ["\"", "\u00e9"], "BOS": 2}, )"
    R"("state_dict": {"wte": [[-1.0], [-0.5], [0.0]], "wpe": [[0.5]], )"
    R"("lm_head": [[1.0], [1.5], [2.0]], "layer0.attn_wq": [[2.5]], )"
    R"("layer0.attn_wk": [[3.0]], "layer0.attn_wv": [[3.5]], )"
    R"("layer0.attn_wo": [[4.0]], "layer0.mlp_fc1": [[4.5], [5.0], [5.5], )"
    R"([6.0]], "layer0.mlp_fc2": [[6.5, 7.0, 7.5, 8.0]]}})";

std::string ErrorOf(std::string_view text) {
  const absl::StatusOr<UncheckedModel> read = ReadJsonModel(text);
  EXPECT_EQ(read.status().code(), absl::StatusCode::kInvalidArgument) << text;
  EXPECT_NE(FieldOf(read.status()), "");
  return std::string(read.status().message());
}

Model ReadOrDie(std::string_view text) {
  absl::StatusOr<UncheckedModel> read = ReadJsonModel(text);
  EXPECT_TRUE(read.ok()) << read.status();
  return Model(read->metadata.config, read->metadata.tokenizer,
               std::move(read->parameters), read->metadata.random);
}

TEST(JsonModelTest, AFileIsPythonsUpToOurOwnKey) {
  const std::string file = WriteModel(ModelFormat::kJson, TinyModel<double>());
  const std::string shared(kTiny.substr(0, kTiny.size() - 1));
  EXPECT_TRUE(file.starts_with(shared + ", \"microgpt_server\": {")) << file;
  EXPECT_TRUE(file.ends_with("\"}}")) << file;
}

TEST(JsonModelTest, AFileOfOthersIsReadInDouble) {
  ExpectSame(ReadOrDie(kTiny), TinyModel<double>());
}

TEST(JsonModelTest, KeysComeInAnyOrder) {
  const size_t weights = kTiny.find("\"state_dict\"");
  const std::string metadata(kTiny.substr(1, weights - 3));
  const std::string state_dict(
      kTiny.substr(weights, kTiny.size() - weights - 1));
  ExpectSame(ReadOrDie("{" + state_dict + ", " + metadata + "}"),
             TinyModel<double>());
  const std::string wpe = "\"wpe\": [[0.5]], ";
  ExpectSame(ReadOrDie(Replaced(Replaced(std::string(kTiny), wpe, ""),
                                "\"wte\"", wpe + "\"wte\"")),
             TinyModel<double>());
}

TEST(JsonModelTest, OtherTopLevelKeysAreIgnored) {
  const std::string_view others =
      R"("x": [[{"wte": [1]}], "a"], "y": {"config": {"state_dict": [true]}},)"
      R"("z": null, )";
  ExpectSame(
      ReadOrDie("{" + std::string(others) + std::string(kTiny.substr(1))),
      TinyModel<double>());
}

TEST(JsonModelTest, OnlyWhatIsIgnoredMayHaveAKeyTwice) {
  const std::string rest(kTiny.substr(1));
  ExpectSame(ReadOrDie(R"({"x": {"a": 1, "a": [{"b": 1, "b": 2}]}, )" + rest),
             TinyModel<double>());
  EXPECT_EQ(ErrorOf(R"({"x": 1, "x": 2, )" + rest), "x: stands there twice");
  EXPECT_EQ(ErrorOf(Replaced(std::string(kTiny), "\"BOS\"",
                             R"("x": 1, "x": 2, "BOS")")),
            "tokenizer.x: stands there twice");
}

TEST(JsonModelTest, WholeNumbersAreNumbersToo) {
  // As a JavaScript program writes them.
  ExpectSame(ReadOrDie(Replaced(std::string(kTiny), "[[-1.0], [-0.5], [0.0]]",
                                "[[-1],[-5E-1],[0]]")),
             TinyModel<double>());
}

struct Damage {
  std::string_view from, to, error;
};

TEST(JsonModelTest, EachDamageIsNamed) {
  const std::vector<Damage> damages = {
      {"{\"config", "[\"config", "[1]: not JSON at byte 10"},
      {kTiny, "[]", "file: a list where an object belongs"},
      {"state_dict", "weights", "state_dict.wte: is missing"},
      {"{\"wte\"", "[], \"x\": {\"wte\"",
       "state_dict: a list where an object of tensors belongs"},
      {"{\"wte\"", "7, \"x\": {\"wte\"",
       "state_dict: 7 where an object of tensors belongs"},
      {"\"wpe\": [[0.5]], ", "", "state_dict.wpe: is missing"},
      {"\"wpe\"", "\"bias\": [[1.0]], \"wpe\"",
       "state_dict.bias: is no tensor of a microgpt model"},
      // At once, whatever stands in it.
      {"[[0.5]]", "[[0.5]], \"layer64.attn_wq\": [[1.0], x",
       "state_dict.layer64.attn_wq: is no tensor of a microgpt model"},
      {"[[0.5]]", "[[0.5]], \"layer00.attn_wq\": [[1.0], x",
       "state_dict.layer00.attn_wq: is no tensor of a microgpt model"},
      {"[[0.5]]", "[[0.5]], \"layer63.attn_wq\": [[1.0]]",
       "state_dict.layer63.attn_wq: is no tensor of a model of this config"},
      {"\"wpe\"", "\"wte\": [[1.0]], \"wpe\"",
       "state_dict.wte: stands there twice"},
      {"[[0.5]]", "0.5", "state_dict.wpe: 0.5 where a list of rows belongs"},
      {"[[0.5]]", "{}",
       "state_dict.wpe: an object where a list of rows belongs"},
      {"[[0.5]]", "[0.5]",
       "state_dict.wpe[0]: 0.5 where a row of numbers belongs"},
      {"[[0.5]]", "[{}]",
       "state_dict.wpe[0]: an object where a row of numbers belongs"},
      {"[[0.5]]", "[[\"0.5\"]]",
       "state_dict.wpe[0][0]: a text where a number belongs"},
      {"[[0.5]]", "[[null]]",
       "state_dict.wpe[0][0]: null where a number belongs"},
      {"[[0.5]]", "[[[0.5]]]",
       "state_dict.wpe[0][0]: a list where a number belongs"},
      {"[[0.5]]", "[]",
       "state_dict.wpe: 0 rows of 0 numbers where 1 of 1 belong"},
      {"[[0.5]]", "[[]]",
       "state_dict.wpe: 1 rows of 0 numbers where 1 of 1 belong"},
      {"[[0.5]]", "[[0.5], [0.5]]",
       "state_dict.wpe: 2 rows of 1 numbers where 1 of 1 belong"},
      {"[-0.5], [0.0]", "[-0.5, 0.0]",
       "state_dict.wte[1]: a row of 2 numbers after rows of 1"},
      {"[[0.5]]", "[[NaN]]",
       "state_dict.wpe[0][0]: NaN is not a finite number"},
      {"[[0.5]]", "[[-1e309]]",
       "state_dict.wpe[0][0]: -1e309 is too large a number"},
      // What the config claims is compared with what is there.
      {"n_layer\": 1", "n_layer\": 64",
       "state_dict.layer1.attn_wq: is missing"},
      {"n_embd\": 1", "n_embd\": 1024",
       "state_dict.wte: 3 rows of 1 numbers where 3 of 1024 belong"},
      {"block_size\": 1", "block_size\": 1024",
       "state_dict.wpe: 1 rows of 1 numbers where 1024 of 1 belong"},
      {"vocab_size\": 3", "vocab_size\": 4294967295",
       "config.vocab_size: 4294967295 where the characters make it 3"},
      {"8.0]]}}", "8.0]]}} ?", "file: not JSON at byte 437"},
      {"8.0]]}}", "8.0]]",
       "state_dict.layer0.mlp_fc2: ends too soon, after byte 433"},
  };
  for (const Damage& damage : damages) {
    EXPECT_EQ(ErrorOf(Replaced(std::string(kTiny), damage.from, damage.to)),
              damage.error);
  }
}

TEST(JsonModelTest, AWeightBeyondItsPrecisionIsRefused) {
  const std::string file = WriteModel(ModelFormat::kJson, TinyModel<float>());
  EXPECT_EQ(ErrorOf(Replaced(file, "[-0.5]", "[-3.5e38]")),
            "state_dict.wte[1][0]: -3.5e+38 is too large for float32");
}

}  // namespace
}  // namespace microgpt
