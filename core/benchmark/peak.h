// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_BENCHMARK_PEAK_H_
#define MICROGPT_CORE_BENCHMARK_PEAK_H_

#include <cstdint>
#include <vector>

#include "core/benchmark/json_line.h"
#include "core/benchmark/repeat.h"
#include "core/model/config.h"

namespace microgpt::benchmark {

// Multiply-adds that this machine does at this moment: in 1e9 floating-point
// operations a second, a multiply-add being two, on registers alone, in the
// widest vectors it has, on `threads` threads at once. The best of
// runs of about a millisecond, as many as fit into `seconds`, at least one.
double PeakGflops(Precision precision, uint32_t threads, double seconds);

// "peak" rows, in float32: one thread, and two on a machine with as many cores;
// each takes a fifth of effort.seconds.
std::vector<JsonLine> MeasurePeaks(uint32_t cores, const Effort& effort);

}  // namespace microgpt::benchmark

#endif  // MICROGPT_CORE_BENCHMARK_PEAK_H_
