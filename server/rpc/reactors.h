// SPDX-License-Identifier: MIT
//
// gRPC's callback API on one side, transport-free handlers on the other: bytes
// in, handler, bytes out. One template for unary calls, one for streams to the
// client, one for streams from it. A reactor owns itself from its creation
// until gRPC calls OnDone.
#ifndef MICROGPT_SERVER_RPC_REACTORS_H_
#define MICROGPT_SERVER_RPC_REACTORS_H_

#include <fmt/format.h>
#include <grpcpp/alarm.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/calls/call_state.h"
#include "server/calls/call_tracker.h"
#include "server/handlers/call.h"
#include "server/rpc/message.h"
#include "server/rpc/status.h"
#include "server/threads/mutex.h"

namespace microgpt::server {

// The state of a call that gRPC has begun.
class GrpcCallState : public CallState {
 public:
  GrpcCallState(const grpc::CallbackServerContext& context,
                CallTracker& tracker)
      : CallState(tracker, DeadlineOf(context)) {}

  grpc::Status Final(const absl::Status& status) const {
    return ToGrpc(CallState::Final(status));
  }

 private:
  static std::optional<std::chrono::system_clock::time_point> DeadlineOf(
      const grpc::CallbackServerContext& context) {
    const auto deadline = context.deadline();
    if (deadline == std::chrono::system_clock::time_point::max()) {
      return std::nullopt;
    }
    return deadline;
  }
};

template <typename Request, typename Response>
class UnaryReactor : public grpc::ServerUnaryReactor {
 public:
  using Handler =
      std::function<void(const Request&, const CallContext&, Done<Response>)>;

  UnaryReactor(const grpc::CallbackServerContext& context,
               const grpc::ByteBuffer& bytes, grpc::ByteBuffer& answer,
               CallTracker& tracker, const Handler& handler)
      : state_(context, tracker), answer_(answer) {
    Request request;
    if (const absl::Status status = Decode(bytes, request); !status.ok()) {
      Finish(ToGrpc(status));
      return;
    }
    handler(std::move(request), state_.context(),
            [this](absl::StatusOr<Response> response) {
              if (response.ok()) answer_ = Encode(*response);
              Finish(state_.Final(response.status()));
            });
  }

  void OnCancel() override { state_.Stop(); }
  void OnDone() override { delete this; }

 private:
  GrpcCallState state_;
  grpc::ByteBuffer& answer_;  // gRPC's, until OnDone
};

template <typename Request, typename Response>
class StreamReactor : public grpc::ServerWriteReactor<grpc::ByteBuffer> {
 public:
  using Handler = std::function<absl::StatusOr<ResponseStreamPtr<Response>>(
      Request, const CallContext&)>;

  StreamReactor(const grpc::CallbackServerContext& context,
                const grpc::ByteBuffer& bytes, CallTracker& tracker,
                const Handler& handler)
      : state_(context, tracker) {
    Request request;
    if (const absl::Status status = Decode(bytes, request); !status.ok()) {
      Finish(ToGrpc(status));
      return;
    }
    auto stream = handler(std::move(request), state_.context());
    if (!stream.ok()) {
      Finish(state_.Final(stream.status()));
      return;
    }
    stream_ = *std::move(stream);
    Pull();
  }

  void OnWriteDone(bool ok) override {
    written_.load(std::memory_order_acquire);
    if (ok) return Pull();
    state_.Stop();  // the next response may be under way
    Finish(grpc::Status::CANCELLED);
  }
  void OnCancel() override { state_.Stop(); }
  void OnDone() override {
    written_.load(std::memory_order_acquire);
    delete this;
  }

 private:
  // Asks for the next response; it may come on any thread, also on this one.
  void Pull() {
    stream_->Pull([this](absl::StatusOr<std::optional<Response>> next) {
      if (!next.ok() || !next->has_value()) {
        Finish(state_.Final(next.status()));
        return;
      }
      message_ = Encode(**next);
      stream_->Recycle(**std::move(next));
      const bool last = stream_->ended();
      written_.store(true, std::memory_order_release);
      if (last) {
        // One message to the client, and one turn of gRPC's threads, fewer.
        StartWriteAndFinish(&message_, {}, grpc::Status::OK);
      } else {
        StartWrite(&message_);
      }
    });
  }

