// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_HTTP_STREAM_BODY_H_
#define MICROGPT_SERVER_HTTP_STREAM_BODY_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace microgpt::server {

// What stands around the messages in the body of a stream of responses: each in
// an envelope or on a line, and, where HTTP does not end the body by ending the
// connection, in a chunk.
class StreamBody {
 public:
  StreamBody(bool envelopes, bool chunks)
      : envelopes_(envelopes), chunks_(chunks) {}

  // What stands before and after a message of `size` bytes.
  std::string Before(size_t size) const;
  std::string_view After() const;

  // What ends the body, with OK or an error.
  std::string End(const absl::Status& status) const;

 private:
  const bool envelopes_;
  const bool chunks_;
};

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_HTTP_STREAM_BODY_H_
