// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_CACHE_LRU_CACHE_H_
#define MICROGPT_SERVER_CACHE_LRU_CACHE_H_

#include <cstdint>
#include <functional>
#include <iterator>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "server/threads/mutex.h"

namespace microgpt::server {

// Immutable values in memory, by key, as many as a number of bytes allows: the
// least recently used ones leave first. A value that was handed out lives for
// as long as somebody holds it; the cache only lets go of it. Value has
// `size_t memory_bytes() const`. Thread-safe.
template <typename Value>
class LruCache {
 public:
  using Pointer = std::shared_ptr<const Value>;

  explicit LruCache(uint64_t max_bytes) : max_bytes_(max_bytes) {}

  // The value, now the most recently used; null if it is not here.
  Pointer Find(std::string_view key) ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    const auto found = places_.find(key);
    if (found == places_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return found->second->value;
  }

  // Takes in a value, unless one of this key is here already or it is larger
  // than the whole cache may be. Answers with the one that is to be used: equal
  // ones are kept once.
  Pointer Insert(std::string_view key, Pointer value)
      ABSL_LOCKS_EXCLUDED(mutex_) {
    if (Pointer earlier = Find(key)) return earlier;
    const uint64_t bytes = value->memory_bytes();
    if (bytes > max_bytes_) return value;
    std::list<Entry> leaving;  // destroyed after the lock is released
    MutexLock lock(mutex_);
    if (places_.contains(key)) return places_.find(key)->second->value;
    entries_.push_front({std::string(key), value, bytes});
    places_[entries_.front().key] = entries_.begin();
    bytes_ += bytes;
    while (bytes_ > max_bytes_) Drop(std::prev(entries_.end()), leaving);
    return value;
  }

  // Lets go of a value, if it is here.
  void Erase(std::string_view key) ABSL_LOCKS_EXCLUDED(mutex_) {
    std::list<Entry> leaving;
    MutexLock lock(mutex_);
    const auto found = places_.find(key);
    if (found != places_.end()) Drop(found->second, leaving);
  }

  // Of all values here.
  uint64_t bytes() const ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    return bytes_;
  }

 private:
  struct Entry {
    std::string key;
    Pointer value;
    uint64_t bytes;
  };
  using Place = typename std::list<Entry>::iterator;

  void Drop(Place place, std::list<Entry>& leaving)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    bytes_ -= place->bytes;
    places_.erase(place->key);
    leaving.splice(leaving.end(), entries_, place);
  }

  const uint64_t max_bytes_;
  mutable Mutex mutex_;
  uint64_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  std::list<Entry> entries_ ABSL_GUARDED_BY(mutex_);  // newest first
  std::map<std::string, Place, std::less<>> places_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_CACHE_LRU_CACHE_H_
