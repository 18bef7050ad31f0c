// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_OPTIONS_H_
#define MICROGPT_SERVER_OPTIONS_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace microgpt::server {

// How the server is to run: validated. options.cc defines the flag and the
// text of --help for each.
struct Options {
  std::string grpc_address;
  std::string http_address;             // empty: no HTTP
  std::vector<std::string> http_hosts;  // that HTTP requests may be for; "*"
  uint32_t workers = 0;
  uint32_t samplers = 0;
  uint32_t max_queued = 0;
  uint32_t max_calls = 0;
  std::string data_dir;          // or ":memory:"
  uint64_t max_store_bytes = 0;  // 0: as much as the disk has
  uint64_t model_memory_bytes = 0;
  std::chrono::seconds drain_timeout{0};
  bool json_log = false;
  std::string log_level;

  // What was asked for instead of serving: the text to print.
  std::string print_and_exit;

  // Every flag in effect with its value, for the log: "workers=2".
  std::vector<std::string> effective;
};

// Reads the command line (--some-flag=value or --some-flag value) and the
// environment (MICROGPT_SOME_FLAG); the command line wins. INVALID_ARGUMENT, in
// one sentence, for an unknown flag or MICROGPT_ variable (naming the nearest)
// and for a value that does not fit.
absl::StatusOr<Options> ReadOptions(const std::vector<std::string>& arguments,
                                    const char* const* environment);

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_OPTIONS_H_
