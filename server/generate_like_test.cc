// SPDX-License-Identifier: MIT
//
// GenerateLike over a real port.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "server/testing/status_details.h"
#include "server/testing/test_server.h"

namespace microgpt::server {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

using Texts = std::vector<std::string>;

class GenerateLikeTest : public ::testing::Test {
 protected:
  struct Answer {
    Texts texts;
    v1::QuickTraining training;
    v1::Summary summary;
    grpc::Status status;
  };

  Answer Ask(const v1::GenerateLikeRequest& request) {
    grpc::ClientContext context;
    const auto reader = server_.microgpt().GenerateLike(&context, request);
    Answer answer;
    v1::GenerateResponse response;
    for (bool first = true; reader->Read(&response); first = false) {
      EXPECT_EQ(response.has_training(), first);
      if (first) answer.training = response.training();
      for (const v1::Sample& sample : response.samples()) {
        EXPECT_TRUE(sample.novel());
        answer.texts.push_back(sample.text());
      }
      if (response.has_summary()) answer.summary = response.summary();
    }
    answer.status = reader->Finish();
    return answer;
  }

  void ExpectRefused(const v1::GenerateLikeRequest& request,
                     const std::string& message) {
    const Answer answer = Ask(request);
    EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_EQ(answer.status.error_message(), message);
    EXPECT_EQ(FieldIn(answer.status), message.substr(0, message.find(':')));
  }

  TestServer server_;
};

v1::GenerateLikeRequest Pets() {
  v1::GenerateLikeRequest request;
  for (const char* pet : {"bella", "luna", "max", "charlie", "milo", "rocky",
                          "daisy", "lola", "buddy", "molly", "bella"}) {
    request.add_documents(pet);
  }
  request.mutable_time_budget()->set_seconds(10);
  request.set_seed(3);
  return request;
}

TEST_F(GenerateLikeTest, StringsAreNovelAndUniqueAndNoModelIsKept) {
  const v1::ServerInfo before = server_.Info();
  const v1::GenerateLikeRequest request = Pets();
  const Answer answer = Ask(request);
  EXPECT_TRUE(answer.status.ok()) << answer.status.error_message();
  EXPECT_THAT(answer.texts, SizeIs(20));
  EXPECT_THAT(std::set<std::string>(answer.texts.begin(), answer.texts.end()),
              SizeIs(20));
  for (const std::string& text : answer.texts) {
    for (const std::string& pet : request.documents()) EXPECT_NE(text, pet);
  }
  EXPECT_EQ(answer.training.documents(), 11u);
  EXPECT_EQ(answer.training.steps(), answer.training.config().steps());
  EXPECT_GT(answer.training.loss(), 0);
  EXPECT_EQ(answer.training.config().block_size(), 8u);
  EXPECT_EQ(answer.summary.model(), "");
  EXPECT_EQ(answer.summary.count(), 20u);
  EXPECT_EQ(server_.Info().models(), before.models());
  EXPECT_EQ(server_.Info().memory_bytes(), before.memory_bytes());
}

TEST_F(GenerateLikeTest, TheSameRequestGivesTheSameStrings) {
  const Texts texts = Ask(Pets()).texts;
  EXPECT_EQ(Ask(Pets()).texts, texts);
  v1::GenerateLikeRequest as_text = Pets();
  for (const std::string& pet : as_text.documents()) {
    *as_text.mutable_text() += pet + "\n";
  }
  as_text.clear_documents();
  EXPECT_EQ(Ask(as_text).texts, texts);
  v1::GenerateLikeRequest other = Pets();
  other.set_seed(4);
  EXPECT_NE(Ask(other).texts, texts);
}

TEST_F(GenerateLikeTest, ConditionsHoldAsForGenerate) {
  v1::GenerateLikeRequest request = Pets();
  request.set_count(5);
  request.set_prefix("b");
  request.set_temperature(1);
  request.mutable_where()->set_max_length(6);
  request.mutable_where()->set_regex(".*[aeiouy].*");
  const Answer answer = Ask(request);
  EXPECT_THAT(answer.texts, SizeIs(5));
  for (const std::string& text : answer.texts) {
    EXPECT_EQ(text[0], 'b');
    EXPECT_LE(text.size(), 6u);
    EXPECT_NE(text.find_first_of("aeiouy"), std::string::npos);
  }
}

TEST_F(GenerateLikeTest, TrainingEndsWithItsTime) {
  v1::GenerateLikeRequest request;
  for (int i = 0; i < 3000; ++i) {
    request.add_documents(std::to_string(i * 7919 % 100000) +
                          std::string(200, 'x'));
  }
  request.set_count(1);
  request.mutable_time_budget()->set_nanos(1'000'000);
  const Answer answer = Ask(request);
  EXPECT_TRUE(answer.status.ok()) << answer.status.error_message();
  EXPECT_GE(answer.training.steps(), 1u);
  EXPECT_LE(answer.training.config().steps(), 2u);
}

TEST_F(GenerateLikeTest, BadRequestsAreRefused) {
  ExpectRefused({},
                "documents: no document is left after white space is "
                "stripped and empty ones are dropped; at least 1 is "
                "needed");
  v1::GenerateLikeRequest request = Pets();
  request.set_text("more\n");
  ExpectRefused(request, "text: only one of documents and text may be given");
  request = Pets();
  request.set_count(10'001);
  ExpectRefused(request, "count: 10001 is above the maximum 10000");
  request.set_count(1'000'001);
  ExpectRefused(request, "count: 1000001 is above the maximum 10000");
  request.Clear();
  request.set_text(std::string((2 << 20) + 1, 'a'));
  ExpectRefused(request, "text: 2097153 bytes are above the maximum 2097152");
  request = Pets();
  request.mutable_time_budget()->set_seconds(11);
  ExpectRefused(request, "time_budget: 11s is above the maximum 10s");
  request = Pets();
  request.mutable_time_budget()->set_seconds(0);
  ExpectRefused(request, "time_budget: 0s is below the minimum 0.001s");
  request = Pets();
  request.set_prefix("Z");
  ExpectRefused(request,
                "prefix: 'Z' (U+005A) at position 1 is none of the "
                "model's characters");
  request = Pets();
  request.add_documents("two\nlines");
  EXPECT_THAT(Ask(request).status.error_message(), HasSubstr("documents[11]"));
}

TEST_F(GenerateLikeTest, TenThousandDocumentsAreTheMost) {
  v1::GenerateLikeRequest request;
  for (int i = 0; i < 10'000; ++i) request.add_documents(std::to_string(i));
  request.set_count(1);
  request.mutable_where()->set_min_length(5);  // none of these has
  EXPECT_TRUE(Ask(request).status.ok());
  request.add_documents("one more");
  ExpectRefused(request,
                "documents: 10001 documents are above the maximum "
                "10000: train a model on them");
}

TEST_F(GenerateLikeTest, ACallerWhoIsGoneEndsTheTraining) {
  v1::GenerateLikeRequest request;
  for (int i = 0; i < 5000; ++i) {
    request.add_documents(std::to_string(i) + std::string(250, 'x'));
  }
  request.mutable_time_budget()->set_seconds(10);
  grpc::ClientContext context;
  const auto reader = server_.microgpt().GenerateLike(&context, request);
  EXPECT_TRUE(server_.AwaitInfo(
      [](const v1::ServerInfo& info) { return info.calls() == 1; }));
  context.TryCancel();
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
  EXPECT_TRUE(server_.AwaitInfo(
      [](const v1::ServerInfo& info) { return info.calls() == 0; }));
}

}  // namespace
}  // namespace microgpt::server
