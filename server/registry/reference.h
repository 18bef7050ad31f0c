// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_REGISTRY_REFERENCE_H_
#define MICROGPT_SERVER_REGISTRY_REFERENCE_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace microgpt::server {

// What names a version of a model: "names" or "names@latest", its newest one;
// "names@3"; or "names@prod", an alias.
struct ModelReference {
  std::string name;
  uint32_t version = 0;  // 0: the newest, or the alias's
  std::string alias;     // empty: none
};

// INVALID_ARGUMENT, field "model": not of one of these forms.
absl::StatusOr<ModelReference> ParseReference(std::string_view text);

// The parts of "names@prod". INVALID_ARGUMENT, field "alias": not of that form.
absl::StatusOr<ModelReference> ParseAlias(std::string_view text);

// OK, or a FieldError for "model".
absl::Status ValidateModelName(std::string_view name);

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_REGISTRY_REFERENCE_H_
