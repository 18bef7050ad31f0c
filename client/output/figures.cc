// SPDX-License-Identifier: MIT
#include "client/output/figures.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <limits>

#include "google/protobuf/util/time_util.h"

namespace microgpt::client {

namespace {

// A NaN's sign says nothing, but is printed: "-nan".
double WithoutNanSign(double value) {
  return std::isnan(value) ? std::numeric_limits<double>::quiet_NaN() : value;
}

}  // namespace

using std::chrono::nanoseconds;

std::string Grouped(std::uint64_t count) {
  std::string digits = fmt::format("{}", count);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, ",");
  }
  return digits;
}

std::string Counted(std::uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", Grouped(count), noun, count == 1 ? "" : "s");
}

std::string Compact(double count) {
  constexpr std::array<const char*, 4> kUnits = {"", "K", "M", "G"};
  std::size_t unit = 0;
  // 999.95 and above would be written as 1000.0 of this unit.
  while (unit + 1 < kUnits.size() && count >= (unit == 0 ? 1000 : 999.95)) {
    count /= 1000;
    ++unit;
  }
  std::string digits = fmt::format("{:.{}f}", count, unit == 0 ? 0 : 1);
  if (digits.ends_with(".0")) digits.resize(digits.size() - 2);
  return digits + kUnits[unit];
}

std::string Bytes(std::uint64_t bytes) {
  constexpr std::array<const char*, 4> kUnits = {"KiB", "MiB", "GiB", "TiB"};
  if (bytes < 1024) return fmt::format("{} B", bytes);
  double count = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  for (; count >= 1024 && unit + 1 < kUnits.size(); ++unit) count /= 1024;
  return fmt::format("{:.1f} {}", count, kUnits[unit]);
}

std::string Loss(double nats, int decimals) {
  std::string loss = fmt::format("{:.{}f}", WithoutNanSign(nats), decimals);
  const bool zero = loss.find_first_not_of("-0.") == std::string::npos;
  return zero && loss[0] == '-' ? loss.substr(1) : loss;
}

std::string Exact(double value) {
  return fmt::format("{:.17g}", WithoutNanSign(value));
}

std::string HumanDuration(nanoseconds duration) {
  const double seconds = std::chrono::duration<double>(duration).count();
  if (seconds < 0.001) return "under 1 ms";
  if (seconds < 0.9995) return fmt::format("{:.0f} ms", seconds * 1000);
  if (seconds < 59.95) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<std::uint64_t>(std::llround(seconds));
  if (whole < 3600) {
    return fmt::format("{} min {} s", whole / 60, whole % 60);
  }
  return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

std::string HumanAge(nanoseconds age) {
  struct Unit {
    std::int64_t seconds;
    const char* name;
  };
  constexpr std::array<Unit, 6> kUnits = {{{31536000, "year"},
                                           {2592000, "month"},
                                           {86400, "day"},
                                           {3600, "hour"},
                                           {60, "minute"},
                                           {1, "second"}}};
  const std::int64_t seconds =
      std::chrono::floor<std::chrono::seconds>(age).count();
  for (const Unit& unit : kUnits) {
    const std::int64_t count = seconds / unit.seconds;
    if (count < 1) continue;
    return fmt::format("{} {}{} ago", count, unit.name, count == 1 ? "" : "s");
  }
  return "just now";
}

nanoseconds ToChrono(const google::protobuf::Duration& duration) {
  return std::chrono::seconds(duration.seconds()) +
         nanoseconds(duration.nanos());
}

Clock::time_point ToChrono(const google::protobuf::Timestamp& time) {
  return Clock::time_point(std::chrono::duration_cast<Clock::duration>(
      std::chrono::seconds(time.seconds()) + nanoseconds(time.nanos())));
}

google::protobuf::Duration ToProto(std::chrono::milliseconds duration) {
  return google::protobuf::util::TimeUtil::MillisecondsToDuration(
      duration.count());
}

std::string Seconds(const google::protobuf::Duration& duration) {
  std::string text = google::protobuf::util::TimeUtil::ToString(duration);
  if (text.ends_with('s')) text.pop_back();
  return text;
}

std::string Rfc3339(const google::protobuf::Timestamp& time) {
  if (time.seconds() == 0 && time.nanos() == 0) return "";
  return google::protobuf::util::TimeUtil::ToString(time);
}

}  // namespace microgpt::client