  GrpcCallState state_;
  ResponseStreamPtr<Response> stream_;
  grpc::ByteBuffer message_;  // being written
  // gRPC calls OnWriteDone after StartWrite, and OnDone after the last write,
  // on another thread. That orders what the stream does before and after, but
  // by locks that ThreadSanitizer cannot see; this says it in its words.
  std::atomic<bool> written_ = false;
};

template <typename Request, typename Response>
class UploadReactor : public grpc::ServerReadReactor<grpc::ByteBuffer> {
 public:
  using Handler =
      std::function<absl::StatusOr<RequestStreamPtr<Request, Response>>(
          const CallContext&)>;

  UploadReactor(const grpc::CallbackServerContext& context,
                grpc::ByteBuffer& answer, CallTracker& tracker,
                const Handler& handler)
      : call_(context), state_(context, tracker), answer_(answer) {
    auto stream = handler(state_.context());
    if (!stream.ok()) {
      End(stream.status());
      return;
    }
    stream_ = *std::move(stream);
    Read();
    // Who is silent holds up neither a shutdown nor, for ever, other uploads.
    on_stop_.emplace(state_.context().stop,
                     [this] { EndIfReading(absl::CancelledError()); });
  }

  void OnReadDone(bool ok) override {
    {
      MutexLock lock(turn_->mutex);
      // Lost to a stop: the call has its answer.
      if (turn_->state != Turn::kReading) return;
      turn_->state = Turn::kHandling;
    }
    if (!ok && call_.IsCancelled()) return End(absl::CancelledError());
    if (!ok) {
      stream_->Finish([this](absl::StatusOr<Response> response) {
        if (response.ok()) answer_ = Encode(*response);
        End(response.status());
      });
      return;
    }
    Request request;
    if (const absl::Status status = Decode(message_, request); !status.ok()) {
      return End(status);
    }
    stream_->Push(std::move(request), [this](const absl::Status& taken) {
      if (!taken.ok()) return End(taken);
      Read();  // and nothing after it: the next message may end the call
    });
  }

  void OnCancel() override { state_.Stop(); }
  void OnDone() override { delete this; }

 private:
  static constexpr std::chrono::minutes kLongestSilence{5};

  // Whose turn it is: the client's, to send; or the handler's, who will call
  // back and so must find the reactor alive. Outlives the reactor for those who
  // find out that it has ended.
  struct Turn {
    enum State { kHandling, kReading, kEnded };
    Mutex mutex;
    State state ABSL_GUARDED_BY(mutex) = kHandling;
  };

  // gRPC's operations are begun under the lock, so that none is begun on a
  // reactor that another has ended; what they lead to comes on other threads.
  void Read() {
    const std::shared_ptr<Turn> turn = turn_;
    MutexLock lock(turn->mutex);
    if (state_.context().stop.stop_requested()) {
      turn->state = Turn::kEnded;
      return Finish(state_.Final(absl::CancelledError()));
    }
    turn->state = Turn::kReading;
    silence_ = std::make_unique<grpc::Alarm>();
    silence_->Set(std::chrono::system_clock::now() + kLongestSilence,
                  [this, turn, message = ++messages_](bool expired) {
                    if (expired) EndSilent(*turn, message);
                  });
    StartRead(&message_);
  }

  void EndIfReading(const absl::Status& status) {
    const std::shared_ptr<Turn> turn = turn_;
    MutexLock lock(turn->mutex);
    if (turn->state != Turn::kReading) return;
    turn->state = Turn::kEnded;
    Finish(state_.Final(status));
  }

  // This is there only if the turn is still that message's.
  void EndSilent(Turn& turn, uint64_t message) {
    MutexLock lock(turn.mutex);
    if (turn.state != Turn::kReading || messages_ != message) return;
    turn.state = Turn::kEnded;
    Finish(ToGrpc(absl::DeadlineExceededError(fmt::format(
        "nothing was sent for {} minutes", kLongestSilence.count()))));
  }

  void End(const absl::Status& status) {
    {
      MutexLock lock(turn_->mutex);
      turn_->state = Turn::kEnded;
    }
    Finish(state_.Final(status));
  }

  const grpc::CallbackServerContext& call_;
  GrpcCallState state_;
  grpc::ByteBuffer& answer_;  // gRPC's, until OnDone
  RequestStreamPtr<Request, Response> stream_;
  grpc::ByteBuffer message_;  // being read
  uint64_t messages_ = 0;     // reads begun; with the turn's lock
  std::unique_ptr<grpc::Alarm> silence_;
  const std::shared_ptr<Turn> turn_ = std::make_shared<Turn>();
  std::optional<std::stop_callback<std::function<void()>>> on_stop_;
};

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_RPC_REACTORS_H_
