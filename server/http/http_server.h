// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_HTTP_HTTP_SERVER_H_
#define MICROGPT_SERVER_HTTP_HTTP_SERVER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/calls/call_tracker.h"
#include "server/http/http_limits.h"
#include "server/http/methods.h"
#include "server/http/static_files.h"

namespace microgpt::server {

// The API's methods by the Connect protocol, files and /healthz over HTTP/1.1,
// on threads of its own, which neither compute nor wait.
class HttpServer {
 public:
  struct Config {
    std::string address;             // "host:port"; port 0 takes a free one
    std::vector<std::string> hosts;  // that requests may be for, as of Guard
    HttpLimits limits = {};
  };
  // What is served. The tracker must outlive the server, and what the methods
  // refer to every call.
  struct Parts {
    Methods methods;
    StaticFiles files;
    CallTracker& tracker;
  };

  // Takes the address; whoever connects waits until Serve. UNAVAILABLE, one
  // sentence: it cannot be had.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Listen(Config config);

  // Stops at once if nobody did.
  ~HttpServer();

  // To be called once.
  void Serve(Parts parts);

  // "127.0.0.1:8080", with the port that was taken for port 0.
  const std::string& address() const;

  // From now on /healthz answers 503, and every answer ends its connection.
  // Calls are still answered, as gRPC's are.
  void StartDraining();

  // Accepts nothing more, closes what is idle, gives what is under way a moment
  // to be answered, and blocks until all has ended. The tracker must have
  // stopped all calls. Idempotent.
  void Stop();

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);

  const std::unique_ptr<Impl> impl_;
};

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_HTTP_HTTP_SERVER_H_
