// SPDX-License-Identifier: MIT
//
// What Generate and Score promise of strings, over a real port.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "server/testing/test_server.h"

namespace microgpt::server {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

using Texts = std::vector<std::string>;

// 150 different words of two to four letters.
std::string Words() {
  std::string words;
  for (int i = 0; i < 150; ++i) {
    words += std::string("bdklmnprst").substr(i % 10, 1) + "aeiou"[i / 10 % 5];
    if (i % 3 > 0) words += "nr"[i % 2];
    if (i % 3 > 1) words += "aeiou"[i / 30];
    words += '\n';
  }
  return words;
}

class GenerationTest : public ::testing::Test {
 protected:
  void TrainWords() {
    v1::Config config;
    config.set_steps(300);
    server_.Train(TrainText("words", Words(), config));
  }

  grpc::Status Status(const v1::GenerateRequest& request) {
    grpc::ClientContext context;
    const auto reader = server_.microgpt().Generate(&context, request);
    v1::GenerateResponse message;
    while (reader->Read(&message)) {
    }
    return reader->Finish();
  }

  TestServer server_;
};

v1::GenerateRequest Ask(uint32_t count) {
  v1::GenerateRequest request;
  request.set_model("words");
  request.set_count(count);
  request.set_seed(5);
  request.set_temperature(1);
  return request;
}

TEST_F(GenerationTest, EveryStringMeetsAllConditions) {
  v1::GenerateRequest request;
  request.set_count(40);
  request.set_prefix("ma");
  request.set_novel(true);
  request.set_unique(true);
  request.mutable_where()->set_regex(".*[aeiou]");
  request.mutable_where()->set_contains("r");
  request.mutable_where()->set_alphabet("maeriyn");
  request.mutable_where()->set_min_length(4);
  request.mutable_where()->set_max_length(7);
  const Texts texts = server_.Texts(request);
  EXPECT_THAT(texts, SizeIs(40));
  for (const std::string& text : texts) {
    EXPECT_EQ(text.substr(0, 2), "ma");
    EXPECT_THAT(text, HasSubstr("r"));
    EXPECT_NE(std::string("aeiou").find(text.back()), std::string::npos);
    EXPECT_EQ(text.find_first_not_of("maeriyn"), std::string::npos);
    EXPECT_GE(text.size(), 4u);
    EXPECT_LE(text.size(), 7u);
  }
  EXPECT_THAT(std::set<std::string>(texts.begin(), texts.end()), SizeIs(40));
}

TEST_F(GenerationTest, NovelStringsAreNoneOfTheText) {
  TrainWords();
  const std::string words = "\n" + Words();
  const auto is_known = [&](const std::string& text) {
    return words.find("\n" + text + "\n") != std::string::npos;
  };
  int known = 0;
  for (const auto& response : server_.Generate(Ask(300))) {
    for (const v1::Sample& sample : response.samples()) {
      ASSERT_TRUE(sample.has_novel());
      EXPECT_EQ(sample.novel(), !is_known(sample.text())) << sample.text();
      known += !sample.novel();
    }
  }
  EXPECT_GT(known, 10);
  v1::GenerateRequest request = Ask(300);
  request.set_novel(true);
  for (const std::string& text : server_.Texts(request)) {
    EXPECT_FALSE(is_known(text)) << text;
  }
}

TEST_F(GenerationTest, WithoutItsTextAModelCannotTellWhatIsNovel) {
  TrainWords();
  const v1::Job job = server_.GetStatus("");
  v1::GenerateRequest request = Ask(1);
  request.set_novel(true);
  EXPECT_TRUE(Status(request).ok());
  grpc::ClientContext context;
  v1::DeleteDatasetRequest forget;
  forget.set_dataset(job.dataset().id());
  v1::DeleteDatasetResponse forgotten;
  ASSERT_TRUE(
      server_.registry().DeleteDataset(&context, forget, &forgotten).ok());
  const grpc::Status status = Status(request);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(status.error_message(),
            "novel: the text that model \"words@1\" learned is not known: it "
            "was deleted");
  const auto responses = server_.Generate(Ask(1));
  EXPECT_FALSE(responses[0].samples(0).has_novel());
}

TEST_F(GenerationTest, MoreUniqueStringsThanThereAreEndShort) {
  v1::Config config;
  config.set_block_size(2);
  config.set_steps(20);
  server_.Train(TrainText("words", "ab\nba\n", config));
  v1::GenerateRequest request = Ask(50);
  request.set_unique(true);
  const auto responses = server_.Generate(request);
  const v1::Summary& summary = responses.back().summary();
  // a, b, aa, ab, ba, bb.
  EXPECT_LE(summary.count(), 6u);
  EXPECT_EQ(summary.shortfall(), 50 - summary.count());
  EXPECT_GE(summary.attempts(), 1000u);
}

TEST_F(GenerationTest, UniqueStringsAreRememberedUpToALimit) {
  v1::Config config;
  config.set_block_size(1024);
  config.set_steps(1);
  server_.Train(TrainText("words", "ab\nba\n", config));
  v1::GenerateRequest request = Ask(65'537);
  request.set_unique(true);
  EXPECT_EQ(
      Status(request).error_message(),
      "count: 65537 unique strings of up to 1024 characters are above the "
      "maximum 65536");
}

TEST_F(GenerationTest, TheReferencesTextIsAsItIsUntilSomethingIsAskedOfIt) {
  TrainWords();
  v1::GenerateRequest request = Ask(400);
  request.set_randomness(v1::GenerateRequest::RANDOMNESS_PYTHON);
  const Texts all = server_.Texts(request);
  ASSERT_THAT(all, SizeIs(400));
  Texts wanted;
  for (const std::string& text : all) {
    if (text.size() == 3) wanted.push_back(text);
  }
  ASSERT_GE(wanted.size(), 20u);
  wanted.resize(20);
  request.set_count(20);
  request.mutable_where()->set_min_length(3);
  request.mutable_where()->set_max_length(3);
  EXPECT_EQ(server_.Texts(request), wanted);
}

TEST_F(GenerationTest, TokensComeBeforeTheirSample) {
  TrainWords();
  v1::GenerateRequest request = Ask(30);
  request.set_prefix("ba");
  const Texts texts = server_.Texts(request);
  request.set_stream_tokens(true);
  Texts spelled = {"ba"};
  size_t samples = 0;
  for (const auto& response : server_.Generate(request)) {
    ASSERT_FALSE(response.has_token() && response.samples_size() > 0);
    if (response.has_token()) {
      const v1::Token& token = response.token();
      EXPECT_EQ(token.index(), samples);
      EXPECT_GT(token.probability(), 0);
      EXPECT_THAT(token.alternatives(), SizeIs(5));
      spelled.back() += token.text();
    }
    for (const v1::Sample& sample : response.samples()) {
      ASSERT_LT(samples, texts.size());
      EXPECT_EQ(sample.text(), texts[samples]);
      EXPECT_EQ(sample.text(), spelled.back());
      spelled.emplace_back("ba");
      ++samples;
    }
  }
  EXPECT_EQ(samples, texts.size());
}

TEST_F(GenerationTest, ScoresTellWhatIsNovel) {
  v1::ScoreRequest request;
  request.add_texts("emma");
  request.add_texts("qqqq");
  grpc::ClientContext context;
  v1::ScoreResponse response;
  ASSERT_TRUE(server_.microgpt().Score(&context, request, &response).ok());
  EXPECT_TRUE(response.scores(0).has_novel());
  EXPECT_FALSE(response.scores(0).novel());
  EXPECT_TRUE(response.scores(1).novel());
}

// Whatever the threads, and with other calls under way or not.
TEST(GenerationThreadsTest, TheSameSeedGivesTheSameStrings) {
  std::vector<v1::GenerateRequest> requests(3, Ask(300));
  requests[1].mutable_where()->set_regex("[^k].*[aeiou]");
  requests[1].set_novel(true);
  requests[2].set_unique(true);
  requests[2].set_top_k(5);
  std::vector<Texts> expected;
  for (const size_t samplers : {1, 2}) {
    Options options = TestServer::DefaultOptions();
    options.samplers = samplers;
    TestServer server(options);
    v1::Config config;
    config.set_steps(300);
    server.Train(TrainText("words", Words(), config));
    std::vector<Texts> together(requests.size());
    std::vector<std::thread> callers;
    for (size_t i = 0; i < requests.size(); ++i) {
      callers.emplace_back([&, i] { together[i] = server.Texts(requests[i]); });
    }
    for (std::thread& caller : callers) caller.join();
    for (size_t i = 0; i < requests.size(); ++i) {
      EXPECT_THAT(together[i], SizeIs(300));
      EXPECT_EQ(server.Texts(requests[i]), together[i]);
      if (samplers == 1) {
        expected.push_back(together[i]);
      } else {
        EXPECT_EQ(together[i], expected[i]);
      }
    }
  }
}

}  // namespace
}  // namespace microgpt::server
