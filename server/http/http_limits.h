// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_HTTP_HTTP_LIMITS_H_
#define MICROGPT_SERVER_HTTP_HTTP_LIMITS_H_

#include <chrono>
#include <cstddef>

namespace microgpt::server {

// What one caller may take of the server over HTTP. Tests set smaller ones.
struct HttpLimits {
  // Each holds a descriptor and up to 80 KiB. Debian allows a process 1024
  // descriptors; gRPC and the store have theirs on top.
  size_t connections = 1000;
  // What browsers and curl allow themselves of a header.
  size_t header_bytes = 16 << 10;
  // The bodies of all requests under way, before they are messages: sixteen of
  // the largest, or what a thousand callers send who are not out for harm.
  size_t body_bytes = 256 << 20;
  // The answers of more than 64 KiB that are not yet read: a handful of the
  // largest, as JSON.
  size_t answer_bytes = 256 << 20;
  // From its first byte to the end of the header: one packet, as a rule.
  std::chrono::milliseconds header{10'000};
  // Without a byte of the body. A network that is lost for a moment comes back
  // within that.
  std::chrono::milliseconds body{30'000};
  // For all bytes of a message: the largest over 0.4 Mbit/s.
  std::chrono::milliseconds message{300'000};
  // Without the reader taking a byte; a reader may think for a while.
  std::chrono::milliseconds write{60'000};
  // Until the next request. Browsers keep connections for minutes and open them
  // again without being asked.
  std::chrono::milliseconds idle{60'000};
  // For an answer to be read that came before the request was sent.
  std::chrono::milliseconds linger{2'000};
};

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_HTTP_HTTP_LIMITS_H_
