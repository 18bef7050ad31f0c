// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_JOBS_JOB_ID_H_
#define MICROGPT_SERVER_JOBS_JOB_ID_H_

#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

#include "server/store/records.h"
#include "server/threads/mutex.h"

namespace microgpt::server {

// Makes job ids: ULIDs in lower case, 26 characters of Crockford's base 32,
// 48 bits of milliseconds and 80 random bits. Ids of one generator ascend, also
// within a millisecond and when the clock is set back. Thread-safe.
class JobIdGenerator {
 public:
  std::string Next(Time now) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  Mutex mutex_;
  std::random_device random_ ABSL_GUARDED_BY(mutex_);
  uint64_t last_ms_ ABSL_GUARDED_BY(mutex_) = 0;
  std::array<uint8_t, 10> entropy_ ABSL_GUARDED_BY(mutex_) = {};
};

// Whether `text` has the form of a job id.
bool IsJobId(std::string_view text);

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_JOBS_JOB_ID_H_
