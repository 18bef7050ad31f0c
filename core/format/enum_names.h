// SPDX-License-Identifier: MIT
//
// How the values of enums are called in files, and their JSON both ways.
#ifndef MICROGPT_CORE_FORMAT_ENUM_NAMES_H_
#define MICROGPT_CORE_FORMAT_ENUM_NAMES_H_

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/errors/errors.h"
#include "core/format/json_object.h"
#include "core/format/json_text.h"
#include "core/model/config.h"
#include "core/text/tokenizer.h"

namespace microgpt {

template <typename Enum>
struct EnumName {
  Enum value;
  std::string_view name;
};
template <typename Enum>
using EnumNames = std::array<EnumName<Enum>, 2>;

inline constexpr EnumNames<Precision> kPrecisionNames = {
    {{Precision::kFloat32, "float32"}, {Precision::kFloat64, "float64"}}};
inline constexpr EnumNames<Optimizer> kOptimizerNames = {
    {{Optimizer::kAdam, "adam"}, {Optimizer::kSgd, "sgd"}}};
inline constexpr EnumNames<TokenizerKind> kTokenizerKindNames = {
    {{TokenizerKind::kCodePoint, "code_point"},
     {TokenizerKind::kGrapheme, "grapheme"}}};

template <typename Enum>
std::string NameJson(const EnumNames<Enum>& names, Enum value) {
  return JsonString(names[0].value == value ? names[0].name : names[1].name);
}

// INVALID_ARGUMENT, as JsonObject's, also for a name that is none of these.
template <typename Enum>
absl::StatusOr<Enum> ParseName(const EnumNames<Enum>& names,
                               const JsonObject& object, std::string_view key) {
  MICROGPT_ASSIGN_OR_RETURN(const std::string text, object.Text(key));
  for (const EnumName<Enum>& name : names) {
    if (name.name == text) return name.value;
  }
  return FieldError(object.Path(key),
                    fmt::format("{} is neither {} nor {}", QuotedExcerpt(text),
                                names[0].name, names[1].name));
}

}  // namespace microgpt

#endif  // MICROGPT_CORE_FORMAT_ENUM_NAMES_H_
