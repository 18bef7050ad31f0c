// SPDX-License-Identifier: MIT
#include "client/connection/interrupts.h"

#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace microgpt::client {
namespace {

constexpr int kInterruptedExitCode = 130;  // 128 + SIGINT, as shells have it
constexpr int kEndOfListening = SIGUSR1;

}  // namespace

Interrupts::Interrupts() {
  struct sigaction action {};
  sigaction(SIGINT, nullptr, &action);
  ignored_ = action.sa_handler == SIG_IGN;
  if (ignored_) return;
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGINT);
  sigaddset(&signals_, kEndOfListening);
  pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  fd_ = eventfd(0, EFD_CLOEXEC);
  listener_ = std::thread(&Interrupts::Listen, this);
}

Interrupts::~Interrupts() {
  if (ignored_) return;
  pthread_kill(listener_.native_handle(), kEndOfListening);
  listener_.join();
  if (fd_ >= 0) close(fd_);
}

bool Interrupts::triggered() const {
  const std::lock_guard lock(mutex_);
  return triggered_;
}

void Interrupts::Listen() {
  for (int signal = 0; sigwait(&signals_, &signal) == 0;) {
    if (signal == kEndOfListening) return;
    OnSignal();
  }
}

void Interrupts::OnSignal() {
  const std::lock_guard lock(mutex_);
  const bool anybody_cares = call_ != nullptr || holds_ > 0;
  if (triggered_ || !anybody_cares) _exit(kInterruptedExitCode);
  triggered_ = true;
  if (fd_ >= 0) eventfd_write(fd_, 1);
  if (call_ != nullptr) call_->TryCancel();
}

Interrupts::Call::Call(Interrupts* interrupts, grpc::ClientContext* context)
    : interrupts_(interrupts) {
  const std::lock_guard lock(interrupts_->mutex_);
  interrupts_->call_ = context;
  if (interrupts_->triggered_) context->TryCancel();
}

Interrupts::Call::~Call() {
  const std::lock_guard lock(interrupts_->mutex_);
  interrupts_->call_ = nullptr;
}

Interrupts::Hold::Hold(Interrupts* interrupts) : interrupts_(interrupts) {
  const std::lock_guard lock(interrupts_->mutex_);
  ++interrupts_->holds_;
}

Interrupts::Hold::~Hold() {
  const std::lock_guard lock(interrupts_->mutex_);
  --interrupts_->holds_;
}

}  // namespace microgpt::client
