// SPDX-License-Identifier: MIT
//
// Every bad input over a real port: its code, a message that names field, value
// and limit, the field in a BadRequest, and nothing changed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "server/testing/status_details.h"
#include "server/testing/test_server.h"

namespace microgpt::server {
namespace {

using grpc::StatusCode;
using ::testing::HasSubstr;

class BadRequestsTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = new TestServer; }
  static void TearDownTestSuite() {
    delete server_;
    server_ = nullptr;
  }

  void SetUp() override { before_ = server_->Info(); }

  // Whatever was refused left no trace.
  void TearDown() override {
    // A call gives its place back a moment after its answer.
    EXPECT_TRUE(server_->AwaitInfo(
        [](const v1::ServerInfo& info) { return info.calls() == 0; }));
    const v1::ServerInfo after = server_->Info();
    EXPECT_EQ(after.memory_bytes(), before_.memory_bytes());
    EXPECT_EQ(after.models(), before_.models());
    EXPECT_EQ(after.queued_jobs() + after.running_jobs(), 0u);
  }

  static grpc::Status Train(const v1::TrainRequest& request) {
    grpc::ClientContext context;
    v1::Job job;
    return server_->microgpt().Train(&context, request, &job);
  }
  static grpc::Status GetStatus(const v1::GetStatusRequest& request) {
    grpc::ClientContext context;
    v1::Job job;
    return server_->microgpt().GetStatus(&context, request, &job);
  }
  static grpc::Status Generate(const v1::GenerateRequest& request) {
    grpc::ClientContext context;
    const auto reader = server_->microgpt().Generate(&context, request);
    v1::GenerateResponse message;
    while (reader->Read(&message)) {
    }
    return reader->Finish();
  }
  static grpc::Status Score(const v1::ScoreRequest& request) {
    grpc::ClientContext context;
    v1::ScoreResponse response;
    return server_->microgpt().Score(&context, request, &response);
  }

  static grpc::Status Evaluate(const v1::EvaluateRequest& request) {
    grpc::ClientContext context;
    v1::Evaluation response;
    return server_->microgpt().Evaluate(&context, request, &response);
  }

  static grpc::Status SendBytes(const std::string& method,
                                const std::string& bytes) {
    return server_->SendBytes("/microgpt.v1.MicroGpt/" + method, bytes);
  }

  static void ExpectInvalid(const grpc::Status& status,
                            const std::string& field,
                            const std::string& problem) {
    EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT)
        << field << ": " << status.error_message();
    EXPECT_EQ(status.error_message(), field + ": " + problem);
    EXPECT_EQ(FieldIn(status), field);
  }

  static TestServer* server_;
  v1::ServerInfo before_;
};

TestServer* BadRequestsTest::server_ = nullptr;

TEST_F(BadRequestsTest, ModelNames) {
  const std::string rule =
      " is not a model name: 1 to 63 characters of a-z, 0-9, '.', '_' and "
      "'-', the first a letter or digit";
  for (const std::string& name :
       {std::string("Names"), std::string("-a"), std::string("a b"),
        std::string("é"), std::string(64, 'a')}) {
    ExpectInvalid(Train(TrainText(name, "anna\n")), "model",
                  "\"" + name + "\"" + rule);
  }
  v1::GenerateRequest generate;
  generate.set_model("names@0");
  ExpectInvalid(Generate(generate), "model",
                "\"names@0\": a version is a number from 1 on or an alias, as "
                "in \"names@1\" or \"names@prod\"");
}

TEST_F(BadRequestsTest, TrainWithoutModelOrData) {
  v1::TrainRequest request;
  request.set_text("anna\n");
  ExpectInvalid(Train(request), "model",
                "must be given with documents, text or dataset");
  request.Clear();
  request.set_model("pets");
  ExpectInvalid(Train(request), "text",
                "model \"pets\" needs documents, text or dataset to train on; "
                "dataset \"names\" is built in");
}

TEST_F(BadRequestsTest, TwoSourcesOfDocuments) {
  v1::TrainRequest request = TrainText("pets", "anna\n");
  request.set_dataset("names");
  ExpectInvalid(Train(request), "dataset",
                "only one of documents, text and dataset may be given");
  request.clear_dataset();
  request.add_documents("bela");
  ExpectInvalid(Train(request), "text",
                "only one of documents, text and dataset may be given");
}

