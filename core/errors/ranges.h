// SPDX-License-Identifier: MIT
//
// Checks of one number of a request, for the Validate() of settings. What is
// wrong is a FieldError that names field, value and limit; NaN is always wrong.
#ifndef MICROGPT_CORE_ERRORS_RANGES_H_
#define MICROGPT_CORE_ERRORS_RANGES_H_

#include <string_view>
#include <type_traits>

#include "absl/status/status.h"

namespace microgpt {

// min ≤ value ≤ max. Number: uint32_t or double.
template <typename Number>
absl::Status CheckRange(std::string_view field, Number value,
                        std::type_identity_t<Number> min,
                        std::type_identity_t<Number> max);

// 0 < value ≤ max.
absl::Status CheckPositive(std::string_view field, double value, double max);

}  // namespace microgpt

#endif  // MICROGPT_CORE_ERRORS_RANGES_H_
