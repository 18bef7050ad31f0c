// SPDX-License-Identifier: MIT
#include "server/descriptors.h"

#include <sys/resource.h>

namespace microgpt::server {

void RaiseDescriptorLimit() {
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace microgpt::server
