// SPDX-License-Identifier: MIT
#include "client/output/progress.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <limits>

#include "client/output/utf8.h"

namespace microgpt::client {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

v1::Job RunningJob(unsigned step, unsigned steps) {
  v1::Job job;
  job.set_model("names");
  job.set_state(v1::Job::STATE_RUNNING);
  job.set_step(step);
  job.set_steps(steps);
  job.set_loss(2.31);
  job.set_vocab_size(27);
  job.set_num_parameters(4192);
  job.mutable_config()->set_n_layer(1);
  job.mutable_config()->set_n_head(4);
  job.mutable_config()->set_n_embd(16);
  job.mutable_config()->set_seed(42);
  job.mutable_dataset()->set_documents(2104);
  return job;
}

// What `progress` of these jobs says where there is no terminal.
std::string PlainProgress(const std::vector<v1::Job>& jobs, bool quiet) {
  std::array<int, 2> ends{};
  EXPECT_EQ(pipe(ends.data()), 0);
  Console console(ends[1], {.quiet = quiet});
  Progress progress(&console);
  for (const v1::Job& job : jobs) progress.Update(job);
  progress.Finish();
  close(ends[1]);
  std::array<char, 8192> buffer;
  const ssize_t size = read(ends[0], buffer.data(), buffer.size());
  close(ends[0]);
  return std::string(buffer.data(), size > 0 ? size : 0);
}

TEST(ProgressTest, TheBarIsAlwaysAsWide) {
  EXPECT_EQ(Bar(0, 4), "▕    ▏");
  EXPECT_EQ(Bar(0.5, 4), "▕██  ▏");
  EXPECT_EQ(Bar(0.72, 20), "▕██████████████▍     ▏");
  EXPECT_EQ(Bar(1, 4), "▕████▏");
  for (int i = 0; i <= 100; ++i) {
    EXPECT_EQ(DisplayWidth(Bar(i / 100.0, 7)), 9u) << i;
  }
  EXPECT_EQ(Bar(7, 4), "▕████▏") << "more than all of it";
}

TEST(ProgressTest, TheCurveGoesFromTheHighestToTheLowestBlock) {
  EXPECT_EQ(Sparkline({8, 7, 6, 5, 4, 3, 2, 1}, 8), "█▇▆▅▄▃▂▁");
  EXPECT_EQ(Sparkline({4, 4, 1, 1}, 2), "█▁");
  EXPECT_EQ(Sparkline({2, 2, 2}, 8), "▁▁▁");
  EXPECT_EQ(Sparkline({1}, 8), "");
}

TEST(ProgressTest, ALossThatIsNoNumberLeavesTheCurveOfTheOthers) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(Sparkline({2, 3, kNan, 1}, 8), "▅█ ▁");
  EXPECT_EQ(Sparkline({3, 2.5, 2, kNan, kNan}, 8), "█▅▁  ");
  EXPECT_EQ(Sparkline({kNan, 2, 1}, 8), " █▁");
  EXPECT_EQ(Sparkline({1, 2, kInfinity}, 8), "▁█ ");
  EXPECT_EQ(Sparkline({kNan, kNan}, 8), "  ");
}

TEST(ProgressTest, PercentAreWholeWhereTheStepsAre) {
  for (unsigned percent = 0; percent <= 100; ++percent) {
    EXPECT_THAT(Frame(RunningJob(percent * 10, 1000), 120)[0],
                HasSubstr(fmt::format(" {} % ", percent)));
  }
  EXPECT_THAT(Frame(RunningJob(999999, 1000000), 120)[0], HasSubstr(" 99 % "));
}

TEST(ProgressTest, TheHeadingTellsTheDataAndTheShape) {
  const v1::Job job = RunningJob(1, 1000);
  EXPECT_THAT(Heading(job),
              testing::ElementsAre(
                  "num docs: 2,104   vocab size: 27   num params: 4,192   "
                  "(0 truncated)",
                  "1 layer · 4 heads · n_embd 16 · seed 42"));
}

