// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_HTTP_SESSION_H_
#define MICROGPT_SERVER_HTTP_SESSION_H_

#include <atomic>
#include <boost/asio/thread_pool.hpp>
#include <memory>

#include "server/http/body_memory.h"
#include "server/http/connection.h"
#include "server/http/connection_table.h"
#include "server/http/guard.h"
#include "server/http/http_server.h"

namespace microgpt::server {

// What all sessions share; it must outlive them.
struct SessionParts {
  const HttpServer::Parts& served;
  const Guard& guard;
  ConnectionTable& connections;
  const std::atomic<bool>& draining;
  // Where large messages are decoded, which may take a second.
  boost::asio::thread_pool& decoders;
  BodyMemory& bodies;   // of requests
  BodyMemory& answers;  // of unary calls, but for small ones
};

// Answers the requests of a connection, which the table has under `id`, until
// it ends; then removes it there.
void StartSession(std::shared_ptr<Connection> connection,
                  const SessionParts& parts, ConnectionTable::Id id);

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_HTTP_SESSION_H_
