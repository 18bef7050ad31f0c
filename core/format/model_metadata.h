// SPDX-License-Identifier: MIT
//
// All of a model file but the weights: three JSON objects, which are the same
// in both formats. docs/model-files.md describes them.
#ifndef MICROGPT_CORE_FORMAT_MODEL_METADATA_H_
#define MICROGPT_CORE_FORMAT_MODEL_METADATA_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/format/model_card.h"
#include "core/model/config.h"
#include "core/model/model.h"
#include "core/random/python_random.h"
#include "core/text/tokenizer.h"
#include "nlohmann/json.hpp"

namespace microgpt {

// Keys of the three objects.
inline constexpr char kConfigKey[] = "config";
inline constexpr char kTokenizerKey[] = "tokenizer";
inline constexpr char kOwnKey[] = "microgpt_server";

// The objects as JSON texts. sha256: left out if empty.
std::string ConfigJson(const Model& model);
std::string TokenizerJson(const Model& model);
std::string OwnJson(const Model& model, const ModelCard& card,
                    std::string_view sha256);

struct ModelMetadata {
  ModelConfig config;
  Tokenizer tokenizer;
  std::optional<Precision> precision;  // nullopt: the file does not say
  PythonRandom random;
  ModelCard card;
  std::string sha256;  // that the file claims; empty: none
};

// objects: {"config": {…}, "tokenizer": {…}, "microgpt_server": {…}}. Without
// the last: code points, or graphemes if a character has several code points,
// and a generator seeded with 42.
//
// INVALID_ARGUMENT with the path of what is missing, of a wrong type, out of
// its range, or contradicts another.
absl::StatusOr<ModelMetadata> ParseMetadata(const nlohmann::json& objects);

// A file's model, its sum not yet compared.
struct UncheckedModel {
  ModelMetadata metadata;
  ModelParameters parameters;
};

}  // namespace microgpt

#endif  // MICROGPT_CORE_FORMAT_MODEL_METADATA_H_
