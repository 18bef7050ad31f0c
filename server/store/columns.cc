// SPDX-License-Identifier: MIT
#include "server/store/columns.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <concepts>
#include <nlohmann/json.hpp>
#include <optional>
#include <type_traits>
#include <utility>

#include "core/format/enum_names.h"

namespace microgpt::server {
namespace {

using nlohmann::json;

// The words for an enumeration's values; those of models are as in their files.
template <typename Enum>
constexpr std::array<EnumName<Enum>, 0> kWords;
template <>
constexpr std::array<EnumName<JobState>, 6> kWords<JobState> = {
    {{JobState::kQueued, "queued"},
     {JobState::kRunning, "running"},
     {JobState::kCancelling, "cancelling"},
     {JobState::kSucceeded, "succeeded"},
     {JobState::kFailed, "failed"},
     {JobState::kCancelled, "cancelled"}}};
template <>
constexpr auto kWords<TokenizerKind> = kTokenizerKindNames;
template <>
constexpr auto kWords<Precision> = kPrecisionNames;
template <>
constexpr auto kWords<Optimizer> = kOptimizerNames;

template <typename Enum>
std::string WordOf(Enum value) {
  return std::string(
      std::ranges::find(kWords<Enum>, value, &EnumName<Enum>::value)->name);
}

template <typename Enum>
bool FromWord(std::string_view word, Enum& value) {
  const auto found =
      std::ranges::find(kWords<Enum>, word, &EnumName<Enum>::name);
  if (found == kWords<Enum>.end()) return false;
  value = found->value;
  return true;
}

// Calls visit("n_layer", settings.n_layer) and so on for every setting.
template <typename Settings, typename Visit>
requires std::same_as<std::remove_const_t<Settings>, ModelSettings>
void VisitSettings(Settings& settings, Visit visit) {
  visit("n_layer", settings.n_layer);
  visit("n_embd", settings.n_embd);
  visit("n_head", settings.n_head);
  visit("block_size", settings.block_size);
}

template <typename Settings, typename Visit>
requires std::same_as<std::remove_const_t<Settings>, TrainingSettings>
void VisitSettings(Settings& settings, Visit visit) {
  visit("steps", settings.steps);
  visit("batch_size", settings.batch_size);
  visit("learning_rate", settings.learning_rate);
  visit("seed", settings.seed);
  visit("validation", settings.validation);
  visit("beta1", settings.beta1);
  visit("beta2", settings.beta2);
  visit("eps", settings.eps);
  visit("init_std", settings.init_std);
  visit("optimizer", settings.optimizer);
  visit("precision", settings.precision);
  visit("tokenizer", settings.tokenizer);
  visit("threads", settings.threads);
}

std::string Dump(const json& value) {
  // A sample or a message is UTF-8; should one not be, it must not end us.
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

template <typename Settings>
std::string SettingsToJson(const Settings& settings) {
  json object = json::object();
  VisitSettings(settings, [&object](const char* name, const auto& value) {
    if constexpr (std::is_enum_v<std::decay_t<decltype(value)>>) {
      object[name] = WordOf(value);
    } else {
      object[name] = value;
    }
  });
  return Dump(object);
}

// Calls `read` with what `column` says in JSON. False if it is not JSON, or
// `read` finds another type than it expects or answers false.
template <typename Read>
bool ReadJson(std::string_view column, Read read) {
  try {
    return read(json::parse(column));
  } catch (const json::exception&) {
    return false;
  }
}

template <typename Settings>
bool SettingsFromJson(std::string_view column, Valid<Settings>& config) {
  return ReadJson(column, [&config](const json& object) {
    Settings settings;
    bool known = true;
    VisitSettings(settings, [&](const char* name, auto& value) {
      if (!object.contains(name)) return;
      if constexpr (std::is_enum_v<std::decay_t<decltype(value)>>) {
        known &= FromWord(object.at(name).get<std::string>(), value);
      } else {
        object.at(name).get_to(value);
      }
    });
    const auto valid = Valid<Settings>::Create(settings);
    if (!known || !valid.ok()) return false;
    config = *valid;
    return true;
  });
}

json NumberToJson(double number) {
  if (std::isfinite(number)) return number;
  return std::isnan(number) ? "nan" : number > 0 ? "inf" : "-inf";
}

double NumberOfJson(const json& value) {
  if (value == "nan") return NAN;
  if (value == "inf") return INFINITY;
  if (value == "-inf") return -INFINITY;
  return value.get<double>();
}

}  // namespace

int64_t ToColumn(Time time) {
  return std::chrono::floor<std::chrono::microseconds>(time.time_since_epoch())
      .count();
}

Time TimeOfColumn(int64_t microseconds) {
  return Time(std::chrono::microseconds(microseconds));
}

std::string ToColumn(JobState state) { return WordOf(state); }
std::string ToColumn(TokenizerKind kind) { return WordOf(kind); }
std::string ToColumn(Precision precision) { return WordOf(precision); }

std::string ToColumn(const ModelConfig& config) {
  return SettingsToJson(*config);
}

std::string ToColumn(const TrainingConfig& config) {
  return SettingsToJson(*config);
}

std::string ToColumn(const std::vector<ValidationPoint>& validation) {
  json points = json::array();
  for (const ValidationPoint& point : validation) {
    points.push_back(json::array({point.step, NumberToJson(point.loss)}));
  }
  return Dump(points);
}

std::string ToColumn(const std::vector<std::string>& strings) {
  return Dump(strings);
}

bool FromColumn(std::string_view column, JobState& state) {
  return FromWord(column, state);
}

bool FromColumn(std::string_view column, TokenizerKind& kind) {
  return FromWord(column, kind);
}

bool FromColumn(std::string_view column, Precision& precision) {
  return FromWord(column, precision);
}

bool FromColumn(std::string_view column, ModelConfig& config) {
  return SettingsFromJson(column, config);
}

bool FromColumn(std::string_view column, TrainingConfig& config) {
  return SettingsFromJson(column, config);
}

bool FromColumn(std::string_view column,
                std::vector<ValidationPoint>& validation) {
  return ReadJson(column, [&validation](const json& points) {
    validation.clear();
    for (const json& point : points) {
      validation.push_back(
          {point.at(0).get<uint32_t>(), NumberOfJson(point.at(1))});
    }
    return points.is_array();
  });
}

bool FromColumn(std::string_view column, std::vector<std::string>& strings) {
  return ReadJson(column, [&strings](const json& array) {
    array.get_to(strings);
    return true;
  });
}

}  // namespace microgpt::server
