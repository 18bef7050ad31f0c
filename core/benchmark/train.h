// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_BENCHMARK_TRAIN_H_
#define MICROGPT_CORE_BENCHMARK_TRAIN_H_

#include <vector>

#include "core/benchmark/case.h"
#include "core/benchmark/json_line.h"
#include "core/benchmark/repeat.h"
#include "core/text/corpus.h"

namespace microgpt::benchmark {

// A "train" row: what a document costs, forward, backward and optimizer.
//
// Documents differ in length, and a short repetition would have the luck of
// its own: each one's time counts by the tokens it predicted, times the mean of
// all documents.
JsonLine MeasureTraining(const Case& c, const Corpus& lines,
                         const Effort& effort);

// "time_to_loss" rows: for each of `losses`, falling, how long training takes
// until the mean of its last 500 steps' losses is below. The clock starts with
// the first step ("load" rows are what goes before), and `runs` trainings are
// measured. "seconds" is null if the training ends before.
std::vector<JsonLine> MeasureTimeToLoss(const Case& c, const Corpus& lines,
                                        const std::vector<double>& losses,
                                        int runs);

}  // namespace microgpt::benchmark

#endif  // MICROGPT_CORE_BENCHMARK_TRAIN_H_