TEST_F(BadRequestsTest, NothingLeftAfterCleaning) {
  const grpc::Status text = Train(TrainText("pets", " \n\t\r\n"));
  EXPECT_EQ(text.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ReasonIn(text), "EMPTY_DATASET");
  EXPECT_EQ(FieldIn(text), "text");
  v1::TrainRequest request;
  request.set_model("pets");
  request.add_documents("  ");
  const grpc::Status documents = Train(request);
  EXPECT_EQ(documents.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ReasonIn(documents), "EMPTY_DATASET");
}

TEST_F(BadRequestsTest, LineBreakInsideADocument) {
  v1::TrainRequest request;
  request.set_model("pets");
  request.add_documents("anna");
  request.add_documents("be\nla");
  const grpc::Status status = Train(request);
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(FieldIn(status), "documents[1]");
}

TEST_F(BadRequestsTest, ConfigOutOfRange) {
  struct Case {
    void (*set)(v1::Config&);
    std::string field, problem;
  };
  const Case cases[] = {
      {[](v1::Config& c) { c.set_n_layer(0); }, "n_layer",
       "0 is below the minimum 1"},
      {[](v1::Config& c) { c.set_n_layer(65); }, "n_layer",
       "65 is above the maximum 64"},
      {[](v1::Config& c) { c.set_n_embd(1028); }, "n_embd",
       "1028 is above the maximum 1024"},
      {[](v1::Config& c) { c.set_n_embd(17); }, "n_embd",
       "17 is not a multiple of n_head 4"},
      {[](v1::Config& c) { c.set_n_head(0); }, "n_head",
       "0 is below the minimum 1"},
      {[](v1::Config& c) { c.set_block_size(1025); }, "block_size",
       "1025 is above the maximum 1024"},
      {[](v1::Config& c) { c.set_steps(0); }, "steps",
       "0 is below the minimum 1"},
      {[](v1::Config& c) { c.set_steps(1'000'001); }, "steps",
       "1000001 is above the maximum 1000000"},
      {[](v1::Config& c) { c.set_batch_size(4097); }, "batch_size",
       "4097 is above the maximum 4096"},
      {[](v1::Config& c) { c.set_learning_rate(-0.5); }, "learning_rate", ""},
      {[](v1::Config& c) { c.set_learning_rate(10.5); }, "learning_rate",
       "10.5 is above the maximum 10"},
      {[](v1::Config& c) { c.set_learning_rate(std::nan("")); },
       "learning_rate", "nan is not a number"},
      {[](v1::Config& c) { c.set_validation(0.51); }, "validation",
       "0.51 is above the maximum 0.5"},
      {[](v1::Config& c) { c.set_beta1(1); }, "beta1", ""},
      {[](v1::Config& c) { c.set_beta2(-0.1); }, "beta2",
       "-0.1 is below the minimum 0"},
      {[](v1::Config& c) { c.set_eps(0); }, "eps", ""},
      {[](v1::Config& c) { c.set_init_std(HUGE_VAL); }, "init_std", ""},
      {[](v1::Config& c) { c.set_optimizer(v1::Optimizer(7)); }, "optimizer",
       "7 is not a known value"},
      {[](v1::Config& c) { c.set_precision(v1::Precision(9)); }, "precision",
       "9 is not a known value"},
      {[](v1::Config& c) { c.set_threads(0); }, "threads",
       "0 is below the minimum 1"},
      {[](v1::Config& c) { c.set_threads(65); }, "threads",
       "65 is above the maximum 64"},
      {[](v1::Config& c) { c.set_threads(3); }, "threads",
       "3 is above the 2 workers of this server"},
  };
  for (const Case& bad : cases) {
    v1::Config config;
    bad.set(config);
    const grpc::Status status = Train(TrainText("pets", "anna\n", config));
    EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT) << bad.field;
    EXPECT_EQ(FieldIn(status), "config." + bad.field);
    EXPECT_THAT(status.error_message(),
                HasSubstr("config." + bad.field + ": " + bad.problem));
  }
}

TEST_F(BadRequestsTest, ModelThatTakesTooMuchMemory) {
  v1::Config config;
  config.set_n_layer(64);
  config.set_n_embd(1024);
  const grpc::Status status = Train(TrainText("huge", "anna\n", config));
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(FieldIn(status), "config");
  EXPECT_THAT(status.error_message(), HasSubstr("above the maximum 1024 MiB"));
}

