// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_SIGNALS_H_
#define MICROGPT_SERVER_SIGNALS_H_

#include <chrono>
#include <csignal>
#include <thread>

namespace microgpt::server {

// SIGTERM and SIGINT as something to wait for rather than something that
// interrupts. Make it before any other thread, so that all inherit the mask.
class ShutdownSignals {
 public:
  ShutdownSignals();

  // Blocks until the first signal.
  void Wait();

  // From now on, until destruction: a further signal ends the process at once
  // with exit code 130, and so does `limit` running out, with exit code 1.
  // The last resort for a drain that hangs.
  void ExitOnNextOrAfter(std::chrono::seconds limit);

 private:
  sigset_t signals_;
  std::jthread watchdog_;
};

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_SIGNALS_H_
