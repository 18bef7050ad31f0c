// SPDX-License-Identifier: MIT
#include "server/benchmark/child.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace microgpt::benchmark {
namespace {

[[noreturn]] void Fail(const char* what) {
  fmt::print(stderr, "microgpt_rpc_benchmark: {}\n", what);
  std::_Exit(1);
}

}  // namespace

Child::Child(const std::vector<std::string>& arguments) {
  int input[2], output[2];
  if (pipe2(input, O_CLOEXEC) != 0 || pipe2(output, O_CLOEXEC) != 0) {
    Fail("no pipe to be had");
  }
  std::string program = "/proc/self/exe";
  std::vector<std::string> words = arguments;
  std::vector<char*> argv = {program.data()};
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
  const int error = posix_spawn(&pid_, program.c_str(), &actions, nullptr,
                                argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(input[0]);
  close(output[1]);
  if (error != 0) Fail("cannot start itself");
  to_child_ = input[1];
  from_child_ = output[0];
}

Child::~Child() {
  Kill();
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  close(to_child_);
  close(from_child_);
}

std::string Child::ReadLine() {
  std::string line;
  char byte;
  while (read(from_child_, &byte, 1) == 1) {
    if (byte == '\n') return line;
    line += byte;
  }
  Fail("a process that it started has ended");
}

void Child::Kill() { kill(pid_, SIGKILL); }

void AwaitParentsEnd() {
  char byte;
  while (read(STDIN_FILENO, &byte, 1) > 0) {
  }
}

}  // namespace microgpt::benchmark
