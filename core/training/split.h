// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_TRAINING_SPLIT_H_
#define MICROGPT_CORE_TRAINING_SPLIT_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/model/config.h"
#include "core/random/python_random.h"

namespace microgpt {

// Which documents of a corpus a Trainer trains on, and which it holds out.
struct DocumentSplit {
  std::vector<uint32_t> order;  // all documents, shuffled
  size_t training_documents;    // the first of them

  // In the order in which the steps take them, and begin anew.
  std::span<const uint32_t> training() const {
    return std::span(order).first(training_documents);
  }
  std::span<const uint32_t> held_out() const {
    return std::span(order).subspan(training_documents);
  }
};

// How many of `documents` a validation share holds out: its floor, but at least
// one (with a share above 0 and two documents or more), and never all.
size_t HeldOutDocuments(double validation, size_t documents);

// Shuffles as the reference program does, which goes on with the generator to
// draw its weights. random: seeded, and nothing taken from it.
DocumentSplit SplitDocuments(double validation, size_t documents,
                             PythonRandom& random);

// The split of a training that was, or is to be.
DocumentSplit SplitDocuments(const TrainingConfig& training, size_t documents);

}  // namespace microgpt

#endif  // MICROGPT_CORE_TRAINING_SPLIT_H_
