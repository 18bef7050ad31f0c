// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>

#include <atomic>
#include <csignal>

#include "client/end_to_end/end_to_end_test.h"

namespace microgpt::client {
namespace {

using grpc::Status;
using testing::HasSubstr;

using Writer = grpc::ServerWriter<v1::GenerateResponse>;

v1::GenerateResponse Samples(const std::vector<std::string>& texts,
                             unsigned first = 0) {
  v1::GenerateResponse response;
  for (const std::string& text : texts) {
    v1::Sample* sample = response.add_samples();
    sample->set_text(text);
    sample->set_logprob(-12.25);
    sample->set_index(first++);
  }
  return response;
}

v1::GenerateResponse TheSummary(unsigned count) {
  v1::GenerateResponse response;
  response.mutable_summary()->set_count(count);
  response.mutable_summary()->set_attempts(count);
  response.mutable_summary()->set_model("names@1");
  response.mutable_summary()->set_seed(7);
  response.mutable_summary()->mutable_elapsed()->set_nanos(2000000);
  return response;
}

// A server that makes "kamari", "jaylen", "東京".
class GenerateTest : public EndToEndTest {
 protected:
  GenerateTest() {
    handlers.generate = [this](grpc::ServerContext*,
                               const v1::GenerateRequest& request,
                               Writer* writer) {
      requests.push_back(request);
      writer->Write(Samples({"kamari"}));
      writer->Write(Samples({"jaylen", "東京"}, 1));
      writer->Write(TheSummary(3));
      return Status::OK;
    };
  }
  void Answer(const std::vector<v1::GenerateResponse>& responses,
              const Status& status = Status::OK) {
    handlers.generate = [=](grpc::ServerContext*, const v1::GenerateRequest&,
                            Writer* writer) {
      for (const auto& response : responses) writer->Write(response);
      return status;
    };
  }

