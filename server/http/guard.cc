// SPDX-License-Identifier: MIT
#include "server/http/guard.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "absl/status/status.h"
#include "server/http/connect.h"

namespace microgpt::server {
namespace {

struct Authority {
  std::string host;  // in lower case; an IPv6 address in its brackets
  std::string port;  // empty: the scheme's
};

// nullopt: not host, host:port, [address] or [address]:port.
std::optional<Authority> ParseAuthority(std::string_view text) {
  const size_t bracket = text.starts_with('[') ? text.find(']') : 0;
  if (bracket == std::string_view::npos) return std::nullopt;
  const size_t colon = text.find(':', bracket);
  const std::string_view host = text.substr(0, colon);
  if (host.empty()) return std::nullopt;
  if (bracket != 0 && host.size() != bracket + 1) return std::nullopt;
  std::string_view port;
  if (colon != std::string_view::npos) port = text.substr(colon + 1);
  if (!std::all_of(port.begin(), port.end(),
                   [](char c) { return c >= '0' && c <= '9'; })) {
    return std::nullopt;
  }
  return Authority{.host = Lower(host), .port = std::string(port)};
}

std::string_view PortOf(const Authority& authority,
                        std::string_view default_port) {
  return authority.port.empty() ? default_port : authority.port;
}

// Whether `origin`, "http://localhost:8080", is that of a page which came from
// `own`. A proxy may have come between with https.
bool IsSameOrigin(std::string_view origin, const Authority& own) {
  for (const auto& [scheme, default_port] :
       {std::pair<std::string_view, std::string_view>{"http://", "80"},
        {"https://", "443"}}) {
    if (!origin.starts_with(scheme)) continue;
    const auto other = ParseAuthority(origin.substr(scheme.size()));
    return other && other->host == own.host &&
           PortOf(*other, default_port) == PortOf(own, default_port);
  }
  return false;
}

Answer Forbidden(const std::string& message) {
  return ErrorAnswer(absl::PermissionDeniedError(message), 403);
}

}  // namespace

Guard::Guard(std::string_view address, const std::vector<std::string>& hosts)
    : hosts_{"localhost", "127.0.0.1", "[::1]"} {
  if (const auto own = ParseAuthority(address);
      own && own->host != "0.0.0.0" && own->host != "[::]") {
    hosts_.insert(own->host);
  }
  for (const std::string& host : hosts) {
    any_ = any_ || host == "*";
    hosts_.insert(Lower(host));
  }
}

std::optional<Answer> Guard::Refuse(const Request& request) const {
  const std::string_view sent = request.authority();
  // No browser is that old.
  if (request.Count("host") == 0 && request.http_1_0) return std::nullopt;
  const auto own = ParseAuthority(sent);
  if (request.Count("host") != 1 || !own) {
    return ErrorAnswer(
        absl::InvalidArgumentError("a request has one field Host, as in "
                                   "\"Host: localhost:8080\""),
        400);
  }
  if (!any_ && !hosts_.contains(own->host)) {
    return ErrorAnswer(
        absl::PermissionDeniedError(fmt::format(
            "this server does not answer for the host \"{}\"; to have it do "
            "so, start it with --http-hosts={}",
            own->host, own->host)),
        421);
  }
  if (request.Get("sec-fetch-site") == "cross-site" &&
      request.method == "POST") {
    return Forbidden("Sec-Fetch-Site: another site's page calls");
  }
  if (request.Count("origin") == 0) return std::nullopt;
  if (request.Count("origin") == 1 &&
      IsSameOrigin(request.Get("origin"), *own)) {
    return std::nullopt;
  }
  return Forbidden(fmt::format(
      "Origin: \"{}\" is not this server's own, \"{}\"; other sites' pages "
      "may not call it",
      request.Get("origin"), sent));
}

}  // namespace microgpt::server
