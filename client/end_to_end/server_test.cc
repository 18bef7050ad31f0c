// SPDX-License-Identifier: MIT
//
// info, health, version, and what holds for every command.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>

#include "client/end_to_end/end_to_end_test.h"

namespace microgpt::client {
namespace {

using grpc::Status;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using testing::HasSubstr;
using testing::StartsWith;

class ServerTest : public EndToEndTest {
 protected:
  void AnswerHealth(HealthCheckResponse::ServingStatus status) {
    handlers.check = [status](grpc::ServerContext*, const HealthCheckRequest&,
                              HealthCheckResponse* response) {
      response->set_status(status);
      return Status::OK;
    };
  }
  // A server that answers no model list for as long as the client waits.
  void HangOnGenerate() {
    handlers.generate = [](grpc::ServerContext*, const v1::GenerateRequest&,
                           grpc::ServerWriter<v1::GenerateResponse>* writer) {
      while (writer->Write(v1::GenerateResponse())) {
      }
      return Status::CANCELLED;
    };
  }
};

TEST_F(ServerTest, InfoShowsVersionLimitsAndLoad) {
  handlers.get_server_info = [](const v1::GetServerInfoRequest&,
                                v1::ServerInfo* info) {
    info->set_version("0.1.0");
    info->set_workers(2);
    info->set_model_memory_bytes(1 << 20);
    info->mutable_limits()->set_message_bytes(16 << 20);
    info->mutable_limits()->set_dataset_bytes(1 << 30);
    info->mutable_limits()->mutable_wait()->set_seconds(60);
    return Status::OK;
  };
  const auto result = Run({"info"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, StartsWith("version            0.1.0\n"));
  EXPECT_THAT(result.out, HasSubstr("workers            2\n"));
  EXPECT_THAT(result.out, HasSubstr("models in memory   1.0 MiB\n"));
  EXPECT_THAT(result.out, HasSubstr("most a message     16.0 MiB\n"));
  EXPECT_THAT(result.out, HasSubstr("most a dataset     1.0 GiB\n"));
  EXPECT_THAT(result.out,
              HasSubstr("most stored        as the disk has room\n"));
  EXPECT_EQ(Run({"info", "-o", "text"}).out, "0.1.0\n");
  const auto csv = Run({"info", "-o", "csv"});
  EXPECT_THAT(csv.out, HasSubstr(",1048576,16777216,0,1073741824,"));
  EXPECT_THAT(csv.out, HasSubstr(",0,0\n"));
}

TEST_F(ServerTest, HealthIsZeroOrThree) {
  AnswerHealth(HealthCheckResponse::SERVING);
  const auto serving = Run({"health"});
  EXPECT_EQ(serving.exit_code, 0);
  EXPECT_EQ(serving.out, "serving\n");
  EXPECT_EQ(Run({"health", "-o", "json"}).out, "{\"status\":\"SERVING\"}\n");

  AnswerHealth(HealthCheckResponse::NOT_SERVING);
  const auto starting = Run({"health"});
  EXPECT_EQ(starting.exit_code, 3);
  EXPECT_EQ(starting.out, "");
  EXPECT_EQ(starting.err, "mgpt: the server at " + address() +
                              " does not serve now (NOT_SERVING)\n");
}

TEST_F(ServerTest, HealthCanWaitForTheServer) {
  std::atomic<int> checks = 0;
  handlers.check = [&](grpc::ServerContext*, const HealthCheckRequest&,
                       HealthCheckResponse* response) {
    response->set_status(checks++ < 2 ? HealthCheckResponse::NOT_SERVING
                                      : HealthCheckResponse::SERVING);
    return Status::OK;
  };
  const auto result = Run({"health", "--wait", "1h"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(checks, 3);
}

TEST_F(ServerTest, HealthWaitsNoLongerThanItIsTold) {
  AnswerHealth(HealthCheckResponse::NOT_SERVING);
  EXPECT_EQ(Run({"health", "--wait", "300ms"}).exit_code, 3);
}

TEST_F(ServerTest, NoCheckOfHealthOutlastsTheWait) {
  std::chrono::system_clock::duration patience{};
  handlers.check = [&](grpc::ServerContext* context, const HealthCheckRequest&,
                       HealthCheckResponse* response) {
    patience = context->deadline() - std::chrono::system_clock::now();
    response->set_status(HealthCheckResponse::SERVING);
    return Status::OK;
  };
  EXPECT_EQ(Run({"health", "--wait", "2s"}).exit_code, 0);
  EXPECT_LE(patience, std::chrono::milliseconds(2500)) << "of 5 s else";
  EXPECT_EQ(Run({"health", "--wait", "2s", "--timeout", "1h"}).exit_code, 0);
  EXPECT_LE(patience, std::chrono::milliseconds(2500)) << "of an hour else";
  EXPECT_EQ(Run({"health", "--timeout", "1h"}).exit_code, 0);
  EXPECT_GT(patience, std::chrono::minutes(30)) << "as the user says";
}

TEST_F(ServerTest, NoServerIsUnavailableAndSaysWhere) {
  const std::string where = address();
  StopServer();
  for (const char* command : {"ls", "jobs", "status", "health", "info",
                              "generate", "metrics", "watch"}) {
    const auto result = Run({command, "--server", where});
    EXPECT_EQ(result.exit_code, 3) << command;
    EXPECT_EQ(result.out, "") << command;
    EXPECT_THAT(result.err, StartsWith("mgpt: no server answers at " + where))
        << command;
    EXPECT_THAT(result.err, HasSubstr("Start one with microgptd")) << command;
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1);
  }
}

TEST_F(ServerTest, ATimeoutEndsACall) {
  HangOnGenerate();
  const auto result = Run({"generate", "--timeout", "200ms"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, HasSubstr("has not answered in time"));
}

TEST_F(ServerTest, AnotherServersMethodsAreMissing) {
  const auto result = Run({"ls"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("does not know this call"));
}

TEST_F(ServerTest, HelpAndVersionNeedNoServer) {
  StopServer();
  EXPECT_THAT(Run({}).out, HasSubstr("Usage: mgpt [OPTIONS] COMMAND"));
  EXPECT_EQ(Run({}).exit_code, 0);
  EXPECT_THAT(Run({"version"}).out, StartsWith("mgpt "));
  EXPECT_EQ(Run({"--version"}).out, Run({"version"}).out);
  for (const char* command :
       {"train", "generate", "score", "status", "watch", "stop", "ls", "jobs",
        "metrics", "health", "info", "version", "show", "rm", "export",
        "import", "alias", "dataset"}) {
    const auto result = Run({command, "--help"});
    EXPECT_EQ(result.exit_code, 0) << command;
    EXPECT_EQ(result.err, "") << command;
    EXPECT_THAT(result.out, HasSubstr("Examples:\n  mgpt ")) << command;
    EXPECT_EQ(Run({"help", command}).out, result.out) << command;
  }
}

TEST_F(ServerTest, UsageErrorsAreTwoAndOneLine) {
  const std::vector<std::vector<std::string>> wrong = {
      {"trian"},           {"info", "x"},
      {"ls", "--al"},      {"generate", "-n", "many"},
      {"-o", "xml", "ls"}, {"--server", "http://x", "ls"},
      {"--timeout", "5"},  {"generate", "--seed"}};
  for (const auto& arguments : wrong) {
    const auto result = Run(arguments);
    EXPECT_EQ(result.exit_code, 2) << arguments[0];
    EXPECT_EQ(result.out, "") << arguments[0];
    EXPECT_THAT(result.err, StartsWith("mgpt: ")) << arguments[0];
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1)
        << result.err;
  }
}

class OpenTest : public EndToEndTest {
 protected:
  OpenTest() {
    handlers.get_server_info = [this](const v1::GetServerInfoRequest&,
                                      v1::ServerInfo* info) {
      info->set_http_address(http_address);
      return Status::OK;
    };
    handlers.get_model = [](const v1::GetModelRequest& request,
                            v1::Model* model) {
      if (request.model() == "nmaes") {
        return Status(grpc::NOT_FOUND, "model \"nmaes\" not found");
      }
      model->set_name("names");
      model->set_version(3);
      return Status::OK;
    };
  }

  MgptProcess::Result OpenAtTerminal(std::vector<std::string> environment) {
    environment.push_back("MGPT_SERVER=" + address());
    environment.push_back("PATH=/usr/bin:/bin");
    return MgptProcess({"open"}, "", environment, Streams::kAllTerminal).Wait();
  }

  std::string http_address = "127.0.0.1:8080";
};

TEST_F(OpenTest, InAPipeThePageIsPrinted) {
  EXPECT_EQ(Run({"open"}).out, "http://127.0.0.1:8080/\n");
  EXPECT_EQ(Run({"open", "names@prod"}).out,
            "http://127.0.0.1:8080/models/names@3\n");
}

TEST_F(OpenTest, AServerOnEveryAddressIsReachedWhereItsApiIs) {
  http_address = "0.0.0.0:6080";
  EXPECT_EQ(Run({"open"}).out, "http://127.0.0.1:6080/\n");
}

TEST_F(OpenTest, WhatIsNotThereIsAnError) {
  const auto unknown = Run({"open", "nmaes"});
  EXPECT_EQ(unknown.exit_code, 4);
  EXPECT_THAT(unknown.err, HasSubstr("model \"nmaes\" not found"));
  http_address.clear();
  const auto off = Run({"open"});
  EXPECT_EQ(off.exit_code, 5);
  EXPECT_THAT(off.err, HasSubstr("--http-address=off"));
}

// A browser that writes down what it is asked to open.
TEST_F(OpenTest, AtATerminalABrowserOpensIt) {
  const std::string pipe = folder() / "page";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const std::string browser =
      File("browser", "#!/bin/sh\necho \"$1\" > " + pipe + "\n");
  std::filesystem::permissions(browser, std::filesystem::perms::owner_all);
  const auto result = OpenAtTerminal({"BROWSER=" + browser});
  EXPECT_THAT(result.err, StartsWith("http://127.0.0.1:8080/"));
  std::string page;
  std::getline(std::ifstream(pipe), page);
  EXPECT_EQ(page, "http://127.0.0.1:8080/");
}

TEST_F(OpenTest, WithoutABrowserTheUserIsTold) {
  const auto result = OpenAtTerminal({});
  EXPECT_THAT(result.err, HasSubstr("Open this page in a browser"));
  EXPECT_EQ(result.exit_code, 0);
}

}  // namespace
}  // namespace microgpt::client
