// SPDX-License-Identifier: MIT
//
// Measuring on a machine that others use too: many short repetitions, of which
// the median stands, and the spread tells how far to believe it.
#ifndef MICROGPT_CORE_BENCHMARK_REPEAT_H_
#define MICROGPT_CORE_BENCHMARK_REPEAT_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

namespace microgpt::benchmark {

// How long a figure is measured.
struct Effort {
  double seconds = 0.5;      // of repetitions altogether
  double repetition_ms = 5;  // at least, of each
  uint32_t repetitions = 5;  // at least
};

// What a repetition took, and how much it did.
struct Timed {
  double seconds = 0;
  double units = 1;
};

// Does `amount` (from 1 on) of something; times it itself, so that it can make
// ready before the clock runs.
using Work = std::function<Timed(uint64_t amount)>;

// Seconds a unit of each repetition. Finds the amount that takes repetition_ms
// first, which also warms up.
std::vector<double> Repeat(const Effort& effort, const Work& work);

// Median, 10th and 90th percentile, least and greatest.
struct Summary {
  double median = 0;
  double p10 = 0;
  double p90 = 0;
  double min = 0;
  double max = 0;
};

// Precondition: at least one value.
Summary Summarize(std::vector<double> values);

template <typename Function>
double SecondsOf(const Function& function) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point begin = Clock::now();
  function();
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

}  // namespace microgpt::benchmark

#endif  // MICROGPT_CORE_BENCHMARK_REPEAT_H_