TEST(ProgressTest, AFrameTellsWhatIsKnown) {
  v1::Job job = RunningJob(720, 1000);
  job.set_steps_per_second(210000);
  for (const double loss : {3.3, 2.8, 2.5}) job.add_history()->set_loss(loss);
  for (const char* name : {"kamari", "jaylen", "anila", "zora"}) {
    job.add_samples(name);
  }
  EXPECT_THAT(
      Frame(job, 120),
      testing::ElementsAre(
          "▕██████████████▍     ▏ 72 %  720/1000  loss 2.31 █▄▁  210k step/s",
          "         random guess 3.30      sample: kamari · jaylen · anila"));
}

TEST(ProgressTest, AFrameFitsTheTerminal) {
  v1::Job job = RunningJob(720, 1000);
  job.add_samples("東京都東京都東京都東京都東京都");
  for (const std::string& line : Frame(job, 45)) {
    EXPECT_LE(DisplayWidth(line), 45u) << line;
  }
}

TEST(ProgressTest, WhatDoesNotFitIsLeftOutWhole) {
  v1::Job job = RunningJob(21614, 500000);
  job.set_steps_per_second(4700);
  job.mutable_remaining()->set_seconds(103);
  for (const double loss : {3.3, 2.8, 2.5}) job.add_history()->set_loss(loss);
  const std::string whole = Frame(job, 120)[0];
  EXPECT_THAT(whole, HasSubstr("4.7k step/s"));
  EXPECT_THAT(whole, testing::EndsWith(" left"));
  const std::size_t width = DisplayWidth(whole);
  EXPECT_EQ(Frame(job, width)[0], whole);
  const std::string narrower = Frame(job, width - 1)[0];
  EXPECT_THAT(narrower, testing::Not(HasSubstr("step")));
  EXPECT_THAT(narrower, testing::EndsWith(" left"));
}

TEST(ProgressTest, AWaitingJobTellsItsPlace) {
  v1::Job job = RunningJob(0, 1000);
  job.set_state(v1::Job::STATE_QUEUED);
  job.set_queue_position(3);
  EXPECT_THAT(Frame(job, 120)[0], HasSubstr("queued, position 3"));
}

TEST(ProgressTest, SuccessTellsVersionLossAndTime) {
  v1::Job job = RunningJob(1000, 1000);
  job.set_version(2);
  job.mutable_elapsed()->set_nanos(5000000);
  EXPECT_EQ(Success(job), "names@2  loss 2.31  in 5 ms");
  job.set_validation_loss(2.4);
  EXPECT_EQ(Success(job), "names@2  loss 2.31  validation 2.40  in 5 ms");
}

TEST(ProgressTest, WithoutATerminalEachTenthIsOneLine) {
  std::vector<v1::Job> jobs;
  for (unsigned step = 0; step <= 1000; step += 20) {
    jobs.push_back(RunningJob(step, 1000));
  }
  const std::string said = PlainProgress(jobs, false);
  EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 12)
      << "two of heading, ten of progress: " << said;
  EXPECT_THAT(said, StartsWith("num docs: 2,104"));
  EXPECT_THAT(said, HasSubstr("\n 10 %  100/1000  loss 2.31\n"));
  EXPECT_THAT(said, HasSubstr("\n100 %  1000/1000  loss 2.31\n"));
  EXPECT_EQ(said.find('\033'), std::string::npos);
}

TEST(ProgressTest, AFastJobSkipsTheTenthsNobodySaw) {
  const std::string said =
      PlainProgress({RunningJob(3, 1000), RunningJob(1000, 1000)}, false);
  EXPECT_THAT(said, HasSubstr("100 %"));
  EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 3) << said;
}

TEST(ProgressTest, QuietSaysNothing) {
  EXPECT_EQ(PlainProgress({RunningJob(500, 1000)}, true), "");
}

}  // namespace
}  // namespace microgpt::client
