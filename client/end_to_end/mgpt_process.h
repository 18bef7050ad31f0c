// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CLIENT_END_TO_END_MGPT_PROCESS_H_
#define MICROGPT_CLIENT_END_TO_END_MGPT_PROCESS_H_

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace microgpt::client {

// The built mgpt, running with pipes for its three streams, or as somebody sits
// at a terminal.
class MgptProcess {
 public:
  struct Result {
    int exit_code = -1;  // -1: ended by a signal
    std::string out;
    std::string err;
    long most_memory_kib = 0;  // that it had resident
  };
  // A terminal does not show what is typed, and its input does not end.
  enum class Streams {
    kPipes,
    kTerminal,     // but for standard output
    kAllTerminal,  // all of it is in Result::err
    // Only standard input is a terminal; both outputs are in Result::out. It is
    // also /dev/tty, whose output is in Result::err; or there is no /dev/tty.
    kInputWithTty,
    kInputWithoutTty,
  };

  // `input` is all of standard input, 1 MiB at most (the largest pipe).
  // `environment` is added to a clean one: "NAME=VALUE".
  MgptProcess(const std::vector<std::string>& arguments, std::string_view input,
              const std::vector<std::string>& environment,
              Streams streams = Streams::kPipes);
  // Ends the process if it still runs.
  ~MgptProcess();
  MgptProcess(const MgptProcess&) = delete;
  MgptProcess& operator=(const MgptProcess&) = delete;

  // Waits until the stream has `text`; false if it ends without.
  bool WaitForOutput(std::string_view text);
  bool WaitForError(std::string_view text);

  // At a terminal.
  void Type(std::string_view text);

  // Stops reading standard output, as head does.
  void CloseOutput();
  void Signal(int signal);

  Result Wait();

 private:
  void Start(const std::vector<std::string>& arguments,
             const std::vector<std::string>& environment, Streams streams);
  bool ReadSome(int* fd, std::string* into);

  pid_t pid_ = -1;
  int in_ = -1;
  int out_ = -1;
  int err_ = -1;
  Result result_;
};

}  // namespace microgpt::client

#endif  // MICROGPT_CLIENT_END_TO_END_MGPT_PROCESS_H_
