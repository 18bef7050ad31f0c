// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_BENCHMARK_CHILD_H_
#define MICROGPT_SERVER_BENCHMARK_CHILD_H_

#include <sys/types.h>

#include <string>
#include <vector>

namespace microgpt::benchmark {

// This program once more, as a process of its own with other arguments. Killed
// on destruction; its standard input ends when this process does.
class Child {
 public:
  explicit Child(const std::vector<std::string>& arguments);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // Blocks until the child has written a line to its standard output. Ends the
  // program if the child ends before.
  std::string ReadLine();

  // SIGKILL; does not wait for it to take effect.
  void Kill();

 private:
  pid_t pid_ = 0;
  int to_child_ = -1;
  int from_child_ = -1;
};

// In a child: blocks until the process that started it ends.
void AwaitParentsEnd();

}  // namespace microgpt::benchmark

#endif  // MICROGPT_SERVER_BENCHMARK_CHILD_H_
