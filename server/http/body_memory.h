// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_HTTP_BODY_MEMORY_H_
#define MICROGPT_SERVER_HTTP_BODY_MEMORY_H_

#include <atomic>
#include <cstddef>

#include "absl/status/status.h"

namespace microgpt::server {

// The bytes that the bodies of all requests under way hold, before they are
// messages. Thread-safe.
class BodyMemory {
 public:
  explicit BodyMemory(size_t max_bytes) : max_bytes_(max_bytes) {}

  // What one request holds of it, and gives back at its end. Not thread-safe.
  class Share {
   public:
    explicit Share(BodyMemory& memory) : memory_(memory) {}
    ~Share() { Clear(); }
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;

    // Holds `bytes` from now on. RESOURCE_EXHAUSTED: others hold too much; it
    // stays as it was.
    absl::Status Resize(size_t bytes);

    void Clear();

   private:
    BodyMemory& memory_;
    size_t bytes_ = 0;
  };

 private:
  const size_t max_bytes_;
  std::atomic<size_t> bytes_ = 0;
};

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_HTTP_BODY_MEMORY_H_
