// SPDX-License-Identifier: MIT
#include "core/format/card_json.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/errors/errors.h"
#include "core/format/enum_names.h"
#include "core/model/config.h"

namespace microgpt {
namespace {

// The numbers of TrainingSettings, called as in the API.
template <typename Number>
struct Setting {
  std::string_view key;
  Number TrainingSettings::*member;
};
constexpr std::array<Setting<uint32_t>, 3> kWholeSettings = {
    {{"steps", &TrainingSettings::steps},
     {"batch_size", &TrainingSettings::batch_size},
     {"seed", &TrainingSettings::seed}}};
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

// What is missing has its default.
absl::StatusOr<TrainingConfig> ParseTraining(const JsonObject& object) {
  TrainingSettings settings;
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
  if (object.Has("precision")) {
    MICROGPT_ASSIGN_OR_RETURN(settings.precision,
                              ParseName(kPrecisionNames, object, "precision"));
  }
  if (object.Has("tokenizer")) {
    MICROGPT_ASSIGN_OR_RETURN(
        settings.tokenizer,
        ParseName(kTokenizerKindNames, object, "tokenizer"));
  }
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
  object.AddNumber("loss", card.loss);
  object.AddNumber("validation_loss", card.validation_loss);
}

absl::StatusOr<ModelCard> ParseCard(const JsonObject& object) {
  ModelCard card;
  if (object.Has("base")) {
    MICROGPT_ASSIGN_OR_RETURN(card.base, object.Text("base"));
  }
  if (object.Has("dataset")) {
    MICROGPT_ASSIGN_OR_RETURN(card.dataset, object.Text("dataset"));
  }
  if (object.Has("training")) {
    MICROGPT_ASSIGN_OR_RETURN(const JsonObject training,
                              object.Object("training"));
    MICROGPT_ASSIGN_OR_RETURN(card.training, ParseTraining(training));
  }
  if (object.Has("loss")) {
    MICROGPT_ASSIGN_OR_RETURN(card.loss, object.Number("loss"));
  }
  if (object.Has("validation_loss")) {
    MICROGPT_ASSIGN_OR_RETURN(card.validation_loss,
                              object.Number("validation_loss"));
  }
  return card;
}

}  // namespace microgpt
