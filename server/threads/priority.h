// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_THREADS_PRIORITY_H_
#define MICROGPT_SERVER_THREADS_PRIORITY_H_

namespace microgpt::server {

// Has the calling thread, for good, give way to those that answer at once: for
// work of seconds, such as training. Where the system does not allow it,
// nothing happens, which is no reason not to work.
void LowerPriority();

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_THREADS_PRIORITY_H_
