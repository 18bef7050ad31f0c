// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>

#include "client/end_to_end/end_to_end_test.h"
#include "google/protobuf/util/json_util.h"

namespace microgpt::client {
namespace {

using grpc::Status;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

void Set(v1::Evaluation::Loss* loss, double nats) {
  loss->set_nats(nats);
  loss->set_bits(2 * nats);
}

void Set(v1::Evaluation::Shape* shape, double mean_length, double lengths,
         double pairs) {
  shape->set_mean_length(mean_length);
  shape->set_length_distance(lengths);
  shape->set_pair_distance(pairs);
}

v1::Evaluation NamesEvaluation() {
  v1::Evaluation evaluation;
  evaluation.set_model("names@2");
  evaluation.set_scored(v1::Evaluation::SCORED_HELD_OUT);
  evaluation.set_documents(2000);
  evaluation.set_tokens(14307);
  evaluation.set_characters(12307);
  v1::Evaluation::Losses& losses = *evaluation.mutable_losses();
  Set(losses.mutable_model(), 2.375);
  Set(losses.mutable_training(), 2.25);
  Set(losses.mutable_five_gram(), 2);
  Set(losses.mutable_bigram(), 2.5);
  Set(losses.mutable_unigram(), 2.75);
  Set(losses.mutable_uniform(), 3.25);
  evaluation.set_lead(-0.375);
  evaluation.set_lead_error(0.0125);
  evaluation.set_ngram_documents(28830);
  v1::Evaluation::Samples& samples = *evaluation.mutable_samples();
  samples.set_count(1000);
  samples.set_novel(0.875);
  samples.set_unique(0.975);
  samples.set_truncated(0.5);
  v1::Evaluation::Shapes& shapes = *evaluation.mutable_shapes();
  shapes.set_count(1000);
  Set(shapes.mutable_samples(), 5.5, 0.25, 0.0625);
  Set(shapes.mutable_floor(), 6.25, 0.0625, 0.015625);
  shapes.set_mean_length(6.125);
  evaluation.add_advice("5-grams do better.");
  evaluation.add_advice("Try more steps.");
  return evaluation;
}

constexpr char kCard[] =
    "model    names@2\n"
    "scored   2,000 documents that training held out: 14,307 tokens, 12,307 "
    "characters\n"
    "lead     5-grams, of 28,830 documents, by 0.375 ± 0.013 nats a token\n"
    "samples  1,000: 87.5% novel · 97.5% unique · 50.0% truncated · 0.0% "
    "empty\n"
    "\n"
    "LOSS             NATS/TOKEN  BITS/CHARACTER\n"
    "model                 2.375           4.750\n"
    "… as trained on       2.250           4.500\n"
    "5-grams               2.000           4.000\n"
    "pairs                 2.500           5.000\n"
    "frequencies           2.750           5.500\n"
    "uniform               3.250           6.500\n"
    "\n"
    "DISTANCE FROM THE TEXT  LENGTHS  PAIRS  MEAN LENGTH\n"
    "1,000 samples             0.250  0.062          5.5\n"
    "1,000 documents           0.062  0.016          6.2\n"
    "the text                                        6.1\n"
    "\n"
    "5-grams do better.\n"
    "\n"
    "Try more steps.\n";

// A server that says the same of every model.
class EvaluateTest : public EndToEndTest {
 protected:
  EvaluateTest() {
    handlers.evaluate = [this](const v1::EvaluateRequest& request,
                               v1::Evaluation* response) {
      requests.push_back(request);
      *response = evaluation;
      return Status::OK;
    };
  }

