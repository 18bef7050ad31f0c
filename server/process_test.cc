// SPDX-License-Identifier: MIT
//
// microgptd and mgpt as an operator runs them: processes, signals, exit codes.
#include "server/testing/process.h"

#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "server/server.h"
#include "server/testing/temporary_directory.h"
#include "server/testing/test_server.h"

namespace microgpt::server {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string kServer = MICROGPT_BINARY_DIR "/bin/microgptd";
const std::string kInMemory = "--data-dir=:memory:";
const std::string kFreePort = "--grpc-address=127.0.0.1:0";
const std::string kNoHttp = "--http-address=off";
const std::string kClient = MICROGPT_BINARY_DIR "/bin/mgpt";

// What stands behind "listening on" in the server's log.
std::string AwaitAddress(Process& server) {
  const std::string line = server.AwaitLine("listening on ");
  return line.substr(line.find("listening on ") + 13);
}

// One sentence, one line.
void ExpectRefused(Process& process, int exit_code,
                   const std::string& sentence) {
  EXPECT_EQ(process.Output(), "microgptd: " + sentence + "\n");
  EXPECT_EQ(process.Wait(), exit_code);
}

TEST(ProcessTest, TermDrainsAndExitsWithZero) {
  Process server({kServer, kInMemory, kFreePort, kNoHttp});
  EXPECT_THAT(AwaitAddress(server), StartsWith("127.0.0.1:"));
  server.Signal(SIGTERM);
  EXPECT_THAT(server.Output(), HasSubstr("drained"));
  EXPECT_EQ(server.Wait(), 0);
}

TEST(ProcessTest, EffectiveConfigurationIsLogged) {
  Process server({kServer, kInMemory, kFreePort, kNoHttp, "--workers=3"},
                 {"MICROGPT_WORKERS=5", "MICROGPT_MAX_QUEUED=7"});
  const std::string line = server.AwaitLine("grpc-address=");
  EXPECT_THAT(line, HasSubstr("workers=3"));
  EXPECT_THAT(line, HasSubstr("max-queued=7"));
}

TEST(ProcessTest, JsonLogIsAnObjectALine) {
  Process server({kServer, kInMemory, kFreePort, kNoHttp, "--log-format=json"});
  const std::string line = server.AwaitLine("listening on ");
  EXPECT_THAT(line, StartsWith("{\"time\":\""));
  EXPECT_THAT(line, HasSubstr("\"level\":\"info\",\"message\":\"listening on"));
  EXPECT_EQ(line.back(), '}');
}

TEST(ProcessTest, SecondServerOnAPortIsRefusedInOneSentence) {
  Process first({kServer, kInMemory, kFreePort, kNoHttp});
  const std::string address = AwaitAddress(first);
  Process second({kServer, kInMemory, "--grpc-address", address, kNoHttp,
                  "--log-level=error"});
  ExpectRefused(second, 1,
                "cannot listen on " + address +
                    ": the address is not this machine's, or its port is "
                    "taken by another server or not allowed");
}

TEST(ProcessTest, HttpListensToo) {
  Process server({kServer, kInMemory, kFreePort, "--http-address=127.0.0.1:0"});
  AwaitAddress(server);  // scripts take the first line of that kind for gRPC's
  EXPECT_THAT(server.AwaitLine("http: "), HasSubstr("listening on 127.0.0.1:"));
}

TEST(ProcessTest, ATakenHttpPortIsRefusedInOneSentence) {
  Process first({kServer, kInMemory, kFreePort, "--http-address=127.0.0.1:0"});
  const std::string line = first.AwaitLine("http: ");
  const std::string address = line.substr(line.find("127.0.0.1:"));
  Process second({kServer, kInMemory, kFreePort, "--http-address", address,
                  "--log-level=error"});
  ExpectRefused(second, 1,
                "cannot listen on " + address +
                    " (--http-address) for HTTP: Address already in use");
}

TEST(ProcessTest, BadFlagIsRefusedInOneSentence) {
  Process unknown({kServer, "--worker=2"});
  ExpectRefused(unknown, 2,
                "unknown argument --worker: did you mean --workers?");
  Process value({kServer, "--workers=two"});
  ExpectRefused(value, 2,
                "--workers: \"two\" is not a whole number of 0 to 4294967295");
  Process range({kServer, "--workers=1025"});
  ExpectRefused(range, 2, "--workers: 1025 is above the maximum 1024");
}

TEST(ProcessTest, UnknownVariableIsRefusedInOneSentence) {
  Process server({kServer}, {"MICROGPT_WORKER=2"});
  ExpectRefused(server, 2,
                "unknown environment variable MICROGPT_WORKER: did you mean "
                "MICROGPT_WORKERS?");
}

TEST(ProcessTest, HelpAndVersionPrintAndExitWithZero) {
  Process help({kServer, "--help"});
  EXPECT_THAT(help.Output(), HasSubstr("--grpc-address=127.0.0.1:50051"));
  EXPECT_EQ(help.Wait(), 0);
  Process version({kServer, "--version"});
  EXPECT_THAT(version.Output(), StartsWith("microgptd "));
  EXPECT_EQ(version.Wait(), 0);
}

// --- The data directory.

// A server on a directory, and a stub that talks to it.
class ServerOn {
 public:
  explicit ServerOn(const std::string& directory)
      : process_({kServer, "--data-dir", directory, kFreePort, kNoHttp,
                  "--drain-timeout-s=0"}),
        stub_(v1::MicroGpt::NewStub(grpc::CreateChannel(
            AwaitAddress(process_), grpc::InsecureChannelCredentials()))) {}

