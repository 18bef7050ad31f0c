// SPDX-License-Identifier: MIT
//
// Flags that all calls for strings have.
#ifndef MICROGPT_CLIENT_COMMANDS_GENERATION_FLAGS_H_
#define MICROGPT_CLIENT_COMMANDS_GENERATION_FLAGS_H_

#include <cstdint>
#include <string>

#include "CLI/CLI.hpp"
#include "client/command_line/values.h"
#include "microgpt/v1/microgpt.pb.h"

namespace microgpt::client {

// Request: GenerateRequest or GenerateLikeRequest. most: strings of a call.
template <typename Request>
void AddSamplingFlags(CLI::App& command, const std::string& most,
                      Request* request) {
  AddWhole(
      command, "-n,--count",
      [request](std::uint32_t n) { request->set_count(n); },
      "How many strings (20; 1.." + most + ")");
  AddReal(
      command, "--temperature",
      [request](double x) { request->set_temperature(x); },
      "0 takes the likeliest (0.5; 0..100)");
  AddWhole(
      command, "--top-k", [request](std::uint32_t n) { request->set_top_k(n); },
      "Draw among the N likeliest");
  AddReal(
      command, "--top-p", [request](double x) { request->set_top_p(x); },
      "Draw among the likeliest that together reach X");
  AddWhole(
      command, "--seed", [request](std::uint32_t n) { request->set_seed(n); },
      "Same seed, same strings (default: random, and\n"
      "told)");
  AddWhole(
      command, "--max-attempts",
      [request](std::uint32_t n) { request->set_max_attempts(n); },
      "Ends short after N draws for each string found and\n"
      "for twenty more, or a million for one (1000;\n"
      "1..1000000)");
}

void AddConditionFlags(CLI::App& command, v1::Condition* where);

}  // namespace microgpt::client

#endif  // MICROGPT_CLIENT_COMMANDS_GENERATION_FLAGS_H_
