// SPDX-License-Identifier: MIT
#include "server/http/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

#include "server/calls/call_state.h"
#include "server/handlers/limits.h"
#include "server/http/connect.h"
#include "server/http/stream_body.h"

namespace microgpt::server {
namespace {

namespace asio = boost::asio;
template <typename T>
using Awaitable = asio::awaitable<T>;

// Of the body of a refused request that is read nevertheless, so that the
// connection can go on.
constexpr size_t kMaxUnwanted = 64 << 10;
constexpr size_t kPiece = 64 << 10;
// A larger message takes milliseconds to be decoded from JSON.
constexpr size_t kMaxDecodedHere = 64 << 10;
// A larger answer has its share of what all hold.
constexpr size_t kSmallAnswer = 64 << 10;
// What is below is no page.
constexpr std::string_view kApi = "/microgpt.";

// Waits for a callback: start(done) is called at once, or on `pool` if that is
// not null; done(T) may be from any thread.
template <typename T, typename Start>
Awaitable<T> Await(asio::thread_pool* pool, Start start) {
  auto initiate = [pool](auto handler, Start begin) {
    const auto executor = asio::get_associated_executor(handler);
    const auto resume = std::make_shared<decltype(handler)>(std::move(handler));
    auto done = [resume, executor](T result) {
      asio::post(executor, [resume, result = std::move(result)]() mutable {
        (*resume)(std::move(result));
      });
    };
    if (pool == nullptr) return begin(std::move(done));
    asio::post(*pool, [begin, done]() mutable { begin(std::move(done)); });
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>,
                                          void(T)>(
      std::move(initiate), asio::use_awaitable, std::move(start));
}

// A call of the API: stopped when the caller's time is over or he is gone.
// All of it happens on the connection's executor.
class HttpCall : public std::enable_shared_from_this<HttpCall> {
 public:
  using Clock = std::chrono::system_clock;

  HttpCall(CallTracker& tracker, std::optional<Clock::time_point> deadline,
           const asio::any_io_executor& executor)
      : state_(tracker, deadline), timer_(executor) {}

  void StartTimer() {
    if (!context().deadline) return;
    timer_.expires_after(*context().deadline - Clock::now());
    timer_.async_wait([weak = weak_from_this()](const auto& error) {
      const std::shared_ptr<HttpCall> call = weak.lock();
      if (error || !call) return;
      call->timed_out_ = true;
      call->Stop();
    });
  }

  const CallContext& context() const { return state_.context(); }
  void Stop() { state_.Stop(); }

  // Not OK: the caller's time was over before the call began.
  absl::Status CheckTime() const {
    const auto deadline = context().deadline;
    const bool late = deadline && Clock::now() >= *deadline;
    return late ? TimeIsOver() : absl::OkStatus();
  }

  // By what the timer did: the clock may be set back meanwhile.
  absl::Status Final(const absl::Status& status) const {
    const absl::Status final = state_.Final(status);
    return absl::IsCancelled(final) && timed_out_ ? TimeIsOver() : final;
  }

 private:
  static absl::Status TimeIsOver() {
    return absl::DeadlineExceededError(
        "the time of Connect-Timeout-Ms is over");
  }

  CallState state_;
  asio::steady_timer timer_;
  bool timed_out_ = false;
};

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(std::shared_ptr<Connection> connection, const SessionParts& parts,
          ConnectionTable::Id id)
      : connection_(std::move(connection)),
        parts_(parts),
        id_(id),
        held_(parts.bodies),
        answer_held_(parts.answers) {}

  ~Session() {
    connection_->Close();
    parts_.connections.Remove(id_);
  }

  Awaitable<void> Run(std::shared_ptr<Session> /*alive*/) {
    bool goes_on = true;
    while (goes_on) {
      request_ = Request();
      Connection::Received received = co_await connection_->Receive();
      if (!received.request) {
        if (received.refusal) co_await SendLast(*std::move(received.refusal));
        co_return;
      }
      request_ = *std::move(received.request);
      closes_ = !request_.keep_alive;
      too_large_ = false;
      goes_on = co_await Serve();
      held_.Clear();
      answer_held_.Clear();
      parts_.connections.SetIdle(id_);
    }
  }

 private:
  // --- One request. All answer whether the connection goes on.

  Awaitable<bool> Serve() {
    const std::string_view path = request_.path();
    const bool reads = request_.method == "GET" || request_.method == "HEAD";
    // For probes, which know an address and no name. It tells no secret.
    if (reads && path == "/healthz") return Send(Health());
    if (const auto refusal = parts_.guard.Refuse(request_)) {
      return Send(*refusal);
    }
    const Method* method = parts_.served.methods.Find(path);
    if (method != nullptr) {
      if (request_.method != "POST") return SendMethodNotAllowed("POST");
      return Call(*method);
    }
    if (request_.method == "POST" || path.starts_with(kApi)) {
      return Send(ErrorAnswer(parts_.served.methods.Unknown(path), 404));
    }
    if (!reads) return SendMethodNotAllowed("GET, HEAD");
    return Send(parts_.served.files.Get(request_));
  }

  Answer Health() const {
    const bool draining = parts_.draining;
    return {.status = draining ? 503 : 200,
            .fields = {{"Content-Type", "application/json"},
                       {"Cache-Control", "no-store"}},
            .body = draining ? R"({"status":"draining"})"
                             : R"({"status":"serving"})"};
  }

  Awaitable<bool> SendMethodNotAllowed(std::string_view allowed) {
    Answer answer = ErrorAnswer(
        absl::UnimplementedError(fmt::format("{} is not for this path: {} is",
                                             request_.method, allowed)),
        405);
    answer.fields.push_back({"Allow", std::string(allowed)});
    return Send(std::move(answer));
  }

  // --- Calls.

  Awaitable<bool> Call(const Method& method) {
    const std::optional<Form> form = FormOf(method, request_);
    if (!form) return SendUnsupportedType(method);
    form_ = *form;
    type_ = AnswerType(method, form_);
    if (absl::Status status = CheckProtocol(request_, form_); !status.ok()) {
      return Fail(std::move(status));
    }
    const auto timeout = TimeoutOf(request_);
    if (!timeout.ok()) return Fail(timeout.status());
    std::optional<HttpCall::Clock::time_point> deadline;
    if (*timeout) deadline = HttpCall::Clock::now() + **timeout;
    if (method.unary) return Unary(method, deadline);
    if (method.response_stream) return Responses(method, deadline);
    return Requests(method, deadline);
  }

  Awaitable<bool> SendUnsupportedType(const Method& method) {
    Answer answer =
        ErrorAnswer(absl::InvalidArgumentError(fmt::format(
                        "Content-Type: \"{}\" is none of {}",
                        request_.Get("content-type"), ContentTypes(method))),
                    415);
    answer.fields.push_back({"Accept-Post", ContentTypes(method)});
    return Send(std::move(answer));
  }

  // Begins a call. Before, while its only message is read, the connection may
  // have to make room: who sends a byte a second keeps nobody out.
  Awaitable<std::shared_ptr<HttpCall>> Begin(
      std::optional<HttpCall::Clock::time_point> deadline) {
    parts_.connections.SetBusy(id_);
    const auto executor = co_await asio::this_coro::executor;
    auto call =
        std::make_shared<HttpCall>(parts_.served.tracker, deadline, executor);
    call->StartTimer();
    co_return call;
  }

  // Where this message is decoded: null, on the connection's own thread.
  asio::thread_pool* DecoderFor(std::string_view message) const {
    return message.size() > kMaxDecodedHere ? &parts_.decoders : nullptr;
  }

  void Watch(const std::shared_ptr<HttpCall>& call) {
    connection_->Watch([weak = std::weak_ptr<HttpCall>(call)] {
      if (const auto watched = weak.lock()) watched->Stop();
    });
  }

  Awaitable<bool> Unary(const Method& method,
                        std::optional<HttpCall::Clock::time_point> deadline) {
    absl::StatusOr<std::string> body = co_await ReadBody();
    if (!body.ok()) co_return co_await Fail(body.status());
    const std::shared_ptr<HttpCall> call = co_await Begin(deadline);
    const absl::Status time = call->CheckTime();
    if (!time.ok()) co_return co_await Fail(time);
    Watch(call);
    absl::StatusOr<std::string> bytes =
        co_await AnswerOf(method, *std::move(body), *call);
    co_await connection_->Unwatch();
    if (!bytes.ok()) co_return co_await Fail(call->Final(bytes.status()));
    if (bytes->size() > kSmallAnswer) {
      absl::Status room = answer_held_.Resize(bytes->size());
      if (!room.ok()) co_return co_await Fail(std::move(room));
    }
    co_return co_await Send(TypedAnswer(*std::move(bytes)));
  }

  Awaitable<absl::StatusOr<std::string>> AnswerOf(const Method& method,
                                                  std::string body,
                                                  const HttpCall& call) {
    asio::thread_pool* const decoder = DecoderFor(body);
    using Decoded = absl::StatusOr<UnaryCall>;
    const Decoded decoded = co_await Await<Decoded>(
        decoder, [&](std::function<void(Decoded)> done) {
          done(method.unary(body, form_.codec));
        });
    if (!decoded.ok()) co_return decoded.status();
    body = std::string();  // a call may last
    held_.Clear();
    co_return co_await Await<absl::StatusOr<std::string>>(
        decoder, [&](Done<std::string> done) {
          (*decoded)(call.context(), std::move(done));
        });
  }

  Awaitable<bool> Responses(
      const Method& method,
      std::optional<HttpCall::Clock::time_point> deadline) {
    // No ?: here: gcc 12 would destroy what it awaits twice.
    absl::StatusOr<std::string> body;
    if (form_.envelopes) {
      body = co_await ReadOnlyMessage();
    } else {
      body = co_await ReadBody();
    }
    if (!body.ok()) co_return co_await Fail(body.status());
    const std::shared_ptr<HttpCall> call = co_await Begin(deadline);
    const absl::Status time = call->CheckTime();
    if (!time.ok()) co_return co_await Fail(time);
    using Opened = absl::StatusOr<std::shared_ptr<BytesOut>>;
    const Opened stream = co_await Await<Opened>(
        DecoderFor(*body), [&](std::function<void(Opened)> done) {
          done(method.response_stream(*body, form_.codec, call->context()));
        });
    if (!stream.ok()) co_return co_await Fail(call->Final(stream.status()));
    *body = std::string();  // a stream may last
    held_.Clear();
    Watch(call);
    const bool written = co_await Stream(**stream, *call);
    if (!written) call->Stop();  // the next response may be under way
    co_await connection_->Unwatch();
    if (written && closes_) co_await connection_->Linger();
    co_return written && !closes_;
  }

  // Writes what the stream gives, up to its end. False: nobody takes it.
  Awaitable<bool> Stream(BytesOut& stream, const HttpCall& call) {
    const bool chunks = !request_.http_1_0;
    closes_ = closes_ || !chunks || parts_.draining;
    const StreamBody frame(form_.envelopes, chunks);
    std::string head = HeadOf(
        TypedAnswer(""), chunks ? Extent::kChunks : Extent::kClose, 0, closes_);
    while (true) {
      Pulled pulled = co_await Await<Pulled>(
          nullptr, [&](std::function<void(Pulled)> next) {
            stream.Pull(std::move(next));
          });
      const absl::Status status = call.Final(pulled.message.status());
      if (!status.ok() && !form_.envelopes && !head.empty()) {
        co_return co_await Write(ErrorAnswer(status));
      }
      const bool is_message = status.ok() && pulled.message->has_value();
      const bool last = !is_message || pulled.last;
      const std::string& message = is_message ? **pulled.message : nothing_;
      const std::string before = is_message ? frame.Before(message.size()) : "";
      const std::string_view after = is_message ? frame.After() : "";
      const std::string end = last ? frame.End(status) : "";
      const Connection::Pieces pieces = {head, before, message, after, end};
      const bool written = co_await connection_->Write(pieces);
      if (!written) co_return false;
      if (last) co_return true;
      head.clear();
    }
  }

  Awaitable<bool> Requests(
      const Method& method,
      std::optional<HttpCall::Clock::time_point> deadline) {
    const std::shared_ptr<HttpCall> call = co_await Begin(deadline);
    // Who is silent holds up neither a shutdown nor his own deadline.
    std::optional<std::stop_callback<std::function<void()>>> on_stop;
    on_stop.emplace(call->context().stop,
                    [connection = connection_] { connection->Interrupt(); });
    absl::StatusOr<std::string> answer = co_await Collect(method, call);
    on_stop.reset();  // who was not interrupted by now is not any more
    if (call->context().stop.stop_requested()) closes_ = true;
    if (!answer.ok()) co_return co_await Fail(call->Final(answer.status()));
    if (form_.envelopes) {
      *answer = EnvelopeHead(answer->size()) + *answer +
                EndOfStream(absl::OkStatus());
    }
    co_return co_await Send(TypedAnswer(*std::move(answer)));
  }

  // Hands all messages to the method, one at a time.
  Awaitable<absl::StatusOr<std::string>> Collect(
      const Method& method, const std::shared_ptr<HttpCall>& call) {
    const auto stream = method.request_stream(form_.codec, call->context());
    if (!stream.ok()) co_return stream.status();
    bool ended = false;
    while (!ended) {
      absl::StatusOr<std::optional<std::string>> message;
      if (form_.envelopes) {
        message = co_await ReadMessage();
      } else {
        message = co_await ReadBody();
        ended = true;
      }
      if (!message.ok()) co_return message.status();
      if (!message->has_value()) break;
      const absl::Status taken = co_await Await<absl::Status>(
          DecoderFor(**message), [&](std::function<void(absl::Status)> done) {
            (*stream)->Push(**message, std::move(done));
          });
      held_.Clear();
      if (!taken.ok()) co_return taken;
    }
    Watch(call);
    absl::StatusOr<std::string> answer =
        co_await Await<absl::StatusOr<std::string>>(
            nullptr, [&](Done<std::string> done) {
              (*stream)->Finish(std::move(done));
            });
    co_await connection_->Unwatch();
    co_return answer;
  }

  // --- Reading.

  Awaitable<absl::StatusOr<size_t>> Read(char* into, size_t size) {
    absl::StatusOr<size_t> read = co_await connection_->ReadBody(into, size);
    broken_ = broken_ || absl::IsUnavailable(read.status());
    co_return read;
  }

  // Makes room for more of a body that may have `most` bytes: for what comes,
  // not for what is announced.
  absl::Status Grow(std::string& body, size_t most) {
    const size_t more = std::max(kPiece, body.size());
    const size_t bytes = std::min(body.size() + more, most);
    absl::Status status = held_.Resize(bytes);
    if (status.ok()) body.resize(bytes);
    return status;
  }

  // The whole body.
  Awaitable<absl::StatusOr<std::string>> ReadBody() {
    const std::optional<size_t> length = connection_->content_length();
    too_large_ = length && *length > kMaxMessageBytes;
    if (too_large_) co_return TooLarge();
    std::string body;
    size_t size = 0;  // of it are read
    while (!connection_->body_ended()) {
      if (size == body.size()) {
        const absl::Status status =
            Grow(body, length.value_or(kMaxMessageBytes + 1));
        if (!status.ok()) co_return status;
      }
      const absl::StatusOr<size_t> read =
          co_await Read(body.data() + size, body.size() - size);
      if (!read.ok()) co_return read.status();
      size += *read;
      too_large_ = size > kMaxMessageBytes;
      if (too_large_) co_return TooLarge();
    }
    body.resize(size);
    co_return body;
  }

  // Fills `into`. False: the body ended before its first byte.
  Awaitable<absl::StatusOr<bool>> ReadExactly(char* into, size_t size) {
    size_t done = 0;
    while (done < size) {
      const absl::StatusOr<size_t> read =
          co_await Read(into + done, size - done);
      if (!read.ok()) co_return read.status();
      if (*read == 0 && done == 0) co_return false;
      if (*read == 0) {
        co_return absl::InvalidArgumentError(
            "the body ends in the middle of an envelope");
      }
      done += *read;
    }
    co_return true;
  }

  // The next message of a stream of envelopes; nullopt: there is none.
  Awaitable<absl::StatusOr<std::optional<std::string>>> ReadMessage() {
    connection_->BeginMessage();
    std::array<char, kEnvelopeHead> head;
    const absl::StatusOr<bool> any =
        co_await ReadExactly(head.data(), head.size());
    if (!any.ok()) co_return any.status();
    if (!*any) co_return std::nullopt;
    const absl::StatusOr<size_t> size = ParseEnvelopeHead(head);
    if (!size.ok()) co_return size.status();
    std::string message;
    while (message.size() < *size) {
      const size_t begin = message.size();
      const absl::Status status = Grow(message, *size);
      if (!status.ok()) co_return status;
      const absl::StatusOr<bool> there =
          co_await ReadExactly(message.data() + begin, message.size() - begin);
      if (!there.ok()) co_return there.status();
      if (!*there) {
        co_return absl::InvalidArgumentError(
            "the body ends in the middle of an envelope");
      }
    }
    co_return message;
  }

  // The one message of the request of a stream of responses.
  Awaitable<absl::StatusOr<std::string>> ReadOnlyMessage() {
    absl::StatusOr<std::optional<std::string>> message = co_await ReadMessage();
    if (!message.ok()) co_return message.status();
    if (!message->has_value()) {
      co_return absl::InvalidArgumentError(
          "the body has no envelope; the request is one message");
    }
    const absl::StatusOr<std::optional<std::string>> more =
        co_await ReadMessage();
    if (!more.ok()) co_return more.status();
    if (more->has_value()) {
      co_return absl::InvalidArgumentError(
          "the body has several envelopes; the request is one message");
    }
    co_return **std::move(message);
  }

  // --- Writing.

  Answer TypedAnswer(std::string body) const {
    return {.fields = {{"Content-Type", type_}}, .body = std::move(body)};
  }

  // An error before anything was answered, in the form of the call.
  Awaitable<bool> Fail(absl::Status status) {
    held_.Clear();                 // what there is of the body is not used
    if (broken_) co_return false;  // nobody is there
    if (form_.envelopes) {
      co_return co_await Send(TypedAnswer(EndOfStream(status)));
    }
    std::optional<int> http_status;
    if (too_large_) http_status = 413;
    if (absl::IsDeadlineExceeded(status) && !connection_->body_ended()) {
      http_status = 408;
      closes_ = true;  // the rest may come at any time, or never
    }
    co_return co_await Send(ErrorAnswer(status, http_status));
  }

  Awaitable<bool> Send(Answer answer) {
    const std::optional<size_t> length = connection_->content_length();
    const bool unwanted = !connection_->body_ended();
    const bool little =
        length && *length <= kMaxUnwanted && request_.Count("expect") == 0;
    closes_ = closes_ || parts_.draining || (unwanted && !little);
    if (closes_) {
      co_await SendLast(std::move(answer));
      co_return false;
    }
    const bool written = co_await Write(std::move(answer));
    if (!written) co_return false;
    std::array<char, 4096> nobodys;
    while (!connection_->body_ended()) {
      const absl::StatusOr<size_t> read =
          co_await connection_->ReadBody(nobodys.data(), nobodys.size());
      if (!read.ok()) co_return false;
    }
    co_return true;
  }

  // After which the connection ends.
  Awaitable<void> SendLast(Answer answer) {
    closes_ = true;
    const bool written = co_await Write(std::move(answer));
    if (written) co_await connection_->Linger();
  }

  Awaitable<bool> Write(Answer answer) {
    const std::string head =
        HeadOf(answer, Extent::kLength, answer.bytes().size(), closes_);
    const std::string_view body =
        request_.method == "HEAD" ? std::string_view() : answer.bytes();
    const Connection::Pieces pieces = {head, body};
    co_return co_await connection_->Write(pieces);
  }

  const std::shared_ptr<Connection> connection_;
  const SessionParts parts_;
  const ConnectionTable::Id id_;
  const std::string nothing_;

  // Of the request under way:
  BodyMemory::Share held_;
  BodyMemory::Share answer_held_;
  Request request_;
  Form form_;
  std::string type_;        // of what is answered
  bool closes_ = false;     // the connection ends with the answer
  bool broken_ = false;     // it did while the body was read
  bool too_large_ = false;  // the body is
};

}  // namespace

void StartSession(std::shared_ptr<Connection> connection,
                  const SessionParts& parts, ConnectionTable::Id id) {
  connection->Start();
  const auto executor = connection->executor();
  const auto session =
      std::make_shared<Session>(std::move(connection), parts, id);
  asio::co_spawn(executor, session->Run(session), asio::detached);
}

}  // namespace microgpt::server
