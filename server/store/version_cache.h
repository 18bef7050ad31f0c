// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_STORE_VERSION_CACHE_H_
#define MICROGPT_SERVER_STORE_VERSION_CACHE_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "server/store/records.h"
#include "server/threads/mutex.h"

namespace microgpt::server {

// Versions as they were read, until something is written: calls come by the
// thousand between two writes, and most name one of a few models. Thread-safe.
class VersionCache {
 public:
  // What was read under `key` since the last of `commits` writes; nullopt: look
  // it up.
  std::optional<ModelVersion> Find(std::string_view key, uint64_t commits) const
      ABSL_LOCKS_EXCLUDED(mutex_);

  // commits: how many there had been before `version` was read.
  void Keep(std::string_view key, uint64_t commits, const ModelVersion& version)
      ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  static constexpr size_t kMost = 256;  // at once; some hundred KiB

  mutable Mutex mutex_;
  uint64_t commits_ ABSL_GUARDED_BY(mutex_) = 0;  // what is here is as of them
  std::map<std::string, ModelVersion, std::less<>> versions_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_STORE_VERSION_CACHE_H_
