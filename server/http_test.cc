// SPDX-License-Identifier: MIT
//
// The API over HTTP is the API over gRPC: the same requests to a real server,
// over both, have the same answers and the same errors.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/util/json_util.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "google/rpc/status.pb.h"
#include "server/server.h"
#include "server/testing/http_client.h"
#include "server/testing/test_server.h"

namespace microgpt::server {
namespace {

using google::protobuf::Message;
using google::protobuf::MethodDescriptor;
using Json = nlohmann::json;
using MessagePtr = std::unique_ptr<Message>;

std::vector<const MethodDescriptor*> AllMethodsOfTheApi() {
  std::vector<const MethodDescriptor*> methods;
  for (const auto* service :
       {v1::MicroGpt::service_full_name(), v1::Registry::service_full_name(),
        v1::Inspector::service_full_name()}) {
    const auto* descriptor =
        google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
            service);
    for (int i = 0; i < descriptor->method_count(); ++i) {
      methods.push_back(descriptor->method(i));
    }
  }
  return methods;
}

std::string PathOf(const MethodDescriptor& method) {
  return "/" + method.service()->full_name() + "/" + method.name();
}

MessagePtr New(const google::protobuf::Descriptor* type) {
  return MessagePtr(google::protobuf::MessageFactory::generated_factory()
                        ->GetPrototype(type)
                        ->New());
}

MessagePtr FromJson(const google::protobuf::Descriptor* type,
                    const std::string& json) {
  MessagePtr message = New(type);
  const auto parsed =
      google::protobuf::util::JsonStringToMessage(json, message.get());
  EXPECT_TRUE(parsed.ok()) << json << ": " << parsed.ToString();
  return message;
}

// What a call came to, in a form that can be compared: every message as text,
// without what differs from call to call; the error as Connect writes it.
struct Outcome {
  std::vector<std::string> messages;
  Json error;

  bool operator==(const Outcome& other) const = default;
};

void PrintTo(const Outcome& outcome, std::ostream* out) {
  for (const std::string& message : outcome.messages) {
    *out << message.substr(0, 2000) << "\n";
  }
  *out << outcome.error;
}

void Normalise(Message& message) {
  static const std::set<std::string> kOwn = {
      "elapsed", "create_time", "end_time", "start_time",       "job",
      "id",      "sha256",      "calls",    "steps_per_second", "revision"};
  const auto& reflection = *message.GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const auto* field : fields) {
    if (kOwn.contains(field->name())) {
      reflection.ClearField(&message, field);
    } else if (field->message_type() != nullptr && field->is_repeated()) {
      for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
        Normalise(*reflection.MutableRepeatedMessage(&message, field, i));
      }
    } else if (field->message_type() != nullptr) {
      Normalise(*reflection.MutableMessage(&message, field));
    }
  }
}

std::string Described(Message& message) {
  Normalise(message);
  return message.DebugString();
}

enum class Via { kGrpc, kJson, kEnvelopedJson, kProto };

class HttpTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = new TestServer; }
  static void TearDownTestSuite() {
    delete server_;
    server_ = nullptr;
  }

  static std::unique_ptr<HttpClient> Connect() {
    return std::make_unique<HttpClient>(server_->server().http_address());
  }

  static Outcome Call(Via via, const MethodDescriptor& method,
                      const std::string& json) {
    if (via == Via::kGrpc) {
      const MessagePtr request = FromJson(method.input_type(), json);
      return CallGrpc(method, request->SerializeAsString());
    }
    return CallHttp(via, method, json);
  }

  static Outcome CallGrpc(const MethodDescriptor& method,
                          const std::string& bytes) {
    grpc::GenericStub stub(server_->channel());
    grpc::ClientContext context;
    grpc::CompletionQueue queue;
    void* tag = nullptr;
    bool ok = false;
    const auto call = stub.PrepareCall(&context, PathOf(method), &queue);
    call->StartCall(nullptr);
    queue.Next(&tag, &ok);
    const grpc::Slice slice(bytes);
    call->WriteLast(grpc::ByteBuffer(&slice, 1), {}, nullptr);
    queue.Next(&tag, &ok);
    Outcome outcome;
    while (true) {
      grpc::ByteBuffer answer;
      call->Read(&answer, nullptr);
      queue.Next(&tag, &ok);
      if (!ok) break;
      grpc::Slice whole;
      EXPECT_TRUE(answer.DumpToSingleSlice(&whole).ok());
      const MessagePtr message = New(method.output_type());
      EXPECT_TRUE(message->ParseFromArray(whole.begin(),
                                          static_cast<int>(whole.size())));
      outcome.messages.push_back(Described(*message));
    }
    grpc::Status status;
    call->Finish(&status, nullptr);
    queue.Next(&tag, &ok);
    if (!status.ok()) outcome.error = ToJson(status);
    return outcome;
  }

  static Json ToJson(const grpc::Status& status) {
    static const std::map<int, std::string> kCodes = {
        {3, "invalid_argument"},    {5, "not_found"},
        {6, "already_exists"},      {8, "resource_exhausted"},
        {9, "failed_precondition"}, {10, "aborted"}};
    Json json = {{"code", kCodes.at(status.error_code())},
                 {"message", status.error_message()}};
    google::rpc::Status details;
    EXPECT_TRUE(details.ParseFromString(status.error_details()));
    for (const auto& detail : details.details()) {
      const std::string value = absl::Base64Escape(detail.value());
      json["details"].push_back(
          {{"type", detail.type_url().substr(detail.type_url().find('/') + 1)},
           {"value", value.substr(0, value.find('='))}});
    }
    return json;
  }

  static Outcome CallHttp(Via via, const MethodDescriptor& method,
                          const std::string& json) {
    const bool streams = method.client_streaming() || method.server_streaming();
    std::string body = json;
    std::string type = "application/json";
    if (via == Via::kProto) {
      body = FromJson(method.input_type(), json)->SerializeAsString();
      type = "application/proto";
    }
    const bool enveloped = streams && via != Via::kJson;
    if (enveloped) {
      body = Enveloped(body);
      type.insert(type.find('/') + 1, "connect+");
    }
    const HttpResponse response = Connect()->Post(PathOf(method), type, body);
    Outcome outcome;
    if (enveloped) {
      EXPECT_EQ(response.status, 200);
      EXPECT_EQ(response.fields.at("content-type"), type);
      AddEnvelopes(via, method, response.body, outcome);
    } else if (response.status != 200) {
      EXPECT_EQ(response.fields.at("content-type"), "application/json");
      SetError(Json::parse(response.body), outcome);
    } else if (method.server_streaming()) {
      EXPECT_EQ(response.fields.at("content-type"), "application/x-ndjson");
      const std::vector<std::string> lines =
          absl::StrSplit(response.body, '\n', absl::SkipEmpty());
      for (const std::string& line : lines) {
        Add(Via::kJson, method, line, outcome);
      }
    } else {
      EXPECT_EQ(response.fields.at("content-type"), type);
      Add(via, method, response.body, outcome);
    }
    return outcome;
  }

  static void AddEnvelopes(Via via, const MethodDescriptor& method,
                           const std::string& body, Outcome& outcome) {
    const std::vector<Envelope> envelopes = Envelopes(body);
    ASSERT_FALSE(envelopes.empty());
    for (size_t i = 0; i + 1 < envelopes.size(); ++i) {
      EXPECT_EQ(envelopes[i].flags, 0);
      Add(via, method, envelopes[i].message, outcome);
    }
    EXPECT_EQ(envelopes.back().flags, 2);
    const Json end = Json::parse(envelopes.back().message);
    if (end.contains("error")) SetError(end["error"], outcome);
  }

  static void Add(Via via, const MethodDescriptor& method,
                  const std::string& bytes, Outcome& outcome) {
    MessagePtr message = New(method.output_type());
    if (via == Via::kProto) {
      EXPECT_TRUE(message->ParseFromString(bytes));
    } else {
      message = FromJson(method.output_type(), bytes);
    }
    outcome.messages.push_back(Described(*message));
  }

  // Without what is only for people to read.
  static void SetError(Json error, Outcome& outcome) {
    for (Json& detail : error["details"]) {
      EXPECT_TRUE(detail.contains("debug")) << error;
      detail.erase("debug");
    }
    if (error["details"].is_null()) error.erase("details");
    outcome.error = std::move(error);
  }

  static TestServer* server_;
};

TestServer* HttpTest::server_ = nullptr;

const MethodDescriptor& Find(const std::string& name) {
  for (const MethodDescriptor* method : AllMethodsOfTheApi()) {
    if (method->name() == name) return *method;
  }
  ADD_FAILURE() << "no method " << name;
  return *AllMethodsOfTheApi().front();
}

struct Example {
  std::string method;
  // "$" is another digit for each way to call, "#" another text in base64.
  std::string json;
};

