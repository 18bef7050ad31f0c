// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_FORMAT_CARD_JSON_H_
#define MICROGPT_CORE_FORMAT_CARD_JSON_H_

#include "absl/status/statusor.h"
#include "core/format/json_object.h"
#include "core/format/json_text.h"
#include "core/format/model_card.h"

namespace microgpt {

// A card as members of an object and back: "base", "dataset", "training",
// "loss", "validation_loss", each only if it is known.
void AddCard(const ModelCard& card, JsonObjectText& object);
absl::StatusOr<ModelCard> ParseCard(const JsonObject& object);

}  // namespace microgpt

#endif  // MICROGPT_CORE_FORMAT_CARD_JSON_H_
