// SPDX-License-Identifier: MIT
#include "core/format/model_metadata.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "core/errors/errors.h"
#include "core/format/card_json.h"
#include "core/format/enum_names.h"
#include "core/format/json_object.h"
#include "core/format/json_text.h"
#include "core/format/random_json.h"
#include "core/text/utf8.h"

namespace microgpt {
namespace {

Precision PrecisionOf(const Model& model) {
  return std::holds_alternative<Parameters<double>>(model.parameters())
             ? Precision::kFloat64
             : Precision::kFloat32;
}

absl::StatusOr<ModelConfig> ParseConfig(const JsonObject& object) {
  ModelSettings settings;
  MICROGPT_ASSIGN_OR_RETURN(settings.n_layer, object.Whole("n_layer"));
  MICROGPT_ASSIGN_OR_RETURN(settings.n_embd, object.Whole("n_embd"));
  MICROGPT_ASSIGN_OR_RETURN(settings.block_size, object.Whole("block_size"));
  MICROGPT_ASSIGN_OR_RETURN(settings.n_head, object.Whole("n_head"));
  absl::StatusOr<ModelConfig> config = ModelConfig::Create(settings);
  if (!config.ok()) return PrefixField(object.Path(""), config.status());
  return config;
}

// What stands below our own key, or what is so without it.
struct Own {
  std::optional<Precision> precision;
  std::optional<TokenizerKind> tokenizer_kind;
  PythonRandom random{42};
  ModelCard card;
  std::string sha256;
};

absl::StatusOr<Own> ParseOwn(const JsonObject& root) {
  Own own;
  if (!root.Has(kOwnKey)) return own;
  MICROGPT_ASSIGN_OR_RETURN(const JsonObject object, root.Object(kOwnKey));
  MICROGPT_ASSIGN_OR_RETURN(own.precision,
                            ParseName(kPrecisionNames, object, "precision"));
  MICROGPT_ASSIGN_OR_RETURN(
      own.tokenizer_kind,
      ParseName(kTokenizerKindNames, object, "tokenizer_kind"));
  MICROGPT_ASSIGN_OR_RETURN(const JsonObject random, object.Object("random"));
  MICROGPT_ASSIGN_OR_RETURN(own.random, ParseRandom(random));
  MICROGPT_ASSIGN_OR_RETURN(
      own.card, ParseCard(object, *own.precision, *own.tokenizer_kind));
  if (object.Has("sha256")) {
    MICROGPT_ASSIGN_OR_RETURN(own.sha256, ParseSum(object, "sha256"));
  }
  return own;
}

absl::Status CheckCharacter(const std::string& path, std::string_view character,
                            TokenizerKind kind) {
  if (absl::Status status = CheckCharacterSize(character); !status.ok()) {
    return FieldError(path, std::string(status.message()));
  }
  if (IsOneCharacter(kind, character)) return absl::OkStatus();
  return FieldError(
      path,
      fmt::format("{} is not one {}", QuotedExcerpt(character),
                  kind == TokenizerKind::kCodePoint ? "code point"
                                                    : "grapheme cluster"));
}

// That characters are what a Tokenizer takes. `path` is their list's.
absl::Status CheckAlphabet(const std::string& path,
                           std::span<const std::string> alphabet,
                           TokenizerKind kind) {
  if (alphabet.empty()) return FieldError(path, "is empty");
  if (absl::Status status = CheckAlphabetSize(alphabet); !status.ok()) {
    return FieldError(path, std::string(status.message()));
  }
  for (size_t i = 0; i < alphabet.size(); ++i) {
    const std::string place = fmt::format("{}[{}]", path, i);
    MICROGPT_RETURN_IF_ERROR(CheckCharacter(place, alphabet[i], kind));
    if (i > 0 && alphabet[i] <= alphabet[i - 1]) {
      return FieldError(
          place,
          fmt::format("{} does not come after {}: characters must be distinct"
                      " and sorted by code point",
                      QuotedExcerpt(alphabet[i]),
                      QuotedExcerpt(alphabet[i - 1])));
    }
  }
  return absl::OkStatus();
}

// That `key` holds the number that follows from the alphabet.
absl::Status CheckFollows(const JsonObject& object, std::string_view key,
                          uint32_t expected) {
  MICROGPT_ASSIGN_OR_RETURN(const uint32_t value, object.Whole(key));
  if (value == expected) return absl::OkStatus();
  return FieldError(
      object.Path(key),
      fmt::format("{} where the characters make it {}", value, expected));
}

// kind: nullopt for graphemes if a character takes them.
absl::StatusOr<Tokenizer> ParseTokenizer(const JsonObject& object,
                                         std::optional<TokenizerKind> kind) {
  MICROGPT_ASSIGN_OR_RETURN(std::vector<std::string> alphabet,
                            object.Texts("uchars"));
  const TokenizerKind needed =
      std::all_of(alphabet.begin(), alphabet.end(), IsOneCodePoint)
          ? TokenizerKind::kCodePoint
          : TokenizerKind::kGrapheme;
  MICROGPT_RETURN_IF_ERROR(
      CheckAlphabet(object.Path("uchars"), alphabet, kind.value_or(needed)));
  MICROGPT_RETURN_IF_ERROR(
      CheckFollows(object, "BOS", static_cast<uint32_t>(alphabet.size())));
  return Tokenizer(kind.value_or(needed), std::move(alphabet));
}

}  // namespace

std::string ConfigJson(const Model& model) {
  const ModelConfig& config = model.config();
  JsonObjectText object;
  object.Add("vocab_size", fmt::to_string(model.tokenizer().vocab_size()));
  object.Add("n_layer", fmt::to_string(config->n_layer));
  object.Add("n_embd", fmt::to_string(config->n_embd));
  object.Add("block_size", fmt::to_string(config->block_size));
  object.Add("n_head", fmt::to_string(config->n_head));
  return object.Finish();
}

std::string TokenizerJson(const Model& model) {
  JsonObjectText object;
  object.Add("uchars", JsonStrings(model.tokenizer().alphabet()));
  object.Add("BOS", fmt::to_string(model.tokenizer().bos()));
  return object.Finish();
}

std::string OwnJson(const Model& model, const ModelCard& card,
                    std::string_view sha256) {
  JsonObjectText own;
  own.Add("precision", NameJson(kPrecisionNames, PrecisionOf(model)));
  own.Add("tokenizer_kind",
          NameJson(kTokenizerKindNames, model.tokenizer().kind()));
  own.Add("random", RandomJson(model.random()));
  AddCard(card, own);
  if (!sha256.empty()) own.AddText("sha256", sha256);
  return own.Finish();
}

absl::StatusOr<ModelMetadata> ParseMetadata(const nlohmann::json& objects) {
  MICROGPT_ASSIGN_OR_RETURN(const JsonObject root, JsonObject::Of(objects, ""));
  MICROGPT_ASSIGN_OR_RETURN(const JsonObject config, root.Object(kConfigKey));
  MICROGPT_ASSIGN_OR_RETURN(const ModelConfig model_config,
                            ParseConfig(config));
  MICROGPT_ASSIGN_OR_RETURN(Own own, ParseOwn(root));
  MICROGPT_ASSIGN_OR_RETURN(const JsonObject object,
                            root.Object(kTokenizerKey));
  MICROGPT_ASSIGN_OR_RETURN(Tokenizer tokenizer,
                            ParseTokenizer(object, own.tokenizer_kind));
  MICROGPT_RETURN_IF_ERROR(
      CheckFollows(config, "vocab_size", tokenizer.vocab_size()));
  return ModelMetadata{.config = model_config,
                       .tokenizer = std::move(tokenizer),
                       .precision = own.precision,
                       .random = own.random,
                       .card = std::move(own.card),
                       .sha256 = std::move(own.sha256)};
}

}  // namespace microgpt
