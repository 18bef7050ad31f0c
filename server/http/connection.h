// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_HTTP_CONNECTION_H_
#define MICROGPT_SERVER_HTTP_CONNECTION_H_

#include <array>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/http/exchange.h"
#include "server/http/http_limits.h"

namespace microgpt::server {

// One HTTP/1.1 connection: requests in, answers out, one after the other; a
// client that sends the next request early finds it answered next. Everything
// but Interrupt and Close happens on the socket's executor, a strand. Every
// operation has its time; what takes longer fails.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  template <typename T>
  using Awaitable = boost::asio::awaitable<T>;

  Connection(boost::asio::ip::tcp::socket socket, const HttpLimits& limits);
  ~Connection();

  boost::asio::any_io_executor executor() const;

  // To be called once, before anything else.
  void Start();

  // What came: a request; or none, and what to answer to that, if anything,
  // before the connection ends.
  struct Received {
    std::optional<Request> request = {};
    std::optional<Answer> refusal = {};
  };
  // Waits for the next request's header. The one before was answered, and its
  // body read.
  Awaitable<Received> Receive();

  // Of the request's body: as its header says, if it does; whether all of it
  // was read.
  std::optional<size_t> content_length() const;
  bool body_ended() const;

  // A message of the body begins, as the first does with the body: it has its
  // own time to come.
  void BeginMessage();

  // Reads from the body, at least a byte, unless that has ended: then 0.
  // Tells a client that waits for it to send the body. UNAVAILABLE: the
  // connection is broken; DEADLINE_EXCEEDED: nothing came, or too slowly;
  // INVALID_ARGUMENT: what came is not HTTP; CANCELLED: interrupted.
  Awaitable<absl::StatusOr<size_t>> ReadBody(char* into, size_t size);

  // Writes these one after the other. False: the connection is broken, or
  // nobody reads.
  using Pieces = std::array<std::string_view, 5>;
  Awaitable<bool> Write(Pieces pieces);

  // Writes what fits and closes; for a connection that is not taken, instead of
  // Start.
  void Refuse(const Answer& answer);

  // From now on `gone` is called, at most once, when the client has closed the
  // connection; that closes it on this side too. Until Unwatch has come back no
  // request or body may be read.
  void Watch(std::function<void()> gone);
  Awaitable<void> Unwatch();

  // Ends a ReadBody under way, and all later ones, so that no request follows.
  // From any thread.
  void Interrupt();

  // Closes the connection: whatever is under way fails. From any thread.
  void Close();

  // Says that nothing follows, and waits a moment for the client to have read
  // that; closing at once could make its system throw away the answer.
  Awaitable<void> Linger();

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_HTTP_CONNECTION_H_
