// SPDX-License-Identifier: MIT
#include "core/generation/decoder.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
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

}  // namespace
}  // namespace microgpt
