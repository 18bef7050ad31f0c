// SPDX-License-Identifier: MIT
#include "client/output/byte_progress.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>

namespace microgpt::client {
namespace {

constexpr std::uint64_t kMiB = 1 << 20;

// What is said of a file where there is no terminal, in steps of `step` bytes.
std::string Said(std::optional<std::uint64_t> total, std::uint64_t bytes,
                 std::uint64_t step, bool quiet = false) {
  std::array<int, 2> ends{};
  EXPECT_EQ(pipe(ends.data()), 0);
  Console console(ends[1], {.quiet = quiet});
  ByteProgress progress(&console, total);
  for (std::uint64_t done = 0; done < bytes; done += step) progress.Add(step);
  progress.Finish();
  close(ends[1]);
  std::array<char, 8192> buffer;
  const ssize_t size = read(ends[0], buffer.data(), buffer.size());
  close(ends[0]);
  return std::string(buffer.data(), size > 0 ? size : 0);
}

TEST(ByteProgressTest, ALineATenthOfAFile) {
  EXPECT_EQ(Said(4 * kMiB, 4 * kMiB, kMiB),
            " 25 %  1.0 MiB of 4.0 MiB\n"
            " 50 %  2.0 MiB of 4.0 MiB\n"
            " 75 %  3.0 MiB of 4.0 MiB\n"
            "100 %  4.0 MiB of 4.0 MiB\n");
  EXPECT_EQ(Said(100 * kMiB, 19 * kMiB, kMiB),
            " 10 %  10.0 MiB of 100.0 MiB\n");
}

TEST(ByteProgressTest, ALineEach64MiBWhereTheSizeIsNotKnown) {
  EXPECT_EQ(Said(std::nullopt, 130 * kMiB, kMiB), "64.0 MiB\n128.0 MiB\n");
}

TEST(ByteProgressTest, SmallFilesAndQuietPeopleHearNothing) {
  EXPECT_EQ(Said(kMiB - 1, kMiB - 1, kMiB - 1), "");
  EXPECT_EQ(Said(0, 1, 1), "");
  EXPECT_EQ(Said(4 * kMiB, 4 * kMiB, kMiB, true), "");
}

TEST(ByteProgressTest, AFileThatGrowsMeanwhileIsNoMoreThanAllOfIt) {
  EXPECT_EQ(Said(2 * kMiB, 4 * kMiB, 2 * kMiB), "100 %  2.0 MiB of 2.0 MiB\n");
}

}  // namespace
}  // namespace microgpt::client
