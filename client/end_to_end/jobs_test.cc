// SPDX-License-Identifier: MIT
//
// status, watch, stop, jobs and ls.
#include <gmock/gmock.h>

#include <atomic>
#include <csignal>
#include <ctime>

#include "client/end_to_end/end_to_end_test.h"

namespace microgpt::client {
namespace {

using grpc::Status;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

using JobWriter = grpc::ServerWriter<v1::Job>;

class JobsTest : public EndToEndTest {
 protected:
  // Answers GetStatus with `job` and remembers the request.
  void AnswerStatus(const v1::Job& job) {
    handlers.get_status = [this, job](const v1::GetStatusRequest& request,
                                      v1::Job* response) {
      asked = request;
      *response = job;
      return Status::OK;
    };
  }

  v1::GetStatusRequest asked;
};

TEST_F(JobsTest, StatusShowsTheJobOnACard) {
  v1::Job job = JobAt(500, v1::Job::STATE_RUNNING);
  job.mutable_remaining()->set_seconds(3);
  AnswerStatus(job);
  const auto result = Run({"status"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, StartsWith("job         01jb3z5k9qv8xw2r7t6y4n0mca\n"
                                     "model       names\n"
                                     "state       running\n"
                                     "step        500/1000\n"
                                     "loss        2.32\n"));
  EXPECT_THAT(result.out, HasSubstr("remaining   about 3.0 s\n"));
  EXPECT_EQ(asked.ByteSizeLong(), 0u) << "the newest job of all";
}

TEST_F(JobsTest, WhatIsUnusualAboutAJobIsOnItsCard) {
  v1::Job job = JobAt(500, v1::Job::STATE_RUNNING);
  job.set_attempt(1);
  AnswerStatus(job);
  EXPECT_THAT(Run({"status"}).out, Not(HasSubstr("attempt")));
  job.mutable_config()->set_threads(1);
  AnswerStatus(job);
  EXPECT_THAT(Run({"status"}).out, Not(HasSubstr("tokenizer")));
  EXPECT_THAT(Run({"status"}).out, Not(HasSubstr("threads")));
  job.set_attempt(2);
  job.mutable_config()->set_tokenizer(v1::TOKENIZER_GRAPHEME);
  job.mutable_config()->set_threads(8);
  job.mutable_dataset()->set_forgotten(true);
  AnswerStatus(job);
  const auto result = Run({"status"});
  EXPECT_THAT(result.out, HasSubstr("\nattempt     2\n"));
  EXPECT_THAT(result.out, HasSubstr("\ntokenizer   grapheme\n"));
  EXPECT_THAT(result.out, HasSubstr("\nthreads     8\n"));
  EXPECT_THAT(result.out, HasSubstr("\ndataset     sha256:ab; its text was "
                                    "forgotten\n"));
  EXPECT_THAT(Run({"status", "-o", "csv"}).out, HasSubstr(",attempt\n"));
  EXPECT_THAT(Run({"status", "-o", "csv"}).out, HasSubstr(",2\n"));
  EXPECT_THAT(Run({"status", "-o", "json"}).out, HasSubstr("\"attempt\":2"));
}

TEST_F(JobsTest, AJobIsToldFromAModelByItsForm) {
  AnswerStatus(JobAt(1000, v1::Job::STATE_SUCCEEDED));
  Run({"status", kJobId});
  EXPECT_EQ(asked.job(), kJobId);
  EXPECT_EQ(asked.model(), "");
  Run({"status", "names"});
  EXPECT_EQ(asked.job(), "");
  EXPECT_EQ(asked.model(), "names");
}

TEST_F(JobsTest, StatusHasItsFlagsAndFormats) {
  AnswerStatus(JobAt(1000, v1::Job::STATE_SUCCEEDED));
  EXPECT_EQ(Run({"status", "-o", "text"}).out, "succeeded\n");
  EXPECT_THAT(Run({"status", "-o", "json"}).out,
              StartsWith("{\"job\":\"01jb3z5k9qv8xw2r7t6y4n0mca\","));
  EXPECT_THAT(Run({"-o", "csv", "status"}).out,
              HasSubstr("\n01jb3z5k9qv8xw2r7t6y4n0mca,names,2,succeeded,"));
  Run({"status", "--wait", "1.5s", "--full"});
  EXPECT_EQ(asked.wait().seconds(), 1);
  EXPECT_EQ(asked.wait().nanos(), 500000000);
  EXPECT_TRUE(asked.full());
}

TEST_F(JobsTest, WhatIsNotThereIsNotFound) {
  handlers.get_status = [](const v1::GetStatusRequest& request, v1::Job*) {
    return Status(grpc::NOT_FOUND,
                  request.job().empty() ? "no such model" : "no such job");
  };
  const auto model = Run({"status", "x"});
  EXPECT_EQ(model.exit_code, 4);
  EXPECT_EQ(model.err, "mgpt: no such model. See: mgpt ls\n");
  const auto job = Run({"status", kJobId});
  EXPECT_EQ(job.err, "mgpt: no such job. See: mgpt jobs\n");
}

TEST_F(JobsTest, WatchFollowsAJobToItsEnd) {
  v1::WatchStatusRequest watched;
  handlers.watch_status = [&](grpc::ServerContext*,
                              const v1::WatchStatusRequest& request,
                              JobWriter* writer) {
    watched = request;
    writer->Write(JobAt(500, v1::Job::STATE_RUNNING));
    writer->Write(JobAt(1000, v1::Job::STATE_SUCCEEDED));
    return Status::OK;
  };
  const auto result = Run({"watch", "names", "--min-interval", "1s"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, "✓ names@2  loss 2.32  in 5 ms\n");
  EXPECT_EQ(watched.model(), "names");
  EXPECT_EQ(watched.min_interval().seconds(), 1);

  const auto json = Run({"watch", kJobId, "-o", "json"});
  EXPECT_EQ(std::count(json.out.begin(), json.out.end(), '\n'), 2)
      << "every snapshot";
  EXPECT_EQ(json.err, "");
  EXPECT_EQ(watched.job(), kJobId);
}

TEST_F(JobsTest, AWatchedJobThatIsNotThereIsLookedForInTheList) {
  handlers.watch_status = [](grpc::ServerContext*,
                             const v1::WatchStatusRequest&, JobWriter*) {
    return Status(grpc::NOT_FOUND, "no such job");
  };
  const auto result = Run({"watch", kJobId});
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_EQ(result.err, "mgpt: no such job. See: mgpt jobs\n");
}

TEST_F(JobsTest, WatchEndsAtDoneEvenIfTheStreamDoesNot) {
  handlers.watch_status = [](grpc::ServerContext*,
                             const v1::WatchStatusRequest&, JobWriter* writer) {
    while (writer->Write(JobAt(1000, v1::Job::STATE_SUCCEEDED))) {
    }
    return Status::CANCELLED;
  };
  EXPECT_EQ(Run({"watch"}).exit_code, 0);
}

TEST_F(JobsTest, AWatchedJobThatFailsIsNotSuccess) {
  handlers.watch_status = [](grpc::ServerContext*,
                             const v1::WatchStatusRequest&, JobWriter* writer) {
    v1::Job job = JobAt(3, v1::Job::STATE_FAILED);
    job.set_done(true);
    writer->Write(job);
    return Status::OK;
  };
  EXPECT_EQ(Run({"watch"}).exit_code, 1);
  EXPECT_EQ(Run({"watch", "-o", "json"}).exit_code, 1);
}

TEST_F(JobsTest, CtrlCLeavesAWatchedJobRunning) {
  handlers.watch_status = [](grpc::ServerContext*,
                             const v1::WatchStatusRequest&, JobWriter* writer) {
    while (writer->Write(JobAt(500, v1::Job::STATE_RUNNING))) {
    }
    return Status::CANCELLED;
  };
  const auto process = Start({"watch"});
  ASSERT_TRUE(process->WaitForError(" 50 %"));
  process->Signal(SIGINT);
  const auto result = process->Wait();
  EXPECT_EQ(result.exit_code, 130);
  EXPECT_THAT(result.err, HasSubstr(std::string("mgpt watch ") + kJobId));
}

TEST_F(JobsTest, AWatcherWhoseReaderLeavesEndsQuietly) {
  handlers.watch_status = [](grpc::ServerContext*,
                             const v1::WatchStatusRequest&, JobWriter* writer) {
    while (writer->Write(JobAt(500, v1::Job::STATE_RUNNING))) {
    }
    return Status::CANCELLED;
  };
  const auto process = Start({"watch", "-o", "json"});
  ASSERT_TRUE(process->WaitForOutput("STATE_RUNNING"));
  process->CloseOutput();
  const auto result = process->Wait();
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.err, "");
}

TEST_F(JobsTest, StopSaysWhatBecameOfTheJob) {
  v1::Job job = JobAt(500, v1::Job::STATE_CANCELLING);
  v1::CancelTrainingRequest stopped;
  handlers.cancel_training = [&](const v1::CancelTrainingRequest& request,
                                 v1::Job* response) {
    stopped = request;
    *response = job;
    return Status::OK;
  };
  const auto result = Run({"stop", "names"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out,
            "names (01jb3z5k9qv8xw2r7t6y4n0mca): cancelling at step 500 of "
            "1000\n");
  EXPECT_EQ(stopped.model(), "names");
  EXPECT_EQ(Run({"stop", "names", "-o", "text"}).out, "cancelling\n");

  job = JobAt(1000, v1::Job::STATE_SUCCEEDED);
  EXPECT_THAT(Run({"stop", kJobId}).out,
              HasSubstr("succeeded at step 1000 of 1000; there is nothing to "
                        "stop\n"));
  EXPECT_EQ(stopped.job(), kJobId);
}

TEST_F(JobsTest, StopNeedsToKnowWhich) {
  const auto result = Run({"stop"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.err,
            "mgpt: JOB_OR_MODEL is required. See: mgpt stop --help\n");
}

TEST_F(JobsTest, ListsFollowThePages) {
  handlers.list_models = [](const v1::ListModelsRequest& request,
                            v1::ListModelsResponse* response) {
    v1::Model* model = response->add_models();
    model->set_name(request.page_token().empty() ? "names" : "東京");
    model->set_version(3);
    model->set_num_parameters(4192);
    model->mutable_config()->set_steps(1000);
    model->set_loss(2.3165432109876543);
    model->set_vocab_size(27);
    model->mutable_create_time()->set_seconds(std::time(nullptr) - 7260);
    if (request.page_token().empty()) response->set_next_page_token("2");
    return Status::OK;
  };
  EXPECT_EQ(Run({"ls"}).out,
            "NAME   VERSION  PARAMS  STEPS  LOSS  TOKENS  MADE\n"
            "names        3    4.2K   1000  2.32      27  2 hours ago\n"
            "東京         3    4.2K   1000  2.32      27  2 hours ago\n");
  EXPECT_EQ(Run({"ls", "-o", "text"}).out, "names\n東京\n");
  EXPECT_THAT(Run({"ls", "-o", "csv"}).out,
              StartsWith("name,version,aliases,num_parameters,steps,loss,"
                         "validation_loss,vocab_size,job,base,dataset,sha256,"
                         "bytes,create_time\n"
                         "names,3,,4192,1000,2.3165432109876543,,27,,,,,0,2"));
}

TEST_F(JobsTest, AnEmptyListIsItsHeader) {
  handlers.list_models = [](const v1::ListModelsRequest&,
                            v1::ListModelsResponse*) { return Status::OK; };
  EXPECT_EQ(Run({"ls"}).out,
            "NAME  VERSION  ALIASES  PARAMS  STEPS  LOSS  TOKENS  MADE\n");
  EXPECT_EQ(Run({"ls", "-o", "json"}).out, "");
}

TEST_F(JobsTest, JobsAreListedNewestFirst) {
  v1::ListJobsRequest asked_for;
  handlers.list_jobs = [&](const v1::ListJobsRequest& request,
                           v1::ListJobsResponse* response) {
    asked_for = request;
    *response->add_jobs() = JobAt(0, v1::Job::STATE_QUEUED);
    *response->add_jobs() = JobAt(1000, v1::Job::STATE_SUCCEEDED);
    return Status::OK;
  };
  const auto result = Run({"ps", "names"});
  EXPECT_EQ(result.out,
            "JOB                         MODEL    STATE           STEP  LOSS   "
            "  TRAINED\n"
            "01jb3z5k9qv8xw2r7t6y4n0mca  names    queued        0/1000     -  "
            "under 1 ms\n"
            "01jb3z5k9qv8xw2r7t6y4n0mca  names@2  succeeded  1000/1000  2.32  "
            "      5 ms\n");
  EXPECT_EQ(asked_for.model(), "names");
  EXPECT_EQ(Run({"jobs", "-o", "text"}).out,
            "01jb3z5k9qv8xw2r7t6y4n0mca\n01jb3z5k9qv8xw2r7t6y4n0mca\n");
}

TEST_F(JobsTest, AnErrorKeepsThePagesThatCameBefore) {
  handlers.list_models = [](const v1::ListModelsRequest& request,
                            v1::ListModelsResponse* response) {
    if (!request.page_token().empty()) {
      return Status(grpc::UNAVAILABLE, "the server is shutting down");
    }
    response->add_models()->set_name("names");
    response->set_next_page_token("2");
    return Status::OK;
  };
  const auto result = Run({"ls"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.out, HasSubstr("\nnames "));
}

}  // namespace
}  // namespace microgpt::client
