// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_BENCHMARK_LOAD_H_
#define MICROGPT_CORE_BENCHMARK_LOAD_H_

#include <string_view>

#include "core/benchmark/case.h"
#include "core/benchmark/json_line.h"
#include "core/benchmark/repeat.h"

namespace microgpt::benchmark {

// A "load" row: milliseconds from a text in memory to the first step of a
// training; parsing, tokenising and shuffling also alone. Precondition:
// Corpus::FromText takes the text.
JsonLine MeasureLoading(const Case& c, std::string_view text,
                        const Effort& effort);

}  // namespace microgpt::benchmark

#endif  // MICROGPT_CORE_BENCHMARK_LOAD_H_
