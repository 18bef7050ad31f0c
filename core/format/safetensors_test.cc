// SPDX-License-Identifier: MIT
#include "core/format/safetensors.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

#include "core/errors/errors.h"
#include "core/format/small_models_test.h"

namespace microgpt {
namespace {

using std::string_view_literals::operator""sv;

// A file with this header and data.
std::string FileOf(std::string_view header, std::string_view data) {
  std::string file;
  for (int i = 0; i < 8; ++i) {
    file.push_back(static_cast<char>(uint64_t{header.size()} >> (8 * i)));
  }
  return file.append(header).append(data);
}

std::string WithoutSum(const Model& model) {
  SafetensorsWriter writer(std::make_shared<const Model>(model), {}, "");
  return writer.Next().value();
}

// The parts of WithoutSum's.
struct Parts {
  std::string header;  // without the spaces at its end
  std::string data;
};
Parts PartsOf(const Model& model, size_t value_bytes) {
  const std::string file = WithoutSum(model);
  const size_t data = file.size() - 19 * value_bytes;
  return {file.substr(8, file.find_last_of('}', data) - 7), file.substr(data)};
}
Parts FloatParts() { return PartsOf(TinyModel<float>(), sizeof(float)); }

std::string ErrorOf(std::string_view file) {
  const absl::StatusOr<UncheckedModel> read = ReadSafetensors(file);
  EXPECT_EQ(read.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(FieldOf(read.status()), "");
  return std::string(read.status().message());
}

void ExpectReadsAs(std::string_view file, const Model& model) {
  absl::StatusOr<UncheckedModel> read = ReadSafetensors(file);
  ASSERT_TRUE(read.ok()) << read.status();
  ExpectSame(Model(read->metadata.config, read->metadata.tokenizer,
                   std::move(read->parameters), read->metadata.random),
             model);
}

TEST(SafetensorsTest, TheHeaderIsThatOfTheFormat) {
  const std::string header = FloatParts().header;
  EXPECT_TRUE(header.starts_with(
      R"({"__metadata__": {"config": "{\"vocab_size\": 3, \"n_layer\": 1, )"))
      << header;
  EXPECT_TRUE(header.ends_with(
      R"(}"}, )"
      R"("wte": {"dtype": "F32", "shape": [3, 1], "data_offsets": [0, 12]}, )"
      R"("wpe": {"dtype": "F32", "shape": [1, 1], "data_offsets": [12, 16]}, )"
      R"("lm_head": {"dtype": "F32", "shape": [3, 1], )"
      R"("data_offsets": [16, 28]}, )"
      R"("layer0.attn_wq": {"dtype": "F32", "shape": [1, 1], )"
      R"("data_offsets": [28, 32]}, )"
      R"("layer0.attn_wk": {"dtype": "F32", "shape": [1, 1], )"
      R"("data_offsets": [32, 36]}, )"
      R"("layer0.attn_wv": {"dtype": "F32", "shape": [1, 1], )"
      R"("data_offsets": [36, 40]}, )"
      R"("layer0.attn_wo": {"dtype": "F32", "shape": [1, 1], )"
      R"("data_offsets": [40, 44]}, )"
      R"("layer0.mlp_fc1": {"dtype": "F32", "shape": [4, 1], )"
      R"("data_offsets": [44, 60]}, )"
      R"("layer0.mlp_fc2": {"dtype": "F32", "shape": [1, 4], )"
      R"("data_offsets": [60, 76]}})"))
      << header;
}

TEST(SafetensorsTest, ValuesAreLittleEndianAndStandAtAMultipleOfEight) {
  const Parts parts = FloatParts();
  EXPECT_EQ(parts.data.substr(0, 16),
            "\0\0\x80\xBF\0\0\0\xBF\0\0\0\0\0\0\0\x3F"sv);  // -1 -0.5 0 0.5
  EXPECT_EQ(PartsOf(TinyModel<double>(), sizeof(double)).data.substr(0, 16),
            "\0\0\0\0\0\0\xF0\xBF\0\0\0\0\0\0\xE0\xBF"sv);  // -1 -0.5
  const std::string file = WithoutSum(TinyModel<float>());
  const std::string padding((8 - parts.header.size() % 8) % 8, ' ');
  EXPECT_EQ(file, FileOf(parts.header + padding, parts.data));
  EXPECT_EQ((file.size() - parts.data.size()) % 8, 0u);
}

TEST(SafetensorsTest, TensorsAndTheirDataComeInAnyOrder) {
  const Parts parts = FloatParts();
  const std::string wte = R"("wte": {"dtype": "F32", "shape": [3, 1], )";
  const std::string wpe = R"("wpe": {"dtype": "F32", "shape": [1, 1], )";
  std::string header =
      Replaced(parts.header, wte + R"("data_offsets": [0, 12]})",
               wpe + R"("data_offsets": [0, 4]})");
  header = Replaced(header, wpe + R"("data_offsets": [12, 16]})",
                    wte + R"("data_offsets": [4, 16]})");
  ExpectReadsAs(
      FileOf(header, parts.data.substr(12, 4) + parts.data.substr(0, 12) +
                         parts.data.substr(16)),
      TinyModel<float>());
}

TEST(SafetensorsTest, WithoutOurOwnKeyTheTypeTellsThePrecision) {
  const Parts floats = FloatParts();
  ExpectReadsAs(
      FileOf(Replaced(floats.header, "microgpt_server", "x"), floats.data),
      TinyModel<float>());
  const Parts doubles = PartsOf(TinyModel<double>(), sizeof(double));
  ExpectReadsAs(
      FileOf(Replaced(doubles.header, "microgpt_server", "x"), doubles.data),
      TinyModel<double>());
}

struct Damage {
  std::string_view from, to, error;
};

TEST(SafetensorsTest, EachDamageOfTheHeaderIsNamed) {
  const Parts good = FloatParts();
  constexpr std::string_view kWpe = R"({"dtype": "F32", "shape": [1, 1], )"
                                    R"("data_offsets": [12, 16]})";
  const std::string whole =
      " where a whole number from 0 to 18446744073709551615 belongs";
  const std::string negative = "wpe.shape[0]: -1" + whole;
  const std::string fraction = "wpe.data_offsets[1]: 16.5" + whole;
  const std::vector<Damage> damages = {
      {"__metadata__", "metadata", "metadata.dtype: is missing"},
      {"\"config\"", "\"shape\"", "__metadata__.config: is missing"},
      {"\"tokenizer\"", "\"alphabet\"", "__metadata__.tokenizer: is missing"},
      {R"("config": ")", R"("config": 5, "x": ")",
       "__metadata__.config: 5 where a text belongs"},
      {R"("config": "{)", R"("config": "[)", "config[1]: not JSON at byte 14"},
      {R"(\"n_layer\": 1)", R"(\"n_layer\": 0)",
       "config.n_layer: 0 is below the minimum 1"},
      {R"(\"n_layer\": 1)", R"(\"n_layer\": 2)", "layer1.attn_wq: is missing"},
      {R"(\"float32\")", R"(\"float64\")",
       R"(wte.dtype: "F32" where "F64" belongs)"},
      {"\"wpe\"", "\"wte\"", "header.wte: stands there twice"},
      {"\"wpe\"", "\"wqe\"", "wpe: is missing"},
      {"\"wte\"",
       R"("bias": {"dtype": "F32", "shape": [0, 1], )"
       R"("data_offsets": [0, 0]}, "wte")",
       "bias: is no tensor of a model of this config"},
      {kWpe, "7", "wpe: 7 where an object belongs"},
      {kWpe, "{}", "wpe.dtype: is missing"},
      {R"("F32", "shape": [1)", R"("BF16", "shape": [1)",
       R"(wpe.dtype: "BF16" where "F32" belongs)"},
      {R"("shape": [1, 1])", R"("shape": [1])",
       "wpe.shape: 1 dimensions where 2 belong"},
      {R"("shape": [1, 1])", R"("shape": [1, 1, 1])",
       "wpe.shape: 3 dimensions where 2 belong"},
      {R"("shape": [1, 1])", R"("shape": [1, 2])",
       "wpe.shape: [1, 2] where [1, 1] belongs"},
      {R"("shape": [1, 1])", R"("shape": [-1, 1])", negative},
      {R"("shape": [1, 1])",
       R"("shape": [18446744073709551615, 18446744073709551615])",
       "wpe.shape: [18446744073709551615, 18446744073709551615] where [1, 1]"
       " belongs"},
      {R"("shape": [1, 1])", R"("shape": "1")",
       "wpe.shape: a text where a list belongs"},
      {"[12, 16]", "[12]",
       "wpe.data_offsets: is no pair of a begin and an end"},
      {"[12, 16]", "[16, 12]",
       "wpe.data_offsets: is no pair of a begin and an end"},
      {"[12, 16]", "[12, 16.5]", fraction},
      {"[12, 16]", "[8, 16]",
       "wpe.data_offsets: begins at 8 where the data before go on to 12"},
      {"[12, 16]", "[13, 16]",
       "wpe.data_offsets: begins at 13 where the data before end at 12"},
      {"[12, 16]", "[12, 15]",
       "lm_head.data_offsets: begins at 16 where the data before end at 15"},
      {"[60, 76]", "[60, 80]",
       "file: 76 bytes of data where the header tells of 80"},
      {"[60, 76]", "[60, 18446744073709551615]",
       "file: 76 bytes of data where the header tells of 18446744073709551615"},
      {"[0, 12]", "[0, 13]",
       "wpe.data_offsets: begins at 12 where the data before go on to 13"},
  };
  // A name that would write to a terminal is spelled out.
  EXPECT_EQ(ErrorOf(FileOf(Replaced(good.header, "\"wpe\": {",
                                    R"("\u001b[2J\n": {"x": 0, )"),
                           good.data)),
            R"(wpe: is missing)");
  for (const Damage& damage : damages) {
    const std::string header = Replaced(good.header, damage.from, damage.to);
    EXPECT_EQ(ErrorOf(FileOf(header, good.data)), damage.error);
  }
}

TEST(SafetensorsTest, ATensorWhoseDataAreNotOfItsSizeIsRefused) {
  const Parts good = FloatParts();
  // One value goes from wpe to wte; all together they are as many as before.
  const std::string header = Replaced(
      Replaced(good.header, "[0, 12]", "[0, 16]"), "[12, 16]", "[16, 16]");
  EXPECT_EQ(ErrorOf(FileOf(header, good.data)),
            "wte.data_offsets: 16 bytes where the shape takes 12");
}

TEST(SafetensorsTest, WithoutOurOwnKeyOtherTypesAreRefusedToo) {
  const Parts good = FloatParts();
  const std::string header =
      Replaced(good.header, "\"microgpt_server\"", "\"x\"");
  EXPECT_EQ(ErrorOf(FileOf(Replaced(header, "F32", "BF16"), good.data)),
            R"(wte.dtype: "BF16" is neither F32 nor F64)");
  EXPECT_EQ(ErrorOf(FileOf(Replaced(header, "F32", "F64"), good.data)),
            "wte.data_offsets: 12 bytes where the shape takes 24");
}

TEST(SafetensorsTest, AFileWithoutMetadataIsNotOneOfOurs) {
  EXPECT_EQ(ErrorOf(FileOf("{}", "")),
            "__metadata__: is missing: a safetensors file without config and"
            " tokenizer there is not one of this server's");
  EXPECT_EQ(ErrorOf(FileOf(R"({"__metadata__": {}})", "")),
            "__metadata__.config: is missing");
  EXPECT_EQ(ErrorOf(FileOf(R"({"__metadata__": []})", "")),
            "__metadata__: a list where an object belongs");
}

TEST(SafetensorsTest, TheDataMustEndWithTheFile) {
  const Parts good = FloatParts();
  EXPECT_EQ(ErrorOf(FileOf(good.header, good.data + '\0')),
            "file: 77 bytes of data where the header tells of 76");
  EXPECT_EQ(ErrorOf(FileOf(good.header, good.data.substr(1))),
            "file: 75 bytes of data where the header tells of 76");
}

TEST(SafetensorsTest, AHeaderThatClaimsTooMuchIsRefused) {
  std::string file = FileOf("{}", "");
  file[0] = 3;
  EXPECT_EQ(ErrorOf(file),
            "header: 3 bytes, but the file ends after 2 of them");
  file[7] = '\x80';
  EXPECT_EQ(ErrorOf(file),
            "header: 9223372036854775811 bytes, above the maximum 100000000");
  EXPECT_EQ(ErrorOf(FileOf("", "{}")), "header: ends too soon, after byte 0");
  EXPECT_EQ(ErrorOf(FileOf("[]", "")),
            "header: a list where an object belongs");
}

TEST(SafetensorsTest, AHeaderThatIsNoJsonIsNamedByItsByte) {
  const Parts good = FloatParts();
  EXPECT_EQ(
      ErrorOf(FileOf(good.header + '\0', good.data)),
      "header: not JSON at byte " + std::to_string(good.header.size() + 1));
  EXPECT_EQ(ErrorOf(FileOf("{\"\xFF\": 1}", "")),
            "header: not UTF-8 at line 1, byte 3 (0xFF)");
}

TEST(SafetensorsTest, ValuesThatAreNotFiniteAreNamed) {
  Parts parts = FloatParts();
  parts.data.replace(8, 4, "\0\0\xC0\x7F"sv);
  EXPECT_EQ(ErrorOf(FileOf(parts.header, parts.data)),
            "wte[2][0]: nan is not a finite number");
  parts = FloatParts();
  parts.data.replace(72, 4, "\0\0\x80\xFF"sv);
  EXPECT_EQ(ErrorOf(FileOf(parts.header, parts.data)),
            "layer0.mlp_fc2[0][3]: -inf is not a finite number");
  parts = PartsOf(TinyModel<double>(), sizeof(double));
  parts.data.replace(0, 8, "\0\0\0\0\0\0\xF0\x7F"sv);
  EXPECT_EQ(ErrorOf(FileOf(parts.header, parts.data)),
            "wte[0][0]: inf is not a finite number");
}

}  // namespace
}  // namespace microgpt
