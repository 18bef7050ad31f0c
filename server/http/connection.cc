// SPDX-License-Identifier: MIT
#include "server/http/connection.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "server/http/connect.h"

namespace microgpt::server {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using Clock = std::chrono::steady_clock;
using Error = boost::system::error_code;
using Parser = http::request_parser<http::buffer_body>;
template <typename T>
using Awaitable = asio::awaitable<T>;

// Of requests that are sent ahead, while one is being answered.
constexpr size_t kMaxAhead = 64 << 10;
// Of a body that nobody wants, before the connection is ended instead.
constexpr size_t kMaxLinger = 64 << 20;

auto Into(Error& error) {
  return asio::redirect_error(asio::use_awaitable, error);
}

Request ToRequest(const Parser& parser) {
  const auto& head = parser.get();
  Request request;
  request.method = std::string(head.method_string());
  request.target = std::string(head.target());
  request.http_1_0 = head.version() == 10;
  request.keep_alive = head.keep_alive();
  for (const auto& field : head) {
    const std::string_view name(field.name_string().data(),
                                field.name_string().size());
    request.fields.push_back(
        {.name = Lower(name), .value = std::string(field.value())});
  }
  return request;
}

// Whether this is about the connection, and not about what came over it.
bool IsBroken(const Error& error) {
  return error == http::error::end_of_stream || error == asio::error::eof ||
         error.category() == asio::error::get_system_category();
}

Answer Malformed(const Error& error, const HttpLimits& limits) {
  if (error == http::error::header_limit ||
      error == http::error::buffer_overflow) {
    return ErrorAnswer(absl::ResourceExhaustedError(fmt::format(
                           "the header is larger than the maximum of {} bytes",
                           limits.header_bytes)),
                       431);
  }
  return ErrorAnswer(
      absl::InvalidArgumentError("this is not HTTP/1.1: " + error.message()),
      400);
}

}  // namespace

class Connection::Impl {
 public:
  Impl(asio::ip::tcp::socket socket, const HttpLimits& limits)
      : limits_(limits),
        executor_(socket.get_executor()),
        socket_(std::move(socket)),
        timer_(socket_.get_executor()),
        unwatched_(socket_.get_executor()),
        buffer_(limits.header_bytes + kMaxAhead) {
    timer_.expires_at(Clock::time_point::max());
  }

  // --- Time: what is under way is cancelled when its time is over.

  // A coroutine that lives as long as the connection is open. What is complete
  // already, but not yet resumed, cannot be cancelled; so it cancels again
  // until there is another time.
  Awaitable<void> KeepTime(std::shared_ptr<Connection> /*alive*/) {
    constexpr std::chrono::milliseconds kAgain{100};
    Error ignored;
    while (socket_.is_open()) {
      if (Clock::now() >= deadline_) {
        deadline_ = Clock::now() + kAgain;
        timed_out_ = true;
        socket_.cancel(ignored);
      }
      timer_.expires_at(deadline_);
      co_await timer_.async_wait(Into(ignored));
    }
  }

  void SetTime(std::chrono::milliseconds time,
               Clock::time_point latest = Clock::time_point::max()) {
    timed_out_ = false;
    deadline_ = std::min(Clock::now() + time, latest);
    if (deadline_ < timer_.expiry()) timer_.cancel();
  }
  // The timer may still go off, to find that there is nothing to do.
  void ClearTime() { deadline_ = Clock::time_point::max(); }

  // --- Reading.

  Awaitable<Received> Receive() {
    Error error;
    if (interrupted_) co_return Received();
    parser_.reset();
    if (buffer_.size() == 0) {
      SetTime(limits_.idle);
      co_await ReadSome(error);
      if (error) co_return Received();
    }
    parser_.emplace();
    parser_->header_limit(static_cast<uint32_t>(limits_.header_bytes));
    parser_->body_limit(UINT64_MAX);  // whoever reads it has one
    SetTime(limits_.header);
    co_await ReadHeader(error);
    ClearTime();
    BeginMessage();
    co_return AsReceived(error);
  }

  std::optional<size_t> content_length() const {
    const auto length = parser_->content_length();
    if (!length) return std::nullopt;
    return static_cast<size_t>(*length);
  }

  bool body_ended() const { return parser_->is_done(); }

  void BeginMessage() { message_end_ = Clock::now() + limits_.message; }