// In this order; each answered OK or with an error.
std::vector<Example> Examples() {
  const std::string chunk = absl::Base64Escape("anna\nbela\n");
  return {
      {"Train",
       R"({"model":"pets$","documents":["anna","bela","zoë"],"wait":"60s",)"
       R"("config":{"seed":7,"steps":60}})"},
      {"Train", R"({"model":"Bad Name","text":"a"})"},
      {"Train", R"({"model":"p","text":""})"},
      {"Train", R"({"model":"pets$","text":"a","config":{"nEmbd":5000}})"},
      {"Train", R"({"model":"pets$","text":" \n"})"},
      {"GetStatus", R"({"model":"pets$"})"},
      {"GetStatus", R"({"model":"pets$","full":true})"},
      {"GetStatus", R"({"model":"pest$"})"},
      {"WatchStatus", R"({"model":"pets$"})"},
      {"WatchStatus", R"({"model":"nothing"})"},
      {"CancelTraining", R"({"model":"pets$"})"},
      {"CancelTraining", R"({"model":"nothing"})"},
      {"Generate", R"({"model":"pets$","seed":1,"count":300})"},
      {"Generate",
       R"({"model":"pets$","seed":1,"count":3,"streamTokens":true})"},
      {"Generate", R"({"model":"pets$","temperature":-0.5})"},
      {"Generate", R"({"model":"pets$","prefix":"XYZ"})"},
      {"Generate", R"({"model":"nmaes"})"},
      {"GenerateLike",
       R"({"documents":["anna","bela","carla","dora"],"seed":3,"count":2,)"
       R"("timeBudget":"10s"})"},
      {"GenerateLike", "{}"},
      {"Score", R"({"model":"pets$","texts":["anna","XX"],"logprobs":true})"},
      {"Score", R"({"model":"pets$"})"},
      {"Evaluate", R"({"model":"pets$","documents":3,"samples":50})"},
      {"Evaluate", R"({"model":"pets$","samples":0})"},
      {"ListJobs", R"({"model":"pets$"})"},
      {"ListJobs", R"({"pageSize":5000})"},
      {"ListModels", "{}"},
      {"ListModels", R"({"pageToken":"!"})"},
      {"GetModel", R"({"model":"pets$"})"},
      {"GetModel", R"({"model":"pets$@9"})"},
      {"SetAlias", R"({"alias":"pets$@prod","version":1})"},
      {"SetAlias", R"({"alias":"pets$@prod","expectedVersion":7})"},
      {"DeleteModel", R"({"model":"pets$"})"},
      {"DeleteAlias", R"({"alias":"pets$@prod"})"},
      {"DeleteAlias", R"({"alias":"pets$@prod"})"},
      {"ExportModel", R"({"model":"names","format":"MODEL_FORMAT_JSON"})"},
      {"ExportModel", R"({"model":"nothing"})"},
      {"ImportModel", R"({"model":"mine","chunk":")" + chunk + R"("})"},
      {"AddDataset", R"({"name":"texts$","chunk":"#"})"},
      {"AddDataset", R"({"name":"names","chunk":")" + chunk + R"("})"},
      {"AddDataset", R"({"name":"Bad","chunk":")" + chunk + R"("})"},
      {"GetDataset", R"({"dataset":"names","full":true})"},
      {"GetDataset", R"({"dataset":"name"})"},
      {"ListDatasets", "{}"},
      {"ListDatasets", R"({"pageSize":5000})"},
      {"DeleteDataset", R"({"dataset":"names"})"},
      {"GetLosses", R"({"model":"pets$"})"},
      {"GetLosses", R"({"model":"pets$","fromStep":99})"},
      {"GetServerInfo", "{}"},
      {"GetMetrics", R"({"model":"pets$","every":10})"},
      {"GetMetrics", R"({"model":"pets$","fromStep":99})"},
      {"Trace", R"({"model":"pets$","text":"anna"})"},
      {"Trace", R"({"model":"pets$","text":"XYZ"})"},
      {"GetTensor", R"({"model":"pets$","tensor":"wpe"})"},
      {"GetTensor", R"({"model":"pets$","tensor":"wpw"})"},
      {"Project", R"({"model":"pets$"})"},
      {"Project", R"({"model":"pets$","components":99})"},
      {"NextTokens", R"({"model":"pets$","prefix":"an","seed":1})"},
      {"NextTokens", R"({"model":"nothing"})"},
      {"DeleteModel", R"({"model":"pets$"})"},
      {"DeleteModel", R"({"model":"pets$"})"},
  };
}

TEST_F(HttpTest, WhatGrpcAnswersHttpAnswersInEveryForm) {
  std::map<std::string, int> answered;
  std::array<std::vector<Outcome>, 4> outcomes;
  for (const Example& example : Examples()) {
    std::vector<Outcome> all;
    for (int i = 0; i < 4; ++i) {
      const std::string digit = std::to_string(i);
      Outcome outcome = Call(
          static_cast<Via>(i), Find(example.method),
          absl::StrReplaceAll(
              example.json,
              {{"$", digit}, {"#", absl::Base64Escape("anna\nbela" + digit)}}));
      for (std::string& message : outcome.messages) {
        message =
            std::regex_replace(message, std::regex("(pets|texts)[0-3]"), "$1");
      }
      if (!outcome.error.is_null()) {
        std::string& text = outcome.error["message"].get_ref<std::string&>();
        text =
            std::regex_replace(text, std::regex("(pe[st]+|texts)[0-3]"), "$1");
      }
      all.push_back(std::move(outcome));
    }
    for (int i = 1; i < 4; ++i) {
      EXPECT_EQ(all[i], all[0]) << example.method << " " << example.json;
    }
    if (all[0].error.is_null()) ++answered[example.method];
  }
  for (const MethodDescriptor* method : AllMethodsOfTheApi()) {
    const bool needs_more =
        method->name() == "ImportModel" || method->name() == "DeleteDataset";
    EXPECT_EQ(answered[method->name()] > 0, !needs_more) << method->name();
  }
}

constexpr char kJson[] = "application/json";
constexpr char kGenerate[] = "/microgpt.v1.MicroGpt/Generate";

bool AwaitNoCalls(TestServer& server) {
  return server.AwaitInfo(
      [](const v1::ServerInfo& info) { return info.calls() == 0; });
}

std::string TextOfPost(const HttpClient& client, const std::string& path,
                       const std::string& body) {
  return client.Text("POST", path, {"Content-Type: application/json"}, body);
}

TEST_F(HttpTest, ALineLeavesAsSoonAsItIsMade) {
  const auto client = Connect();
  client->Send(TextOfPost(*client, kGenerate, R"({"count":1000000})"));
  EXPECT_EQ(client->ReceiveHead().status, 200);
  const auto line = client->ReceiveChunk();
  ASSERT_TRUE(line.has_value());
  EXPECT_EQ(Json::parse(*line)["samples"].size(), 1u);  // as over gRPC
  EXPECT_EQ(server_->Info().calls(), 1u);
}

TEST_F(HttpTest, WhoLeavesStopsTheWork) {
  for (const std::string type :
       {"application/json", "application/connect+json"}) {
    const auto client = Connect();
    const std::string request = R"({"count":1000000})";
    client->Send(client->Text("POST", kGenerate, {"Content-Type: " + type},
                              type == kJson ? request : Enveloped(request)));
    EXPECT_EQ(client->ReceiveHead().status, 200);
    ASSERT_TRUE(client->ReceiveChunk().has_value());
    client->Close();
    EXPECT_TRUE(AwaitNoCalls(*server_)) << type;
  }
}

TEST_F(HttpTest, ATimeoutEndsAStreamAndAWait) {
  const auto client = Connect();
  HttpResponse response = client->Post(kGenerate, kJson, R"({"count":1000000})",
                                       {"Connect-Timeout-Ms: 50"});
  const size_t last = response.body.rfind('\n', response.body.size() - 2) + 1;
  const Json end = Json::parse(response.body.substr(last));
  const Json& error = end.contains("error") ? end["error"] : end;
  EXPECT_EQ(error["code"], "deadline_exceeded") << response.body.size();
  EXPECT_TRUE(AwaitNoCalls(*server_));
  // A wait is answered a little before the caller gives up.
  const std::string job = server_->Train(EndlessJob("long")).job();
  response = client->Post("/microgpt.v1.MicroGpt/GetStatus", kJson,
                          R"({"job":")" + job + R"(","wait":"60s"})",
                          {"Connect-Timeout-Ms: 300"});
  EXPECT_EQ(response.status, 200);
  EXPECT_FALSE(Json::parse(response.body).contains("done"));
  client->Post("/microgpt.v1.MicroGpt/CancelTraining", kJson,
               R"({"job":")" + job + R"("})");
}

TEST_F(HttpTest, SeventeenMegabytesAreTooLarge) {
  const std::string text(17'000'000, 'a');
  const HttpResponse response =
      Connect()->Post("/microgpt.v1.MicroGpt/Train", kJson,
                      R"({"model":"x","text":")" + text + R"("})");
  EXPECT_EQ(response.status, 413);
  EXPECT_EQ(Json::parse(response.body)["code"], "resource_exhausted");
}

TEST_F(HttpTest, MegabytesAreTrainedOn) {
  std::string text;
  while (text.size() < 5 << 20) text += "anna bela\\n";
  const HttpResponse response =
      Connect()->Post("/microgpt.v1.MicroGpt/Train", kJson,
                      R"({"model":"big","text":")" + text +
                          R"(","wait":"60s","config":{"steps":1}})");
  EXPECT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(Json::parse(response.body)["state"], "STATE_SUCCEEDED");
}

