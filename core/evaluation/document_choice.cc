// SPDX-License-Identifier: MIT
#include "core/evaluation/document_choice.h"

#include <algorithm>
#include <span>

#include "core/evaluation/spread.h"
#include "core/training/split.h"

namespace microgpt {
namespace {

// How many of the first of `trained` documents the steps came to.
size_t CountUsed(const std::optional<TrainingConfig>& training,
                 size_t trained) {
  if (!training) return trained;
  const uint64_t taken = uint64_t{(*training)->steps} * (*training)->batch_size;
  return std::min<uint64_t>(trained, taken);
}

}  // namespace

DocumentChoice ChooseDocuments(const std::optional<TrainingConfig>& training,
                               size_t documents, size_t most) {
  const DocumentSplit split =
      SplitDocuments(training.value_or(TrainingConfig()), documents);
  const std::span<const uint32_t> trained = split.training();
  const auto used = trained.first(CountUsed(training, trained.size()));
  const auto unused = trained.subspan(used.size());
  DocumentChoice choice;
  if (!split.held_out().empty()) {
    choice.scored_on = ScoredDocuments::kHeldOut;
    choice.scored = Spread(split.held_out(), most);
  } else if (unused.size() >= kFewestUnused) {
    choice.scored_on = ScoredDocuments::kUnused;
    choice.scored = Spread(unused, most);
  } else {
    choice.scored_on = ScoredDocuments::kTraining;
    choice.scored = Spread(used, std::min((used.size() + 9) / 10, most));
  }
  if (choice.scored_on != ScoredDocuments::kTraining) {
    choice.used = Spread(used, choice.scored.size());
  }
  std::vector<bool> is_scored(documents);
  for (const uint32_t i : choice.scored) is_scored[i] = true;
  for (const uint32_t i : trained) {
    if (!is_scored[i]) choice.others.push_back(i);
  }
  return choice;
}

}  // namespace microgpt
