// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_FORMAT_CARD_JSON_H_
#define MICROGPT_CORE_FORMAT_CARD_JSON_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/format/json_object.h"
#include "core/format/json_text.h"
#include "core/format/model_card.h"
#include "core/model/config.h"

namespace microgpt {

// A card as members of an object and back: "base", "dataset", "training",
// "loss", "validation_loss", each only if it is known.
void AddCard(const ModelCard& card, JsonObjectText& object);

// precision, tokenizer: the model's own, which "training" must not contradict.
// INVALID_ARGUMENT with the path of what is of a wrong type or form, or out of
// its range.
absl::StatusOr<ModelCard> ParseCard(const JsonObject& object,
                                    Precision precision,
                                    TokenizerKind tokenizer);

// The text at `key`, which must have the form of a Sha256Id.
absl::StatusOr<std::string> ParseSum(const JsonObject& object,
                                     std::string_view key);

}  // namespace microgpt

#endif  // MICROGPT_CORE_FORMAT_CARD_JSON_H_
