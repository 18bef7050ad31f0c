// SPDX-License-Identifier: MIT
#include "server/store/version_cache.h"

namespace microgpt::server {

std::optional<ModelVersion> VersionCache::Find(std::string_view key,
                                               uint64_t commits) const {
  MutexLock lock(mutex_);
  if (commits != commits_) return std::nullopt;
  const auto found = versions_.find(key);
  if (found == versions_.end()) return std::nullopt;
  return found->second;
}

void VersionCache::Keep(std::string_view key, uint64_t commits,
                        const ModelVersion& version) {
  MutexLock lock(mutex_);
  if (commits < commits_) return;  // something was written meanwhile
  if (commits > commits_ || versions_.size() == kMost) versions_.clear();
  commits_ = commits;
  versions_.insert_or_assign(std::string(key), version);
}

}  // namespace microgpt::server
