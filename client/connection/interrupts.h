// SPDX-License-Identifier: MIT
//
// Ctrl-C. A call under way is cancelled and its command ends in its own words;
// where there is none, the program ends at once, and so it does the second
// time, whatever it is doing.
#ifndef MICROGPT_CLIENT_CONNECTION_INTERRUPTS_H_
#define MICROGPT_CLIENT_CONNECTION_INTERRUPTS_H_

#include <csignal>
#include <mutex>
#include <thread>

#include "grpcpp/client_context.h"

namespace microgpt::client {

// SIGINT cannot cancel a call from a signal handler (gRPC takes locks), so a
// thread waits for it. Thread-safe.
class Interrupts {
 public:
  // Blocks SIGINT in the calling thread: make it before any other thread, or
  // that one will get the signal. Does nothing where SIGINT is ignored (nohup).
  Interrupts();
  ~Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

  bool triggered() const;

  // Can be read from once SIGINT came: for a poll that waits for something else
  // besides. -1 where SIGINT is ignored.
  int fd() const { return fd_; }

  // While it lives, SIGINT cancels `context`; at once if it came before.
  class Call {
   public:
    Call(Interrupts* interrupts, grpc::ClientContext* context);
    ~Call();
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

   private:
    Interrupts* const interrupts_;
  };

  // While it lives, SIGINT between two calls does not end the program: the
  // command wants to say something first.
  class Hold {
   public:
    explicit Hold(Interrupts* interrupts);
    ~Hold();
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;

   private:
    Interrupts* const interrupts_;
  };

 private:
  void Listen();
  void OnSignal();

  sigset_t signals_;
  bool ignored_ = false;
  int fd_ = -1;
  mutable std::mutex mutex_;
  // Under mutex_:
  bool triggered_ = false;
  int holds_ = 0;
  grpc::ClientContext* call_ = nullptr;

  std::thread listener_;  // last: uses all above
};

}  // namespace microgpt::client

#endif  // MICROGPT_CLIENT_CONNECTION_INTERRUPTS_H_
