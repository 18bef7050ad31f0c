// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_BENCHMARK_OPTIONS_H_
#define MICROGPT_SERVER_BENCHMARK_OPTIONS_H_

#include <cstdint>
#include <string>

namespace microgpt::benchmark {

// What the command line asks for.
struct Options {
  // All measurements; or one of the processes that they start: a server with
  // nothing behind it, a client that reads strings until it is killed.
  enum class Role { kMeasure, kEcho, kReader } role = Role::kMeasure;
  std::string server = "127.0.0.1:50051";
  int calls = 200;               // of each caller in a turn, at most
  double seconds = 10;           // of calls with each number of callers
  uint32_t strings = 1'000'000;  // of a large call
};

// Prints and exits if there is something wrong or help is asked for.
Options ReadOptions(int argc, char** argv);

}  // namespace microgpt::benchmark

#endif  // MICROGPT_SERVER_BENCHMARK_OPTIONS_H_
