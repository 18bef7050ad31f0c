// SPDX-License-Identifier: MIT
#include "client/output/output.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <csignal>

namespace microgpt::client {
namespace {

class Pipe {
 public:
  Pipe() { EXPECT_EQ(pipe(ends_.data()), 0); }
  ~Pipe() {
    CloseReader();
    close(ends_[1]);
  }
  int writer() const { return ends_[1]; }
  void CloseReader() {
    if (ends_[0] >= 0) close(ends_[0]);
    ends_[0] = -1;
  }
  std::string Read() {
    std::array<char, 4096> buffer;
    const ssize_t size = read(ends_[0], buffer.data(), buffer.size());
    return std::string(buffer.data(), size > 0 ? size : 0);
  }

 private:
  std::array<int, 2> ends_ = {-1, -1};
};

TEST(OutputTest, WritesArriveOnceFlushed) {
  Pipe pipe;
  Output output(pipe.writer());
  EXPECT_TRUE(output.Write("emma\n"));
  EXPECT_TRUE(output.Write("anna\n"));
  EXPECT_TRUE(output.Finish().ok());
  EXPECT_EQ(pipe.Read(), "emma\nanna\n");
}

TEST(OutputTest, AReaderThatLeavesEndsTheWritingQuietly) {
  std::signal(SIGPIPE, SIG_IGN);
  Pipe pipe;
  pipe.CloseReader();
  Output output(pipe.writer());
  EXPECT_TRUE(output.Write("emma\n"));
  EXPECT_FALSE(output.Flush());
  EXPECT_FALSE(output.Write("anna\n"));
  EXPECT_TRUE(output.Finish().ok());
}

TEST(OutputTest, AFullDiskIsAnError) {
  const int full = open("/dev/full", O_WRONLY);
  ASSERT_GE(full, 0);
  Output output(full);
  EXPECT_TRUE(output.Write("emma\n"));
  EXPECT_EQ(output.Finish().message(),
            "cannot write to standard output: No space left on device");
  close(full);
}

TEST(OutputTest, QuietKeepsWarningsAndErrors) {
  Pipe pipe;
  Console console(pipe.writer(), {.quiet = true, .color = true});
  console.Note("a note");
  console.Warning("careful");
  console.Error("broken");
  EXPECT_EQ(pipe.Read(), "mgpt: warning: careful\nmgpt: broken\n")
      << "and no colour where no terminal reads";
}

TEST(OutputTest, WhatIsSaidMovesNoCursor) {
  Pipe pipe;
  Console console(pipe.writer(), {});
  console.Note("a\033[2J");
  console.Warning("b\033[2J");
  console.Error("c\033[2J\nd");
  EXPECT_EQ(pipe.Read(),
            "a\uFFFD[2J\nmgpt: warning: b\uFFFD[2J\n"
            "mgpt: c\uFFFD[2J\uFFFDd\n");
  EXPECT_EQ(Ticked("names@2\033", true), "\033[32m✓\033[0m names@2\uFFFD");
}

}  // namespace
}  // namespace microgpt::client