  std::vector<v1::GenerateRequest> requests;
};

TEST_F(GenerateTest, TextIsTheDefaultOneALine) {
  const auto result = Run({"generate"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, "kamari\njaylen\n東京\n");
  EXPECT_EQ(result.err, "3 strings from names@1 with seed 7 in 2 ms\n");
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(requests[0].ByteSizeLong(), 0u) << "all is the server's default";
  EXPECT_EQ(Run({"generate", "-q"}).err, "");
}

TEST_F(GenerateTest, EveryFlagReachesTheServer) {
  Run({"run", "names@1", "-n", "5", "--temperature", "0", "--top-k", "3",
       "--top-p", "0.9", "--seed", "0", "--prefix", "an", "--logprobs",
       "--randomness", "python", "--max-attempts", "10"});
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(requests[0].ShortDebugString(),
            "model: \"names@1\" count: 5 temperature: 0 top_k: 3 top_p: 0.9 "
            "seed: 0 prefix: \"an\" logprobs: true max_attempts: 10 "
            "randomness: RANDOMNESS_PYTHON");
}

TEST_F(GenerateTest, ConditionsReachTheServer) {
  Run({"generate", "--suffix", "a", "--contains", "mm", "--regex", "e.*",
       "--alphabet", "aem", "--min-length", "2", "--max-length", "6",
       "--unique", "--novel", "--stream-tokens"});
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(requests[0].ShortDebugString(),
            "where { suffix: \"a\" contains: \"mm\" regex: \"e.*\" alphabet: "
            "\"aem\" min_length: 2 max_length: 6 } unique: true novel: true "
            "stream_tokens: true");
}

TEST_F(GenerateTest, OfAFlagGivenTwiceTheLastCounts) {
  const auto result = Run({"generate", "-n", "1", "--count=2", "--logprobs",
                           "--logprobs", "--prefix", "a", "--prefix", "b"});
  ASSERT_EQ(requests.size(), 1u) << result.err;
  EXPECT_EQ(requests[0].ShortDebugString(),
            "count: 2 prefix: \"b\" logprobs: true");
}

TEST_F(GenerateTest, OddPrefixesArriveAsTheyAre) {
  for (const std::string prefix : {"[a,b]", "", "train", "-x", "--seed"}) {
    requests.clear();
    const auto result = Run({"generate", "names", "--prefix", prefix});
    ASSERT_EQ(requests.size(), 1u) << prefix << ": " << result.err;
    EXPECT_EQ(requests[0].prefix(), prefix);
  }
  requests.clear();
  Run({"generate", "--prefix=", "--seed", "7"});
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(requests[0].prefix(), "");
  EXPECT_EQ(requests[0].seed(), 7u);
}

TEST_F(GenerateTest, JsonIsOneSampleALine) {
  EXPECT_EQ(Run({"generate", "-o", "json"}).out,
            "{\"text\":\"kamari\",\"logprob\":-12.25}\n"
            "{\"text\":\"jaylen\",\"logprob\":-12.25,\"index\":1}\n"
            "{\"text\":\"東京\",\"logprob\":-12.25,\"index\":2}\n");
}

TEST_F(GenerateTest, TablesAlignWideCharacters) {
  EXPECT_EQ(Run({"generate", "-o", "table"}).out,
            "INDEX  TEXT    LOGPROB\n"
            "    0  kamari   -12.25\n"
            "    1  jaylen   -12.25\n"
            "    2  東京     -12.25\n");
}

TEST_F(GenerateTest, CsvQuotesWhatNeedsIt) {
  Answer({Samples({"a,\"b\""}), TheSummary(1)});
  EXPECT_EQ(Run({"generate", "-o", "csv"}).out,
            "index,text,logprob,novel,truncated\n"
            "0,\"a,\"\"b\"\"\",-12.25,,false\n");
}

TEST_F(GenerateTest, LogprobsMakeATable) {
  v1::GenerateResponse response = Samples({"ab"});
  for (const double logprob : {-1.5, -2.25, -0.125}) {
    response.mutable_samples(0)->add_token_logprobs(logprob);
  }
  Answer({response, TheSummary(1)});
  EXPECT_EQ(Run({"generate", "--logprobs"}).out,
            "INDEX  TEXT  LOGPROB  TOKEN LOGPROBS\n"
            "    0  ab     -12.25  -1.50 -2.25 -0.12\n");
  EXPECT_THAT(Run({"generate", "--logprobs", "-o", "csv"}).out,
              HasSubstr("-1.5 -2.25 -0.125\n"));
}

TEST_F(GenerateTest, PrefixesComeFromStandardInput) {
  const auto result = Run({"generate", "--prefix", "-"}, "an\r\n\n東\n");
  EXPECT_EQ(result.exit_code, 0) << result.err;
  ASSERT_EQ(requests.size(), 3u);
  EXPECT_EQ(requests[0].prefix(), "an");
  EXPECT_EQ(requests[1].prefix(), "");
  EXPECT_EQ(requests[2].prefix(), "東");
  EXPECT_EQ(std::count(result.out.begin(), result.out.end(), '\n'), 9);
}

TEST_F(GenerateTest, APrefixThatIsRefusedLeavesTheOthersAlone) {
  handlers.generate = [this](grpc::ServerContext*,
                             const v1::GenerateRequest& request,
                             Writer* writer) {
    requests.push_back(request);
    if (request.prefix().size() > 16) {
      return Status(grpc::INVALID_ARGUMENT,
                    "prefix: 17 characters are above the model's block_size "
                    "16");
    }
    writer->Write(Samples({request.prefix() + "na"}));
    writer->Write(TheSummary(1));
    return Status::OK;
  };
  const auto result = Run({"generate", "--prefix", "-", "-q"},
                          "an\n" + std::string(17, 'b') + "\n" +
                              std::string(500000, 'a') + "\nma\n");
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.out, "anna\nmana\n");
  EXPECT_EQ(result.err,
            "mgpt: warning: 2 of 4 prefixes were left out; the first: "
            "\"bbbbbbbbbbbbbbbbb\": prefix: 17 characters are above the "
            "model's block_size 16. See: mgpt generate --help\n");
  EXPECT_EQ(requests.size(), 3u);
}

TEST_F(GenerateTest, NoPrefixThatIsTakenIsAFailure) {
  const auto result =
      Run({"generate", "--prefix", "-"}, std::string(500000, 'a'));
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.err,
              HasSubstr("1 of 1 prefixes were left out; the first: \""));
  EXPECT_THAT(result.err, HasSubstr("500,000 bytes are above the 393,216"));
  EXPECT_TRUE(requests.empty());
}

TEST_F(GenerateTest, ARefusalThatHoldsForAllPrefixesEndsThemAll) {
  Answer({}, Status(grpc::INVALID_ARGUMENT, "top_p: 2 is above the maximum 1"));
  const auto result = Run({"generate", "--prefix", "-"}, "an\nma\n");
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("mgpt: top_p: 2 is above the maximum 1"));
}

