// SPDX-License-Identifier: MIT
//
// microgpt_rpc_benchmark: how fast a running server answers. scripts/benchmark
// runs it; docs/performance.md says what the keys of its rows mean.
#include "server/benchmark/echo.h"
#include "server/benchmark/measurements.h"
#include "server/benchmark/options.h"

int main(int argc, char** argv) {
  using namespace microgpt::benchmark;
  const Options options = ReadOptions(argc, argv);
  switch (options.role) {
    case Options::Role::kEcho:
      ServeEcho();
      break;
    case Options::Role::kReader:
      ReadUntilKilled(options);
      break;
    case Options::Role::kMeasure:
      MeasureCalls(options);
      MeasureThroughput(options);
      MeasureBeside(options);
      MeasureKill(options);
  }
  return 0;
}
