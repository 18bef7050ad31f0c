// SPDX-License-Identifier: MIT
#include "core/model/parameters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <tuple>
#include <vector>

namespace microgpt {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

ModelConfig TwoLayers() {
  return *ModelConfig::Create(
      {.n_layer = 2, .n_embd = 6, .n_head = 3, .block_size = 5});
}

TEST(ParametersTest, TensorsStandInTheOrderInWhichTheReferenceDrawsThem) {
  using Shape = std::tuple<std::string, size_t, size_t, size_t>;
  std::vector<Shape> shapes;
  for (const TensorSpec& spec : TensorSpecs(TwoLayers(), 4)) {
    shapes.emplace_back(spec.name, spec.rows, spec.cols, spec.offset);
  }
  EXPECT_THAT(shapes, ElementsAre(Shape("wte", 4, 6, 0), Shape("wpe", 5, 6, 24),
                                  Shape("lm_head", 4, 6, 54),
                                  Shape("layer0.attn_wq", 6, 6, 78),
                                  Shape("layer0.attn_wk", 6, 6, 114),
                                  Shape("layer0.attn_wv", 6, 6, 150),
                                  Shape("layer0.attn_wo", 6, 6, 186),
                                  Shape("layer0.mlp_fc1", 24, 6, 222),
                                  Shape("layer0.mlp_fc2", 6, 24, 366),
                                  Shape("layer1.attn_wq", 6, 6, 510),
                                  Shape("layer1.attn_wk", 6, 6, 546),
                                  Shape("layer1.attn_wv", 6, 6, 582),
                                  Shape("layer1.attn_wo", 6, 6, 618),
                                  Shape("layer1.mlp_fc1", 24, 6, 654),
                                  Shape("layer1.mlp_fc2", 6, 24, 798)));
}

TEST(ParametersTest, StartAtZeroAndAreAsManyAsCounted) {
  const Parameters<float> parameters(TwoLayers(), 4);
  EXPECT_EQ(parameters.size(), CountParameters(TwoLayers(), 4));
  EXPECT_THAT(parameters.values(), Each(0));
}

TEST(ParametersTest, NamedViewsAreTheSpecsTensors) {
  Parameters<double> parameters(TwoLayers(), 4);
  const auto expect_tensor = [&](Matrix<double> view, size_t i) {
    const TensorSpec& spec = parameters.specs()[i];
    EXPECT_EQ(view.data, parameters.values().data() + spec.offset) << spec.name;
    EXPECT_EQ(view.rows, spec.rows) << spec.name;
    EXPECT_EQ(view.cols, spec.cols) << spec.name;
  };
  expect_tensor(parameters.wte(), 0);
  expect_tensor(parameters.wpe(), 1);
  expect_tensor(parameters.lm_head(), 2);
  for (size_t i = 0; i < 2; ++i) {
    const Parameters<double>::Layer layer = parameters.layer(i);
    expect_tensor(layer.attn_wq, 3 + 6 * i);
    expect_tensor(layer.attn_wk, 4 + 6 * i);
    expect_tensor(layer.attn_wv, 5 + 6 * i);
    expect_tensor(layer.attn_wo, 6 + 6 * i);
    expect_tensor(layer.mlp_fc1, 7 + 6 * i);
    expect_tensor(layer.mlp_fc2, 8 + 6 * i);
  }
}

TEST(ParametersTest, DrawsInArenaOrderAndInDouble) {
  Parameters<double> doubles(TwoLayers(), 4);
  Parameters<float> floats(TwoLayers(), 4);
  PythonRandom random(7), same(7), expected(7);
  doubles.Draw(0.08, random);
  floats.Draw(0.08, same);
  for (size_t i = 0; i < doubles.size(); ++i) {
    const double value = expected.Gauss(0, 0.08);
    ASSERT_EQ(doubles.values()[i], value);
    ASSERT_EQ(floats.values()[i], static_cast<float>(value));
  }
}

TEST(ParametersTest, ACopyHasItsOwnValues) {
  Parameters<float> parameters(TwoLayers(), 4);
  Parameters<float> copy = parameters;
  copy.wte().row(0)[0] = 1;
  EXPECT_EQ(parameters.values()[0], 0);
  EXPECT_EQ(copy.values()[0], 1);
}

}  // namespace
}  // namespace microgpt