TEST_F(BadRequestsTest, DurationsOutOfRange) {
  v1::TrainRequest train;
  train.mutable_wait()->set_seconds(61);
  ExpectInvalid(Train(train), "wait", "61s is above the maximum 60s");
  v1::GetStatusRequest status;
  status.mutable_wait()->set_seconds(-1);
  ExpectInvalid(GetStatus(status), "wait", "-1s is below the minimum 0s");
  v1::WatchStatusRequest watch;
  watch.mutable_min_interval()->set_nanos(10);
  grpc::ClientContext context;
  const auto reader = server_->microgpt().WatchStatus(&context, watch);
  v1::Job job;
  EXPECT_FALSE(reader->Read(&job));
  EXPECT_EQ(FieldIn(reader->Finish()), "min_interval");
}

TEST_F(BadRequestsTest, RequestIdTooLong) {
  v1::TrainRequest request;
  request.set_request_id(std::string(129, 'x'));
  ExpectInvalid(Train(request), "request_id",
                "129 bytes are above the maximum 128");
}

TEST_F(BadRequestsTest, UnknownNamesNameTheNearest) {
  v1::GenerateRequest generate;
  generate.set_model("nmaes");
  const grpc::Status model = Generate(generate);
  EXPECT_EQ(model.error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(model.error_message(),
            "model \"nmaes\" not found: did you mean \"names\"?");
  generate.set_model("names@9");
  EXPECT_EQ(Generate(generate).error_message(),
            "model \"names@9\" not found: the newest version is \"names@1\"");
  v1::TrainRequest train;
  train.set_model("pets");
  train.set_dataset("name");
  EXPECT_EQ(Train(train).error_message(),
            "dataset \"name\" not found: did you mean \"names\"?");
  v1::GetStatusRequest status;
  status.set_job("nothing");
  EXPECT_EQ(GetStatus(status).error_code(), StatusCode::NOT_FOUND);
  status.Clear();
  status.set_model("pets");
  EXPECT_EQ(GetStatus(status).error_code(), StatusCode::NOT_FOUND);
}

TEST_F(BadRequestsTest, JobAndModelTogetherOrNeither) {
  v1::GetStatusRequest status;
  status.set_job("x");
  status.set_model("names");
  EXPECT_EQ(FieldIn(GetStatus(status)), "model");
  grpc::ClientContext context;
  v1::Job job;
  EXPECT_EQ(FieldIn(server_->microgpt().CancelTraining(&context, {}, &job)),
            "job");
}

TEST_F(BadRequestsTest, SamplingOutOfRange) {
  v1::GenerateRequest request;
  request.set_count(0);
  ExpectInvalid(Generate(request), "count", "0 is below the minimum 1");
  request.set_count(1'000'001);
  ExpectInvalid(Generate(request), "count",
                "1000001 is above the maximum 1000000");
  request.Clear();
  request.set_temperature(-0.5);
  ExpectInvalid(Generate(request), "temperature",
                "-0.5 is below the minimum 0");
  request.set_temperature(std::numeric_limits<double>::quiet_NaN());
  ExpectInvalid(Generate(request), "temperature", "nan is not a number");
  request.Clear();
  request.set_top_k(0);
  ExpectInvalid(Generate(request), "top_k", "0 is below the minimum 1");
  request.Clear();
  request.set_top_p(1.5);
  ExpectInvalid(Generate(request), "top_p", "1.5 is above the maximum 1");
  request.Clear();
  request.set_max_attempts(0);
  ExpectInvalid(Generate(request), "max_attempts", "0 is below the minimum 1");
  request.Clear();
  request.set_randomness(v1::GenerateRequest::Randomness(5));
  ExpectInvalid(Generate(request), "randomness", "5 is not a known value");
}

TEST_F(BadRequestsTest, PrefixWithACharacterTheModelNeverSaw) {
  v1::GenerateRequest request;
  request.set_prefix("zoé");
  const grpc::Status status = Generate(request);
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(FieldIn(status), "prefix");
  EXPECT_THAT(status.error_message(), HasSubstr("é"));
  EXPECT_THAT(status.error_message(), HasSubstr("3"));
}

TEST_F(BadRequestsTest, ConditionsThatAreNone) {
  struct Case {
    std::function<void(v1::Condition&)> set;
    std::string field, problem;
  };
  const Case cases[] = {
      {[](v1::Condition& c) { c.set_suffix("aZ"); }, "suffix",
       "'Z' (U+005A) at position 2 is none of the model's characters"},
      {[](v1::Condition& c) { c.set_contains("é"); }, "contains",
       "'é' (U+00E9) at position 1 is none of the model's characters"},
      {[](v1::Condition& c) { c.set_alphabet("abc1"); }, "alphabet",
       "'1' (U+0031) at position 4 is none of the model's characters"},
      {[](v1::Condition& c) { c.set_max_length(0); }, "max_length",
       "0 is below the minimum 1: empty strings are not sent"},
      {[](v1::Condition& c) { c.set_regex("(a"); }, "regex",
       "\"(a\" is no expression that can be used: missing ): (a"},
      {[](v1::Condition& c) { c.set_regex("(?=a)a"); }, "regex",
       "\"(?=a)a\" is no expression that can be used: invalid perl operator: "
       "(?="},
      {[](v1::Condition& c) { c.set_regex("((a{100}){100}){100}"); }, "regex",
       "\"((a{100}){100}){100}\" is no expression that can be used: invalid "
       "repetition size: {100}"},
      {[](v1::Condition& c) { c.set_regex("((\\pL{30}){30})"); }, "regex",
       "\"((\\pL{30}){30})\" is no expression that can be used: pattern too "
       "large - compile failed"},
      {[](v1::Condition& c) { c.set_regex(std::string(1001, 'a')); }, "regex",
       "1001 bytes are above the maximum 1000"},
  };
  for (const Case& bad : cases) {
    v1::GenerateRequest request;
    bad.set(*request.mutable_where());
    ExpectInvalid(Generate(request), "where." + bad.field, bad.problem);
  }
}

TEST_F(BadRequestsTest, ConditionsThatNoStringMeets) {
  struct Case {
    std::function<void(v1::GenerateRequest&)> set;
    std::string problem;
  };
  const Case cases[] = {
      {[](auto& r) { r.mutable_where()->set_min_length(17); },
       "min_length 17 is above the model's block_size 16"},
      {[](auto& r) {
         r.set_prefix("anna");
         r.mutable_where()->set_max_length(3);
       },
       "the length 4 of prefix is above max_length 3"},
      {[](auto& r) {
         r.mutable_where()->set_min_length(4);
         r.mutable_where()->set_max_length(3);
       },
       "min_length 4 is above max_length 3"},
      {[](auto& r) {
         r.set_prefix("an");
         r.mutable_where()->set_alphabet("ab");
       },
       "prefix has \"n\", which is not in alphabet"},
      {[](auto& r) {
         r.set_prefix("an");
         r.mutable_where()->set_regex("b.*");
       },
       "regex: \"b.*\" matches no string that begins with \"an\""},
  };
  for (const Case& bad : cases) {
    v1::GenerateRequest request;
    bad.set(request);
    const grpc::Status status = Generate(request);
    EXPECT_EQ(status.error_code(), StatusCode::FAILED_PRECONDITION);
    EXPECT_EQ(ReasonIn(status), "UNSATISFIABLE");
    EXPECT_EQ(status.error_message(), bad.problem);
  }
  v1::GenerateRequest request;
  request.set_count(1);
  request.set_prefix(std::string(16, 'a'));
  request.mutable_where()->set_min_length(16);
  EXPECT_TRUE(Generate(request).ok());
}

TEST_F(BadRequestsTest, PrefixLongerThanTheContext) {
  v1::GenerateRequest request;
  request.set_prefix(std::string(17, 'a'));
  const grpc::Status status = Generate(request);
  EXPECT_EQ(status.error_code(), StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(ReasonIn(status), "UNSATISFIABLE");
  EXPECT_THAT(status.error_message(), HasSubstr("17"));
  EXPECT_THAT(status.error_message(), HasSubstr("16"));
  request.set_prefix(std::string(16, 'a'));
  EXPECT_TRUE(Generate(request).ok());
}

TEST_F(BadRequestsTest, TooFewOrTooManyTexts) {
  v1::ScoreRequest request;
  ExpectInvalid(Score(request), "texts",
                "0 texts given, of 1 to 10000 allowed");
  for (int i = 0; i < 10'001; ++i) request.add_texts("a");
  ExpectInvalid(Score(request), "texts",
                "10001 texts given, of 1 to 10000 allowed");
  request.mutable_texts()->RemoveLast();
  EXPECT_TRUE(Score(request).ok());
  request.Clear();
  request.set_logprobs(true);
  request.add_texts(std::string(400'001, 'a'));
  ExpectInvalid(Score(request), "texts",
                "400001 bytes with logprobs are above the maximum 400000");
}

TEST_F(BadRequestsTest, EvaluationsOutOfRange) {
  v1::EvaluateRequest request;
  request.set_documents(0);
  ExpectInvalid(Evaluate(request), "documents", "0 is below the minimum 1");
  request.set_documents(100'001);
  ExpectInvalid(Evaluate(request), "documents",
                "100001 is above the maximum 100000");
  request.set_documents(100'000);
  request.set_samples(0);
  ExpectInvalid(Evaluate(request), "samples", "0 is below the minimum 1");
  request.set_samples(100'001);
  ExpectInvalid(Evaluate(request), "samples",
                "100001 is above the maximum 100000");
  request.set_samples(1);
  EXPECT_TRUE(Evaluate(request).ok());
  request.set_model("names@0");
  EXPECT_EQ(FieldIn(Evaluate(request)), "model");
  request.set_model("nmaes");
  EXPECT_EQ(Evaluate(request).error_message(),
            "model \"nmaes\" not found: did you mean \"names\"?");
}

TEST_F(BadRequestsTest, PagesOutOfRange) {
  grpc::ClientContext first, second;
  v1::ListJobsRequest jobs;
  jobs.set_page_size(1001);
  v1::ListJobsResponse page;
  ExpectInvalid(server_->registry().ListJobs(&first, jobs, &page), "page_size",
                "1001 is above the maximum 1000");
  jobs.set_page_size(0);
  jobs.set_page_token("?");
  ExpectInvalid(server_->registry().ListJobs(&second, jobs, &page),
                "page_token", "\"?\" is not the next_page_token of a page");
}

TEST_F(BadRequestsTest, LossesFromAStepThatTheJobDoesNotHave) {
  grpc::ClientContext context;
  v1::GetLossesRequest request;
  request.set_from_step(1002);
  const auto reader = server_->registry().GetLosses(&context, request);
  v1::GetLossesResponse message;
  EXPECT_FALSE(reader->Read(&message));
  ExpectInvalid(reader->Finish(), "from_step",
                "1002 is above the maximum 1001");
}

TEST_F(BadRequestsTest, BytesThatAreNoMessage) {
  for (const char* method :
       {"Train", "GetStatus", "Score", "Generate", "Evaluate"}) {
    const grpc::Status status = SendBytes(method, "\xff\xff\xff");
    EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT) << method;
    EXPECT_THAT(status.error_message(), HasSubstr("3 bytes"));
  }
}

TEST_F(BadRequestsTest, TextThatIsNotUtf8NamesLineAndByte) {
  v1::TrainRequest request;
  request.set_model("pets");
  request.set_text("anna\nb?la\n");
  std::string bytes = request.SerializeAsString();
  bytes[bytes.find('?')] = '\xff';
  const grpc::Status status = SendBytes("Train", bytes);
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(FieldIn(status), "text");
  EXPECT_THAT(status.error_message(), HasSubstr("line 2"));
}

TEST_F(BadRequestsTest, UnknownFieldIsRefused) {
  const grpc::Status status = SendBytes("Generate", "\xd8\x3e\x01");
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(FieldIn(status), "1003");
}

TEST_F(BadRequestsTest, MessageAboveSixteenMebibytes) {
  const grpc::Status status =
      Train(TrainText("pets", std::string((16 << 20) + 1, 'a')));
  EXPECT_EQ(status.error_code(), StatusCode::RESOURCE_EXHAUSTED);
}

TEST_F(BadRequestsTest, ModelThatHasNoFinishedVersion) {
  v1::GenerateRequest generate;
  generate.set_model("slow");
  TestServer server;
  const v1::Job job = server.Train(EndlessJob("slow"));
  grpc::ClientContext context;
  const auto reader = server.microgpt().Generate(&context, generate);
  v1::GenerateResponse message;
  EXPECT_FALSE(reader->Read(&message));
  const grpc::Status status = reader->Finish();
  EXPECT_EQ(status.error_code(), StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(ReasonIn(status), "NOT_TRAINED");
  EXPECT_THAT(status.error_message(), HasSubstr(job.job()));
}

}  // namespace
}  // namespace microgpt::server