  Process& process() { return process_; }
  v1::MicroGpt::Stub& stub() { return *stub_; }

  v1::Job AwaitEnd(const std::string& id) {
    grpc::ClientContext context;
    v1::GetStatusRequest request;
    request.set_job(id);
    request.mutable_wait()->set_seconds(60);
    v1::Job job;
    const grpc::Status status = stub_->GetStatus(&context, request, &job);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return job;
  }

 private:
  Process process_;
  std::unique_ptr<v1::MicroGpt::Stub> stub_;
};

// What it acknowledged is there, though nothing could be put in order.
TEST(ProcessTest, AfterAKillEveryAcceptedJobEndsWithOneVersionEach) {
  constexpr int kJobs = 20;
  TemporaryDirectory directory;
  std::vector<std::string> ids;
  {
    ServerOn server(directory.path());
    for (int i = 0; i < kJobs; ++i) {
      v1::Config config;
      config.set_seed(i);
      config.set_steps(2000);
      v1::TrainRequest request =
          TrainText("pets", "rex\nbella\nluna\n", config);
      request.clear_wait();
      grpc::ClientContext context;
      v1::Job job;
      ASSERT_TRUE(server.stub().Train(&context, request, &job).ok());
      ids.push_back(job.job());
    }
    server.process().Signal(SIGKILL);
    EXPECT_EQ(server.process().Wait(), -SIGKILL);
  }
  ServerOn server(directory.path());
  std::set<uint32_t> versions;
  for (const std::string& id : ids) {
    const v1::Job job = server.AwaitEnd(id);
    EXPECT_EQ(job.state(), v1::Job::STATE_SUCCEEDED) << job.error().message();
    versions.insert(job.version());
  }
  EXPECT_EQ(versions.size(), ids.size());
  EXPECT_EQ(*versions.rbegin(), ids.size()) << "each made one";
}

TEST(ProcessTest, ASecondServerOnADirectoryIsRefusedInOneSentence) {
  TemporaryDirectory directory;
  ServerOn first(directory.path());
  Process second({kServer, "--data-dir", directory.path(), kFreePort, kNoHttp,
                  "--log-level=error"});
  const std::string output = second.Output();
  EXPECT_THAT(output, StartsWith("microgptd: "));
  EXPECT_THAT(output, HasSubstr(directory.path()));
  EXPECT_THAT(output, HasSubstr("in use by another server"));
  EXPECT_EQ(std::count(output.begin(), output.end(), '\n'), 1);
  EXPECT_EQ(second.Wait(), 1);
}

TEST(ProcessTest, ADirectoryThatCannotBeIsRefusedInOneSentence) {
  Process server({kServer, "--data-dir=/dev/null/x", "--log-level=error"});
  const std::string output = server.Output();
  EXPECT_THAT(output, StartsWith("microgptd: "));
  EXPECT_THAT(output, HasSubstr("/dev/null/x"));
  EXPECT_EQ(std::count(output.begin(), output.end(), '\n'), 1);
  EXPECT_EQ(server.Wait(), 1);
}

TEST(ProcessTest, KilledClientsGenerateStops) {
  TestServer server;
  Process client({kClient, "--server", server.server().address(), "generate",
                  "-n", "1000000", "-o", "json"},
                 {}, false);
  ASSERT_TRUE(server.AwaitInfo(
      [](const v1::ServerInfo& info) { return info.calls() == 1; }));
  client.Signal(SIGKILL);
  EXPECT_EQ(client.Wait(), -SIGKILL);
  EXPECT_TRUE(server.AwaitInfo(
      [](const v1::ServerInfo& info) { return info.calls() == 0; }));
}

}  // namespace
}  // namespace microgpt::server
