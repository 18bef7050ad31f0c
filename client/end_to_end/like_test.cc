// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>

#include "client/end_to_end/end_to_end_test.h"

namespace microgpt::client {
namespace {

using grpc::Status;
using testing::HasSubstr;

// A server that makes "bello" and "maxi", in as many steps as it says.
class LikeTest : public EndToEndTest {
 protected:
  LikeTest() {
    handlers.generate_like =
        [this](grpc::ServerContext*, const v1::GenerateLikeRequest& request,
               grpc::ServerWriter<v1::GenerateResponse>* writer) {
          requests.push_back(request);
          v1::GenerateResponse response;
          response.mutable_training()->mutable_config()->set_steps(30);
          response.mutable_training()->set_steps(steps);
          response.mutable_training()->set_documents(3);
          response.mutable_training()->mutable_elapsed()->set_nanos(2000000);
          response.add_samples()->set_text("bello");
          writer->Write(response);
          response.Clear();
          response.add_samples()->set_text("maxi");
          response.mutable_summary()->set_count(2);
          response.mutable_summary()->set_seed(7);
          response.mutable_summary()->mutable_elapsed()->set_nanos(3000000);
          writer->Write(response);
          return Status::OK;
        };
  }

  unsigned steps = 30;
  std::vector<v1::GenerateLikeRequest> requests;
};

TEST_F(LikeTest, LinesOfStandardInputAreTheExamples) {
  const auto result = Run({"like", "-n", "2", "-"}, "bella\nmax\nluna\n");
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, "bello\nmaxi\n");
  EXPECT_EQ(result.err,
            "2 strings from 3 documents, learned in 30 steps (2 ms) with seed "
            "7 in 3 ms\n");
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(requests[0].ShortDebugString(),
            "text: \"bella\\nmax\\nluna\\n\" count: 2");
}

TEST_F(LikeTest, EveryFlagReachesTheServer) {
  Run({"like",           "-", "--time-budget", "1s",  "--temperature", "0.7",
       "--top-k",        "3", "--top-p",       "0.9", "--seed",        "1",
       "--prefix",       "b", "--max-length",  "6",   "--regex",       "b.*",
       "--max-attempts", "10"},
      "bella\n");
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(requests[0].ShortDebugString(),
            "text: \"bella\\n\" time_budget { seconds: 1 } temperature: 0.7 "
            "top_k: 3 top_p: 0.9 seed: 1 prefix: \"b\" where { regex: \"b.*\" "
            "max_length: 6 } max_attempts: 10");
}

TEST_F(LikeTest, ATrainingThatWasCutShortIsTold) {
  steps = 9;
  const auto result = Run({"like", "-"}, "bella\n");
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.err,
              HasSubstr("the time was over after 9 of 30 steps: the same seed "
                        "may give other strings. Raise --time-budget"));
}

TEST_F(LikeTest, AFileThatIsNotThereIsNamed) {
  const auto result = Run({"like", "nowhere.txt"});
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_THAT(result.err, HasSubstr("nowhere.txt"));
  EXPECT_TRUE(requests.empty());
}

}  // namespace
}  // namespace microgpt::client
