// SPDX-License-Identifier: MIT
#include "core/model/activations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace microgpt {
namespace {

using ::testing::Each;

ModelConfig TwoLayers() {
  return *ModelConfig::Create(
      {.n_layer = 2, .n_embd = 6, .n_head = 3, .block_size = 5});
}

std::vector<std::span<double>> AllOf(const Activations<double>::Views& views) {
  std::vector<std::span<double>> all = {views.embedding_norm.values(),
                                        views.embedding_scale,
                                        views.x.values(),
                                        views.logits.values(),
                                        views.branch.values(),
                                        views.dx.values(),
                                        views.dnorm.values(),
                                        views.dheads.values(),
                                        views.dq.values(),
                                        views.dk.values(),
                                        views.dv.values(),
                                        views.dhidden.values(),
                                        views.dweights};
  for (const Activations<double>::Layer& layer : views.layers) {
    all.insert(all.end(), {layer.attn_norm.values(), layer.attn_scale,
                           layer.q.values(), layer.weights.values(),
                           layer.heads.values(), layer.mlp_norm.values(),
                           layer.mlp_scale, layer.hidden.values()});
  }
  return all;
}

TEST(ActivationsTest, ViewsHaveTheCallsShape) {
  Activations<double> activations(TwoLayers(), 7, 3);
  const auto& views = activations.Reshape(2, 3);
  EXPECT_EQ(views.x.rows, 2);
  EXPECT_EQ(views.x.cols, 6);
  EXPECT_EQ(views.logits.cols, 7);
  EXPECT_EQ(views.embedding_scale.size(), 2);
  EXPECT_EQ(views.layers[1].weights.rows, 3 * 2);
  EXPECT_EQ(views.layers[1].weights.cols, 3 + 2);
  EXPECT_EQ(views.layers[1].hidden.cols, 4 * 6);
}

TEST(ActivationsTest, ViewsOfTheLargestCallDoNotOverlap) {
  Activations<double> activations(TwoLayers(), 7, 3);
  const auto all = AllOf(activations.Reshape(3, 2));
  for (size_t i = 0; i < all.size(); ++i) {
    std::ranges::fill(all[i], static_cast<double>(i));
  }
  for (size_t i = 0; i < all.size(); ++i) {
    EXPECT_THAT(all[i], Each(static_cast<double>(i)));
  }
}

TEST(ActivationsTest, BytesCountsTheValuesOfTheLargestCall) {
  Activations<double> activations(TwoLayers(), 7, 3);
  size_t values = 0;
  for (const auto view : AllOf(activations.Reshape(3, 2))) {
    values += view.size();
  }
  EXPECT_EQ(Activations<double>::Bytes(TwoLayers(), 7, 3) -
                Activations<float>::Bytes(TwoLayers(), 7, 3),
            values * (sizeof(double) - sizeof(float)));
}

}  // namespace
}  // namespace microgpt