TEST_F(GenerateTest, APrefixThatContradictsAConditionIsLeftOut) {
  for (const char* const message :
       {"regex: \"m.*\" matches no string that begins with \"an\"",
        "prefix has \"a\", which is not in alphabet",
        "the length 2 of prefix is above max_length 1"}) {
    Answer({}, Status(grpc::FAILED_PRECONDITION, message));
    const auto result = Run({"generate", "--prefix", "-"}, "an\nan\n");
    EXPECT_THAT(result.err, HasSubstr("2 of 2 prefixes were left out; the "
                                      "first: \"an\": " +
                                      std::string(message)));
  }
}

TEST_F(GenerateTest, AShortfallIsAWarning) {
  v1::GenerateResponse summary = TheSummary(1);
  summary.mutable_summary()->set_shortfall(2);
  summary.mutable_summary()->set_attempts(1001);
  Answer({Samples({"a"}), summary});
  const auto result = Run({"generate", "-q"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.out, "a\n");
  EXPECT_THAT(result.err, HasSubstr("mgpt: warning: 2 of 3 strings are "
                                    "missing: 1,001 draws were not enough"));
}

// More attempts would not help where nothing is possible.
TEST_F(GenerateTest, WhereNoStringWasFoundThereMayBeNone) {
  v1::GenerateResponse summary = TheSummary(0);
  summary.mutable_summary()->set_shortfall(2);
  summary.mutable_summary()->set_attempts(40'000);
  Answer({summary});
  const auto result = Run({"generate", "-q"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.err, HasSubstr("none of 40,000 draws is what was asked "
                                    "for: perhaps no string can be"));
}

TEST_F(GenerateTest, ErrorsKeepWhatCameBefore) {
  Answer({Samples({"a"})}, Status(grpc::DATA_LOSS, "model: checksum"));
  const auto result = Run({"generate"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.out, "a\n");
  EXPECT_EQ(result.err, "mgpt: model: checksum\n");
}

TEST_F(GenerateTest, AStreamWithoutSummaryIsUnavailable) {
  Answer({Samples({"a"})});
  const auto result = Run({"generate"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_EQ(result.out, "a\n");
  EXPECT_THAT(result.err, HasSubstr("before its summary"));
}

TEST_F(GenerateTest, ErrorsTellTheNextStep) {
  Answer({}, Status(grpc::NOT_FOUND,
                    "model \"nmaes\" not found: did you mean \"names\"?"));
  auto result = Run({"generate", "nmaes"});
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_EQ(result.err,
            "mgpt: model \"nmaes\" not found: did you mean \"names\"? See: "
            "mgpt ls\n");
  Answer({}, Status(grpc::INVALID_ARGUMENT,
                    "temperature: -0.5 is below the minimum 0"));
  result = Run({"generate", "--temperature", "-0.5"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.err,
            "mgpt: temperature: -0.5 is below the minimum 0. See: mgpt "
            "generate --help\n");
  Answer({}, Status(grpc::FAILED_PRECONDITION, "model: still training"));
  EXPECT_EQ(Run({"generate"}).exit_code, 5);
  EXPECT_EQ(Run({"generate", "-o", "table"}).out, "") << "no lonely header";
}

// A server that never stops by itself.
class EndlessGenerateTest : public EndToEndTest {
 protected:
  EndlessGenerateTest() {
    handlers.generate = [this](grpc::ServerContext* context,
                               const v1::GenerateRequest&, Writer* writer) {
      while (writer->Write(Samples({"kamari"}))) {
      }
      stopped = context->IsCancelled();
      return Status::CANCELLED;
    };
  }

  std::atomic<bool> stopped = false;
};

TEST_F(EndlessGenerateTest, AReaderThatLeavesEndsItQuietly) {
  const auto process = Start({"generate"});
  ASSERT_TRUE(process->WaitForOutput("kamari"));
  process->CloseOutput();
  const auto result = process->Wait();
  StopServer();
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.err, "");
  EXPECT_TRUE(stopped) << "the server must not go on";
}

TEST_F(EndlessGenerateTest, CtrlCStopsTheServersWorkToo) {
  const auto process = Start({"generate"});
  ASSERT_TRUE(process->WaitForOutput("kamari"));
  process->Signal(SIGINT);
  const auto result = process->Wait();
  StopServer();
  EXPECT_EQ(result.exit_code, 130);
  EXPECT_EQ(result.err, "");
  EXPECT_TRUE(stopped);
}

}  // namespace
}  // namespace microgpt::client
