// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_BENCHMARK_GENERATE_H_
#define MICROGPT_CORE_BENCHMARK_GENERATE_H_

#include "core/benchmark/case.h"
#include "core/benchmark/json_line.h"
#include "core/benchmark/repeat.h"
#include "core/text/corpus.h"

namespace microgpt::benchmark {

// A "generate" row: tokens a second, which are characters and end marks, of
// strings drawn from a model that was trained as the case says.
JsonLine MeasureGeneration(const Case& c, const Corpus& lines,
                           const Effort& effort);

}  // namespace microgpt::benchmark

#endif  // MICROGPT_CORE_BENCHMARK_GENERATE_H_
