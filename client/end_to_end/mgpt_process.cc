// SPDX-License-Identifier: MIT
#include "client/end_to_end/mgpt_process.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <stdexcept>

namespace microgpt::client {
namespace {

// Two ends, none of which a child inherits by itself: what is written to the
// one can be read from the other.
struct Ends {
  int reader = -1;
  int writer = -1;
};

Ends MakePipe() {
  std::array<int, 2> ends = {-1, -1};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
  return {ends[0], ends[1]};
}

// A terminal and, to type on it and read it, its other side. It changes nothing
// of what goes through.
struct Terminal {
  Terminal() {
    if (openpty(&other_side, &terminal, nullptr, nullptr, nullptr) != 0) {
      throw std::runtime_error("openpty");
    }
    for (const int fd : {other_side, terminal}) {
      fcntl(fd, F_SETFD, FD_CLOEXEC);
    }
    termios settings{};
    tcgetattr(terminal, &settings);
    settings.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    settings.c_oflag &= ~static_cast<tcflag_t>(OPOST);
    tcsetattr(terminal, TCSANOW, &settings);
  }

  int other_side = -1;
  int terminal = -1;
};

std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (std::string& text : strings) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

void CloseEnd(int* fd) {
  if (*fd >= 0) close(*fd);
  *fd = -1;
}

}  // namespace

MgptProcess::MgptProcess(const std::vector<std::string>& arguments,
                         std::string_view input,
                         const std::vector<std::string>& environment,
                         Streams streams) {
  constexpr int kLargestPipe = 1 << 20;
  Start(arguments, environment, streams);
  if (input.size() > 1 << 16) fcntl(in_, F_SETPIPE_SZ, kLargestPipe);
  Type(input);
  if (streams == Streams::kPipes) CloseEnd(&in_);
}

MgptProcess::~MgptProcess() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  CloseEnd(&in_);
  CloseEnd(&out_);
  CloseEnd(&err_);
}

void MgptProcess::Start(const std::vector<std::string>& arguments,
                        const std::vector<std::string>& environment,
                        Streams streams) {
  std::vector<std::string> command = {MICROGPT_BINARY_DIR "/bin/mgpt"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  std::vector<std::string> variables = environment;
  Ends in;
  Ends err;
  const Ends out = MakePipe();
  if (streams != Streams::kPipes) {
    const Terminal made;
    in = {made.terminal, fcntl(made.other_side, F_DUPFD_CLOEXEC, 0)};
    err = {made.other_side, fcntl(made.terminal, F_DUPFD_CLOEXEC, 0)};
  } else {
    in = MakePipe();
    err = MakePipe();
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (streams == Streams::kInputWithTty) {
    // The first terminal that a session opens becomes its /dev/tty.
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, ttyname(in.reader),
                                     O_RDWR, 0);
  } else {
    posix_spawn_file_actions_adddup2(&actions, in.reader, STDIN_FILENO);
  }
  const bool all = streams == Streams::kAllTerminal;
  const bool only_input =
      streams == Streams::kInputWithTty || streams == Streams::kInputWithoutTty;
  posix_spawn_file_actions_adddup2(&actions, all ? err.writer : out.writer,
                                   STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(
      &actions, only_input ? out.writer : err.writer, STDERR_FILENO);
  // Whatever terminal the tests have is not its terminal.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
  const int error =
      posix_spawn(&pid_, command[0].c_str(), &actions, &attributes,
                  Pointers(command).data(), Pointers(variables).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  for (const int fd : {in.reader, out.writer, err.writer}) close(fd);
  in_ = in.writer;
  out_ = out.reader;
  err_ = err.reader;
  if (error != 0) throw std::runtime_error("cannot start " + command[0]);
}

bool MgptProcess::ReadSome(int* fd, std::string* into) {
  std::array<char, 4096> buffer;
  const ssize_t size = read(*fd, buffer.data(), buffer.size());
  if (size <= 0) {
    CloseEnd(fd);
    return false;
  }
  into->append(buffer.data(), static_cast<std::size_t>(size));
  return true;
}

bool MgptProcess::WaitForError(std::string_view text) {
  while (result_.err.find(text) == std::string::npos) {
    if (!ReadSome(&err_, &result_.err)) return false;
  }
  return true;
}

bool MgptProcess::WaitForOutput(std::string_view text) {
  while (result_.out.find(text) == std::string::npos) {
    if (!ReadSome(&out_, &result_.out)) return false;
  }
  return true;
}

void MgptProcess::Type(std::string_view text) {
  if (!text.empty() && write(in_, text.data(), text.size()) !=
                           static_cast<ssize_t>(text.size())) {
    throw std::runtime_error("input does not fit a pipe");
  }
}

void MgptProcess::CloseOutput() { CloseEnd(&out_); }

void MgptProcess::Signal(int signal) { kill(pid_, signal); }

MgptProcess::Result MgptProcess::Wait() {
  while (out_ >= 0 || err_ >= 0) {
    std::array<pollfd, 2> streams = {
        {{out_, POLLIN, 0}, {err_, POLLIN, 0}}};  // poll skips those below 0
    poll(streams.data(), streams.size(), -1);
    if (streams[0].revents != 0) ReadSome(&out_, &result_.out);
    if (streams[1].revents != 0) ReadSome(&err_, &result_.err);
  }
  int status = 0;
  rusage usage{};
  wait4(pid_, &status, 0, &usage);
  pid_ = -1;
  result_.most_memory_kib = usage.ru_maxrss;
  result_.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return result_;
}

}  // namespace microgpt::client
