// SPDX-License-Identifier: MIT
#include "core/benchmark/peak.h"

#include <algorithm>
#include <barrier>
#include <chrono>
#include <thread>
#include <vector>

// Compiled once for each instruction set by foreach_target.h, which includes
// this file again.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/benchmark/peak.cc"
#include "hwy/foreach_target.h"
// After foreach_target.h.
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace microgpt::benchmark {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Twelve sums that do not depend on each other: more than the latency of a
// multiply-add times how many begin in a cycle (4·2), and, with the two
// operands, no more than the sixteen registers of AVX2. Answers the floating-
// point operations; `sink` keeps the compiler from leaving them out.
template <typename T>
double MultiplyAdds(uint64_t rounds, T* sink) {
  const hn::ScalableTag<T> d;
  const auto x = hn::Set(d, static_cast<T>(0.999));
  const auto y = hn::Set(d, static_cast<T>(0.001));
  auto a0 = hn::Zero(d), a1 = y, a2 = x, a3 = hn::Add(x, y);
  auto a4 = hn::Add(a3, y), a5 = hn::Add(a4, y), a6 = hn::Add(a5, y);
  auto a7 = hn::Add(a6, y), a8 = hn::Add(a7, y), a9 = hn::Add(a8, y);
  auto a10 = hn::Add(a9, y), a11 = hn::Add(a10, y);
  for (uint64_t i = 0; i < rounds; ++i) {
    a0 = hn::MulAdd(a0, x, y);
    a1 = hn::MulAdd(a1, x, y);
    a2 = hn::MulAdd(a2, x, y);
    a3 = hn::MulAdd(a3, x, y);
    a4 = hn::MulAdd(a4, x, y);
    a5 = hn::MulAdd(a5, x, y);
    a6 = hn::MulAdd(a6, x, y);
    a7 = hn::MulAdd(a7, x, y);
    a8 = hn::MulAdd(a8, x, y);
    a9 = hn::MulAdd(a9, x, y);
    a10 = hn::MulAdd(a10, x, y);
    a11 = hn::MulAdd(a11, x, y);
  }
  const auto sum0 = hn::Add(hn::Add(a0, a1), hn::Add(a2, a3));
  const auto sum1 = hn::Add(hn::Add(a4, a5), hn::Add(a6, a7));
  const auto sum2 = hn::Add(hn::Add(a8, a9), hn::Add(a10, a11));
  *sink = hn::GetLane(hn::Add(sum0, hn::Add(sum1, sum2)));
  return 2.0 * 12.0 * static_cast<double>(hn::Lanes(d) * rounds);
}

double MultiplyAddsFloat(uint64_t rounds, float* sink) {
  return MultiplyAdds(rounds, sink);
}
double MultiplyAddsDouble(uint64_t rounds, double* sink) {
  return MultiplyAdds(rounds, sink);
}
const char* TargetName() { return hwy::TargetName(HWY_TARGET); }

}  // namespace HWY_NAMESPACE
}  // namespace microgpt::benchmark
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace microgpt::benchmark {
namespace {

HWY_EXPORT(MultiplyAddsFloat);
HWY_EXPORT(MultiplyAddsDouble);
HWY_EXPORT(TargetName);

using Clock = std::chrono::steady_clock;
constexpr uint64_t kRounds = 500'000;

double Flops(Precision precision) {
  if (precision == Precision::kFloat64) {
    double sink;
    return HWY_DYNAMIC_DISPATCH(MultiplyAddsDouble)(kRounds, &sink);
  }
  float sink;
  return HWY_DYNAMIC_DISPATCH(MultiplyAddsFloat)(kRounds, &sink);
}

// One thread's part of a run.
struct Part {
  Clock::time_point begin;
  Clock::time_point end;
  double flops = 0;
};

double RunGflops(Precision precision, uint32_t threads) {
  std::vector<Part> parts(threads);
  std::barrier start(threads);
  {
    std::vector<std::jthread> others;
    const auto run = [&](Part& part) {
      start.arrive_and_wait();
      part.begin = Clock::now();
      part.flops = Flops(precision);
      part.end = Clock::now();
    };
    for (uint32_t i = 1; i < threads; ++i) {
      others.emplace_back([&run, &part = parts[i]] { run(part); });
    }
    run(parts[0]);
  }
  const auto begin = std::ranges::min(parts, {}, &Part::begin).begin;
  const auto end = std::ranges::max(parts, {}, &Part::end).end;
  double flops = 0;
  for (const Part& part : parts) flops += part.flops;
  return flops / std::chrono::duration<double>(end - begin).count() / 1e9;
}

}  // namespace

double PeakGflops(Precision precision, uint32_t threads, double seconds) {
  double best = 0;
  double elapsed = 0;
  do {
    elapsed += SecondsOf(
        [&] { best = std::max(best, RunGflops(precision, threads)); });
  } while (elapsed < seconds);
  return best;
}

std::vector<JsonLine> MeasurePeaks(uint32_t cores, const Effort& effort) {
  std::vector<JsonLine> rows;
  for (uint32_t threads = 1; threads <= std::min(cores, 2U); ++threads) {
    constexpr Precision kPrecision = Precision::kFloat32;
    rows.emplace_back("peak")
        .Add("threads", threads)
        .Add("precision", Name(kPrecision))
        .Add("gflops", PeakGflops(kPrecision, threads, effort.seconds / 5))
        .Add("instructions", HWY_DYNAMIC_DISPATCH(TargetName)());
  }
  return rows;
}

}  // namespace microgpt::benchmark
#endif  // HWY_ONCE
