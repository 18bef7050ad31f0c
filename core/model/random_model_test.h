// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_MODEL_RANDOM_MODEL_TEST_H_
#define MICROGPT_CORE_MODEL_RANDOM_MODEL_TEST_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/model/model.h"

namespace microgpt {

// A model that has learned nothing: its weights are drawn from gauss(0, std).
// A valid shape; T: its precision; alphabet: its characters, ascending.
template <typename T>
std::shared_ptr<const Model> RandomModel(
    const ModelSettings& settings, const std::vector<std::string>& alphabet,
    uint32_t seed, double std, TokenizerKind kind = TokenizerKind::kCodePoint) {
  const ModelConfig config = *ModelConfig::Create(settings);
  Parameters<T> parameters(config, static_cast<uint32_t>(alphabet.size()) + 1);
  PythonRandom random(seed);
  parameters.Draw(std, random);
  return std::make_shared<const Model>(config, Tokenizer(kind, alphabet),
                                       std::move(parameters), random);
}

}  // namespace microgpt

#endif  // MICROGPT_CORE_MODEL_RANDOM_MODEL_TEST_H_
