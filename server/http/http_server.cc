// SPDX-License-Identifier: MIT
#include "server/http/http_server.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include "server/errors/errors.h"
#include "server/http/body_memory.h"
#include "server/http/connect.h"
#include "server/http/connection_table.h"
#include "server/http/guard.h"
#include "server/http/session.h"

namespace microgpt::server {
namespace {

namespace asio = boost::asio;
using Error = boost::system::error_code;
using asio::ip::tcp;

// They copy bytes and decode small messages; and those for large ones.
constexpr int kThreads = 2;
constexpr size_t kDecoders = 2;

auto Into(Error& error) {
  return asio::redirect_error(asio::use_awaitable, error);
}

absl::Status CannotListen(const std::string& address, const Error& error) {
  return absl::UnavailableError(
      fmt::format("cannot listen on {} (--http-address) for HTTP: {}", address,
                  error.message()));
}

// "127.0.0.1" of "127.0.0.1:8080" and "::1" of "[::1]:8080".
std::string HostOf(const std::string& address) {
  std::string host = address.substr(0, address.rfind(':'));
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  }
  return host;
}

// A client that vanished without a word is found out as gRPC finds one: after a
// minute, and twenty seconds.
void KeepAlive(tcp::socket& socket) {
  Error ignored;
  socket.set_option(asio::socket_base::keep_alive(true), ignored);
  const auto set = [&](int option, int value) {
    setsockopt(socket.native_handle(), IPPROTO_TCP, option, &value,
               sizeof(value));
  };
  set(TCP_KEEPIDLE, 60);
  set(TCP_KEEPINTVL, 10);
  set(TCP_KEEPCNT, 2);
}

}  // namespace

class HttpServer::Impl {
 public:
  explicit Impl(Config config)
      : config_(std::move(config)),
        acceptor_(asio::make_strand(io_)),
        connections_(config_.limits.connections) {}

  absl::Status Listen() {
    const std::string& address = config_.address;
    const size_t colon = address.rfind(':');
    Error error;
    tcp::resolver resolver(io_);
    const auto found =
        resolver.resolve(HostOf(address), address.substr(colon + 1),
                         tcp::resolver::passive, error);
    if (error) return CannotListen(address, error);
    const tcp::endpoint endpoint = *found.begin();
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error)
      acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) return CannotListen(address, error);
    address_ = fmt::format("{}:{}", address.substr(0, colon),
                           acceptor_.local_endpoint().port());
    return absl::OkStatus();
  }

  void Serve(Parts parts) {
    parts_.emplace(std::move(parts));
    guard_.emplace(address_, config_.hosts);
    asio::co_spawn(acceptor_.get_executor(), Accept(), asio::detached);
    for (int i = 0; i < kThreads; ++i) {
      threads_.emplace_back([this] { io_.run(); });
    }
  }

  const std::string& address() const { return address_; }

  void StartDraining() { draining_ = true; }

  void Stop() {
    draining_ = true;
    asio::post(acceptor_.get_executor(), [this] {
      Error ignored;
      acceptor_.close(ignored);
      retry_.cancel();
    });
    connections_.Shut();
    // What is under way gets its answer written; who does not read it by then
    // does without.
    constexpr std::chrono::milliseconds kLastWord{1000};
    const bool ended =
        connections_.AwaitNone(std::chrono::steady_clock::now() + kLastWord);
    if (!ended) connections_.CloseAll();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
    decoders_.join();
  }

 private:
  asio::awaitable<void> Accept() {
    while (acceptor_.is_open()) {
      Error error;
      tcp::socket socket =
          co_await acceptor_.async_accept(asio::make_strand(io_), Into(error));
      if (!acceptor_.is_open()) co_return;
      if (!error) {
        Take(std::move(socket));
        continue;
      }
      // Out of descriptors, as a rule: give one back, and do not spin.
      connections_.CloseLongestIdle();
      constexpr std::chrono::milliseconds kPause{50};
      retry_.expires_after(kPause);
      co_await retry_.async_wait(Into(error));
    }
  }

  void Take(tcp::socket socket) {
    Error ignored;
    socket.non_blocking(true, ignored);
    socket.set_option(tcp::no_delay(true), ignored);
    KeepAlive(socket);
    const uint64_t id = ++last_id_;
    auto connection =
        std::make_shared<Connection>(std::move(socket), config_.limits);
    if (!connections_.Add(id, [connection] { connection->Close(); })) {
      connection->Refuse(ErrorAnswer(WhyRefused(), 503));
      return;
    }
    StartSession(std::move(connection),
                 {*parts_, *guard_, connections_, draining_, decoders_, bodies_,
                  answers_},
                 id);
  }

  absl::Status WhyRefused() const {
    if (draining_) return absl::UnavailableError("the server is shutting down");
    constexpr std::chrono::seconds kSoon{1};
    return ExhaustedError(
        fmt::format("calls are under way on all of the {} connections that the "
                    "server takes over HTTP",
                    config_.limits.connections),
        kSoon);
  }

  const Config config_;
  asio::io_context io_{kThreads};
  tcp::acceptor acceptor_;  // on a strand of its own, as its timer is
  asio::steady_timer retry_{acceptor_.get_executor()};
  std::string address_;
  std::optional<Parts> parts_;
  std::optional<Guard> guard_;
  ConnectionTable connections_;
  BodyMemory bodies_{config_.limits.body_bytes,
                     "the bodies of all requests under way over HTTP"};
  BodyMemory answers_{config_.limits.answer_bytes,
                      "all answers over HTTP that are not yet read"};
  std::atomic<bool> draining_ = false;
  uint64_t last_id_ = 0;
  std::vector<std::thread> threads_;
  asio::thread_pool decoders_{kDecoders};
};

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Listen(Config config) {
  auto impl = std::make_unique<Impl>(std::move(config));
  if (absl::Status status = impl->Listen(); !status.ok()) return status;
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

HttpServer::~HttpServer() { Stop(); }

void HttpServer::Serve(Parts parts) { impl_->Serve(std::move(parts)); }

const std::string& HttpServer::address() const { return impl_->address(); }

void HttpServer::StartDraining() { impl_->StartDraining(); }

void HttpServer::Stop() { impl_->Stop(); }

}  // namespace microgpt::server
