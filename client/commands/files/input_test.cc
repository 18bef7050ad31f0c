// SPDX-License-Identifier: MIT
#include "client/commands/files/input.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <vector>

namespace microgpt::client {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// The lines of `text`, or the error as the last one.
std::vector<std::string> Lines(const std::string& text) {
  std::FILE* const file = std::tmpfile();
  std::fwrite(text.data(), 1, text.size(), file);
  std::rewind(file);
  std::vector<std::string> lines;
  InputFile input(dup(fileno(file)), kStandardInputName);
  const absl::Status status = ForEachLine(&input, [&](InputLine line) {
    lines.push_back(line.CheckLength().ok()
                        ? line.text
                        : line.text +
                              std::string(line.CheckLength().message()));
    return absl::OkStatus();
  });
  if (!status.ok()) lines.emplace_back(status.message());
  std::fclose(file);
  return lines;
}

TEST(InputTest, LinesEndWithLfOrCrlfOrTheFile) {
  EXPECT_THAT(Lines(""), IsEmpty());
  EXPECT_THAT(Lines("a\n\nb"), ElementsAre("a", "", "b"));
  EXPECT_THAT(Lines("a\r\n\r\nb\r"), ElementsAre("a", "", "b"));
  EXPECT_THAT(Lines("\n"), ElementsAre(""));
}

TEST(InputTest, AByteOrderMarkIsNoPartOfTheFirstLine) {
  EXPECT_THAT(Lines("\xEF\xBB\xBF"
                    "emma\nx"),
              ElementsAre("emma", "x"));
  EXPECT_THAT(Lines("\xEF\xBB\xBF\n"), ElementsAre(""));
  EXPECT_THAT(Lines("\xEF\xBB\xBF"), IsEmpty());
  EXPECT_THAT(Lines("a\n\xEF\xBB\xBF"), ElementsAre("a", "\xEF\xBB\xBF"))
      << "a character like others elsewhere";
}

TEST(InputTest, LinesLongerThanTheBufferArriveWhole) {
  const std::string longest(kMostLineBytes, 'a');
  EXPECT_THAT(Lines("x\n" + longest + "\r\ny"), ElementsAre("x", longest, "y"));
  EXPECT_THAT(Lines("\xEF\xBB\xBF" + longest + "\r\n"), ElementsAre(longest));
}

TEST(InputTest, OfALineThatIsTooLongTheBeginningIsKept) {
  const std::string beginning = std::string(40, 'a') + "…";
  EXPECT_THAT(
      Lines(std::string(kMostLineBytes + 1, 'a') + "\ny"),
      ElementsAre(beginning + "393,217 bytes are above the 393,216 a text may "
                              "have",
                  "y"));
  EXPECT_THAT(
      Lines(std::string(17 << 20, 'a')),
      ElementsAre(beginning + "17,825,792 bytes are above the 393,216 a text "
                              "may have"));
}

TEST(InputTest, BadBytesAreFoundByLineAndByte) {
  EXPECT_THAT(Lines("a\nb\xff\nc"),
              ElementsAre("a", "standard input: line 2, byte 2 is not UTF-8"));
}

TEST(InputTest, AHandlerThatFailsEndsTheReading) {
  std::FILE* const file = std::tmpfile();
  std::fputs("a\nb\n", file);
  std::rewind(file);
  int calls = 0;
  InputFile input(dup(fileno(file)), kStandardInputName);
  const absl::Status status = ForEachLine(&input, [&](InputLine) {
    ++calls;
    return absl::NotFoundError("x");
  });
  std::fclose(file);
  EXPECT_EQ(status, absl::NotFoundError("x"));
  EXPECT_EQ(calls, 1);
}

TEST(InputFileTest, AWaitThatCannotBeIsAnErrorAndNoCtrlC) {
  InputFile input(open("/dev/null", O_RDONLY), "x.txt");
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  const rlimit one = {1, files.rlim_max};  // fewer than poll is given
  setrlimit(RLIMIT_NOFILE, &one);
  const auto data = input.Read({});
  setrlimit(RLIMIT_NOFILE, &files);
  EXPECT_EQ(data.status().code(), absl::StatusCode::kUnknown);
  EXPECT_EQ(data.status().message(), "x.txt: Invalid argument");
}

}  // namespace
}  // namespace microgpt::client
