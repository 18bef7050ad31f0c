// SPDX-License-Identifier: MIT
#include "core/training/packed_layout.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

namespace microgpt {
namespace {

constexpr uint32_t kVocabSize = 7;

std::vector<ModelConfig> Shapes() {
  std::vector<ModelConfig> shapes = {ModelConfig()};
  for (const uint32_t n_embd : {1, 3, 15, 16, 17, 48, 50}) {
    shapes.push_back(*ModelConfig::Create({.n_layer = 1 + n_embd % 3,
                                           .n_embd = n_embd,
                                           .n_head = 1,
                                           .block_size = 1 + n_embd}));
  }
  return shapes;
}

// 1, 2, 3, …
template <typename T>
Parameters<T> Numbered(const ModelConfig& config) {
  Parameters<T> parameters(config, kVocabSize);
  T next = 0;
  for (T& value : parameters.values()) value = ++next;
  return parameters;
}

template <typename T>
class PackedLayoutTest : public ::testing::Test {};
using Precisions = ::testing::Types<float, double>;
TYPED_TEST_SUITE(PackedLayoutTest, Precisions);

TYPED_TEST(PackedLayoutTest, UnpackingWhatWasPackedGivesTheSame) {
  for (const ModelConfig& config : Shapes()) {
    SCOPED_TRACE(config->n_embd);
    const Parameters<TypeParam> parameters = Numbered<TypeParam>(config);
    const PackedLayout layout(config, kVocabSize);
    AlignedVector<TypeParam> packed;
    layout.Pack(parameters, packed);
    Parameters<TypeParam> unpacked(config, kVocabSize);
    layout.Unpack(packed, unpacked);
    EXPECT_TRUE(std::ranges::equal(unpacked.values(), parameters.values()));
  }
}

TYPED_TEST(PackedLayoutTest, EveryWeightStandsOnceAndFillersAreZero) {
  for (const ModelConfig& config : Shapes()) {
    SCOPED_TRACE(config->n_embd);
    const Parameters<TypeParam> parameters = Numbered<TypeParam>(config);
    const PackedLayout layout(config, kVocabSize);
    AlignedVector<TypeParam> packed(3, TypeParam{-1});  // overwritten
    layout.Pack(parameters, packed);
    ASSERT_EQ(packed.size(), layout.size);
    std::multiset<TypeParam> weights;
    for (size_t i = 0; i < packed.size(); ++i) {
      if (i % layout.row_length < config->n_embd) {
        weights.insert(packed[i]);
      } else {
        ASSERT_EQ(packed[i], 0) << i;
      }
    }
    EXPECT_TRUE(std::ranges::equal(weights, parameters.values()));
  }
}

TYPED_TEST(PackedLayoutTest, TensorsStandWhereTheLayoutSays) {
  const ModelConfig config = *ModelConfig::Create(
      {.n_layer = 2, .n_embd = 6, .n_head = 2, .block_size = 5});
  const Parameters<TypeParam> parameters = Numbered<TypeParam>(config);
  const PackedLayout layout(config, kVocabSize);
  AlignedVector<TypeParam> packed;
  layout.Pack(parameters, packed);
  const auto at = [&](size_t tensor, size_t r, size_t c) {
    return packed[tensor + r * layout.row_length + c];
  };
  EXPECT_EQ(at(layout.wte, 6, 5), parameters.wte().row(6)[5]);
  EXPECT_EQ(at(layout.wpe, 4, 3), parameters.wpe().row(4)[3]);
  EXPECT_EQ(at(layout.lm_head, 2, 1), parameters.lm_head().row(2)[1]);
  const auto layer = parameters.layer(1);
  const PackedLayout::Layer& offsets = layout.layers[1];
  EXPECT_EQ(at(offsets.attn_wqkv, 3, 2), layer.attn_wq.row(3)[2]);
  EXPECT_EQ(at(offsets.attn_wqkv, 6 + 3, 2), layer.attn_wk.row(3)[2]);
  EXPECT_EQ(at(offsets.attn_wqkv, 12 + 3, 2), layer.attn_wv.row(3)[2]);
  EXPECT_EQ(at(offsets.attn_wo, 3, 2), layer.attn_wo.row(3)[2]);
  EXPECT_EQ(at(offsets.mlp_fc1, 23, 2), layer.mlp_fc1.row(23)[2]);
  EXPECT_EQ(at(offsets.mlp_fc2, 23, 2), layer.mlp_fc2.row(2)[23]);
}

TEST(PackedLayoutSizesTest, RowsAreWholeCacheLinesOfFloats) {
  for (const ModelConfig& config : Shapes()) {
    const PackedLayout layout(config, kVocabSize);
    EXPECT_EQ(layout.row_length % 16, 0);
    EXPECT_LT(layout.row_length, config->n_embd + 16);
    EXPECT_EQ(layout.size % layout.row_length, 0);
  }
}

}  // namespace
}  // namespace microgpt
