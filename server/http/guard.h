// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_HTTP_GUARD_H_
#define MICROGPT_SERVER_HTTP_GUARD_H_

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "server/http/exchange.h"

namespace microgpt::server {

// Keeps other sites' pages, open in a browser on this machine or network, from
// talking to the server: those whose name is made to point here (DNS
// rebinding), and those that post across origins. Immutable.
class Guard {
 public:
  // address: "host:port" that is listened on; its host is one that requests may
  // be for, unless it means every address. hosts: others, without ports; "*"
  // for any.
  Guard(std::string_view address, const std::vector<std::string>& hosts);

  // nullopt, or what to answer instead: 400 (no Host, or several), 421 (a Host
  // that is not ours), 403 (from another origin).
  std::optional<Answer> Refuse(const Request& request) const;

 private:
  bool any_ = false;
  std::set<std::string, std::less<>> hosts_;  // in lower case
};

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_HTTP_GUARD_H_
