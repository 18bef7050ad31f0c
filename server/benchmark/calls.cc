// SPDX-License-Identifier: MIT
#include <chrono>
#include <string>
#include <vector>

#include "server/benchmark/callers.h"
#include "server/benchmark/child.h"
#include "server/benchmark/figures.h"
#include "server/benchmark/measurements.h"
#include "server/benchmark/stub.h"

namespace microgpt::benchmark {
namespace {

constexpr double kLongestTurn = 0.25;  // seconds

// One kind of call by a number of callers, over all turns.
struct Kind {
  const char* what;
  Callers& callers;
  Callers::Call call;
  std::vector<double> p50 = {}, p99 = {};  // µs, of each turn
  size_t calls = 0;

  void TakeTurn(const Callers::Limits& limits) {
    const std::vector<double> times = callers.Run(call, limits);
    p50.push_back(Quantile(times, 0.5));
    p99.push_back(Quantile(times, 0.99));
    calls += times.size();
  }
};

// Turn by turn, how many times the floor's median the kind's is.
std::vector<double> Ratios(const Kind& kind, const Kind& floor) {
  std::vector<double> ratios;
  for (size_t i = 0; i < kind.p50.size(); ++i) {
    ratios.push_back(kind.p50[i] / floor.p50[i]);
  }
  return ratios;
}

void PrintKind(const Kind& kind, int callers, const Kind& unary,
               const Kind& stream) {
  Row row = NewRow(kind.what);
  row["callers"] = callers;
  AddFigure("p50_us", kind.p50, row);
  AddFigure("p99_us", kind.p99, row);
  AddFigure("of_echo", Ratios(kind, unary), row);
  AddFigure("of_echo_stream", Ratios(kind, stream), row);
  row["calls"] = kind.calls;
  row["turns"] = kind.p50.size();
  Print(row);
}

void MeasureCallers(int count, const std::string& echo_address,
                    const Options& options) {
  Callers echo(echo_address, count);
  Callers server(options.server, count);
  Kind kinds[] = {{"echo", echo, ScoreOne},
                  {"echo_stream", echo, GenerateOne},
                  {"score", server, ScoreOne},
                  {"generate", server, GenerateOne}};
  for (const Kind& kind : kinds) kind.callers.Run(kind.call, {10, 1});
  using Clock = std::chrono::steady_clock;
  const Clock::time_point begin = Clock::now();
  do {
    for (Kind& kind : kinds) kind.TakeTurn({options.calls, kLongestTurn});
  } while (std::chrono::duration<double>(Clock::now() - begin).count() <
           options.seconds);
  for (const Kind& kind : kinds) {
    PrintKind(kind, count, kinds[0], kinds[1]);
  }
}

}  // namespace

void MeasureCalls(const Options& options) {
  Child echo({"echo"});
  const std::string address = echo.ReadLine();
  for (const int callers : {1, 8, 64}) {
    MeasureCallers(callers, address, options);
  }
}

}  // namespace microgpt::benchmark
