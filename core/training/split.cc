// SPDX-License-Identifier: MIT
#include "core/training/split.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace microgpt {

size_t HeldOutDocuments(double validation, size_t documents) {
  if (validation <= 0 || documents < 2) return 0;
  // 0.29 · 100 is a little below 29 in binary.
  constexpr double kRounding = 1e-9;
  const double share =
      std::floor(validation * static_cast<double>(documents) + kRounding);
  return std::clamp(static_cast<size_t>(share), size_t{1}, documents - 1);
}

DocumentSplit SplitDocuments(double validation, size_t documents,
                             PythonRandom& random) {
  // What is shuffled does not matter to the generator.
  std::vector<uint32_t> order(documents);
  std::iota(order.begin(), order.end(), 0);
  random.Shuffle(std::span(order));
  return {std::move(order),
          documents - HeldOutDocuments(validation, documents)};
}

DocumentSplit SplitDocuments(const TrainingConfig& training, size_t documents) {
  PythonRandom random(training->seed);
  return SplitDocuments(training->validation, documents, random);
}

}  // namespace microgpt
