// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>

#include "client/end_to_end/end_to_end_test.h"

namespace microgpt::client {
namespace {

using grpc::Status;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using Request = v1::TraceRequest;

// A server that knows one model of one layer with two heads, and traces "a".
class TraceTest : public EndToEndTest {
 protected:
  TraceTest() {
    handlers.trace = [this](const Request& request,
                            v1::TraceResponse* response) {
      requests.push_back(request);
      if (request.model() == "nmaes") {
        return Status(grpc::NOT_FOUND, "model \"nmaes\" not found");
      }
      response->set_model("names@1");
      response->set_step(10);
      response->set_loss(1.5);
      for (const char* token : {"", "a"}) {
        v1::TraceResponse::Position* position = response->add_positions();
        position->mutable_token()->set_text(token);
        position->mutable_next()->set_text(*token == '\0' ? "a" : "");
        position->set_loss(1.5);
        position->set_rank(3);
        for (int i = 0; i < 7; ++i) {
          position->add_candidates()->set_probability(0.1);
        }
      }
      v1::TraceResponse::Layer* layer = response->add_layers();
      for (const unsigned dimension : {2u, 2u, 2u}) {
        layer->mutable_weights()->add_shape(dimension);
      }
      for (const float weight : {1.f, 0.f, .25f, .75f, 1.f, 0.f, .5f, .5f}) {
        layer->mutable_weights()->add_values(weight);
      }
      return Status::OK;
    };
  }

  std::vector<Request> requests;
};

constexpr char kPredictions[] =
    "READ  THEN      P  LOSS  RANK  ENTROPY  LIKELIEST\n"
    "⟨     a     22.3%  1.50     3     0.00  ⟩ 10%  ⟩ 10%  ⟩ 10%  ⟩ 10%  ⟩ "
    "10%\n"
    "a     ⟩     22.3%  1.50     3     0.00  ⟩ 10%  ⟩ 10%  ⟩ 10%  ⟩ 10%  ⟩ "
    "10%\n";
constexpr char kHead1[] =
    "L0 H1     ⟨     a\n"
    "⟨      █1.0\n"
    "a      ▄.50  ▄.50\n";

TEST_F(TraceTest, PredictionsAndAttentionAreTheDefault) {
  const auto result = Run({"trace", "a"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out,
            std::string("names@1 · step 10 · loss of the text 1.50\n\n") +
                kPredictions +
                "\n"
                "L0 H0     ⟨     a\n"
                "⟨      █1.0\n"
                "a      ▂.25  ▆.75\n"
                "\n" +
                kHead1);
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(requests[0].model(), "");
  EXPECT_EQ(requests[0].text(), "a");
  EXPECT_THAT(requests[0].parts(), ElementsAre(Request::PART_ATTENTION));
}

TEST_F(TraceTest, AModelStandsBeforeTheTextAndAJobToo) {
  Run({"trace", "names@1", "a", "--view", "predictions"});
  EXPECT_EQ(requests[0].model(), "names@1");
  EXPECT_THAT(requests[0].parts(), ElementsAre(Request::PART_UNSPECIFIED));
  Run({"trace", kJobId, "a", "--step", "7"});
  EXPECT_EQ(requests[1].job(), kJobId);
  EXPECT_EQ(requests[1].step(), 7u);
  Run({"trace", "names", ""});
  EXPECT_EQ(requests[2].text(), "");
  EXPECT_EQ(requests[2].model(), "names");
}

TEST_F(TraceTest, AViewALayerAndAHeadCanBeChosen) {
  const auto result =
      Run({"trace", "a", "--view", "attention", "--layer", "0", "--head", "1"});
  EXPECT_EQ(
      result.out,
      std::string("names@1 · step 10 · loss of the text 1.50\n\n") + kHead1);
  EXPECT_THAT(requests[0].layers(), ElementsAre(0));
  for (const auto& [view, part] :
       {std::pair("mlp", Request::PART_MLP),
        std::pair("residual", Request::PART_RESIDUAL),
        std::pair("lens", Request::PART_LENS)}) {
    requests.clear();
    EXPECT_EQ(Run({"trace", "a", "--view", view}).exit_code, 0) << view;
    EXPECT_THAT(requests[0].parts(), ElementsAre(part));
  }
}

TEST_F(TraceTest, JsonIsTheAnswerItself) {
  const auto result = Run({"trace", "a", "-o", "json"});
  EXPECT_THAT(result.out, HasSubstr("\"weights\":{\"shape\":[2,2,2],"));
  EXPECT_EQ(std::count(result.out.begin(), result.out.end(), '\n'), 1);
  EXPECT_THAT(requests[0].parts(), IsEmpty()) << "all that there is";
  Run({"trace", "a", "-o", "json", "--view", "mlp"});
  EXPECT_THAT(requests[1].parts(), ElementsAre(Request::PART_MLP));
}

TEST_F(TraceTest, CsvAndTextHaveThePredictions) {
  EXPECT_THAT(Run({"trace", "a", "-o", "csv"}).out,
              testing::StartsWith(
                  "token,next,probability,loss,rank,entropy,candidates\n"
                  ",a,0.22313016014842982,1.5,3,0,"));
  EXPECT_EQ(Run({"trace", "a", "-o", "text"}).out, "1.5\n1.5\n");
  const auto refused = Run({"trace", "a", "-o", "csv", "--view", "lens"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_EQ(refused.err,
            "mgpt: --output: csv and text have the predictions alone; choose "
            "table or json for this view. See: mgpt trace --help\n");
}

TEST_F(TraceTest, HelpSaysThatTheModelMayBeLeftOut) {
  EXPECT_THAT(Run({"trace", "--help"}).out,
              HasSubstr("Usage: mgpt trace [OPTIONS] [MODEL] TEXT\n"));
}

TEST_F(TraceTest, WhatIsWrongIsSaidWithWhereToLook) {
  const auto unknown = Run({"trace", "nmaes", "a"});
  EXPECT_EQ(unknown.exit_code, 4);
  EXPECT_EQ(unknown.err, "mgpt: model \"nmaes\" not found. See: mgpt ls\n");
  const auto head = Run({"trace", "a", "--head", "2"});
  EXPECT_EQ(head.exit_code, 2);
  EXPECT_EQ(head.out, "");
  EXPECT_EQ(head.err,
            "mgpt: --head: 2 is above the maximum 1. See: mgpt trace --help\n");
  for (const std::vector<std::string>& more :
       {std::vector<std::string>{"--view", "mlp"}, {"-o", "json"}}) {
    std::vector<std::string> arguments = {"trace", "a", "--head", "0"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const auto hidden = Run(arguments);
    EXPECT_EQ(hidden.exit_code, 2);
    EXPECT_THAT(hidden.err, HasSubstr("only the table of attention"));
  }
  const auto view = Run({"trace", "a", "--view", "colour"});
  EXPECT_EQ(view.exit_code, 2);
  EXPECT_THAT(view.err,
              HasSubstr("--view: \"colour\" is not predictions, attention, "
                        "mlp, residual or lens"));
  const auto none = Run({"trace"});
  EXPECT_EQ(none.exit_code, 2);
  EXPECT_THAT(none.err, EndsWith("See: mgpt trace --help\n"));
  EXPECT_EQ(Run({"trace", "names", "a", "b"}).exit_code, 2);
}

}  // namespace
}  // namespace microgpt::client