  Awaitable<absl::StatusOr<size_t>> ReadBody(char* into, size_t size) {
    if (awaits_continue_ && buffer_.size() == 0) {
      awaits_continue_ = false;
      constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
      const Pieces pieces = {kContinue};
      const bool written = co_await Write(pieces);
      if (!written) co_return absl::UnavailableError("the connection broke");
    }
    auto& body = parser_->get().body();
    body.data = into;
    body.size = size;
    while (body.size == size && !parser_->is_done()) {
      if (interrupted_) co_return absl::CancelledError();
      Error error;
      SetTime(limits_.body, message_end_);
      reading_body_ = true;
      co_await http::async_read_some(socket_, buffer_, *parser_, Into(error));
      reading_body_ = false;
      ClearTime();
      if (error == http::error::need_buffer) error = {};
      if (error) co_return WhyNoBody(error);
    }
    co_return size - body.size;
  }

  // --- Writing.

  Awaitable<bool> Write(Pieces pieces) {
    std::vector<asio::const_buffer> rest;
    for (const std::string_view piece : pieces) {
      if (!piece.empty()) rest.emplace_back(piece.data(), piece.size());
    }
    while (!rest.empty()) {
      Error error;
      SetTime(limits_.write);
      size_t written = co_await socket_.async_write_some(rest, Into(error));
      ClearTime();
      if (error) {
        socket_.close(error);
        co_return false;
      }
      while (!rest.empty() && written >= rest.front().size()) {
        written -= rest.front().size();
        rest.erase(rest.begin());
      }
      if (!rest.empty()) rest.front() += written;
    }
    co_return true;
  }

  void Refuse(const Answer& answer) {
    const std::string bytes =
        HeadOf(answer, Extent::kLength, answer.bytes().size(), true) +
        std::string(answer.bytes());
    Error ignored;
    socket_.write_some(asio::buffer(bytes), ignored);
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    // What has come already would turn the end into a reset.
    std::array<char, 4096> nobodys;
    socket_.read_some(asio::buffer(nobodys), ignored);
    socket_.close(ignored);
  }

  // --- Watching.

  void Watch(std::shared_ptr<Connection> alive, std::function<void()> gone) {
    watching_ = watcher_runs_ = true;
    asio::co_spawn(socket_.get_executor(),
                   WatchUntilTold(std::move(alive), std::move(gone)),
                   asio::detached);
  }

  // What comes meanwhile is the beginning of the next request; there is no
  // other way to learn that nothing will.
  Awaitable<void> WatchUntilTold(std::shared_ptr<Connection> /*alive*/,
                                 std::function<void()> gone) {
    while (watching_ && buffer_.size() < kMaxAhead) {
      Error error;
      co_await socket_.async_wait(asio::ip::tcp::socket::wait_read,
                                  Into(error));
      if (!watching_) break;
      if (error == asio::error::operation_aborted && socket_.is_open()) {
        continue;  // that was for a write
      }
      if (!error) {
        constexpr size_t kPiece = 4096;
        const size_t size = socket_.read_some(buffer_.prepare(kPiece), error);
        if (error == asio::error::would_block) continue;
        buffer_.commit(size);
      }
      if (error) {
        socket_.close(error);
        timer_.cancel();
        gone();
        break;
      }
    }
    watcher_runs_ = false;
    unwatched_.cancel();
  }

  Awaitable<void> Unwatch() {
    watching_ = false;
    Error ignored;
    socket_.cancel(ignored);
    while (watcher_runs_) {
      unwatched_.expires_at(Clock::time_point::max());
      co_await unwatched_.async_wait(Into(ignored));
    }
  }

  // --- The end.

  void Interrupt() {
    interrupted_ = true;
    Error ignored;
    if (reading_body_) socket_.cancel(ignored);
  }

  void Close() {
    Error ignored;
    socket_.close(ignored);
    timer_.cancel();
  }