  v1::Evaluation evaluation = NamesEvaluation();
  std::vector<v1::EvaluateRequest> requests;
};

TEST_F(EvaluateTest, ACardIsTheDefault) {
  const auto result = Run({"evaluate", "names@2"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, kCard);
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(requests[0].model(), "names@2");
}

TEST_F(EvaluateTest, EveryFieldIsAFlagAndNoneIsSetByItself) {
  Run({"evaluate"});
  EXPECT_EQ(requests[0].ByteSizeLong(), 0u);
  Run({"evaluate", "names", "--documents", "10", "--samples", "20", "--seed",
       "0"});
  EXPECT_EQ(requests[1].documents(), 10u);
  EXPECT_EQ(requests[1].samples(), 20u);
  EXPECT_TRUE(requests[1].has_seed());
}

TEST_F(EvaluateTest, WhatIsNotKnownIsLeftOut) {
  evaluation.set_scored(v1::Evaluation::SCORED_TRAINING);
  evaluation.mutable_losses()->clear_training();
  evaluation.mutable_shapes()->Clear();
  evaluation.set_lead(0.375);
  evaluation.set_lead_error(0.25);
  const std::string card = Run({"evaluate"}).out;
  EXPECT_THAT(card, HasSubstr("that the model was trained on"));
  EXPECT_THAT(card, HasSubstr("lead     the model by 0.375 ± 0.250 nats a "
                              "token, no more than chance, over 5-grams, of "
                              "28,830 documents\n"));
  EXPECT_THAT(card, testing::Not(HasSubstr("as trained on ")));
  EXPECT_THAT(card, testing::Not(HasSubstr("DISTANCE")));
  EXPECT_THAT(Run({"evaluate", "-o", "csv"}).out,
              HasSubstr(",0,,,,,,,,5-grams"));
}

TEST_F(EvaluateTest, FewDocumentsTellNothing) {
  evaluation.set_documents(9);
  evaluation.set_lead_error(0);
  EXPECT_THAT(Run({"evaluate"}).out, HasSubstr("of too few documents to tell"));
}

TEST_F(EvaluateTest, OtherFormatsAreForPrograms) {
  EXPECT_EQ(Run({"evaluate", "-o", "text"}).out, "2.375\n");
  v1::Evaluation parsed;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(
                  Run({"evaluate", "-o", "json"}).out, &parsed)
                  .ok());
  EXPECT_EQ(parsed.SerializeAsString(), evaluation.SerializeAsString());
  EXPECT_EQ(
      Run({"evaluate", "-o", "csv"}).out,
      "model,scored,documents,tokens,characters,model_nats,model_bits,"
      "uniform_nats,uniform_bits,unigram_nats,unigram_bits,bigram_nats,"
      "bigram_bits,five_gram_nats,five_gram_bits,training_nats,training_bits,"
      "lead,lead_error,ngram_documents,samples,novel,unique,truncated,empty,"
      "compared,sample_mean_length,sample_length_distance,"
      "sample_pair_distance,floor_mean_length,floor_length_distance,"
      "floor_pair_distance,mean_length,advice\n"
      "names@2,held out,2000,14307,12307,2.375,4.75,3.25,6.5,2.75,5.5,2.5,5,2,"
      "4,2.25,4.5,-0.375,0.012500000000000001,28830,1000,0.875,"
      "0.97499999999999998,0.5,0,1000,5.5,0.25,0.0625,6.25,0.0625,0.015625,"
      "6.125,5-grams do better. Try more steps.\n");
}

TEST_F(EvaluateTest, WhyThereIsNoneIsSaid) {
  handlers.evaluate = [](const v1::EvaluateRequest&, v1::Evaluation*) {
    return Status(grpc::FAILED_PRECONDITION,
                  "model: the text that model \"x@1\" learned is not known: it "
                  "was deleted");
  };
  const auto unknown = Run({"evaluate", "x"});
  EXPECT_EQ(unknown.exit_code, 5);
  EXPECT_THAT(unknown.err, HasSubstr("is not known: it was deleted"));
  handlers.evaluate = [](const v1::EvaluateRequest&, v1::Evaluation*) {
    return Status(grpc::NOT_FOUND, "model \"x\" not found");
  };
  const auto missing = Run({"evaluate", "x"});
  EXPECT_EQ(missing.exit_code, 4);
  EXPECT_EQ(missing.err, "mgpt: model \"x\" not found. See: mgpt ls\n");
}

// --- Of a job.

// And one whose jobs have all succeeded.
class EvaluateJobTest : public EvaluateTest {
 protected:
  EvaluateJobTest() {
    handlers.train = [](const v1::TrainRequest&, v1::Job* answer) {
      *answer = JobAt(0, v1::Job::STATE_QUEUED);
      return Status::OK;
    };
    handlers.watch_status = [this](grpc::ServerContext*,
                                   const v1::WatchStatusRequest&,
                                   grpc::ServerWriter<v1::Job>* writer) {
      writer->Write(job);
      return Status::OK;
    };
    handlers.get_status = [this](const v1::GetStatusRequest& request,
                                 v1::Job* answer) {
      asked.push_back(request);
      *answer = job;
      if (request.evaluate()) *answer->mutable_evaluation() = evaluation;
      return Status::OK;
    };
  }

