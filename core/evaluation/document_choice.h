// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_EVALUATION_DOCUMENT_CHOICE_H_
#define MICROGPT_CORE_EVALUATION_DOCUMENT_CHOICE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/model/config.h"

namespace microgpt {

// What training had to do with the documents that are scored.
enum class ScoredDocuments {
  kHeldOut,   // it kept them for this
  kUnused,    // it had not come to them when its steps were over
  kTraining,  // it used them, or it is not known how it went
};

// Which documents of a corpus an evaluation takes for what: their numbers.
struct DocumentChoice {
  ScoredDocuments scored_on;
  std::vector<uint32_t> scored;
  // The other training documents, in a Trainer's order.
  std::vector<uint32_t> others;
  // As many as scored, or all, of those that training used. None with
  // kTraining.
  std::vector<uint32_t> used;
};

// Fewer documents that the steps did not come to are not worth scoring.
inline constexpr size_t kFewestUnused = 100;

// Scores documents that training did not use if there are any: the held-out
// ones; else those that its steps did not come to, if they are kFewestUnused or
// more; else a tenth of the training documents. Of more than `most`, as many,
// evenly spaced.
//   training: how the model was trained, if it is known.
//   documents, most: at least 1.
DocumentChoice ChooseDocuments(const std::optional<TrainingConfig>& training,
                               size_t documents, size_t most);

}  // namespace microgpt

#endif  // MICROGPT_CORE_EVALUATION_DOCUMENT_CHOICE_H_
