// SPDX-License-Identifier: MIT
#include "server/http/stream_body.h"

#include <fmt/format.h>

#include "server/http/connect.h"

namespace microgpt::server {

std::string StreamBody::Before(size_t size) const {
  const size_t framed = size + (envelopes_ ? kEnvelopeHead : 1);
  std::string before = chunks_ ? fmt::format("{:x}\r\n", framed) : "";
  if (envelopes_) before += EnvelopeHead(size);
  return before;
}

std::string_view StreamBody::After() const {
  if (envelopes_) return chunks_ ? "\r\n" : "";
  return chunks_ ? "\n\r\n" : "\n";
}

std::string StreamBody::End(const absl::Status& status) const {
  std::string last;
  if (envelopes_) {
    last = EndOfStream(status);
  } else if (!status.ok()) {
    last = fmt::format("{{\"error\":{}}}\n", ErrorJson(status));
  }
  if (!chunks_) return last;
  if (!last.empty()) last = fmt::format("{:x}\r\n{}\r\n", last.size(), last);
  return last + "0\r\n\r\n";
}

}  // namespace microgpt::server
