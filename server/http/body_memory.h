// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_HTTP_BODY_MEMORY_H_
#define MICROGPT_SERVER_HTTP_BODY_MEMORY_H_

#include <atomic>
#include <cstddef>
#include <string>
#include <utility>

#include "absl/status/status.h"

namespace microgpt::server {

// The bytes that all bodies of a kind hold together: of requests, before they
// are messages; or of answers, until they are read. Thread-safe.
class BodyMemory {
 public:
  // what: "the bodies of all requests under way", for errors.
  BodyMemory(size_t max_bytes, std::string what)
      : max_bytes_(max_bytes), what_(std::move(what)) {}

  // What one body holds of it, and gives back at its end. Not thread-safe.
  class Share {
   public:
    explicit Share(BodyMemory& memory) : memory_(memory) {}
    ~Share() { Clear(); }
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;

    // Holds `bytes` from now on. RESOURCE_EXHAUSTED, with RetryInfo: others
    // hold too much; it stays as it was.
    absl::Status Resize(size_t bytes);

    void Clear();

   private:
    BodyMemory& memory_;
    size_t bytes_ = 0;
  };

 private:
  const size_t max_bytes_;
  const std::string what_;
  std::atomic<size_t> bytes_ = 0;
};

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_HTTP_BODY_MEMORY_H_
