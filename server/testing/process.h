// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_TESTING_PROCESS_H_
#define MICROGPT_SERVER_TESTING_PROCESS_H_

#include <sys/types.h>

#include <string>
#include <vector>

namespace microgpt::server {

// A program run by a test: its standard error is read here, its standard output
// too or, with `read_output` false, goes into a pipe that nobody reads. Killed
// on destruction if it still runs.
class Process {
 public:
  // environment: entries added to the test's own, as NAME=VALUE.
  Process(const std::vector<std::string>& command,
          const std::vector<std::string>& environment = {},
          bool read_output = true);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void Signal(int signal);

  // Blocks until a line with `text` appears, and answers with it; empty if the
  // output ends before.
  std::string AwaitLine(const std::string& text);

  // Blocks until the program ends. Its exit code, or -signal.
  int Wait();

  // All that was read, up to the end of the program.
  std::string Output();

 private:
  pid_t pid_ = 0;
  int read_end_ = -1;
  int unread_end_ = -1;
  bool ended_ = false;
  int result_ = 0;
  std::string output_;
};

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_TESTING_PROCESS_H_