  Awaitable<void> Linger() {
    Error error;
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send, error);
    std::array<char, 16 << 10> nobodys;
    SetTime(limits_.linger);
    for (size_t read = 0; !error && !timed_out_ && read < kMaxLinger;) {
      read +=
          co_await socket_.async_read_some(asio::buffer(nobodys), Into(error));
    }
    Close();
  }

  asio::any_io_executor executor() const { return executor_; }

 private:
  // By hand: Beast limits a line, not all of them.
  Awaitable<void> ReadHeader(Error& error) {
    size_t size = 0;
    while (true) {
      size_t parsed = 0;
      if (buffer_.size() > 0) parsed = parser_->put(buffer_.data(), error);
      buffer_.consume(parsed);
      size += parsed;
      if (error == http::error::need_more) error = {};
      const bool ended = parser_->is_header_done();
      const size_t known = ended ? size : size + buffer_.size();
      if (!error && known > limits_.header_bytes) {
        error = http::error::header_limit;
      }
      if (error || ended) co_return;
      co_await ReadSome(error);
      if (!error && timed_out_) error = asio::error::timed_out;
      if (error) co_return;
    }
  }

  // What reading the header came to.
  Received AsReceived(const Error& error) {
    if (error && timed_out_) {
      return {.refusal = ErrorAnswer(absl::DeadlineExceededError(fmt::format(
                                         "the header did not come within {} ms",
                                         limits_.header.count())),
                                     408)};
    }
    if (error && IsBroken(error)) return {};
    if (error) return {.refusal = Malformed(error, limits_)};
    Request request = ToRequest(*parser_);
    // Where such a body ends not all agree: what follows may be no request.
    if (request.Count("transfer-encoding") > 0 &&
        (request.http_1_0 || !parser_->chunked())) {
      return {.refusal = ErrorAnswer(
                  absl::InvalidArgumentError(fmt::format(
                      "Transfer-Encoding: \"{}\" is not chunked, of HTTP/1.1",
                      request.Get("transfer-encoding"))),
                  400)};
    }
    const std::string_view expected = request.Get("expect");
    if (!expected.empty() && !EqualsIgnoringCase(expected, "100-continue")) {
      return {
          .refusal = ErrorAnswer(
              absl::InvalidArgumentError(fmt::format(
                  "Expect: only 100-continue is known, not \"{}\"", expected)),
              417)};
    }
    awaits_continue_ = !expected.empty() && !request.http_1_0;
    return {.request = std::move(request)};
  }

  // At least a byte into the buffer.
  Awaitable<void> ReadSome(Error& error) {
    constexpr size_t kPiece = 4096;
    const size_t size =
        co_await socket_.async_read_some(buffer_.prepare(kPiece), Into(error));
    buffer_.commit(size);
  }

  absl::Status WhyNoBody(const Error& error) const {
    if (interrupted_) return absl::CancelledError();
    if (timed_out_ && Clock::now() >= message_end_) {
      return absl::DeadlineExceededError(
          fmt::format("the request's message did not come within {} ms",
                      limits_.message.count()));
    }
    if (timed_out_) {
      return absl::DeadlineExceededError(
          fmt::format("nothing came of the request's body for {} ms",
                      limits_.body.count()));
    }
    if (error == http::error::partial_message || IsBroken(error)) {
      return absl::UnavailableError("the connection broke");
    }
    return absl::InvalidArgumentError("the body is not HTTP/1.1: " +
                                      error.message());
  }

  const HttpLimits limits_;
  const asio::any_io_executor executor_;
  asio::ip::tcp::socket socket_;
  asio::steady_timer timer_;
  asio::steady_timer unwatched_;
  boost::beast::flat_buffer buffer_;  // read, but not yet parsed
  std::optional<Parser> parser_;      // of the request under way
  Clock::time_point deadline_ = Clock::time_point::max();
  Clock::time_point message_end_ = Clock::time_point::max();
  bool timed_out_ = false;
  bool reading_body_ = false;
  bool interrupted_ = false;
  bool awaits_continue_ = false;
  bool watching_ = false;
  bool watcher_runs_ = false;
};

Connection::Connection(asio::ip::tcp::socket socket, const HttpLimits& limits)
    : impl_(std::make_unique<Impl>(std::move(socket), limits)) {}

Connection::~Connection() = default;

asio::any_io_executor Connection::executor() const { return impl_->executor(); }

void Connection::Start() {
  asio::co_spawn(impl_->executor(), impl_->KeepTime(shared_from_this()),
                 asio::detached);
}

Awaitable<Connection::Received> Connection::Receive() {
  return impl_->Receive();
}

std::optional<size_t> Connection::content_length() const {
  return impl_->content_length();
}

bool Connection::body_ended() const { return impl_->body_ended(); }

void Connection::BeginMessage() { impl_->BeginMessage(); }

Awaitable<absl::StatusOr<size_t>> Connection::ReadBody(char* into,
                                                       size_t size) {
  return impl_->ReadBody(into, size);
}

Awaitable<bool> Connection::Write(Pieces pieces) {
  return impl_->Write(pieces);
}

void Connection::Refuse(const Answer& answer) { impl_->Refuse(answer); }

void Connection::Watch(std::function<void()> gone) {
  impl_->Watch(shared_from_this(), std::move(gone));
}

Awaitable<void> Connection::Unwatch() { return impl_->Unwatch(); }

void Connection::Interrupt() {
  asio::post(impl_->executor(),
             [self = shared_from_this()] { self->impl_->Interrupt(); });
}

void Connection::Close() {
  asio::post(impl_->executor(),
             [self = shared_from_this()] { self->impl_->Close(); });
}

Awaitable<void> Connection::Linger() { return impl_->Linger(); }

}  // namespace microgpt::server
