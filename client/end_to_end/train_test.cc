// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>

#include <atomic>
#include <csignal>
#include <future>

#include "client/end_to_end/end_to_end_test.h"
#include "google/protobuf/util/json_util.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace microgpt::client {
namespace {

using grpc::Status;
using testing::HasSubstr;
using testing::StartsWith;

using JobWriter = grpc::ServerWriter<v1::Job>;

// A server that takes every training and finishes it.
class TrainTest : public EndToEndTest {
 protected:
  TrainTest() {
    handlers.train = [this](const v1::TrainRequest& request, v1::Job* job) {
      requests.push_back(request);
      *job = JobAt(0, v1::Job::STATE_QUEUED);
      return Status::OK;
    };
    handlers.watch_status = [this](grpc::ServerContext*,
                                   const v1::WatchStatusRequest& request,
                                   JobWriter* writer) {
      watched = request;
      writer->Write(JobAt(100, v1::Job::STATE_RUNNING));
      writer->Write(JobAt(550, v1::Job::STATE_RUNNING));
      writer->Write(JobAt(1000, v1::Job::STATE_SUCCEEDED));
      return Status::OK;
    };
  }

  // Ends every watching with this snapshot.
  void EndWith(const v1::Job& job) {
    handlers.watch_status = [job](grpc::ServerContext*,
                                  const v1::WatchStatusRequest&,
                                  JobWriter* writer) {
      writer->Write(job);
      return Status::OK;
    };
  }
  void Refuse(const Status& status) {
    handlers.train = [status](const v1::TrainRequest&, v1::Job*) {
      return status;
    };
  }

  std::vector<v1::TrainRequest> requests;
  v1::WatchStatusRequest watched;
};

TEST_F(TrainTest, ADatasetTrainsTheModelOfItsName) {
  const auto result = Run({"train", "names"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, "✓ names@2  loss 2.32  in 5 ms\n");
  EXPECT_EQ(result.err,
            "num docs: 2,104   vocab size: 27   num params: 4,192   (0 "
            "truncated)\n"
            "1 layer · 4 heads · n_embd 16 · seed 42\n"
            " 10 %  100/1000  loss 2.32\n"
            " 55 %  550/1000  loss 2.32\n"
            "100 %  1000/1000  loss 2.32\n"
            "  Next: mgpt generate names\n");
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(requests[0].dataset(), "names");
  EXPECT_EQ(requests[0].model(), "names");
  EXPECT_FALSE(requests[0].has_config());
  EXPECT_EQ(watched.job(), kJobId);
}

TEST_F(TrainTest, QuietLeavesTheResultOnly) {
  const auto result = Run({"train", "names", "-q"});
  EXPECT_EQ(result.out, "✓ names@2  loss 2.32  in 5 ms\n");
  EXPECT_EQ(result.err, "");
}

TEST_F(TrainTest, JsonIsTheFinalJobOnly) {
  const auto result = Run({"train", "names", "-o", "json"});
  v1::Job job;
  ASSERT_TRUE(
      google::protobuf::util::JsonStringToMessage(result.out, &job).ok());
  EXPECT_EQ(job.SerializeAsString(),
            JobAt(1000, v1::Job::STATE_SUCCEEDED).SerializeAsString());
  EXPECT_EQ(std::count(result.out.begin(), result.out.end(), '\n'), 1);
}

TEST_F(TrainTest, TextIsTheNewVersion) {
  EXPECT_EQ(Run({"train", "names", "-o", "text"}).out, "names@2\n");
}

TEST_F(TrainTest, CsvIsOneRow) {
  const auto result = Run({"train", "names", "-o", "csv"});
  EXPECT_THAT(result.out,
              StartsWith("job,model,version,state,step,steps,loss"));
  EXPECT_THAT(result.out,
              HasSubstr("\n01jb3z5k9qv8xw2r7t6y4n0mca,names,2,succeeded,1000,"
                        "1000,2.3165432109876543,"));
}

TEST_F(TrainTest, AFileIsSentAsItIs) {
  const std::string path = File("My Pets.txt", "cat\r\n東京\n");
  const auto result = Run({"train", path});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(requests[0].text(), "cat\r\n東京\n");
  EXPECT_EQ(requests[0].model(), "my-pets");
  EXPECT_EQ(requests[0].dataset(), "");
}

TEST_F(TrainTest, ANameThatIsOnlyAFileIsThatFile) {
  File("pets", "cat\n");
  handlers.train = [this](const v1::TrainRequest& request, v1::Job* job) {
    requests.push_back(request);
    if (!request.dataset().empty()) {
      return Status(grpc::NOT_FOUND, "dataset \"pets\" not found");
    }
    *job = JobAt(0, v1::Job::STATE_QUEUED);
    return Status::OK;
  };
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder());
  const auto result = Run({"train", "pets", "-o", "text"});
  std::filesystem::current_path(before);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(requests[0].dataset(), "pets");
  EXPECT_EQ(requests[1].text(), "cat\n");
  EXPECT_EQ(requests[1].model(), "pets");
}

TEST_F(TrainTest, NeitherDatasetNorFileIsNotFound) {
  Refuse(Status(grpc::NOT_FOUND, "dataset \"pets\" not found"));
  const auto result = Run({"train", "pets"});
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.err,
            "mgpt: dataset \"pets\" not found. There is no file of this name "
            "either. See: mgpt dataset ls\n");
  Refuse(Status(grpc::NOT_FOUND,
                "dataset \"nmaes\" not found: did you mean \"names\"?"));
  EXPECT_EQ(Run({"train", "nmaes"}).err,
            "mgpt: dataset \"nmaes\" not found: did you mean \"names\"? There "
            "is no file of this name either. See: mgpt dataset ls\n");
}

