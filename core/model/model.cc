// SPDX-License-Identifier: MIT
#include "core/model/model.h"

namespace microgpt {

size_t Model::memory_bytes() const {
  const size_t weights = std::visit(
      [](const auto& parameters) { return parameters.values().size_bytes(); },
      parameters_);
  return sizeof(Model) - sizeof(Tokenizer) + weights +
         tokenizer_.memory_bytes();
}

}  // namespace microgpt
