// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>

#include <algorithm>
#include <csignal>
#include <thread>
#include <utility>

#include "client/end_to_end/end_to_end_test.h"

namespace microgpt::client {
namespace {

using grpc::Status;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using MetricsWriter = grpc::ServerWriter<v1::GetMetricsResponse>;

v1::GetMetricsResponse Points(unsigned first,
                              const std::vector<double>& losses) {
  v1::GetMetricsResponse message;
  message.set_job(kJobId);
  for (std::size_t i = 0; i < losses.size(); ++i) {
    message.add_steps(first + static_cast<unsigned>(i));
    message.add_losses(losses[i]);
    message.add_learning_rates(0.5);
  }
  return message;
}

class MetricsTest : public EndToEndTest {
 protected:
  // Answers with these messages and then `status`, and remembers the request.
  void Answer(std::vector<v1::GetMetricsResponse> messages,
              Status status = Status::OK) {
    if (status.ok()) messages.back().set_done(true);
    handlers.get_metrics = [this, messages, status](
                               grpc::ServerContext*,
                               const v1::GetMetricsRequest& request,
                               MetricsWriter* writer) {
      asked = request;
      for (const auto& message : messages) writer->Write(message);
      return status;
    };
    handlers.get_status = [](const v1::GetStatusRequest&, v1::Job* job) {
      *job = JobAt(500, v1::Job::STATE_RUNNING);
      return Status::OK;
    };
  }

