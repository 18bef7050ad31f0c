// SPDX-License-Identifier: MIT
#include "core/errors/ranges.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>

#include "core/errors/errors.h"

namespace microgpt {

template <typename Number>
absl::Status CheckRange(std::string_view field, Number value,
                        std::type_identity_t<Number> min,
                        std::type_identity_t<Number> max) {
  if (std::isnan(static_cast<double>(value))) {
    return FieldError(field, fmt::format("{} is not a number", value));
  }
  if (value < min) {
    return FieldError(field,
                      fmt::format("{} is below the minimum {}", value, min));
  }
  if (value > max) {
    return FieldError(field,
                      fmt::format("{} is above the maximum {}", value, max));
  }
  return absl::OkStatus();
}

template absl::Status CheckRange<uint32_t>(std::string_view, uint32_t, uint32_t,
                                           uint32_t);
template absl::Status CheckRange<double>(std::string_view, double, double,
                                         double);

absl::Status CheckPositive(std::string_view field, double value, double max) {
  if (value <= 0) {
    return FieldError(field, fmt::format("{} is not above 0", value));
  }
  return CheckRange(field, value, 0, max);
}

}  // namespace microgpt
