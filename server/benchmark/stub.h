// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_BENCHMARK_STUB_H_
#define MICROGPT_SERVER_BENCHMARK_STUB_H_

#include <grpcpp/channel.h>
#include <grpcpp/support/status.h>

#include <memory>
#include <string>

#include "microgpt/v1/microgpt.grpc.pb.h"

namespace microgpt::benchmark {

// A connection of its own, which no other channel shares.
std::shared_ptr<grpc::Channel> Connect(const std::string& address);

// Ends the program with a word to standard error if a call failed: there is no
// figure without its calls. Thread-safe.
void Require(const grpc::Status& status);

// The calls that are timed, from request to status; they must succeed.
void ScoreOne(v1::MicroGpt::Stub& stub);
void GenerateOne(v1::MicroGpt::Stub& stub);

// Reads `count` strings of one Generate call, message by message.
void GenerateMany(v1::MicroGpt::Stub& stub, uint32_t count);

}  // namespace microgpt::benchmark

#endif  // MICROGPT_SERVER_BENCHMARK_STUB_H_
