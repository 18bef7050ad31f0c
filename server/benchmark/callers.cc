// SPDX-License-Identifier: MIT
#include "server/benchmark/callers.h"

#include <chrono>
#include <latch>
#include <thread>

#include "server/benchmark/stub.h"

namespace microgpt::benchmark {
namespace {

using Clock = std::chrono::steady_clock;

std::vector<double> CallAgain(v1::MicroGpt::Stub& stub, Callers::Call call,
                              const Callers::Limits& limits) {
  const Clock::time_point begin = Clock::now();
  const Clock::time_point end =
      begin + std::chrono::duration_cast<Clock::duration>(
                  std::chrono::duration<double>(limits.seconds));
  std::vector<double> times;
  Clock::time_point before = begin;
  do {
    call(stub);
    const Clock::time_point now = Clock::now();
    times.push_back(
        std::chrono::duration<double, std::micro>(now - before).count());
    before = now;
  } while (static_cast<int>(times.size()) < limits.calls && before < end);
  return times;
}

}  // namespace

Callers::Callers(const std::string& address, int count) {
  for (int i = 0; i < count; ++i) {
    stubs_.push_back(v1::MicroGpt::NewStub(Connect(address)));
  }
}

std::vector<double> Callers::Run(Call call, const Limits& limits) {
  std::vector<std::vector<double>> times(stubs_.size());
  {
    std::latch all_there(static_cast<ptrdiff_t>(stubs_.size()));
    std::vector<std::jthread> threads;
    for (size_t i = 0; i < stubs_.size(); ++i) {
      threads.emplace_back([&, i] {
        all_there.arrive_and_wait();
        times[i] = CallAgain(*stubs_[i], call, limits);
      });
    }
  }
  std::vector<double> all;
  for (const std::vector<double>& of_one : times) {
    all.insert(all.end(), of_one.begin(), of_one.end());
  }
  return all;
}

}  // namespace microgpt::benchmark
