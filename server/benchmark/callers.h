// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_BENCHMARK_CALLERS_H_
#define MICROGPT_SERVER_BENCHMARK_CALLERS_H_

#include <memory>
#include <string>
#include <vector>

#include "microgpt/v1/microgpt.grpc.pb.h"

namespace microgpt::benchmark {

// A number of clients of one server. Each has a thread, a connection of its own
// and one call at a time, by the synchronous API, which on one thread answers
// soonest.
class Callers {
 public:
  using Call = void (*)(v1::MicroGpt::Stub&);

  // How much each of them calls: until one of the two is reached, but once.
  struct Limits {
    int calls;
    double seconds;
  };

  Callers(const std::string& address, int count);

  // All call at once. Microseconds of every call.
  std::vector<double> Run(Call call, const Limits& limits);

 private:
  std::vector<std::unique_ptr<v1::MicroGpt::Stub>> stubs_;
};

}  // namespace microgpt::benchmark

#endif  // MICROGPT_SERVER_BENCHMARK_CALLERS_H_
