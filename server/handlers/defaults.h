// SPDX-License-Identifier: MIT
//
// What a request means that names no model or dataset.
#ifndef MICROGPT_SERVER_HANDLERS_DEFAULTS_H_
#define MICROGPT_SERVER_HANDLERS_DEFAULTS_H_

#include <string>

namespace microgpt::server {

// The built-in dataset, and the model that is trained on it.
inline constexpr char kDefaultName[] = "names";

inline std::string NameOrDefault(const std::string& requested) {
  return requested.empty() ? kDefaultName : requested;
}

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_HANDLERS_DEFAULTS_H_