TEST_F(TrainTest, StandardInputNeedsAModel) {
  const auto refused = Run({"train", "-"}, "cat\n");
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_EQ(refused.err,
            "mgpt: standard input names no model: choose one with --model "
            "NAME. See: mgpt train --help\n");
  EXPECT_TRUE(requests.empty());

  const auto result = Run({"train", "-", "-m", "pets"}, "cat\ndog\n");
  EXPECT_EQ(result.exit_code, 0) << result.err;
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(requests[0].text(), "cat\ndog\n");
  EXPECT_EQ(requests[0].model(), "pets");
}

TEST_F(TrainTest, EveryConfigFlagReachesTheServer) {
  const auto result =
      Run({"train",        "names",    "--n-layer",       "2",
           "--n-embd",     "32",       "--n-head",        "8",
           "--block-size", "8",        "--steps",         "200",
           "--batch-size", "3",        "--seed",          "0",
           "--beta1",      "0.9",      "--beta2",         "0.95",
           "--eps",        "1e-7",     "--learning-rate", "0.02",
           "--validation", "0.1",      "--init-std",      "0.02",
           "--optimizer",  "adam",     "--precision",     "float64",
           "--tokenizer",  "grapheme", "--threads",       "2",
           "--request-id", "once"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(requests[0].request_id(), "once");
  EXPECT_EQ(requests[0].config().ShortDebugString(),
            "n_layer: 2 n_embd: 32 n_head: 8 block_size: 8 steps: 200 "
            "batch_size: 3 learning_rate: 0.02 seed: 0 validation: 0.1 beta1: "
            "0.9 beta2: 0.95 eps: 1e-07 init_std: 0.02 optimizer: "
            "OPTIMIZER_ADAM precision: PRECISION_FLOAT64 "
            "tokenizer: TOKENIZER_GRAPHEME threads: 2");
}

TEST_F(TrainTest, DetachPrintsTheJobAndReturns) {
  handlers.watch_status = nullptr;
  const auto result = Run({"train", "names", "--detach"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, std::string(kJobId) + "\n");
  EXPECT_THAT(result.err, HasSubstr(std::string("mgpt watch ") + kJobId));
  EXPECT_THAT(result.err, HasSubstr(std::string("mgpt stop ") + kJobId));

  const auto json = Run({"train", "names", "--detach", "-o", "json", "-q"});
  EXPECT_THAT(json.out, HasSubstr("\"state\":\"STATE_QUEUED\""));
  EXPECT_EQ(json.err, "");
}

TEST_F(TrainTest, AFailedJobIsNotSuccess) {
  v1::Job job = JobAt(500, v1::Job::STATE_FAILED);
  job.set_done(true);
  job.mutable_error()->set_code("RESOURCE_EXHAUSTED");
  job.mutable_error()->set_message("no memory left");
  EndWith(job);
  const auto result = Run({"train", "names"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.err,
              HasSubstr("mgpt: job 01jb3z5k9qv8xw2r7t6y4n0mca failed at step "
                        "500 of 1000: RESOURCE_EXHAUSTED: no memory left\n"));
  const auto json = Run({"train", "names", "-o", "json"});
  EXPECT_EQ(json.exit_code, 1);
  EXPECT_THAT(json.out, HasSubstr("STATE_FAILED")) << "programs see it too";
}

TEST_F(TrainTest, AStoppedJobIsNotSuccess) {
  v1::Job job = JobAt(500, v1::Job::STATE_CANCELLED);
  job.set_done(true);
  EndWith(job);
  const auto result = Run({"train", "names"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("was stopped at step 500 of 1000"));
}

TEST_F(TrainTest, AReportThatEndsEarlyIsUnavailable) {
  EndWith(JobAt(500, v1::Job::STATE_RUNNING));
  const auto result = Run({"train", "names"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.err, HasSubstr("the server ended its report before the "
                                    "job. See: mgpt watch 01jb3z5k9q"));
}

TEST_F(TrainTest, ALostServerTellsHowToGoOn) {
  handlers.watch_status = [](grpc::ServerContext*,
                             const v1::WatchStatusRequest&, JobWriter* writer) {
    writer->Write(JobAt(500, v1::Job::STATE_RUNNING));
    return Status(grpc::UNAVAILABLE, "the server is shutting down");
  };
  const auto result = Run({"train", "names"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, HasSubstr("the server is shutting down"));
  EXPECT_THAT(result.err, HasSubstr(std::string("mgpt watch ") + kJobId));
}

TEST_F(TrainTest, CtrlCLeavesTheTrainingRunning) {
  std::atomic<bool> cancelled = false;
  std::atomic<bool> left = false;
  handlers.cancel_training = [&](const v1::CancelTrainingRequest&, v1::Job*) {
    cancelled = true;
    return Status::OK;
  };
  handlers.watch_status = [&](grpc::ServerContext* context,
                              const v1::WatchStatusRequest&,
                              JobWriter* writer) {
    // Writes until the client has gone.
    while (writer->Write(JobAt(500, v1::Job::STATE_RUNNING))) {
    }
    left = context->IsCancelled();
    return Status::CANCELLED;
  };
  const auto process = Start({"train", "names"});
  ASSERT_TRUE(process->WaitForError(" 50 %"));
  process->Signal(SIGINT);
  const auto result = process->Wait();
  StopServer();
  EXPECT_EQ(result.exit_code, 130);
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.err,
              HasSubstr("mgpt: job 01jb3z5k9qv8xw2r7t6y4n0mca goes on. Watch "
                        "it: mgpt watch 01jb3z5k9qv8xw2r7t6y4n0mca   Stop it: "
                        "mgpt stop 01jb3z5k9qv8xw2r7t6y4n0mca\n"));
  EXPECT_FALSE(cancelled);
  EXPECT_TRUE(left);
}

TEST_F(TrainTest, ATimeoutLeavesTheTrainingRunning) {
  handlers.watch_status = [](grpc::ServerContext*,
                             const v1::WatchStatusRequest&, JobWriter* writer) {
    while (writer->Write(JobAt(500, v1::Job::STATE_RUNNING))) {
    }
    return Status::CANCELLED;
  };
  const auto result = Run({"train", "names", "--timeout", "300ms"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, HasSubstr("has not answered in time"));
  EXPECT_THAT(result.err, HasSubstr(std::string("mgpt watch ") + kJobId));
}

// A server whose watch says nothing until the test is over.
class SilentWatchTest : public TrainTest {
 protected:
  SilentWatchTest() {
    handlers.watch_status = [this](grpc::ServerContext*,
                                   const v1::WatchStatusRequest&, JobWriter*) {
      watching.set_value();
      over_.get_future().wait();
      return Status::CANCELLED;
    };
  }

  ~SilentWatchTest() override {
    over_.set_value();
    StopServer();  // it uses the promises
  }

  std::promise<void> watching;

 private:
  std::promise<void> over_;
};

TEST_F(SilentWatchTest, CtrlCBeforeTheFirstReportNamesTheJob) {
  const auto process = Start({"train", "names"});
  watching.get_future().wait();
  process->Signal(SIGINT);
  const auto result = process->Wait();
  EXPECT_EQ(result.exit_code, 130);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.err,
            "mgpt: job 01jb3z5k9qv8xw2r7t6y4n0mca goes on. Watch it: mgpt "
            "watch 01jb3z5k9qv8xw2r7t6y4n0mca   Stop it: mgpt stop "
            "01jb3z5k9qv8xw2r7t6y4n0mca\n");
}

TEST_F(SilentWatchTest, ATimeoutBeforeTheFirstReportNamesTheJob) {
  const auto result = Run({"train", "names", "--timeout", "1s"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, HasSubstr("has not answered in time"));
  EXPECT_THAT(result.err, HasSubstr(std::string("mgpt watch ") + kJobId));
}

TEST_F(TrainTest, AServerLostBeforeItsFirstReportNamesTheJob) {
  handlers.watch_status = [](grpc::ServerContext*,
                             const v1::WatchStatusRequest&, JobWriter*) {
    return Status(grpc::UNAVAILABLE, "the server is shutting down");
  };
  const auto result = Run({"train", "names"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, HasSubstr(std::string("mgpt watch ") + kJobId));
}

TEST_F(TrainTest, RefusalsHaveTheirExitCodes) {
  Refuse(Status(grpc::INVALID_ARGUMENT,
                "config.n_embd: 15 is not a multiple of n_head (4)"));
  auto result = Run({"train", "names"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.err,
            "mgpt: config.n_embd: 15 is not a multiple of n_head (4). See: "
            "mgpt train --help\n");

  Refuse(Status(grpc::ALREADY_EXISTS, "request_id: used already"));
  EXPECT_EQ(Run({"train", "names"}).exit_code, 5);

  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(2);
  google::rpc::Status details;
  details.add_details()->PackFrom(retry);
  Refuse(Status(grpc::RESOURCE_EXHAUSTED, "the queue is full: 64 jobs",
                details.SerializeAsString()));
  result = Run({"train", "names"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_EQ(result.err,
            "mgpt: the queue is full: 64 jobs. Try again in 2.0 s\n");
}

TEST_F(TrainTest, AFileTooLargeIsRefusedBeforeSending) {
  const std::string path = File("large.txt", std::string((16 << 20) + 1, 'a'));
  const auto result = Run({"train", path});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("16,777,217 bytes are more than"));
  EXPECT_TRUE(requests.empty());
}

TEST_F(TrainTest, AMissingFileIsNotFound) {
  const auto result = Run({"train", "./missing.txt"});
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_THAT(result.err, StartsWith("mgpt: ./missing.txt: No such file"));
}

}  // namespace
}  // namespace microgpt::client