TEST_F(HttpTest, AModelGoesOutAndInAsEnvelopes) {
  const auto client = Connect();
  const HttpResponse exported = client->Post(
      "/microgpt.v1.Registry/ExportModel", "application/connect+proto",
      Enveloped(v1::ExportModelRequest().SerializeAsString()));
  std::string body;
  for (const Envelope& envelope : Envelopes(exported.body)) {
    v1::ExportModelResponse piece;
    if (envelope.flags != 0) continue;
    ASSERT_TRUE(piece.ParseFromString(envelope.message));
    v1::ImportModelRequest request;
    if (body.empty()) request.set_model("back");
    request.set_chunk(piece.chunk());
    body += Enveloped(request.SerializeAsString());
  }
  const HttpResponse imported = client->Post(
      "/microgpt.v1.Registry/ImportModel", "application/connect+proto", body);
  const std::vector<Envelope> envelopes = Envelopes(imported.body);
  ASSERT_EQ(envelopes.size(), 2u) << imported.body;
  v1::Model model;
  ASSERT_TRUE(model.ParseFromString(envelopes[0].message));
  EXPECT_EQ(model.name(), "back");
  EXPECT_EQ(model.num_parameters(), 4192u);
}

TEST(HttpDrainTest, AStreamIsEndedWithUnavailable) {
  TestServer server;
  HttpClient client(server.server().http_address());
  client.Send(TextOfPost(client, kGenerate, R"({"count":1000000})"));
  EXPECT_EQ(client.ReceiveHead().status, 200);
  ASSERT_TRUE(client.ReceiveChunk().has_value());
  std::thread drain([&] { server.server().Drain(); });
  std::string last;
  while (const auto chunk = client.ReceiveChunk()) last = *chunk;
  drain.join();
  EXPECT_TRUE(client.body_ended());
  EXPECT_EQ(last,
            "{\"error\":{\"code\":\"unavailable\",\"message\":"
            "\"the server is shutting down\"}}\n");
}

