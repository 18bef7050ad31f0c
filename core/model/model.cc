// SPDX-License-Identifier: MIT
#include "core/model/model.h"

#include <algorithm>
#include <cmath>

namespace microgpt {

bool Model::is_finite() const {
  return std::visit(
      [](const auto& parameters) {
        return std::ranges::all_of(parameters.values(),
                                   [](auto w) { return std::isfinite(w); });
      },
      parameters_);
}

size_t Model::memory_bytes() const {
  const size_t weights = std::visit(
      [](const auto& parameters) { return parameters.values().size_bytes(); },
      parameters_);
  return sizeof(Model) - sizeof(Tokenizer) + weights +
         tokenizer_.memory_bytes();
}

}  // namespace microgpt
