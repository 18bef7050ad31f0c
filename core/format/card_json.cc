// SPDX-License-Identifier: MIT
#include "core/format/card_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "core/digest/sha256.h"
#include "core/errors/errors.h"
#include "core/errors/ranges.h"
#include "core/format/enum_names.h"
#include "core/format/json_text.h"
#include "core/model/config.h"

namespace microgpt {
namespace {

// The numbers of TrainingSettings, called as in the API.
template <typename Number>
struct Setting {
  std::string_view key;
  Number TrainingSettings::*member;
};
constexpr std::array<Setting<uint32_t>, 4> kWholeSettings = {
    {{"steps", &TrainingSettings::steps},
     {"batch_size", &TrainingSettings::batch_size},
     {"seed", &TrainingSettings::seed},
     {"threads", &TrainingSettings::threads}}};
constexpr std::array<Setting<double>, 6> kRealSettings = {
    {{"learning_rate", &TrainingSettings::learning_rate},
     {"validation", &TrainingSettings::validation},
     {"beta1", &TrainingSettings::beta1},
     {"beta2", &TrainingSettings::beta2},
     {"eps", &TrainingSettings::eps},
     {"init_std", &TrainingSettings::init_std}}};

std::string TrainingJson(const TrainingSettings& settings) {
  JsonObjectText training;
  for (const auto& [key, member] : kWholeSettings) {
    training.Add(key, fmt::to_string(settings.*member));
  }
  for (const auto& [key, member] : kRealSettings) {
    training.AddNumber(key, settings.*member);
  }
  training.Add("optimizer", NameJson(kOptimizerNames, settings.optimizer));
  training.Add("precision", NameJson(kPrecisionNames, settings.precision));
  training.Add("tokenizer", NameJson(kTokenizerKindNames, settings.tokenizer));
  return training.Finish();
}

// A loss of a model that blew up is no figure to be kept.
constexpr double kMaxLoss = 1e6;

bool IsName(std::string_view text) {
  constexpr size_t kMaxLength = 63;
  constexpr std::string_view kFirst = "abcdefghijklmnopqrstuvwxyz0123456789";
  const auto is_further = [&](char c) {
    return kFirst.find(c) != kFirst.npos || c == '.' || c == '_' || c == '-';
  };
  return !text.empty() && text.size() <= kMaxLength &&
         kFirst.find(text.front()) != kFirst.npos &&
         std::ranges::all_of(text, is_further);
}

bool IsVersion(std::string_view text) {
  uint32_t version = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, version);
  return error == std::errc() && stop == end && text.front() != '0';
}

// The text at `key`, if there is one, which may be empty.
absl::StatusOr<std::string> ParseBase(const JsonObject& object,
                                      std::string_view key) {
  if (!object.Has(key)) return std::string();
  MICROGPT_ASSIGN_OR_RETURN(std::string base, object.Text(key));
  const size_t at = base.find('@');
  const bool is_reference = at != base.npos && IsName(base.substr(0, at)) &&
                            IsVersion(base.substr(at + 1));
  if (base.empty() || is_reference) return base;
  return FieldError(
      object.Path(key),
      fmt::format("{} is not a model's name and version, as \"names@3\" is",
                  QuotedExcerpt(base)));
}

absl::StatusOr<std::optional<double>> ParseLoss(const JsonObject& object,
                                                std::string_view key) {
  if (!object.Has(key)) return std::nullopt;
  MICROGPT_ASSIGN_OR_RETURN(const double loss, object.Number(key));
  MICROGPT_RETURN_IF_ERROR(CheckRange(object.Path(key), loss, 0, kMaxLoss));
  return loss;
}

void AddLoss(std::string_view key, std::optional<double> loss,
             JsonObjectText& object) {
  if (loss >= 0 && loss <= kMaxLoss) object.AddNumber(key, loss);
}

// That `key`, if it is there, holds what the model itself has.
template <typename Enum>
absl::Status CheckModels(const EnumNames<Enum>& names, const JsonObject& object,
                         std::string_view key, Enum models) {
  if (!object.Has(key)) return absl::OkStatus();
  MICROGPT_ASSIGN_OR_RETURN(const Enum value, ParseName(names, object, key));
  if (value == models) return absl::OkStatus();
  return FieldError(object.Path(key), fmt::format("{} where the model's is {}",
                                                  NameJson(names, value),
                                                  NameJson(names, models)));
}

// What is missing has its default, or is the model's own.
absl::StatusOr<TrainingConfig> ParseTraining(const JsonObject& object,
                                             Precision precision,
                                             TokenizerKind tokenizer) {
  TrainingSettings settings{.precision = precision, .tokenizer = tokenizer};
  for (const auto& [key, member] : kWholeSettings) {
    if (!object.Has(key)) continue;
    MICROGPT_ASSIGN_OR_RETURN(settings.*member, object.Whole(key));
  }
  for (const auto& [key, member] : kRealSettings) {
    if (!object.Has(key)) continue;
    MICROGPT_ASSIGN_OR_RETURN(settings.*member, object.Number(key));
  }
  if (object.Has("optimizer")) {
    MICROGPT_ASSIGN_OR_RETURN(settings.optimizer,
                              ParseName(kOptimizerNames, object, "optimizer"));
  }
  MICROGPT_RETURN_IF_ERROR(
      CheckModels(kPrecisionNames, object, "precision", precision));
  MICROGPT_RETURN_IF_ERROR(
      CheckModels(kTokenizerKindNames, object, "tokenizer", tokenizer));
  absl::StatusOr<TrainingConfig> config = TrainingConfig::Create(settings);
  if (!config.ok()) return PrefixField(object.Path(""), config.status());
  return config;
}

}  // namespace

void AddCard(const ModelCard& card, JsonObjectText& object) {
  if (!card.base.empty()) object.AddText("base", card.base);
  if (!card.dataset.empty()) object.AddText("dataset", card.dataset);
  if (card.training.has_value()) {
    object.Add("training", TrainingJson(**card.training));
  }
  AddLoss("loss", card.loss, object);
  AddLoss("validation_loss", card.validation_loss, object);
}

absl::StatusOr<std::string> ParseSum(const JsonObject& object,
                                     std::string_view key) {
  MICROGPT_ASSIGN_OR_RETURN(std::string sum, object.Text(key));
  if (IsSha256Id(sum)) return sum;
  return FieldError(object.Path(key),
                    fmt::format("{} is not \"sha256:\" and 64 digits of 0-9a-f",
                                QuotedExcerpt(sum)));
}

absl::StatusOr<ModelCard> ParseCard(const JsonObject& object,
                                    Precision precision,
                                    TokenizerKind tokenizer) {
  ModelCard card;
  MICROGPT_ASSIGN_OR_RETURN(card.base, ParseBase(object, "base"));
  if (object.Has("dataset")) {
    MICROGPT_ASSIGN_OR_RETURN(card.dataset, ParseSum(object, "dataset"));
  }
  if (object.Has("training")) {
    MICROGPT_ASSIGN_OR_RETURN(const JsonObject training,
                              object.Object("training"));
    MICROGPT_ASSIGN_OR_RETURN(card.training,
                              ParseTraining(training, precision, tokenizer));
  }
  MICROGPT_ASSIGN_OR_RETURN(card.loss, ParseLoss(object, "loss"));
  MICROGPT_ASSIGN_OR_RETURN(card.validation_loss,
                            ParseLoss(object, "validation_loss"));
  return card;
}

}  // namespace microgpt
