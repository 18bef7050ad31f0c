// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_FORMAT_MODEL_CARD_H_
#define MICROGPT_CORE_FORMAT_MODEL_CARD_H_

#include <optional>
#include <string>

#include "core/model/config.h"

namespace microgpt {

// What a file tells of a model beside the model itself, as far as it is known.
struct ModelCard {
  std::string base;     // name and version it was exported as: "names@3"
  std::string dataset;  // that it was trained on: "sha256:<hex>"
  std::optional<TrainingConfig> training;
  std::optional<double> loss;             // nats a token; not kept unless
  std::optional<double> validation_loss;  // from 0 to 1e6
};

}  // namespace microgpt

#endif  // MICROGPT_CORE_FORMAT_MODEL_CARD_H_
