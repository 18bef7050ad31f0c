// SPDX-License-Identifier: MIT
#include "core/generation/decoder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/training/trainer.h"

namespace microgpt {
namespace {

// What Begin() reads is 40 tokens: BOS and 39 characters, 16 at a time.
const std::vector<Token> kText(39, 0);

std::shared_ptr<const Model> Untrained() {
  const ModelConfig model = *ModelConfig::Create({.block_size = 40});
  const Corpus corpus = *Corpus::FromText("anna\nemma\n");
  return std::make_shared<const Model>(
      Trainer::Create(model, TrainingConfig(), corpus)->Snapshot());
}

TEST(DecoderTest, BeginAsksBeforeEachChunkWhetherToStop) {
  Decoder<float> decoder(Untrained());
  size_t looks = 0;
  ASSERT_TRUE(decoder.Begin(kText, [&] { return ++looks == 0; }).has_value());
  EXPECT_EQ(looks, 3);
  EXPECT_EQ(decoder.position(), 40);
}

TEST(DecoderTest, AStoppedBeginReadsNoFurtherAndDoesNoHarm) {
  const auto model = Untrained();
  const auto go_on = [] { return false; };
  const auto expected = Decoder<float>(model).Begin(kText, go_on);
  Decoder<float> decoder(model);
  for (size_t last_look = 1; last_look <= 3; ++last_look) {
    size_t looks = 0;
    const auto stopped = [&] { return ++looks == last_look; };
    EXPECT_EQ(decoder.Begin(kText, stopped), std::nullopt);
    EXPECT_EQ(decoder.position(), 16 * (last_look - 1));
    EXPECT_EQ(decoder.Begin(kText, go_on), expected);
  }
}

template <typename T>
void ExpectEachIsAsIfReadAlone(Precision precision, size_t prefix) {
  std::string alphabet;  // more tokens than a panel has columns
  for (char32_t c = 0; c < 150; ++c) alphabet += {'\xc4', char(0x80 + c % 64)};
  for (char c = '!'; c <= '~'; ++c) alphabet += c;
  const Corpus corpus = *Corpus::FromText(alphabet + "\n");
  TrainingSettings settings;
  settings.precision = precision;
  settings.init_std = 0.3;
  const auto model = std::make_shared<const Model>(
      Trainer::Create(*ModelConfig::Create({.n_layer = 2, .block_size = 20}),
                      *TrainingConfig::Create(settings), corpus)
          ->Snapshot());
  const auto go_on = [] { return false; };
  std::vector<Token> text(prefix, 3), tokens(model->tokenizer().bos());
  std::iota(tokens.begin(), tokens.end(), Token{0});
  Decoder<T> decoder(model), alone(model);
  decoder.Begin(text, go_on);
  const std::vector<T> before(decoder.logits().begin(), decoder.logits().end());
  text.push_back(0);
  size_t visited = 0;
  const auto visit = [&](size_t i, std::span<const T> logits) {
    ASSERT_EQ(i, visited++);
    text.back() = tokens[i];
    alone.Begin(text, go_on);
    for (size_t j = 0; j < logits.size(); ++j) {
      ASSERT_EQ(logits[j], alone.logits()[j]) << "token " << i << " at " << j;
    }
  };
  ASSERT_TRUE(decoder.ReadEach(tokens, go_on, visit));
  EXPECT_EQ(visited, tokens.size());
  EXPECT_TRUE(std::ranges::equal(decoder.logits(), before));
  EXPECT_EQ(decoder.position(), prefix + 1);
}

TEST(DecoderTest, EachOfManyTokensBehindAStringIsTheSameBitsAsReadAlone) {
  for (const size_t prefix : {0, 1, 7, 17, 18}) {
    ExpectEachIsAsIfReadAlone<float>(Precision::kFloat32, prefix);
    ExpectEachIsAsIfReadAlone<double>(Precision::kFloat64, prefix);
  }
}

TEST(DecoderTest, AStoppedReadEachVisitsNoFurther) {
  Decoder<float> decoder(Untrained());
  ASSERT_TRUE(decoder.Begin({}, [] { return false; }).has_value());
  const std::vector<Token> tokens(200, 0);
  size_t looks = 0, visited = 0;
  EXPECT_FALSE(decoder.ReadEach(
      tokens, [&] { return ++looks == 2; },
      [&](size_t, std::span<const float>) { ++visited; }));
  EXPECT_GT(visited, 0u);
  EXPECT_LE(visited, kMaxPanelColumns);
}

}  // namespace
}  // namespace microgpt
