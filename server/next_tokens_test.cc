// SPDX-License-Identifier: MIT
//
// NextTokens over a real port.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "server/testing/status_details.h"
#include "server/testing/temporary_directory.h"
#include "server/testing/test_server.h"

namespace microgpt::server {
namespace {

using grpc::StatusCode;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using Request = v1::NextTokensRequest;
using Response = v1::NextTokensResponse;

grpc::Status TryAsk(TestServer& server, const Request& request,
                    Response* response = nullptr) {
  grpc::ClientContext context;
  Response ignored;
  return server.inspector().NextTokens(
      &context, request, response == nullptr ? &ignored : response);
}

Response Ask(TestServer& server, const Request& request) {
  Response response;
  const grpc::Status status = TryAsk(server, request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response;
}

Request Prefix(const std::string& model, const std::string& prefix) {
  Request request;
  request.set_model(model);
  request.set_prefix(prefix);
  return request;
}

// Candidates by the text of their tokens.
std::map<std::string, Response::Candidate> ByText(
    const Response::Distribution& distribution) {
  std::map<std::string, Response::Candidate> candidates;
  for (const Response::Candidate& candidate : distribution.candidates()) {
    candidates[candidate.token().text()] = candidate;
  }
  return candidates;
}

constexpr char kPets[] = "anna\nhannah\nada\nann\nanna\nbea\n";

class NextTokensTest : public testing::Test {
 protected:
  NextTokensTest() {
    v1::Config config;
    config.set_steps(100);
    config.set_block_size(6);
    job_ = server_.Train(TrainText("pets", kPets, config));
  }

  // Token by token, as Generate draws sample `index`.
  std::string Walk(Request request, uint32_t index) {
    request.set_index(index);
    request.set_given(static_cast<uint32_t>(request.prefix().size()));
    while (true) {
      const Response next = Ask(server_, request);
      const std::string& drawn = next.draw().token().text();
      *request.mutable_prefix() += drawn;
      if (drawn.empty()) return request.prefix();
    }
  }

  TestServer server_;
  v1::Job job_;
};

TEST_F(NextTokensTest, WithoutAnythingAskedItIsHowStringsOfTheBuiltInBegin) {
  const Response next = Ask(server_, {});
  EXPECT_EQ(next.model(), "names@1");
  EXPECT_EQ(next.step(), 1000u);
  ASSERT_THAT(next.prefix(), SizeIs(1));
  EXPECT_EQ(next.prefix(0).text(), "");
  EXPECT_EQ(next.next().after().id(), 26u);
  EXPECT_THAT(next.next().candidates(), SizeIs(10));
  EXPECT_THAT(next.after(), IsEmpty());
  EXPECT_TRUE(next.text_known());
  EXPECT_EQ(next.next().documents(), 9264u);
  EXPECT_FALSE(next.has_draw());
}

TEST_F(NextTokensTest, CandidatesAreTheSoftmaxOfTheirLogits) {
  Request request = Prefix("pets", "an");
  request.set_top(0);
  const Response::Distribution next = Ask(server_, request).next();
  ASSERT_THAT(next.candidates(), SizeIs(7));  // a b d e h n, and the end
  double before = 1, sum = 0, entropy = 0, drawn = 0, powers = 0;
  for (const Response::Candidate& candidate : next.candidates()) {
    EXPECT_LE(candidate.probability(), before);
    before = candidate.probability();
    sum += before;
    entropy -= before * std::log(before);
    drawn += candidate.drawn();
    powers += std::exp(2 * candidate.logit());
  }
  EXPECT_NEAR(sum, 1, 1e-12);
  EXPECT_NEAR(drawn, 1, 1e-12);
  EXPECT_NEAR(next.entropy(), entropy, 1e-12);
  for (const Response::Candidate& candidate : next.candidates()) {
    EXPECT_NEAR(candidate.drawn(), std::exp(2 * candidate.logit()) / powers,
                1e-5)
        << "temperature 0.5";
  }
}

TEST_F(NextTokensTest, DocumentsAreTheTrainingTextsOwn) {
  Request request = Prefix("pets", "an");
  request.set_top(0);
  request.set_after(true);
  const Response answer = Ask(server_, request);
  EXPECT_EQ(answer.next().documents(), 3u);
  EXPECT_EQ(answer.next().after().text(), "n");
  auto next = ByText(answer.next());
  EXPECT_EQ(next.at("n").documents(), 3u);
  EXPECT_EQ(next.at("a").documents(), 0u);
  EXPECT_TRUE(next.at("a").has_documents());
  ASSERT_THAT(answer.after(), SizeIs(6));
  for (uint32_t id = 0; id < 6; ++id) {
    EXPECT_EQ(answer.after(static_cast<int>(id)).after().id(), id);
  }
  const Response::Distribution& after_n = answer.after(5);
  EXPECT_EQ(after_n.after().text(), "n");
  EXPECT_EQ(after_n.documents(), 3u);
  auto behind = ByText(after_n);
  EXPECT_EQ(behind.at("a").documents(), 2u);
  EXPECT_EQ(behind.at("").documents(), 1u) << "the document \"ann\"";
}

TEST_F(NextTokensTest, AfterACharacterComesWhatComesAfterThatPrefix) {
  Request request = Prefix("pets", "an");
  request.set_after(true);
  const Response answer = Ask(server_, request);
  for (const Response::Distribution& after : answer.after()) {
    const Response alone =
        Ask(server_, Prefix("pets", "an" + after.after().text()));
    EXPECT_EQ(after.SerializeAsString(), alone.next().SerializeAsString());
  }
}

// The whole of a string, with every number that decided it.
TEST_F(NextTokensTest, DrawsAreGeneratesOwn) {
  struct Case {
    std::string prefix;
    void (*set)(Request&, v1::GenerateRequest&);
  };
  const Case cases[] = {
      {"", [](Request&, v1::GenerateRequest&) {}},
      {"a", [](Request&, v1::GenerateRequest&) {}},
      {"",
       [](Request& r, v1::GenerateRequest& g) {
         r.set_temperature(1.2);
         g.set_temperature(1.2);
         r.set_top_k(3);
         g.set_top_k(3);
       }},
      {"ha",
       [](Request& r, v1::GenerateRequest& g) {
         r.set_temperature(1);
         g.set_temperature(1);
         r.set_top_p(0.9);
         g.set_top_p(0.9);
       }},
      {"",
       [](Request& r, v1::GenerateRequest& g) {
         r.set_temperature(0);
         g.set_temperature(0);
       }},
  };
  for (const Case& c : cases) {
    Request request = Prefix("names", c.prefix);
    request.set_seed(5);
    v1::GenerateRequest generate;
    generate.set_model("names");
    generate.set_prefix(c.prefix);
    generate.set_seed(5);
    generate.set_count(10);
    c.set(request, generate);
    const std::vector<std::string> texts = server_.Texts(generate);
    ASSERT_THAT(texts, SizeIs(10));
    for (uint32_t index = 0; index < 10; ++index) {
      EXPECT_EQ(Walk(request, index), texts[index]) << c.prefix;
    }
  }
}

// What does not meet a condition is an attempt, and drawn again.
TEST_F(NextTokensTest, LaterAttemptsHaveNumbersOfTheirOwn) {
  v1::GenerateRequest generate;
  generate.set_model("names");
  generate.set_seed(5);
  generate.set_count(1);
  const std::string first = server_.Texts(generate)[0];
  generate.mutable_where()->set_regex("m.*");
  const std::string met = server_.Texts(generate)[0];
  Request request = Prefix("names", "");
  request.set_seed(5);
  EXPECT_EQ(Walk(request, 0), first);
  std::string walked;
  for (uint32_t attempt = 0; !walked.starts_with('m'); ++attempt) {
    request.set_attempt(attempt);
    walked = Walk(request, 0);
  }
  EXPECT_EQ(walked, met);
}

TEST_F(NextTokensTest, TheNumberIsADartOnTheRunningSum) {
  Request request = Prefix("names", "ma");
  request.set_seed(1);
  request.set_top(0);
  for (uint32_t index = 0; index < 50; ++index) {
    request.set_index(index);
    const Response answer = Ask(server_, request);
    std::map<uint32_t, double> drawn;
    for (const Response::Candidate& c : answer.next().candidates()) {
      drawn[c.token().id()] = c.drawn();
    }
    double before = 0;
    const uint32_t token = answer.draw().token().id();
    for (uint32_t id = 0; id < token; ++id) before += drawn[id];
    EXPECT_GE(answer.draw().number(), before - 1e-6);
    EXPECT_LT(answer.draw().number(), before + drawn[token] + 1e-6);
  }
}

TEST_F(NextTokensTest, AForgottenTextIsNotKnown) {
  EXPECT_TRUE(Ask(server_, Prefix("pets", "a")).text_known());
  grpc::ClientContext context;
  v1::DeleteDatasetRequest forget;
  forget.set_dataset(job_.dataset().id());
  v1::DeleteDatasetResponse response;
  ASSERT_TRUE(
      server_.registry().DeleteDataset(&context, forget, &response).ok());
  const Response after = Ask(server_, Prefix("pets", "a"));
  EXPECT_FALSE(after.text_known());
  EXPECT_EQ(after.next().documents(), 0u);
  for (const Response::Candidate& candidate : after.next().candidates()) {
    EXPECT_FALSE(candidate.has_documents());
  }
}

TEST_F(NextTokensTest, OutOfRange) {
  struct Case {
    std::function<void(Request&, bool far)> set;
    std::string field, problem;
  };
  const Case cases[] = {
      {[](Request& r, bool far) { r.set_prefix(far ? "annann" : "annan"); },
       "prefix",
       "6 characters leave no room for 1 more: the model's block_size is 6"},
      {[](Request& r, bool far) {
         r.set_after(true);
         r.set_prefix(far ? "annan" : "anna");
       },
       "prefix",
       "5 characters leave no room for 2 more: the model's block_size is 6"},
      {[](Request& r, bool far) { r.set_prefix(far ? "ax" : "a"); }, "prefix",
       "'x' (U+0078) at position 2 is none of the model's characters"},
      {[](Request& r, bool far) { r.set_top(far ? 8 : 7); }, "top",
       "8 is above the maximum 7"},
      {[](Request& r, bool far) { r.set_temperature(far ? 100.5 : 100); },
       "temperature", "100.5 is above the maximum 100"},
      {[](Request& r, bool far) { r.set_top_k(far ? 0 : 1); }, "top_k",
       "0 is below the minimum 1"},
      {[](Request& r, bool far) { r.set_top_p(far ? 1.5 : 1); }, "top_p",
       "1.5 is above the maximum 1"},
      {[](Request& r, bool far) {
         r.set_prefix("ann");
         r.set_seed(1);
         r.set_given(far ? 4 : 3);
       },
       "given", "4 is above the maximum 3"},
      {[](Request& r, bool far) {
         r.set_seed(1);
         r.set_attempt(far ? 1'000'000 : 999'999);
       },
       "attempt", "1000000 is above the maximum 999999"},
      {[](Request& r, bool far) {
         if (!far) r.set_seed(1);
         r.set_index(2);
       },
       "index", "2 given without seed"},
      {[](Request& r, bool far) {
         if (!far) r.set_seed(1);
         r.set_attempt(2);
       },
       "attempt", "2 given without seed"},
      {[](Request& r, bool far) {
         if (!far) r.set_seed(1);
         r.set_prefix("a");
         r.set_given(1);
       },
       "given", "1 given without seed"},
  };
  for (const Case& bad : cases) {
    Request request = Prefix("pets", "");
    bad.set(request, false);
    EXPECT_TRUE(TryAsk(server_, request).ok()) << bad.field;
    request = Prefix("pets", "");
    bad.set(request, true);
    const grpc::Status status = TryAsk(server_, request);
    EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT) << bad.field;
    EXPECT_EQ(status.error_message(), bad.field + ": " + bad.problem);
    EXPECT_EQ(FieldIn(status), bad.field);
  }
}

TEST_F(NextTokensTest, AJobStandsForTheVersionThatItMade) {
  Request request;
  request.set_job(job_.job());
  request.set_prefix("an");
  EXPECT_EQ(Ask(server_, request).SerializeAsString(),
            Ask(server_, Prefix("pets", "an")).SerializeAsString());
  request.set_step(0);
  EXPECT_EQ(Ask(server_, request).step(), 0u);
}

TEST_F(NextTokensTest, AreTheSameAfterARestart) {
  const TemporaryDirectory directory;
  Options options = TestServer::DefaultOptions();
  options.data_dir = directory.path();
  Request request = Prefix("names", "ma");
  request.set_after(true);
  request.set_seed(3);
  std::string before;
  {
    TestServer server(options);
    before = Ask(server, request).SerializeAsString();
  }
  TestServer server(options);
  EXPECT_EQ(Ask(server, request).SerializeAsString(), before);
}

// Two thousand different characters, three bytes each.
std::string ManyCharacters() {
  std::string text;
  for (char32_t c = 0xAC00; c < 0xAC00 + 2000; ++c) {
    text += {static_cast<char>(0xE0 | c >> 12),
             static_cast<char>(0x80 | (c >> 6 & 0x3F)),
             static_cast<char>(0x80 | (c & 0x3F))};
    if (c % 4 == 3) text += '\n';
  }
  return text;
}

TEST_F(NextTokensTest, AVocabularyOfThousandsIsAnsweredWhereItFitsAMessage) {
  v1::Config config;
  config.set_steps(5);
  server_.Train(TrainText("syllables", ManyCharacters(), config));
  Request request = Prefix("syllables", "\xEA\xB0\x80");
  request.set_after(true);
  const Response answer = Ask(server_, request);
  ASSERT_THAT(answer.after(), SizeIs(2000));
  EXPECT_EQ(answer.next().documents(), 1u);
  for (const Response::Distribution& after : answer.after()) {
    EXPECT_THAT(after.candidates(), SizeIs(10));
  }
  EXPECT_EQ(answer.after(1).documents(), 1u) << "the first line's second";
  const Response alone = Ask(
      server_,
      Prefix("syllables", "\xEA\xB0\x80" + answer.after(1999).after().text()));
  EXPECT_EQ(alone.next().SerializeAsString(),
            answer.after(1999).SerializeAsString());

  request.set_top(0);
  const grpc::Status status = TryAsk(server_, request);
  EXPECT_EQ(FieldIn(status), "top");
  EXPECT_THAT(status.error_message(),
              HasSubstr("MiB, above the maximum 16 MiB of a message: ask for "
                        "fewer candidates, or not for `after`"));
  request.set_after(false);
  EXPECT_THAT(Ask(server_, request).next().candidates(), SizeIs(2001));
}

}  // namespace
}  // namespace microgpt::server
