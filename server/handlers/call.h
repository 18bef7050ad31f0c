// SPDX-License-Identifier: MIT
//
// What handlers and transports have in common: calls without bytes. A handler
// never blocks the thread that calls it; it answers through `done`, from any
// thread. The transport's part is to turn bytes into requests and answers into
// bytes, and to request `stop` when the caller is gone.
#ifndef MICROGPT_SERVER_HANDLERS_CALL_H_
#define MICROGPT_SERVER_HANDLERS_CALL_H_

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace microgpt::server {

// What a handler may know of the call it answers.
struct CallContext {
  // When the caller gives up; nullopt: never.
  std::optional<std::chrono::system_clock::time_point> deadline;
  // Requested when nobody wants the answer any more. The handler then
  // answers soon, with whatever status.
  std::stop_token stop;
};

// Takes the answer of a unary call; called exactly once.
template <typename Response>
using Done = std::function<void(absl::StatusOr<Response>)>;

// A stream of responses, pulled by the transport one at a time, so that a slow
// reader holds one response and not a queue of them.
template <typename Response>
class ResponseStream {
 public:
  virtual ~ResponseStream() = default;

  // Calls `next` exactly once: with the next response, with nullopt at the
  // end of the stream, or with the error that ends it. Not to be called again
  // before that, nor after the end. The stream keeps itself alive meanwhile.
  using Next = std::function<void(absl::StatusOr<std::optional<Response>>)>;
  virtual void Pull(Next next) = 0;

  // Asked from within `next`: whether the response that it was called with is
  // the last, so that the end can go with it. A stream that cannot tell yet is
  // pulled once more.
  virtual bool ended() const { return false; }

  // Takes back, from within `next`, a response that is not needed any more: to
  // make another in its memory.
  virtual void Recycle(Response /*used*/) {}
};

template <typename Response>
using ResponseStreamPtr = std::shared_ptr<ResponseStream<Response>>;

// A stream of requests with one answer, pushed by the transport one at a time,
// so that a fast writer waits for the handler and not in a queue. To give up,
// destroy it: then nothing has happened.
template <typename Request, typename Response>
class RequestStream {
 public:
  virtual ~RequestStream() = default;

  // Takes the next request and calls `taken` exactly once: with OK when it is
  // ready for another, or with the error that ends the call. No call comes
  // before that, nor after an error.
  virtual void Push(Request request,
                    std::function<void(absl::Status)> taken) = 0;

  // The caller has sent everything.
  virtual void Finish(Done<Response> done) = 0;
};

template <typename Request, typename Response>
using RequestStreamPtr = std::shared_ptr<RequestStream<Request, Response>>;

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_HANDLERS_CALL_H_
