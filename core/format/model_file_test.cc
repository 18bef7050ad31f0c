// SPDX-License-Identifier: MIT
#include "core/format/model_file.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/errors/errors.h"
#include "core/format/small_models_test.h"
#include "core/text/utf8.h"

namespace microgpt {
namespace {

using std::string_view_literals::operator""sv;

constexpr ModelFormat kFormats[] = {ModelFormat::kJson,
                                    ModelFormat::kSafetensors};

ModelCard SomeCard() {
  ModelCard card;
  card.base = "names@3";
  card.loss = 2.25;
  return card;
}

std::string ErrorOf(std::string_view file) {
  const absl::StatusOr<ModelFile> read = ReadModel(file);
  EXPECT_EQ(read.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(FieldOf(read.status()), "");
  return std::string(read.status().message());
}

// A model of some size: its files take several pieces.
std::shared_ptr<const Model> LargeModel() {
  const ModelConfig config =
      ModelConfig::Create(
          {.n_layer = 2, .n_embd = 64, .n_head = 4, .block_size = 16})
          .value();
  PythonRandom random(1);
  Parameters<float> parameters(config, 3);
  parameters.Draw(0.1, random);
  return std::make_shared<const Model>(
      config, Tokenizer(TokenizerKind::kCodePoint, {"a", "b"}),
      std::move(parameters), random);
}

TEST(ModelFileTest, EveryModelComesBackBitForBit) {
  const std::vector<Model> models = {TinyModel<float>(), TinyModel<double>(),
                                     OddModel<float>(), OddModel<double>()};
  for (const Model& model : models) {
    for (const ModelFormat format : kFormats) {
      const std::string file = WriteModel(format, model, SomeCard());
      const absl::StatusOr<ModelFile> read = ReadModel(file);
      ASSERT_TRUE(read.ok()) << read.status();
      ExpectSame(*read->model, model);
      EXPECT_EQ(read->card.base, "names@3");
      EXPECT_EQ(read->card.loss, 2.25);
      EXPECT_EQ(WriteModel(format, *read->model, read->card), file);
    }
  }
}

TEST(ModelFileTest, AFileComesInPiecesOfLimitedSize) {
  const std::shared_ptr<const Model> model = LargeModel();
  for (const ModelFormat format : kFormats) {
    const auto writer = ModelWriter::Create(format, model, SomeCard());
    std::string file;
    size_t pieces = 0;
    while (const std::optional<std::string> piece = writer->Next()) {
      EXPECT_GE(piece->size(), 1u);
      EXPECT_LE(piece->size(), 256u * 1024);
      file += *piece;
      ++pieces;
    }
    EXPECT_GT(pieces, 1u);
    EXPECT_EQ(writer->Next(), std::nullopt);
    EXPECT_EQ(file, WriteModel(format, *model, SomeCard()));
    const absl::StatusOr<ModelFile> read = ReadModel(file);
    ASSERT_TRUE(read.ok()) << read.status();
    ExpectSame(*read->model, *model);
  }
}

// A model of these characters, as small as can be otherwise.
Model ModelOf(TokenizerKind kind, std::vector<std::string> alphabet) {
  const ModelConfig config =
      ModelConfig::Create(
          {.n_layer = 1, .n_embd = 1, .n_head = 1, .block_size = 1})
          .value();
  const auto vocab_size = static_cast<uint32_t>(alphabet.size() + 1);
  return Model(config, Tokenizer(kind, std::move(alphabet)),
               Parameters<float>(config, vocab_size), PythonRandom(42));
}

// With headers of several MB, in pieces.
TEST(ModelFileTest, AsManyCharactersAsMayBeComeBack) {
  std::vector<std::string> alphabet;
  for (char32_t c = 0x1000; alphabet.size() < kMaxAlphabet; ++c) {
    if (c == 0xD800) c = 0xE000;  // surrogates
    AppendUtf8(c, alphabet.emplace_back());
  }
  const auto model = std::make_shared<const Model>(
      ModelOf(TokenizerKind::kCodePoint, std::move(alphabet)));
  for (const ModelFormat format : kFormats) {
    const auto writer = ModelWriter::Create(format, model, {});
    std::string file;
    size_t pieces = 0;
    for (; const std::optional<std::string> piece = writer->Next(); ++pieces) {
      EXPECT_LE(piece->size(), 256u * 1024);
      file += *piece;
    }
    EXPECT_EQ(pieces, (file.size() - 1) / (256 * 1024) + 1)
        << "all but one full";
    const absl::StatusOr<ModelFile> read = ReadModel(file);
    ASSERT_TRUE(read.ok()) << read.status();
    ExpectSame(*read->model, *model);
  }
}

// Those whose spelling in a header is the longest: of code points above U+FFFF.
TEST(ModelFileTest, AsLongCharactersAsMayBeComeBack) {
  std::string marks;
  for (int i = 1; i < 64; ++i) AppendUtf8(0xE0100, marks);
  std::vector<std::string> alphabet;
  for (char32_t c = 0x20000; c < 0x24000; ++c) {
    AppendUtf8(c, alphabet.emplace_back());
    alphabet.back() += marks;
  }
  ASSERT_EQ(alphabet.front().size(), kMaxCharacterBytes);
  ASSERT_EQ(alphabet.size() * kMaxCharacterBytes, kMaxAlphabetBytes);
  const Model model = ModelOf(TokenizerKind::kGrapheme, std::move(alphabet));
  const absl::StatusOr<ModelFile> read =
      ReadModel(WriteModel(ModelFormat::kSafetensors, model));
  ASSERT_TRUE(read.ok()) << read.status();
  ExpectSame(*read->model, model);
}

// read_model_files.py computes it from docs/model-files.md. It must never
// change: it is by their sums that stores know models.
TEST(ModelFileTest, TheSumOfAModelIsFixed) {
  EXPECT_EQ(ModelSha256(TinyModel<float>()),
            "sha256:"
            "ae912509abe6184f4db201a647d58c5e80e99405372cf7b8cdc3d71186806f86");
  EXPECT_EQ(ModelSha256(TinyModel<double>()),
            "sha256:"
            "2710b6dbcde703a6c47acfde6feb1bd973f6373286c38a753d01294273886714");
}

TEST(ModelFileTest, TheSumDependsOnEverythingInTheModelAndNothingElse) {
  const Model model = TinyModel<float>();
  const std::string sum = ModelSha256(model);
  EXPECT_EQ(
      ModelSha256(
          *ReadModel(WriteModel(ModelFormat::kJson, model, SomeCard()))->model),
      sum);
  const auto& weights = std::get<Parameters<float>>(model.parameters());
  EXPECT_NE(ModelSha256(Model(model.config(),
                              Tokenizer(TokenizerKind::kCodePoint, {"\"", "è"}),
                              weights, model.random())),
            sum);
  EXPECT_NE(ModelSha256(Model(model.config(),
                              Tokenizer(TokenizerKind::kGrapheme, {"\"", "é"}),
                              weights, model.random())),
            sum);
  Parameters<float> others = weights;
  others.values()[2] = -0.0F;
  EXPECT_NE(ModelSha256(Model(model.config(), model.tokenizer(), others,
                              model.random())),
            sum);
  EXPECT_NE(ModelSha256(Model(model.config(), model.tokenizer(), weights,
                              PythonRandom(43))),
            sum);
}

TEST(ModelFileTest, AWrongChecksumIsRefused) {
  const std::string sum = ModelSha256(TinyModel<float>());
  std::string other = sum;
  std::ranges::reverse(other.begin() + 7, other.end());
  for (const ModelFormat format : kFormats) {
    const std::string file = WriteModel(format, TinyModel<float>());
    EXPECT_EQ(ErrorOf(Replaced(file, sum, other)),
              "microgpt_server.sha256: wrong checksum: the file says " + other +
                  ", but holds " + sum + "; it was damaged or changed");
  }
  const std::string json = WriteModel(ModelFormat::kJson, TinyModel<float>());
  EXPECT_NE(ErrorOf(Replaced(json, "[-0.5]", "[-0.25]")).find("wrong checksum"),
            std::string::npos);
}

TEST(ModelFileTest, AFileWithoutASumIsReadAsItIs) {
  const std::string json = WriteModel(ModelFormat::kJson, TinyModel<float>());
  const absl::StatusOr<ModelFile> read = ReadModel(
      Replaced(Replaced(json, "\"sha256\"", "\"x\""), "[-0.5]", "[-0.25]"));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(std::get<Parameters<float>>(read->model->parameters()).values()[1],
            -0.25F);
}

TEST(ModelFileTest, FormatsAreToldApartByTheFirstBytes) {
  const std::string json = WriteModel(ModelFormat::kJson, TinyModel<float>());
  EXPECT_TRUE(ReadModel(" \r\n\t" + json).ok());
  EXPECT_EQ(ErrorOf(""), "file: is empty");
  for (const std::string_view file :
       {"[]"sv, "x"sv, "\x93NUMPY"sv, "PK\3\4"sv, "\0\0\0\0\0\0\0\0"sv,
        "\x7B\0\0\0\0\0\0\0x"sv, "   "sv}) {
    EXPECT_EQ(ErrorOf(file), "file: is neither JSON nor safetensors");
  }
  // A header of 123 bytes: its length begins with a '{'.
  EXPECT_EQ(ErrorOf("\x7B\0\0\0\0\0\0\0{}"sv),
            "header: 123 bytes, but the file ends after 2 of them");
}

class DamagedFileTest : public testing::TestWithParam<ModelFormat> {
 protected:
  // An error, or the very model; or if nothing shows any more that the file is
  // ours, its weights.
  void ExpectErrorOrSame(std::string_view file) const {
    const absl::StatusOr<ModelFile> read = ReadModel(file);
    if (!read.ok()) {
      EXPECT_EQ(read.status().code(), absl::StatusCode::kInvalidArgument);
      EXPECT_FALSE(read.status().message().empty());
    } else if (file.find("\"microgpt_server\"") != file.npos) {
      EXPECT_EQ(ModelSha256(*read->model), ModelSha256(model_));
    } else {
      EXPECT_EQ(ValuesOf(*read->model), ValuesOf(model_));
    }
  }

  static std::vector<double> ValuesOf(const Model& model) {
    return std::visit(
        [](const auto& weights) {
          return std::vector<double>(weights.values().begin(),
                                     weights.values().end());
        },
        model.parameters());
  }

  const Model model_ = OddModel<float>();
  const std::string file_ = WriteModel(GetParam(), model_, SomeCard());
};

TEST_P(DamagedFileTest, ATruncatedFileIsRefusedWhereverItEnds) {
  for (size_t size = 0; size < file_.size(); size += 7) {
    EXPECT_FALSE(ReadModel(std::string_view(file_).substr(0, size)).ok())
        << size;
  }
}

TEST_P(DamagedFileTest, AFlippedBitIsAnErrorOrHarmless) {
  std::string damaged = file_;
  for (size_t i = 0; i < file_.size(); i += 3) {
    damaged[i] = static_cast<char>(file_[i] ^ (1 << i % 8));
    ExpectErrorOrSame(damaged);
    damaged[i] = file_[i];
  }
}

TEST_P(DamagedFileTest, BytesLeftOutOrTwiceAreAnErrorOrHarmless) {
  PythonRandom random(3);
  const auto size = static_cast<uint32_t>(file_.size());
  for (int i = 0; i < 1000; ++i) {
    const size_t begin = random.RandBelow(size);
    const size_t count = 1 + random.RandBelow(64);
    std::string without = file_;
    without.erase(begin, count);
    ExpectErrorOrSame(without);
    std::string twice = file_;
    twice.insert(begin, file_.substr(begin, count));
    ExpectErrorOrSame(twice);
  }
}

TEST_P(DamagedFileTest, JunkAfterTheEndIsRefused) {
  EXPECT_FALSE(ReadModel(file_ + "}").ok());
  EXPECT_FALSE(ReadModel(file_ + '\0').ok());
}

INSTANTIATE_TEST_SUITE_P(Formats, DamagedFileTest,
                         testing::Values(ModelFormat::kJson,
                                         ModelFormat::kSafetensors),
                         [](const auto& format) {
                           return format.param == ModelFormat::kJson
                                      ? "Json"
                                      : "Safetensors";
                         });

}  // namespace
}  // namespace microgpt
