// SPDX-License-Identifier: MIT
//
// What is measured of a server, each printing its rows.
#ifndef MICROGPT_SERVER_BENCHMARK_MEASUREMENTS_H_
#define MICROGPT_SERVER_BENCHMARK_MEASUREMENTS_H_

#include "server/benchmark/options.h"

namespace microgpt::benchmark {

// Short calls by 1, 8 and 64 callers, taking turns with the same calls to a
// server that does nothing.
void MeasureCalls(const Options& options);

// Strings a second of a large Generate call, and texts a second of a large
// Score call, to a client that does nothing but read.
void MeasureThroughput(const Options& options);

// Calls for one string while four others draw as many as they can.
void MeasureBeside(const Options& options);

// How long a server works on for a client that was killed.
void MeasureKill(const Options& options);

// The client that is killed: reads strings, and writes a line to standard
// output when it is in the midst of them.
void ReadUntilKilled(const Options& options);

}  // namespace microgpt::benchmark

#endif  // MICROGPT_SERVER_BENCHMARK_MEASUREMENTS_H_
