// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_LOGGING_H_
#define MICROGPT_SERVER_LOGGING_H_

#include <string>

namespace microgpt::server {

// Sends every log line of the process to standard error, in UTC: as text, or as
// an object a line {"time", "level", "message"}. What gRPC and protobuf have
// to say goes along at level debug. To be called once, before any thread
// starts.
//   level: "debug", "info", "warn" or "error".
void StartLogging(bool json, const std::string& level);

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_LOGGING_H_
