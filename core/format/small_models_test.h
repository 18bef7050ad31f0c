// SPDX-License-Identifier: MIT
//
// Models small enough to read their files, for the tests of this folder.
#ifndef MICROGPT_CORE_FORMAT_SMALL_MODELS_TEST_H_
#define MICROGPT_CORE_FORMAT_SMALL_MODELS_TEST_H_

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "core/model/model.h"
#include "gtest/gtest.h"

namespace microgpt {

// 19 weights: -1, -0.5, 0, 0.5, … in the order of TensorSpecs; the characters
// '"' and 'é'; a generator as seeded with 42.
template <typename T>
Model TinyModel() {
  const ModelConfig config =
      ModelConfig::Create(
          {.n_layer = 1, .n_embd = 1, .n_head = 1, .block_size = 1})
          .value();
  Parameters<T> parameters(config, 3);
  for (size_t i = 0; i < parameters.size(); ++i) {
    parameters.values()[i] = static_cast<T>(0.5 * static_cast<double>(i) - 1);
  }
  return Model(config, Tokenizer(TokenizerKind::kCodePoint, {"\"", "é"}),
               std::move(parameters), PythonRandom(42));
}

// 360 weights, the extremes of their type among them; graphemes; a generator in
// the middle of its work.
template <typename T>
Model OddModel() {
  const ModelConfig config =
      ModelConfig::Create(
          {.n_layer = 2, .n_embd = 3, .n_head = 3, .block_size = 5})
          .value();
  PythonRandom random(7);
  Parameters<T> parameters(config, 5);
  parameters.Draw(0.5, random);
  using Limits = std::numeric_limits<T>;
  const std::vector<T> extremes = {T{-0.0},          Limits::denorm_min(),
                                   Limits::min(),    Limits::max(),
                                   Limits::lowest(), Limits::epsilon()};
  std::copy(extremes.begin(), extremes.end(), parameters.values().begin() + 40);
  random.Gauss(0, 1);  // leaves a second number to be kept
  return Model(config,
               Tokenizer(TokenizerKind::kGrapheme,
                         {"a", "e\u0301", "山", "👩‍🌾"}),
               std::move(parameters), random);
}

template <typename T>
std::vector<uint64_t> BitsOf(const Parameters<T>& parameters) {
  using Bits = std::conditional_t<sizeof(T) == 8, uint64_t, uint32_t>;
  std::vector<uint64_t> bits;
  for (const T value : parameters.values()) {
    bits.push_back(std::bit_cast<Bits>(value));
  }
  return bits;
}

// That two models are the same, bit for bit.
inline void ExpectSame(const Model& a, const Model& b) {
  EXPECT_EQ(a.config()->n_layer, b.config()->n_layer);
  EXPECT_EQ(a.config()->n_embd, b.config()->n_embd);
  EXPECT_EQ(a.config()->n_head, b.config()->n_head);
  EXPECT_EQ(a.config()->block_size, b.config()->block_size);
  EXPECT_EQ(a.tokenizer().kind(), b.tokenizer().kind());
  EXPECT_TRUE(
      std::ranges::equal(a.tokenizer().alphabet(), b.tokenizer().alphabet()));
  EXPECT_EQ(a.random().state(), b.random().state());
  EXPECT_EQ(a.parameters().index(), b.parameters().index());
  const auto bits = [](const Model& model) {
    return std::visit([](const auto& weights) { return BitsOf(weights); },
                      model.parameters());
  };
  EXPECT_EQ(bits(a), bits(b));
}

// `text` with the first `from`, which must be there, replaced by `to`.
inline std::string Replaced(std::string text, std::string_view from,
                            std::string_view to) {
  const size_t place = text.find(from);
  EXPECT_NE(place, std::string::npos) << from;
  if (place != std::string::npos) text.replace(place, from.size(), to);
  return text;
}

}  // namespace microgpt

#endif  // MICROGPT_CORE_FORMAT_SMALL_MODELS_TEST_H_