  v1::Job job = JobAt(1000, v1::Job::STATE_SUCCEEDED);
  std::vector<v1::GetStatusRequest> asked;
};

TEST_F(EvaluateJobTest, ATrainingIsFollowedByAnEvaluationWhereOneIsAskedFor) {
  const auto result = Run({"train", "names", "--evaluate"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out,
            "✓ names@2  loss 2.32  in 5 ms\n\n" + std::string(kCard));
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].job(), kJobId);
  EXPECT_THAT(Run({"train", "names", "--evaluate", "-o", "json"}).out,
              HasSubstr("\"evaluation\":{\"model\":\"names@2\""));
}

TEST_F(EvaluateJobTest, NobodyIsAskedToEvaluateUnlessTheUserDoes) {
  const auto result = Run({"train", "names"});
  EXPECT_EQ(result.out, "✓ names@2  loss 2.32  in 5 ms\n");
  EXPECT_TRUE(asked.empty());
}

TEST_F(EvaluateJobTest, AModelThatCannotBeEvaluatedIsMadeAllTheSame) {
  handlers.get_status = [](const v1::GetStatusRequest&, v1::Job*) {
    return Status(grpc::RESOURCE_EXHAUSTED, "too many Evaluate calls");
  };
  const auto result = Run({"train", "names", "--evaluate"});
  EXPECT_NE(result.exit_code, 0);
  EXPECT_EQ(result.out, "✓ names@2  loss 2.32  in 5 ms\n");
  EXPECT_THAT(result.err, HasSubstr("too many Evaluate calls"));
  EXPECT_THAT(result.err, EndsWith("See: mgpt evaluate names@2\n"));
}

TEST_F(EvaluateJobTest, ADetachedTrainingIsNotEvaluated) {
  const auto result = Run({"train", "names", "--detach", "--evaluate"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("--detach"));
  EXPECT_THAT(result.err, HasSubstr("--evaluate"));
}

TEST_F(EvaluateJobTest, AJobsCardHasItBelow) {
  const auto result = Run({"status", "names", "--evaluate"});
  EXPECT_THAT(result.out, StartsWith("job         " + std::string(kJobId)));
  EXPECT_THAT(result.out, EndsWith("\n\n" + std::string(kCard)));
  EXPECT_EQ(Run({"status", "names", "--evaluate", "-o", "text"}).out,
            "succeeded\n");
}

TEST_F(EvaluateJobTest, AdviceThatAJobCarriesIsANoteBelowItsEnd) {
  job.add_advice("The model learns them by heart.");
  const auto result = Run({"train", "names"});
  EXPECT_EQ(result.out, "✓ names@2  loss 2.32  in 5 ms\n");
  EXPECT_THAT(result.err, EndsWith("  Next: mgpt generate names\n"
                                   "  The model learns them by heart.\n"));
  EXPECT_EQ(Run({"train", "names", "-q"}).err, "");
  EXPECT_THAT(Run({"status", "names"}).out,
              HasSubstr("advice      The model learns them by heart.\n"));
}

}  // namespace
}  // namespace microgpt::client
