// SPDX-License-Identifier: MIT
#include "server/jobs/job_id.h"

#include <algorithm>

namespace microgpt::server {
namespace {

constexpr std::string_view kDigits = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr size_t kLength = 26;

// 128 bits as 26 digits of 5 bits, the first two bits of padding being 0.
std::string Encode(const std::array<uint8_t, 16>& bytes) {
  std::string text;
  for (size_t digit = 0; digit < kLength; ++digit) {
    unsigned value = 0;
    for (size_t bit = 5 * digit; bit < 5 * digit + 5; ++bit) {
      value <<= 1;
      if (bit < 2) continue;
      const size_t place = bit - 2;
      value |= (bytes[place / 8] >> (7 - place % 8)) & 1;
    }
    text += kDigits[value];
  }
  return text;
}

}  // namespace

std::string JobIdGenerator::Next(Time now) {
  const auto since_epoch =
      std::chrono::duration_cast<std::chrono::milliseconds>(
          now.time_since_epoch());
  const uint64_t ms = static_cast<uint64_t>(since_epoch.count());
  MutexLock lock(mutex_);
  if (ms > last_ms_) {
    last_ms_ = ms;
    for (uint8_t& byte : entropy_) byte = static_cast<uint8_t>(random_());
    entropy_[0] &= 0x7f;  // room to count up
  } else {
    for (size_t i = entropy_.size(); i-- > 0 && ++entropy_[i] == 0;) {
    }
  }
  std::array<uint8_t, 16> bytes;
  for (size_t i = 0; i < 6; ++i) {
    bytes[i] = static_cast<uint8_t>(last_ms_ >> (8 * (5 - i)));
  }
  std::copy(entropy_.begin(), entropy_.end(), bytes.begin() + 6);
  return Encode(bytes);
}

bool IsJobId(std::string_view text) {
  return text.size() == kLength &&
         text.find_first_not_of(kDigits) == std::string_view::npos;
}

}  // namespace microgpt::server
