// SPDX-License-Identifier: MIT
//
// microgptd and mgpt as an operator runs them: processes, signals, exit codes.
#include "server/testing/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "server/testing/test_server.h"

namespace microgpt::server {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string kServer = MICROGPT_BINARY_DIR "/bin/microgptd";
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
  Process server({kServer, "--grpc-address=127.0.0.1:0"});
  EXPECT_THAT(AwaitAddress(server), StartsWith("127.0.0.1:"));
  server.Signal(SIGTERM);
  EXPECT_THAT(server.Output(), HasSubstr("drained"));
  EXPECT_EQ(server.Wait(), 0);
}

TEST(ProcessTest, EffectiveConfigurationIsLogged) {
  Process server({kServer, "--grpc-address=127.0.0.1:0", "--workers=3"},
                 {"MICROGPT_WORKERS=5", "MICROGPT_MAX_QUEUED=7"});
  const std::string line = server.AwaitLine("grpc-address=");
  EXPECT_THAT(line, HasSubstr("workers=3"));
  EXPECT_THAT(line, HasSubstr("max-queued=7"));
}

TEST(ProcessTest, JsonLogIsAnObjectALine) {
  Process server({kServer, "--grpc-address=127.0.0.1:0", "--log-format=json"});
  const std::string line = server.AwaitLine("listening on ");
  EXPECT_THAT(line, StartsWith("{\"time\":\""));
  EXPECT_THAT(line, HasSubstr("\"level\":\"info\",\"message\":\"listening on"));
  EXPECT_EQ(line.back(), '}');
}

TEST(ProcessTest, SecondServerOnAPortIsRefusedInOneSentence) {
  Process first({kServer, "--grpc-address=127.0.0.1:0"});
  const std::string address = AwaitAddress(first);
  Process second({kServer, "--grpc-address", address, "--log-level=error"});
  ExpectRefused(second, 1,
                "cannot listen on " + address +
                    ": the address is not this machine's, or its port is "
                    "taken by another server or not allowed");
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
