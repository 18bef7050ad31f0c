// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_EVALUATION_MODEL_LOSSES_H_
#define MICROGPT_CORE_EVALUATION_MODEL_LOSSES_H_

#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "core/model/model.h"
#include "core/text/tokenizer.h"

namespace microgpt {

// -log p of each document's predictions (CountPositions many, as a Trainer has
// them), summed: nats. nullopt if `stop` was requested, which it looks at once
// in 16 tokens.
std::optional<std::vector<double>> ModelLosses(
    std::shared_ptr<const Model> model,
    std::span<const std::span<const Token>> documents,
    const std::stop_token& stop);

}  // namespace microgpt

#endif  // MICROGPT_CORE_EVALUATION_MODEL_LOSSES_H_
