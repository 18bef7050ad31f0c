// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_ERRORS_NAMES_H_
#define MICROGPT_SERVER_ERRORS_NAMES_H_

#include <string_view>

#include "absl/status/status.h"

namespace microgpt::server {

// OK, or a FieldError for `field`: models and datasets are named
// [a-z0-9][a-z0-9._-]{0,62}, aliases [a-z][a-z0-9._-]{0,62}. kind: "model".
absl::Status ValidateName(std::string_view field, std::string_view kind,
                          std::string_view name);
absl::Status ValidateAlias(std::string_view field, std::string_view alias);

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_ERRORS_NAMES_H_
