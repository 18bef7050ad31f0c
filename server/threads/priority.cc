// SPDX-License-Identifier: MIT
#include "server/threads/priority.h"

#include <sys/resource.h>
#include <unistd.h>

namespace microgpt::server {

void LowerPriority() {
  // Linux gives every thread a niceness of its own.
  constexpr int kNiceness = 10;
  setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNiceness);
}

}  // namespace microgpt::server