TEST(HttpDrainTest, MeanwhileHealthIsNotServing) {
  Options options = TestServer::DefaultOptions();
  options.workers = 1;
  options.drain_timeout = std::chrono::seconds(60);
  TestServer server(options);
  const std::string job = server.Train(EndlessJob("slow")).job();
  ASSERT_TRUE(server.AwaitInfo(
      [](const v1::ServerInfo& info) { return info.running_jobs() == 1; }));
  std::thread drain([&] { server.server().Drain(); });
  const std::string address = server.server().http_address();
  int status = 0;
  while (status != 503) {
    status = HttpClient(address).Get("/healthz").status;
    ASSERT_TRUE(status == 200 || status == 503) << status;
  }
  // Until the job has ended, callers are answered.
  const HttpResponse response =
      HttpClient(address).Post("/microgpt.v1.MicroGpt/CancelTraining", kJson,
                               R"({"job":")" + job + R"("})");
  EXPECT_EQ(response.status, 200);
  drain.join();
  EXPECT_EQ(HttpClient(address).Get("/healthz").status, 0);
}

TEST(HttpOffTest, WithoutHttpThereIsNone) {
  Options options = TestServer::DefaultOptions();
  options.http_address = "";
  TestServer server(options);
  EXPECT_EQ(server.server().http_address(), "");
  EXPECT_EQ(server.Texts({}).size(), 20u);
}

TEST_F(HttpTest, EveryMethodIsThereAndNoOther) {
  for (const MethodDescriptor* method : AllMethodsOfTheApi()) {
    const bool streams =
        method->client_streaming() || method->server_streaming();
    const HttpResponse response =
        Connect()->Post(PathOf(*method), "text/plain", "");
    EXPECT_EQ(response.status, 415) << method->full_name();
    EXPECT_EQ(response.fields.at("accept-post"),
              streams ? "application/json, application/connect+json, "
                        "application/connect+proto"
                      : "application/json, application/proto");
  }
  for (const std::string path :
       {"/microgpt.v1.MicroGpt/Nothing", "/microgpt.v1.MicroGpt", "/Train",
        "/microgpt.v1.MicroGpt/Train/"}) {
    const HttpResponse response =
        Connect()->Post(path, "application/json", "{}");
    EXPECT_EQ(response.status, 404);
    EXPECT_EQ(Json::parse(response.body)["code"], "unimplemented");
  }
}

}  // namespace
}  // namespace microgpt::server
