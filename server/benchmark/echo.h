// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_BENCHMARK_ECHO_H_
#define MICROGPT_SERVER_BENCHMARK_ECHO_H_

namespace microgpt::benchmark {

// A server that answers Score, a unary call, and Generate, a stream of one
// message, at once and always the same: what gRPC and the machine cost with
// nothing behind them. Writes its address to standard output and serves until
// the process that started this one ends.
void ServeEcho();

}  // namespace microgpt::benchmark

#endif  // MICROGPT_SERVER_BENCHMARK_ECHO_H_
