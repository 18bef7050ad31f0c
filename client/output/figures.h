// SPDX-License-Identifier: MIT
//
// Numbers and times as people read them, and as programs do.
#ifndef MICROGPT_CLIENT_OUTPUT_FIGURES_H_
#define MICROGPT_CLIENT_OUTPUT_FIGURES_H_

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"

namespace microgpt::client {

using Clock = std::chrono::system_clock;

std::string Grouped(std::uint64_t count);                         // 2,104
std::string Counted(std::uint64_t count, std::string_view noun);  // 2 layers
std::string Compact(double count);       // 27, 4.2K, 1.2M, 3.4G
std::string Bytes(std::uint64_t bytes);  // 512 B, 16.0 MiB

// 2.32; "nan" for what is no number, whatever its sign.
std::string Loss(double nats, int decimals = 2);

// As many digits as bring back the same double: 17 significant ones; "nan" as
// above.
std::string Exact(double value);

// 1 ms, 450 ms, 2.4 s, 3 min 20 s, 2 h 5 min.
std::string HumanDuration(std::chrono::nanoseconds duration);

// 5 seconds ago, 1 minute ago; "just now" for less than a second, and for what
// the server's clock puts into the future.
std::string HumanAge(std::chrono::nanoseconds age);

std::chrono::nanoseconds ToChrono(const google::protobuf::Duration& duration);
Clock::time_point ToChrono(const google::protobuf::Timestamp& time);
google::protobuf::Duration ToProto(std::chrono::milliseconds duration);

// Seconds with nine decimals at most, no unit: 0.005.
std::string Seconds(const google::protobuf::Duration& duration);

// RFC 3339 in UTC; empty for a time that is unset.
std::string Rfc3339(const google::protobuf::Timestamp& time);

}  // namespace microgpt::client

#endif  // MICROGPT_CLIENT_OUTPUT_FIGURES_H_
