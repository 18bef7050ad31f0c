// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_EVALUATION_ADVICE_H_
#define MICROGPT_CORE_EVALUATION_ADVICE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/evaluation/evaluation.h"
#include "core/model/config.h"

namespace microgpt {

// What an evaluation means, and what to do about it: plain sentences, each of
// which stands alone, the most important first, at least two. English text for
// people; nothing to be parsed.
//
//   1. Whether 5-grams do better, and by how much: a difference of less than
//      twice its standard error counts as none. Pairs, if even they do better.
//      Before it, where it is so, that the model had seen what was scored.
//   2. Overfitting: the loss on documents that training used against that on
//      those it did not. A gap above 25% of the latter is too wide, one above
//      12% is on its way there, one below 5% leaves room for more.
//   3. A config to try, if there is a better one for as much text.
//   4. Whether there is enough text for so many parameters.
//   5. What is wrong with the samples, if something is.
//
// The limits are measured, on 300 to 32,033 first names, with default models
// and wider ones. With less than 2.5 tokens a parameter (10,000 for the default
// model of 4192) dozens of passes over the documents made the loss on new names
// worse, up to three times what it was, and the gap 30% and more; a few passes
// did no harm. With 12 and more the gap stayed near 5% and below; from 20 on a
// wider model did better. Of the configs that are named the sentence says what
// they did.
//
//   training: as Evaluate had it.
std::vector<std::string> Advise(const Evaluation& evaluation,
                                const ModelConfig& model,
                                const std::optional<TrainingConfig>& training);

// A text, as far as it is known without reading it.
struct TextFigures {
  uint64_t documents = 0;
  uint64_t tokens = 0;  // predictions in them
};

// What can be said before a training has begun: that so little text would be
// learnt by heart, in one sentence of the same kind. Nothing if it is enough,
// or taken so few times that it does no harm.
std::vector<std::string> AdviseBefore(const TextFigures& text,
                                      uint64_t parameters,
                                      const TrainingConfig& training);

}  // namespace microgpt

#endif  // MICROGPT_CORE_EVALUATION_ADVICE_H_