  v1::GetMetricsRequest asked;
};

TEST_F(MetricsTest, EveryPointIsARow) {
  v1::GetMetricsResponse second = Points(3, {1.0 / 3});
  second.add_validation_steps(3);
  second.add_validation_losses(2.5);
  second.add_norm_steps(3);
  second.add_norms()->add_gradient(0.25);
  Answer({Points(1, {3.4, 2.3165432109876543}), second});
  const auto csv = Run({"metrics", "names", "-o", "csv"});
  EXPECT_EQ(csv.exit_code, 0) << csv.err;
  EXPECT_EQ(csv.out,
            "step,loss,validation_loss,learning_rate,gradient_norm\n"
            "1,3.3999999999999999,,0.5,\n"
            "2,2.3165432109876543,,0.5,\n"
            "3,0.33333333333333331,2.5,0.5,0.25\n");
  EXPECT_EQ(asked.model(), "names");
  EXPECT_FALSE(asked.follow());
  EXPECT_EQ(Run({"metrics"}).out,
            "STEP      LOSS  VALIDATION  RATE  GRADIENT\n"
            "   1  3.400000               0.5\n"
            "   2  2.316543               0.5\n"
            "   3  0.333333    2.500000   0.5      0.25\n");
  EXPECT_EQ(Run({"metrics", "-o", "text"}).out,
            "3.3999999999999999\n2.3165432109876543\n0.33333333333333331\n");
}

TEST_F(MetricsTest, JsonIsTheMessagesAsTheyAre) {
  Answer({Points(1, {3.5}), Points(2, {2.5})});
  EXPECT_EQ(Run({"metrics", kJobId, "-o", "json"}).out,
            "{\"job\":\"01jb3z5k9qv8xw2r7t6y4n0mca\",\"steps\":[1],"
            "\"losses\":[3.5],\"learningRates\":[0.5]}\n"
            "{\"job\":\"01jb3z5k9qv8xw2r7t6y4n0mca\",\"steps\":[2],"
            "\"losses\":[2.5],\"learningRates\":[0.5],\"done\":true}\n");
  EXPECT_EQ(asked.job(), kJobId);
}

TEST_F(MetricsTest, FlagsAskForLessOrMore) {
  Answer({Points(10, {3.5})});
  Run({"metrics", "--from", "10", "--every", "5", "--follow"});
  EXPECT_EQ(asked.from_step(), 10u);
  EXPECT_EQ(asked.every(), 5u);
  EXPECT_TRUE(asked.follow());
  Run({"metrics", "--from-step", "11"});
  EXPECT_EQ(asked.from_step(), 11u);
}

TEST_F(MetricsTest, AFollowedJobIsShownAsItGoesOn) {
  handlers.get_metrics = [](grpc::ServerContext* context,
                            const v1::GetMetricsRequest&,
                            MetricsWriter* writer) {
    writer->Write(Points(1, {3.5, 3.25}));
    while (!context->IsCancelled()) std::this_thread::yield();
    return Status::CANCELLED;
  };
  for (const auto& [format, line] :
       std::vector<std::pair<std::string, std::string>>{
           {"table", "      2   3.250000                     0.5\n"},
           {"csv", "2,3.25,,0.5,\n"},
           {"json", "\"losses\":[3.5,3.25]"}}) {
    const auto mgpt =
        Start({"metrics", "--follow", "--every", "1", "-o", format});
    EXPECT_TRUE(mgpt->WaitForOutput(line)) << format;
    mgpt->Signal(SIGINT);
    const auto result = mgpt->Wait();
    EXPECT_EQ(result.exit_code, 130);
    EXPECT_EQ(result.err,
              "mgpt: job 01jb3z5k9qv8xw2r7t6y4n0mca goes on. Follow it: mgpt "
              "metrics 01jb3z5k9qv8xw2r7t6y4n0mca --follow --from 3 "
              "--every 1\n");
  }
}

TEST_F(MetricsTest, AnErrorKeepsWhatCameBefore) {
  Answer({Points(1, {3.5, 3.5})}, Status(grpc::DATA_LOSS, "checksum"));
  const auto result = Run({"metrics"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(
      result.out,
      "STEP      LOSS  RATE\n   1  3.500000   0.5\n   2  3.500000   0.5\n");
  EXPECT_EQ(result.err, "mgpt: checksum\n");
  Answer({Points(1, {})}, Status(grpc::DATA_LOSS, "checksum"));
  EXPECT_EQ(Run({"metrics"}).out, "") << "no lonely header";
}

TEST_F(MetricsTest, WhoLosesTheServerIsToldHowToGoOn) {
  Answer({Points(1, {3.5, 3.5})},
         Status(grpc::UNAVAILABLE, "the server is shutting down"));
  const auto result = Run({"metrics", "names", "--follow"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_EQ(result.err,
            "mgpt: the server at " + address() +
                " went away: the server is shutting down. Try again. See: mgpt "
                "metrics 01jb3z5k9qv8xw2r7t6y4n0mca --follow --from 3\n");
}

TEST_F(MetricsTest, WhatIsNotThereOrOutOfRangeSaysWhereToLook) {
  Answer({}, Status(grpc::NOT_FOUND, "no such model"));
  EXPECT_EQ(Run({"metrics", "x"}).err, "mgpt: no such model. See: mgpt ls\n");
  Answer({}, Status(grpc::INVALID_ARGUMENT, "from_step: 9 is above 5"));
  const auto result = Run({"metrics", "--from", "9"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.err,
            "mgpt: from_step: 9 is above 5. See: mgpt metrics --help\n");
}

TEST_F(MetricsTest, APlotShowsTheCurveOnAsManyPointsAsItHasColumns) {
  Answer({Points(1, {3.5, 3.0, 2.5})});
  const auto result = Run({"metrics", "names", "--plot"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, StartsWith("3.50 ┤"));
  EXPECT_THAT(result.out, HasSubstr("\n2.50 ┤"));
  EXPECT_THAT(result.out, HasSubstr("╌╌╌"));
  EXPECT_THAT(result.out, HasSubstr("step 1000\n"));
  EXPECT_THAT(result.out, EndsWith("\n⠒ loss 2.50   ╌ random guess 3.30\n"));
  EXPECT_EQ(asked.job(), kJobId) << "the same as the job it told of";
  EXPECT_EQ(asked.every(), 7u) << "1000 steps, 80 columns of two dots";
  Run({"metrics", "--plot", "--every", "3"});
  EXPECT_EQ(asked.every(), 3u);
}

TEST_F(MetricsTest, APlotThatIsFollowedIsDrawnAgainWhereATerminalCan) {
  Answer({Points(1, {3.5, 3.0}), Points(3, {2.5})});
  const auto once = Run({"metrics", "--plot", "--follow"});
  EXPECT_EQ(std::ranges::count(once.out, '\n'), 15);
  const auto drawn =
      Start({"metrics", "--plot", "--follow"}, "", Streams::kAllTerminal)
          ->Wait();
  EXPECT_THAT(drawn.err, HasSubstr("\033[15A\033[J"));
  EXPECT_THAT(drawn.err, Not(HasSubstr("\033[36m"))) << "NO_COLOR is set";
}

TEST_F(MetricsTest, APlotIsNoTableForPrograms) {
  const auto result = Run({"metrics", "--plot", "-o", "csv"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.err,
            "mgpt: --plot draws a picture, and -o asks for something else: "
            "leave out one of them. See: mgpt metrics --help\n");
}

}  // namespace
}  // namespace microgpt::client
