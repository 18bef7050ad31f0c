// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "client/end_to_end/end_to_end_test.h"

namespace microgpt::client {
namespace {

using grpc::Status;
using testing::ElementsAre;
using testing::HasSubstr;

// A server that scores each text by its length, and none with a '!'.
class ScoreTest : public EndToEndTest {
 protected:
  ScoreTest() {
    handlers.score = [this](const v1::ScoreRequest& request,
                            v1::ScoreResponse* response) {
      requests.push_back(request);
      for (const std::string& text : request.texts()) {
        v1::Score* score = response->add_scores();
        if (text.find('!') != std::string::npos) {
          score->set_error("character '!' at 1 is not in the vocabulary");
          continue;
        }
        score->set_logprob(-static_cast<double>(text.size()));
        score->set_bits_per_token(1.5);
      }
      return Status::OK;
    };
  }

  std::vector<std::string> Texts() const {
    std::vector<std::string> texts;
    for (const auto& request : requests) {
      texts.insert(texts.end(), request.texts().begin(), request.texts().end());
    }
    return texts;
  }

  std::vector<v1::ScoreRequest> requests;
};

TEST_F(ScoreTest, ATableIsTheDefault) {
  const auto result = Run({"score", "names@1", "emma", "東京"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out,
            "TEXT  LOGPROB  BITS/TOKEN\n"
            "emma    -4.00        1.50\n"
            "東京    -6.00        1.50\n");
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(requests[0].model(), "names@1");
}

TEST_F(ScoreTest, AnEmptyTextHasItsColumnToo) {
  EXPECT_EQ(Run({"score", "names", ""}).out,
            "TEXT  LOGPROB  BITS/TOKEN\n"
            "         0.00        1.50\n");
}

TEST_F(ScoreTest, OtherFormatsAreForPrograms) {
  EXPECT_EQ(Run({"score", "names", "emma", "-o", "json"}).out,
            "{\"logprob\":-4,\"bitsPerToken\":1.5}\n");
  EXPECT_EQ(Run({"score", "names", "a,b", "-o", "csv"}).out,
            "text,logprob,bits_per_token,novel,truncated,error\n"
            "\"a,b\",-3,1.5,,false,\n");
  EXPECT_EQ(Run({"score", "names", "emma", "x", "-o", "text"}).out, "-4\n-1\n");
}

TEST_F(ScoreTest, OddTextsAreTextsAllTheSame) {
  const auto result =
      Run({"score", "names", "[a,b]", "train", "", "--", "-n", "--help"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(Texts(), ElementsAre("[a,b]", "train", "", "-n", "--help"));
}

TEST_F(ScoreTest, LogprobsOfTheTokensAreShownWhenAskedFor) {
  handlers.score = [](const v1::ScoreRequest& request,
                      v1::ScoreResponse* response) {
    v1::Score* score = response->add_scores();
    score->set_logprob(-1.5);
    if (request.logprobs()) {
      score->add_token_logprobs(-0.5);
      score->add_token_logprobs(-1);
    }
    return Status::OK;
  };
  EXPECT_EQ(Run({"score", "names", "a", "--logprobs", "-o", "csv"}).out,
            "text,logprob,bits_per_token,novel,truncated,error,token_logprobs\n"
            "a,-1.5,0,,false,,-0.5 -1\n");
}

TEST_F(ScoreTest, LinesOfStandardInputAreScoredInOrder) {
  const auto result =
      Run({"score", "names", "-", "-o", "text"}, "emma\r\n\n東\nlast");
  EXPECT_EQ(result.out, "-4\n-0\n-3\n-4\n");
  EXPECT_THAT(Texts(), ElementsAre("emma", "", "東", "last"));
}

TEST_F(ScoreTest, ManyTextsGoInBatches) {
  std::string input;
  for (int i = 0; i < 2500; ++i) input += fmt::format("text {}\n", i);
  const auto result = Run({"score", "names", "-", "-o", "text"}, input);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  ASSERT_EQ(requests.size(), 3u);
  EXPECT_EQ(requests[2].texts_size(), 500);
  EXPECT_EQ(Texts()[1000], "text 1000");
  EXPECT_EQ(std::count(result.out.begin(), result.out.end(), '\n'), 2500);
}

TEST_F(ScoreTest, ATextThatCannotBeScoredIsAWarning) {
  const auto result = Run({"score", "names", "emma", "a!", "-o", "text"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.out, "-4\n-\n");
  EXPECT_EQ(result.err,
            "mgpt: warning: 1 of 2 texts could not be scored; the first: "
            "\"a!\": character '!' at 1 is not in the vocabulary\n");
}

TEST_F(ScoreTest, ALineThatIsTooLongLeavesTheOthersAlone) {
  const std::string input = "emma\n" + std::string(500000, 'a') + "\nanna\n";
  const auto result =
      Run({"score", "names", "-", "--logprobs", "-o", "csv"}, input);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const std::string beginning = std::string(40, 'a') + "…";
  EXPECT_EQ(result.out,
            "text,logprob,bits_per_token,novel,truncated,error,token_logprobs\n"
            "emma,-4,1.5,,false,,\n" +
                beginning +
                ",,,,false,\"500,000 bytes are above the 393,216 a text may "
                "have\",\n"
                "anna,-4,1.5,,false,,\n");
  EXPECT_EQ(result.err,
            "mgpt: warning: 1 of 3 texts could not be scored; the first: \"" +
                beginning +
                "\": 500,000 bytes are above the 393,216 a text may have\n");
  EXPECT_THAT(Texts(), ElementsAre("emma", "anna"));
}

TEST_F(ScoreTest, AnErrorKeepsTheRowsThatCameBefore) {
  std::string input;
  for (int i = 0; i < 1000; ++i) input += "emma\n";
  const auto result = Run({"score", "names", "-"}, input + "anna\n\xff\n");
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(std::count(result.out.begin(), result.out.end(), '\n'), 1001)
      << "a header, and the first batch";
  EXPECT_EQ(result.err,
            "mgpt: standard input: line 1002, byte 1 is not UTF-8\n");
}

TEST_F(ScoreTest, NoTextThatCanBeScoredIsAFailure) {
  const auto result = Run({"score", "names", "a!"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("1 of 1 texts could not be scored"));
}

TEST_F(ScoreTest, BadBytesAreFoundBeforeSending) {
  const auto argument = Run({"score", "names", "a\xff"});
  EXPECT_EQ(argument.exit_code, 2);
  EXPECT_EQ(argument.err,
            "mgpt: TEXT: byte 2 is not UTF-8. See: mgpt score --help\n");
  const auto line = Run({"score", "names", "-"}, "a\n\xff\n");
  EXPECT_EQ(line.exit_code, 2);
  EXPECT_EQ(line.err, "mgpt: standard input: line 2, byte 1 is not UTF-8\n");
  EXPECT_TRUE(requests.empty());
}

TEST_F(ScoreTest, AModelAndATextAreRequired) {
  EXPECT_EQ(Run({"score"}).exit_code, 2);
  EXPECT_EQ(Run({"score", "names"}).exit_code, 2);
}

TEST_F(ScoreTest, UnknownModelsAreNotFound) {
  handlers.score = [](const v1::ScoreRequest&, v1::ScoreResponse*) {
    return Status(grpc::NOT_FOUND, "model \"x\" not found");
  };
  const auto result = Run({"score", "x", "emma"});
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_EQ(result.err, "mgpt: model \"x\" not found. See: mgpt ls\n");
}

}  // namespace
}  // namespace microgpt::client
