// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CLIENT_COMMANDS_PAGES_H_
#define MICROGPT_CLIENT_COMMANDS_PAGES_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/commands/session.h"

namespace microgpt::client {

inline constexpr std::uint32_t kPageSize = 1000;  // the most the server gives

// Calls `method` for page after page, `each` with every response, until `each`
// answers false.
template <typename Request, typename Response, typename Each>
absl::Status ForEachPage(Session& session,
                         grpc::Status (v1::Registry::Stub::*method)(
                             grpc::ClientContext*, const Request&, Response*),
                         Request request, Each each) {
  request.set_page_size(kPageSize);
  do {
    const absl::StatusOr<Response> response =
        session.connection.Call(session.connection.registry(), method, request);
    if (!response.ok()) return response.status();
    if (!each(*response)) return absl::OkStatus();
    request.set_page_token(response->next_page_token());
  } while (!request.page_token().empty());
  return absl::OkStatus();
}

}  // namespace microgpt::client

#endif  // MICROGPT_CLIENT_COMMANDS_PAGES_H_
