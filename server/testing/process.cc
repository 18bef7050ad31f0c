// SPDX-License-Identifier: MIT
#include "server/testing/process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string_view>

namespace microgpt::server {
namespace {

std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (std::string& text : strings) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

Process::Process(const std::vector<std::string>& command,
                 const std::vector<std::string>& environment,
                 bool read_output) {
  std::array<int, 2> read_pipe, unread_pipe;
  if (pipe2(read_pipe.data(), O_CLOEXEC) != 0 ||
      pipe2(unread_pipe.data(), O_CLOEXEC) != 0) {
    std::abort();
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(
      &actions, read_output ? read_pipe[1] : unread_pipe[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, read_pipe[1], STDERR_FILENO);

  std::vector<std::string> arguments = command;
  std::vector<std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    // What the tester has set for servers of his own is not for this one.
    if (!std::string_view(*entry).starts_with("MICROGPT_")) {
      variables.push_back(*entry);
    }
  }
  variables.insert(variables.end(), environment.begin(), environment.end());
  const int error =
      posix_spawn(&pid_, command[0].c_str(), &actions, nullptr,
                  Pointers(arguments).data(), Pointers(variables).data());
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) std::abort();
  close(read_pipe[1]);
  close(unread_pipe[1]);
  read_end_ = read_pipe[0];
  unread_end_ = unread_pipe[0];
}

Process::~Process() {
  if (!ended_) {
    Signal(SIGKILL);
    Wait();
  }
  close(read_end_);
  close(unread_end_);
}

void Process::Signal(int signal) { kill(pid_, signal); }

std::string Process::AwaitLine(const std::string& text) {
  while (true) {
    const size_t found = output_.find(text);
    if (found != std::string::npos) {
      const size_t end = output_.find('\n', found);
      if (end != std::string::npos) {
        const size_t begin = output_.rfind('\n', found) + 1;
        return output_.substr(begin, end - begin);
      }
    }
    std::array<char, 4096> buffer;
    const ssize_t count = read(read_end_, buffer.data(), buffer.size());
    if (count <= 0) return "";
    output_.append(buffer.data(), static_cast<size_t>(count));
  }
}

int Process::Wait() {
  if (ended_) return result_;
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0) {
  }
  ended_ = true;
  result_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  return result_;
}

std::string Process::Output() {
  std::array<char, 4096> buffer;
  ssize_t count;
  while ((count = read(read_end_, buffer.data(), buffer.size())) > 0) {
    output_.append(buffer.data(), static_cast<size_t>(count));
  }
  return output_;
}

}  // namespace microgpt::server
