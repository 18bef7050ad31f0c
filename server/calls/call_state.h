// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_CALLS_CALL_STATE_H_
#define MICROGPT_SERVER_CALLS_CALL_STATE_H_

#include <chrono>
#include <optional>
#include <stop_token>

#include "absl/status/status.h"
#include "server/calls/call_tracker.h"
#include "server/handlers/call.h"

namespace microgpt::server {

// A call under way, of any transport: known to the tracker as long as this
// lives, with a stop that the tracker or the transport requests.
class CallState {
 public:
  CallState(CallTracker& tracker,
            std::optional<std::chrono::system_clock::time_point> deadline)
      : tracker_(tracker) {
    context_.deadline = deadline;
    context_.stop = stop_.get_token();
    tracker_.Add(this, stop_);
  }
  ~CallState() { tracker_.Remove(this); }
  CallState(const CallState&) = delete;
  CallState& operator=(const CallState&) = delete;

  const CallContext& context() const { return context_; }
  void Stop() { stop_.request_stop(); }

  // What the caller is told: a call that a shutdown stopped says so.
  absl::Status Final(const absl::Status& status) const {
    if (absl::IsCancelled(status) && tracker_.stopped()) {
      return absl::UnavailableError("the server is shutting down");
    }
    return status;
  }

 private:
  CallTracker& tracker_;
  std::stop_source stop_;
  CallContext context_;
};

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_CALLS_CALL_STATE_H_
