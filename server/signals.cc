// SPDX-License-Identifier: MIT
#include "server/signals.h"

#include <pthread.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <ctime>
#include <stop_token>

namespace microgpt::server {

ShutdownSignals::ShutdownSignals() {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGTERM);
  sigaddset(&signals_, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a file at its limit fails to be written
}

void ShutdownSignals::Wait() {
  int signal = 0;
  while (sigwait(&signals_, &signal) != 0) {
  }
}

void ShutdownSignals::ExitOnNextOrAfter(std::chrono::seconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  watchdog_ = std::jthread([this, end](const std::stop_token& stop) {
    constexpr timespec kPoll{.tv_sec = 0, .tv_nsec = 50'000'000};
    while (!stop.stop_requested()) {
      if (sigtimedwait(&signals_, nullptr, &kPoll) > 0) {
        spdlog::warn("second signal: stopping at once");
        _exit(130);
      }
      if (std::chrono::steady_clock::now() >= end) {
        spdlog::error("draining hangs: stopping at once");
        _exit(1);
      }
    }
  });
}

}  // namespace microgpt::server
