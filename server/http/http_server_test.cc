// SPDX-License-Identifier: MIT
//
// The transport alone: methods that the tests make up, real sockets.
#include "server/http/http_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "microgpt/v1/microgpt.pb.h"
#include "microgpt/v1/registry.pb.h"
#include "server/handlers/limits.h"
#include "server/testing/http_client.h"
#include "server/threads/mutex.h"

namespace microgpt::server {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using Json = nlohmann::json;

constexpr char kJson[] = "application/json";
constexpr char kEchoPath[] = "/test/Echo";
constexpr char kWaitPath[] = "/test/Wait";
constexpr char kStreamPath[] = "/test/Stream";
constexpr char kSumPath[] = "/test/Sum";
constexpr size_t kStreamMessage = 1 << 20;

// Counts what happens, for tests to wait for it.
class Counter {
 public:
  void Add() {
    MutexLock lock(mutex_);
    ++count_;
    changed_.notify_all();
  }
  int count() const {
    MutexLock lock(mutex_);
    return count_;
  }
  // False: not within a minute.
  bool AwaitCount(int wanted) {
    const auto end = std::chrono::steady_clock::now() + 1min;
    MutexLock lock(mutex_);
    while (count_ < wanted) {
      if (changed_.wait_until(mutex_, end) == std::cv_status::timeout) {
        return false;
      }
    }
    return true;
  }

 private:
  mutable Mutex mutex_;
  CondVar changed_;
  int count_ ABSL_GUARDED_BY(mutex_) = 0;
};

struct Counts {
  Counter begun;
  Counter stopped;
  Counter pulled;
  Counter let_go;  // by the test: messages that were held
};

// Messages of a megabyte without end, or an error after some.
class BigStream : public ResponseStream<v1::GenerateResponse> {
 public:
  BigStream(uint32_t messages, std::stop_token stop, Counts& counts)
      : messages_(messages), stop_(std::move(stop)), counts_(counts) {}
  ~BigStream() override {
    if (stop_.stop_requested()) counts_.stopped.Add();
  }

  void Pull(Next next) override {
    counts_.pulled.Add();
    if (stop_.stop_requested()) return next(absl::CancelledError());
    if (made_ == messages_) return next(absl::DataLossError("worn out"));
    ++made_;
    v1::GenerateResponse response;
    response.add_samples()->set_text(std::string(kStreamMessage, 'x'));
    next(std::move(response));
  }

 private:
  const uint32_t messages_;
  const std::stop_token stop_;
  Counts& counts_;
  uint32_t made_ = 0;
};

// Adds up the bytes of what is sent.
class Sum : public RequestStream<v1::AddDatasetRequest, v1::Dataset> {
 public:
  explicit Sum(Counts& counts) : counts_(counts) {}
  ~Sum() override {
    if (!finished_) counts_.stopped.Add();
  }

  void Push(v1::AddDatasetRequest request,
            std::function<void(absl::Status)> taken) override {
    counts_.pulled.Add();
    bytes_ += request.chunk().size();
    if (request.name() == "bad") return taken(absl::NotFoundError("bad"));
    if (request.name() != "held") return taken(absl::OkStatus());
    std::thread([this, taken = std::move(taken)] {
      counts_.let_go.AwaitCount(1);
      taken(absl::OkStatus());
    }).detach();
  }
  void Finish(Done<v1::Dataset> done) override {
    finished_ = true;
    v1::Dataset dataset;
    dataset.set_bytes(bytes_);
    done(dataset);
  }

 private:
  Counts& counts_;
  uint64_t bytes_ = 0;
  bool finished_ = false;
};

class Handlers {
 public:
  explicit Handlers(Counts& counts) : counts_(counts) {}

  void Echo(v1::GetStatusRequest request, const CallContext&,
            Done<v1::Job> done) {
    v1::Job job;
    job.set_model(request.model());
    done(job);
  }

  // Answers when it is stopped, from another thread.
  void Wait(v1::GetStatusRequest, const CallContext& context,
            Done<v1::Job> done) {
    struct Waiting {
      Done<v1::Job> done;
      std::optional<std::stop_callback<std::function<void()>>> on_stop;
    };
    counts_.begun.Add();
    auto waiting = std::make_shared<Waiting>();
    waiting->done = std::move(done);
    waiting->on_stop.emplace(context.stop, [this, waiting] {
      counts_.stopped.Add();
      std::thread([waiting] {
        waiting->done(absl::CancelledError());
        waiting->on_stop.reset();
      }).detach();
    });
  }

  absl::StatusOr<ResponseStreamPtr<v1::GenerateResponse>> Stream(
      v1::GenerateRequest request, const CallContext& context) {
    return std::make_shared<BigStream>(request.count(), context.stop, counts_);
  }

  absl::StatusOr<RequestStreamPtr<v1::AddDatasetRequest, v1::Dataset>> Add(
      const CallContext&) {
    return std::make_shared<Sum>(counts_);
  }

 private:
  Counts& counts_;
};

class HttpServerTest : public ::testing::Test {
 protected:
  HttpServerTest() { Start({}); }
  ~HttpServerTest() override {
    tracker_.StopAll();
    server_.reset();
  }

  void Start(const HttpLimits& limits) {
    auto server =
        HttpServer::Listen({.address = "127.0.0.1:0", .limits = limits});
    if (!server.ok()) std::abort();
    Methods methods;
    methods.Add(kEchoPath, handlers_, &Handlers::Echo);
    methods.Add(kWaitPath, handlers_, &Handlers::Wait);
    methods.Add(kStreamPath, handlers_, &Handlers::Stream);
    methods.Add(kSumPath, handlers_, &Handlers::Add);
    server_ = *std::move(server);
    server_->Serve({.methods = std::move(methods),
                    .files = StaticFiles({}),
                    .tracker = tracker_});
  }

  std::unique_ptr<HttpClient> Connect() {
    return std::make_unique<HttpClient>(server_->address());
  }

  // That the server answers as if nothing had been.
  void ExpectAlive() {
    EXPECT_EQ(Connect()->Post(kEchoPath, kJson, R"({"model":"a"})").body,
              R"({"model":"a"})");
  }

  Counts counts_;
  Handlers handlers_{counts_};
  CallTracker tracker_;
  std::unique_ptr<HttpServer> server_;
};

std::string CodeOf(const HttpResponse& response) {
  const Json error = Json::parse(response.body, nullptr, false);
  return error.is_object() ? error.value("code", "none") : "no JSON";
}

// --- Connections.

TEST_F(HttpServerTest, AConnectionTakesOneRequestAfterTheOther) {
  const auto client = Connect();
  for (const std::string model : {"a", "b", "c"}) {
    const HttpResponse response =
        client->Post(kEchoPath, kJson, "{\"model\":\"" + model + "\"}");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "{\"model\":\"" + model + "\"}");
    EXPECT_EQ(response.fields.at("connection"), "keep-alive");
    EXPECT_EQ(client->Get("/healthz").body, R"({"status":"serving"})");
  }
}

TEST_F(HttpServerTest, RequestsSentAheadAreAnsweredInOrder) {
  const auto client = Connect();
  std::string requests;
  for (int i = 0; i < 100; ++i) {
    requests += client->Text("POST", kEchoPath, {"Content-Type: "s + kJson},
                             "{\"model\":\"m" + std::to_string(i) + "\"}");
  }
  requests += client->Text("POST", kStreamPath, {"Content-Type: "s + kJson},
                           R"({"count":2})");
  requests += client->Text("GET", "/healthz");
  ASSERT_TRUE(client->Send(requests));
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(client->Receive().body,
              "{\"model\":\"m" + std::to_string(i) + "\"}");
  }
  EXPECT_GT(client->Receive().body.size(), 2 * kStreamMessage);
  EXPECT_EQ(client->Receive().status, 200);
}

TEST_F(HttpServerTest, ARequestMayComeByteByByte) {
  const auto client = Connect();
  const std::string request = client->Text(
      "POST", kEchoPath, {"Content-Type: "s + kJson}, R"({"model":"a"})");
  for (const char c : request) ASSERT_TRUE(client->Send({&c, 1}));
  EXPECT_EQ(client->Receive().body, R"({"model":"a"})");
}

TEST_F(HttpServerTest, CloseIsObeyedAndHttp10Understood) {
  auto client = Connect();
  HttpResponse response = client->Get("/healthz", {"Connection: close"});
  EXPECT_EQ(response.fields.at("connection"), "close");
  EXPECT_EQ(client->ReceiveAll(), "");

  client = Connect();
  client->Send("GET /healthz HTTP/1.0\r\n\r\n");
  EXPECT_EQ(client->Receive().status, 200);
  EXPECT_EQ(client->ReceiveAll(), "");

  client = Connect();
  client->Send("POST "s + kStreamPath +
               " HTTP/1.0\r\nContent-Type: application/json\r\n"
               "Content-Length: 11\r\n\r\n{\"count\":1}");
  response = client->Receive();
  EXPECT_FALSE(response.fields.contains("transfer-encoding"));
  EXPECT_THAT(response.body, HasSubstr("\n{\"error\":{\"code\":\"data_loss\""));
}

TEST_F(HttpServerTest, HeadHasNoBody) {
  const auto client = Connect();
  for (const std::string path : {"/healthz", "/", "/no.file", kEchoPath}) {
    client->Send(client->Text("HEAD", path));
    const HttpResponse response = client->Receive(/*head=*/true);
    EXPECT_GT(std::stoi(response.fields.at("content-length")), 0) << path;
  }
  EXPECT_EQ(client->Get("/healthz").status, 200);
}

TEST_F(HttpServerTest, OtherMethodsAreNotAllowed) {
  const auto client = Connect();
  for (const std::string method : {"GET", "PUT", "OPTIONS", "DELETE", "BREW"}) {
    client->Send(client->Text(method, kEchoPath));
    HttpResponse response = client->Receive();
    EXPECT_EQ(response.status, 405) << method;
    EXPECT_EQ(response.fields.at("allow"), "POST");
    if (method == "GET") continue;
    client->Send(client->Text(method, "/"));
    response = client->Receive();
    EXPECT_EQ(response.status, 405) << method;
    EXPECT_EQ(response.fields.at("allow"), "GET, HEAD");
    EXPECT_FALSE(response.fields.contains("access-control-allow-origin"));
  }
}

TEST_F(HttpServerTest, AMethodThatIsNotThereIsNoPage) {
  const auto client = Connect();
  HttpResponse response = client->Get("/microgpt.v1.MicroGpt/Trainn");
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(CodeOf(response), "unimplemented");
  response = client->Post(kEchoPath + "o"s, kJson, "{}");
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(CodeOf(response), "unimplemented");
  EXPECT_THAT(response.body, HasSubstr("did you mean "s + kEchoPath + "?"));
}

TEST_F(HttpServerTest, AProbeNeedsNoName) {
  const HttpResponse response =
      Connect()->Get("/healthz", {"Host: 10.1.2.3:8080"});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, R"({"status":"serving"})");
}

TEST_F(HttpServerTest, TheGuardStandsBeforeEverythingElse) {
  const auto client = Connect();
  for (const std::string path : {"/", "/no.file"}) {
    EXPECT_EQ(client->Get(path, {"Host: evil.example"}).status, 421);
    EXPECT_EQ(client->Get(path, {"Origin: http://evil.example"}).status, 403);
  }
  EXPECT_EQ(client
                ->Post(kEchoPath, kJson, "{}",
                       {"Origin: http://" + server_->address()})
                .status,
            200);
  EXPECT_EQ(
      client->Post(kEchoPath, kJson, "{}", {"Origin: http://localhost"}).status,
      403);
  EXPECT_EQ(client->Post(kEchoPath, kJson, "{}", {"Host: evil.example"}).status,
            421);
}

// --- Callers who leave.

TEST_F(HttpServerTest, AUnaryCallerWhoLeavesStopsTheHandler) {
  const auto client = Connect();
  client->Send(
      client->Text("POST", kWaitPath, {"Content-Type: "s + kJson}, "{}"));
  ASSERT_TRUE(counts_.begun.AwaitCount(1));
  EXPECT_EQ(counts_.stopped.count(), 0);
  client->Close();
  EXPECT_TRUE(counts_.stopped.AwaitCount(1));
  tracker_.AwaitNone(std::chrono::steady_clock::now() + 1min);
  ExpectAlive();
}

TEST_F(HttpServerTest, SoDoesOneWhoHasSentTheNextRequestAhead) {
  const auto client = Connect();
  const std::string request =
      client->Text("POST", kWaitPath, {"Content-Type: "s + kJson}, "{}");
  client->Send(request + request);
  ASSERT_TRUE(counts_.begun.AwaitCount(1));
  client->Close();
  EXPECT_TRUE(counts_.stopped.AwaitCount(1));
}

TEST_F(HttpServerTest, AReaderWhoLeavesStopsTheStream) {
  for (int i = 1; i <= 5; ++i) {
    const auto client = Connect();
    client->Send(client->Text("POST", kStreamPath, {"Content-Type: "s + kJson},
                              R"({"count":1000000})"));
    EXPECT_EQ(client->ReceiveHead().status, 200);
    EXPECT_GT(client->ReceiveChunk()->size(), kStreamMessage);
    client->Close();
    EXPECT_TRUE(counts_.stopped.AwaitCount(i));
  }
}

TEST_F(HttpServerTest, ASlowReaderHoldsUpTheStream) {
  const auto client = Connect();
  client->Send(client->Text("POST", kStreamPath, {"Content-Type: "s + kJson},
                            R"({"count":80})"));
  EXPECT_EQ(client->ReceiveHead().status, 200);
  constexpr int kBetween = 32;  // what the two systems' buffers may hold
  for (int read = 1; read <= 80; ++read) {
    ASSERT_TRUE(client->ReceiveChunk().has_value());
    EXPECT_LE(counts_.pulled.count(), read + kBetween);
  }
}

TEST_F(HttpServerTest, AnUploaderWhoLeavesGivesUp) {
  const auto client = Connect();
  client->Send(client->Text("POST", kSumPath,
                            {"Content-Type: application/connect+proto",
                             "Transfer-Encoding: chunked"}));
  // Text() has put a length of 0 there, which chunks do not go with.
  EXPECT_EQ(client->Receive().status, 400);
  const auto other = Connect();
  const std::string message =
      Enveloped(v1::AddDatasetRequest().SerializeAsString());
  other->Send("POST "s + kSumPath + " HTTP/1.1\r\nHost: localhost\r\n" +
              "Content-Type: application/connect+proto\r\n"
              "Content-Length: 1000\r\n\r\n" +
              message);
  ASSERT_TRUE(counts_.pulled.AwaitCount(1));
  other->Close();
  EXPECT_TRUE(counts_.stopped.AwaitCount(1));
}

TEST_F(HttpServerTest, ATimeoutStopsTheHandler) {
  const auto client = Connect();
  HttpResponse response =
      client->Post(kWaitPath, kJson, "{}", {"Connect-Timeout-Ms: 20"});
  EXPECT_EQ(response.status, 504);
  EXPECT_EQ(CodeOf(response), "deadline_exceeded");
  // On a busy machine the time may be over before it begins.
  EXPECT_EQ(counts_.stopped.count(), counts_.begun.count());
  response = client->Post(kWaitPath, kJson, "{}", {"Connect-Timeout-Ms: 0"});
  EXPECT_EQ(CodeOf(response), "deadline_exceeded");
  response = client->Post(kEchoPath, kJson, "{}", {"Connect-Timeout-Ms: soon"});
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(CodeOf(response), "invalid_argument");
  response =
      client->Post(kEchoPath, kJson, "{}", {"Connect-Timeout-Ms: 9999999999"});
  EXPECT_EQ(response.status, 200);
}

TEST_F(HttpServerTest, ATimeoutAlsoEndsAnUploadThatIsSilent) {
  const auto client = Connect();
  client->Send("POST "s + kSumPath + " HTTP/1.1\r\nHost: localhost\r\n" +
               "Content-Type: application/connect+proto\r\n"
               "Connect-Timeout-Ms: 20\r\nContent-Length: 1000\r\n\r\n");
  const HttpResponse response = client->Receive();
  EXPECT_EQ(response.status, 200);
  const std::vector<Envelope> envelopes = Envelopes(response.body);
  ASSERT_EQ(envelopes.size(), 1u);
  EXPECT_EQ(Json::parse(envelopes[0].message)["error"]["code"],
            "deadline_exceeded");
}

// --- Streams.

TEST_F(HttpServerTest, AStreamsErrorAfterItsBeginIsItsLastLineOrEnvelope) {
  const auto client = Connect();
  HttpResponse response = client->Post(kStreamPath, kJson, R"({"count":1})");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.fields.at("content-type"), "application/x-ndjson");
  const std::string last = response.body.substr(response.body.find('\n') + 1);
  EXPECT_EQ(last,
            "{\"error\":{\"code\":\"data_loss\",\"message\":\"worn out\"}}\n");

  response = client->Post(kStreamPath, "application/connect+json",
                          Enveloped(R"({"count":1})"));
  EXPECT_EQ(response.status, 200);
  const std::vector<Envelope> envelopes = Envelopes(response.body);
  ASSERT_EQ(envelopes.size(), 2u);
  EXPECT_EQ(envelopes[1].flags, 2);
  EXPECT_EQ(envelopes[1].message,
            R"({"error":{"code":"data_loss","message":"worn out"}})");
}

TEST_F(HttpServerTest, AStreamsErrorBeforeItsBeginIsAStatusOrTheEnd) {
  const auto client = Connect();
  HttpResponse response = client->Post(kStreamPath, kJson, "{}");
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(response.fields.at("content-type"), "application/json");
  EXPECT_EQ(CodeOf(response), "data_loss");
  response =
      client->Post(kStreamPath, "application/connect+json", Enveloped("{}"));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(Envelopes(response.body)[0].message,
            R"({"error":{"code":"data_loss","message":"worn out"}})");
}

TEST_F(HttpServerTest, UploadsAreSummedInAnyPieces) {
  v1::AddDatasetRequest request;
  std::string body;
  uint64_t bytes = 0;
  for (const size_t size : {0, 1, 1000, 300'000, 5'000'000}) {
    request.set_chunk(std::string(size, 'x'));
    bytes += size;
    body += Enveloped(request.SerializeAsString());
  }
  const auto client = Connect();
  for (const std::string& all : {body, ""s}) {
    const HttpResponse response =
        client->Post(kSumPath, "application/connect+proto", all);
    const std::vector<Envelope> envelopes = Envelopes(response.body);
    ASSERT_EQ(envelopes.size(), 2u);
    v1::Dataset dataset;
    ASSERT_TRUE(dataset.ParseFromString(envelopes[0].message));
    EXPECT_EQ(dataset.bytes(), all.empty() ? 0 : bytes);
    EXPECT_EQ(envelopes[1].message, "{}");
  }
  // In chunks that end where messages do not.
  std::string chunked = "POST "s + kSumPath +
                        " HTTP/1.1\r\nHost: localhost\r\n"
                        "Content-Type: application/connect+proto\r\n"
                        "Transfer-Encoding: chunked\r\n\r\n";
  for (size_t at = 0; at < 2000; at += 7) {
    chunked += "7\r\n" + body.substr(at, 7) + "\r\n";
  }
  client->Send(chunked + "0\r\n\r\n");
  EXPECT_THAT(client->Receive().body,
              HasSubstr("in the middle of an envelope"));
  EXPECT_EQ(client->Get("/healthz").status, 200);
}

TEST_F(HttpServerTest, AnErrorEndsAnUploadThatIsStillBeingSent) {
  v1::AddDatasetRequest request;
  request.set_name("bad");
  const auto client = Connect();
  client->Send("POST "s + kSumPath + " HTTP/1.1\r\nHost: localhost\r\n" +
               "Content-Type: application/connect+proto\r\n"
               "Content-Length: 100000000\r\n\r\n" +
               Enveloped(request.SerializeAsString()));
  const HttpResponse response = client->Receive();
  EXPECT_EQ(response.fields.at("connection"), "close");
  EXPECT_THAT(Envelopes(response.body)[0].message, HasSubstr("not_found"));
}

TEST_F(HttpServerTest, OneEnvelopeIsOneRequest) {
  const auto client = Connect();
  const auto error = [&](const std::string& body) {
    const HttpResponse response =
        client->Post(kStreamPath, "application/connect+json", body);
    EXPECT_EQ(response.status, 200);
    const Json end = Json::parse(Envelopes(response.body)[0].message);
    return end["error"].value("code", "") + ": " +
           end["error"].value("message", "");
  };
  const std::string good = Enveloped("{}");
  EXPECT_THAT(error(""), StartsWith("invalid_argument: the body has no "));
  EXPECT_THAT(error(good + good),
              StartsWith("invalid_argument: the body has several "));
  EXPECT_THAT(error(Enveloped("{}", 1)), HasSubstr("compressed"));
  EXPECT_THAT(error(Enveloped("{}", 2)), HasSubstr("the flags 2"));
  EXPECT_THAT(error(Enveloped("{}", 64)), HasSubstr("the flags 64"));
  for (size_t size = 1; size < good.size(); ++size) {
    EXPECT_THAT(error(good.substr(0, size)), HasSubstr("in the middle"));
  }
}

// --- Limits.

TEST_F(HttpServerTest, ALargeBodyIsRefusedBeforeItIsRead) {
  const std::string head = "POST "s + kEchoPath +
                           " HTTP/1.1\r\nHost: localhost\r\n"
                           "Content-Type: application/json\r\n";
  for (const std::string expect : {"", "Expect: 100-continue\r\n"}) {
    const auto client = Connect();
    client->Send(head + expect + "Content-Length: 17000000\r\n\r\n");
    const HttpResponse response = client->ReceiveHead();
    EXPECT_EQ(response.status, 413);
    EXPECT_EQ(response.fields.at("connection"), "close");
  }
  ExpectAlive();
}

TEST_F(HttpServerTest, ALargeBodyInChunksIsRefusedWhenItIsTooLarge) {
  const auto client = Connect();
  ASSERT_TRUE(client->Send("POST "s + kEchoPath +
                           " HTTP/1.1\r\nHost: localhost\r\n"
                           "Content-Type: application/json\r\n"
                           "Transfer-Encoding: chunked\r\n\r\n"));
  const std::string chunk = "100000\r\n" + std::string(1 << 20, ' ') + "\r\n";
  for (int i = 0; i < 17; ++i) ASSERT_TRUE(client->Send(chunk));
  const HttpResponse response = client->Receive();
  EXPECT_EQ(response.status, 413);
  EXPECT_EQ(CodeOf(response), "resource_exhausted");
}

TEST_F(HttpServerTest, ABodyOfExactlyTheLimitIsRead) {
  const std::string text(kMaxMessageBytes - 12, 'x');
  const HttpResponse response =
      Connect()->Post(kEchoPath, kJson, "{\"model\":\"" + text + "\"}");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body.size(), kMaxMessageBytes);
}

TEST_F(HttpServerTest, ALargeMessageIsRefusedByItsEnvelope) {
  const auto client = Connect();
  client->Send("POST "s + kSumPath + " HTTP/1.1\r\nHost: localhost\r\n" +
               "Content-Type: application/connect+proto\r\n"
               "Content-Length: 100000000\r\n\r\n" +
               "\0\1\0\0\1"s);
  EXPECT_THAT(client->Receive().body, HasSubstr("resource_exhausted"));
}

TEST_F(HttpServerTest, WhoWaitsForItIsToldToSendTheBody) {
  const auto client = Connect();
  client->Send("POST "s + kEchoPath + " HTTP/1.1\r\nHost: localhost\r\n" +
               "Content-Type: application/json\r\n"
               "Expect: 100-continue\r\nContent-Length: 13\r\n\r\n");
  EXPECT_EQ(client->ReceiveHead().status, 100);
  client->Send(R"({"model":"a"})");
  EXPECT_EQ(client->Receive().body, R"({"model":"a"})");
  EXPECT_EQ(client->Get("/", {"Expect: miracles"}).status, 417);
}

TEST_F(HttpServerTest, ALargeHeaderIsRefused) {
  auto client = Connect();
  EXPECT_EQ(client->Get("/healthz", {"X: " + std::string(15'000, 'x')}).status,
            200);
  EXPECT_EQ(client->Get("/healthz", {"X: " + std::string(17'000, 'x')}).status,
            431);
  client = Connect();
  std::vector<std::string> many(3000, "X: y");
  EXPECT_EQ(client->Get("/healthz", many).status, 431);
  client = Connect();
  EXPECT_EQ(client->Get("/" + std::string(20'000, 'x')).status, 431);
}

TEST_F(HttpServerTest, WhoIsSlowIsNotWaitedFor) {
  Start({.idle = 20ms});
  EXPECT_EQ(Connect()->ReceiveAll(), "") << "an idle connection is closed";

  Start({.header = 20ms});
  auto client = Connect();
  client->Send("GET / HTTP/1.1\r\nHost:");
  EXPECT_EQ(client->Receive().status, 408);
  EXPECT_EQ(client->ReceiveAll(), "");

  for (const auto& [limits, why] :
       {std::pair<HttpLimits, std::string>{
            {.body = 20ms}, "nothing came of the request's body for 20 ms"},
        {{.message = 20ms}, "message did not come within 20 ms"}}) {
    Start(limits);
    client = Connect();
    client->Send("POST "s + kEchoPath +
                 " HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                 "application/json\r\nContent-Length: 10\r\n\r\n{");
    HttpResponse response = client->Receive();
    EXPECT_EQ(response.status, 408);
    EXPECT_EQ(CodeOf(response), "deadline_exceeded");
    EXPECT_THAT(response.body, HasSubstr(why));
    EXPECT_EQ(response.fields["connection"], "close");
    EXPECT_EQ(client->ReceiveAll(), "");
  }

  Start({.write = 20ms});
  client = Connect();
  client->Send(client->Text("POST", kStreamPath, {"Content-Type: "s + kJson},
                            R"({"count":1000000})"));
  EXPECT_TRUE(counts_.stopped.AwaitCount(1)) << "nobody reads";
}

TEST_F(HttpServerTest, TheLongestIdleConnectionMakesRoom) {
  Start({.connections = 3});
  const auto first = Connect();
  EXPECT_EQ(first->Get("/healthz").status, 200);
  const auto busy = Connect();
  busy->Send(busy->Text("POST", kWaitPath, {"Content-Type: "s + kJson}, "{}"));
  ASSERT_TRUE(counts_.begun.AwaitCount(1));
  const auto second = Connect();
  EXPECT_EQ(second->Get("/healthz").status, 200);
  // Once the second one of these is answered, the first is over.
  EXPECT_EQ(first->Get("/healthz").status, 200);
  EXPECT_EQ(first->Get("/healthz").status, 200);
  const auto third = Connect();
  EXPECT_EQ(third->Get("/healthz").status, 200);
  EXPECT_EQ(second->ReceiveAll(), "") << "it was idle longest";
  EXPECT_EQ(first->Get("/healthz").status, 200);
  EXPECT_EQ(counts_.stopped.count(), 0);
}

TEST_F(HttpServerTest, WhereAllAreBusyOneMoreIsRefused) {
  Start({.connections = 2});
  std::vector<std::unique_ptr<HttpClient>> clients;
  for (int i = 1; i <= 2; ++i) {
    clients.push_back(Connect());
    clients.back()->Send(clients.back()->Text(
        "POST", kWaitPath, {"Content-Type: "s + kJson}, "{}"));
    ASSERT_TRUE(counts_.begun.AwaitCount(i));
  }
  HttpResponse response = Connect()->Receive();
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(CodeOf(response), "resource_exhausted");
  EXPECT_THAT(response.body, HasSubstr("all of the 2 connections"));
  EXPECT_EQ(response.fields["retry-after"], "1");
}

TEST_F(HttpServerTest, WhoSendsHisBodyByteByByteKeepsNobodyOut) {
  Start({.connections = 3});
  std::vector<std::unique_ptr<HttpClient>> slow;
  for (int i = 0; i < 3; ++i) {
    slow.push_back(Connect());
    slow.back()->Send("POST "s + kEchoPath +
                      " HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                      "application/json\r\nExpect: 100-continue\r\n"
                      "Content-Length: 10\r\n\r\n");
    EXPECT_EQ(slow.back()->ReceiveHead().status, 100);
    slow.back()->Send("{");
  }
  ExpectAlive();
  EXPECT_EQ(slow[0]->ReceiveAll(), "");
}

TEST_F(HttpServerTest, BodiesTogetherHoldNoMoreThanTheLimit) {
  Start({.body_bytes = 600'000});
  // Somebody's message is read, but not yet taken.
  v1::AddDatasetRequest held;
  held.set_name("held");
  held.set_chunk(std::string(300'000, 'x'));
  const auto uploading = Connect();
  ASSERT_TRUE(uploading->Send(uploading->Text(
      "POST", kSumPath, {"Content-Type: application/connect+proto"},
      Enveloped(held.SerializeAsString()))));
  ASSERT_TRUE(counts_.pulled.AwaitCount(1));
  const std::string body = R"({"model":")" + std::string(400'000, 'a') + "\"}";
  HttpResponse response = Connect()->Post(kEchoPath, kJson, body);
  EXPECT_EQ(response.status, 429);
  EXPECT_EQ(CodeOf(response), "resource_exhausted");
  EXPECT_EQ(response.fields["retry-after"], "1");
  ExpectAlive();
  counts_.let_go.Add();
  EXPECT_EQ(uploading->Receive().status, 200);
  EXPECT_EQ(Connect()->Post(kEchoPath, kJson, body).status, 200);
}

TEST_F(HttpServerTest, ACallHoldsNoBody) {
  Start({.body_bytes = 600'000});
  const std::string body = R"({"model":")" + std::string(400'000, 'a') + "\"}";
  std::vector<std::unique_ptr<HttpClient>> waiting;
  for (int i = 1; i <= 3; ++i) {
    waiting.push_back(Connect());
    waiting.back()->Send(waiting.back()->Text(
        "POST", kWaitPath, {"Content-Type: "s + kJson}, body));
    ASSERT_TRUE(counts_.begun.AwaitCount(i)) << i;
  }
}

TEST_F(HttpServerTest, AnswersTogetherHoldNoMoreThanTheLimit) {
  Start({.answer_bytes = 200'000});
  const auto client = Connect();
  const auto echo = [&](size_t size) {
    return client->Post(kEchoPath, kJson,
                        R"({"model":")" + std::string(size, 'a') + "\"}");
  };
  for (int i = 0; i < 3; ++i) EXPECT_EQ(echo(190'000).status, 200);
  HttpResponse response = echo(200'000);
  EXPECT_EQ(response.status, 429);
  EXPECT_THAT(response.body, HasSubstr("all answers over HTTP that are not yet "
                                       "read would take more than the maximum "
                                       "of 200000 bytes"));
  EXPECT_EQ(response.fields["retry-after"], "1");
  EXPECT_EQ(echo(60'000).status, 200);
}

TEST_F(HttpServerTest, AThousandIdleConnectionsDoNotKeepACallerOut) {
  rlimit limit = {};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;  // both ends are in this process
  setrlimit(RLIMIT_NOFILE, &limit);
  std::vector<std::unique_ptr<HttpClient>> idle;
  for (int i = 0; i < 1000; ++i) {
    idle.push_back(Connect());
    if (i % 2 == 0) idle.back()->Send("GET / HT");  // never goes on
  }
  for (int i = 0; i < 10; ++i) ExpectAlive();
}

TEST_F(HttpServerTest, OutOfDescriptorsItGoesOnLater) {
  const auto idle = Connect();
  EXPECT_EQ(idle->Get("/healthz").status, 200);
  const auto caller = Connect();
  EXPECT_EQ(caller->Get("/healthz").status, 200);
  rlimit before = {};
  getrlimit(RLIMIT_NOFILE, &before);
  // The lowest number that is free, which the client's end takes.
  const int free = dup(0);
  close(free);
  const rlimit few = {.rlim_cur = static_cast<rlim_t>(free) + 1,
                      .rlim_max = before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
  const auto late = Connect();
  EXPECT_EQ(idle->ReceiveAll(), "") << "it gave its descriptor back";
  const HttpResponse response = late->Get("/healthz");
  setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_EQ(response.status, 200);
}

// --- Malformed requests.

TEST_F(HttpServerTest, WhatIsNotHttpIsRefused) {
  for (const std::string garbage :
       {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 a TLS hello\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GET /\r\n\r\n",
        "GET / HTTP/3.7\r\n\r\n", "GET / HTTP/1.1\r\nNo colon\r\n\r\n",
        "GET / HTTP/1.1\r\nHost : x\r\n\r\n", "\r\n\r\n\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n"
        "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n\r\n",
        "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n"
        "Content-Length: 2\r\n\r\nab"}) {
    const auto client = Connect();
    client->Send(garbage);
    client->CloseSending();
    const HttpResponse response = client->Receive();
    EXPECT_TRUE(response.status == 400 || response.status == 0)
        << garbage << response.status;
    EXPECT_EQ(client->ReceiveAll(), "");
  }
  ExpectAlive();
}

TEST_F(HttpServerTest, BadChunksAreRefused) {
  const auto client = Connect();
  client->Send("POST "s + kEchoPath +
               " HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
               "application/json\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n");
  const HttpResponse response = client->Receive();
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(CodeOf(response), "invalid_argument");
}

TEST_F(HttpServerTest, ARequestCutOffAnywhereEndsItsConnectionOnly) {
  const std::string unary = Connect()->Text(
      "POST", kEchoPath, {"Content-Type: "s + kJson}, R"({"model":"a"})");
  const std::string stream = Connect()->Text(
      "POST", kSumPath, {"Content-Type: application/connect+json"},
      Enveloped(R"({"name":"a"})") + Enveloped("{}"));
  for (const std::string& request : {unary, stream}) {
    for (size_t size = 0; size < request.size(); ++size) {
      const auto client = Connect();
      client->Send(std::string_view(request).substr(0, size));
      if (size % 2 == 0) client->CloseSending();
    }
  }
  ExpectAlive();
}

// --- The end.

TEST_F(HttpServerTest, DrainingItSaysSoAndEndsConnections) {
  const auto client = Connect();
  const auto other = Connect();
  EXPECT_EQ(client->Get("/healthz").status, 200);
  EXPECT_EQ(other->Get("/healthz").status, 200);
  server_->StartDraining();
  HttpResponse response = client->Get("/healthz");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.body, R"({"status":"draining"})");
  EXPECT_EQ(client->ReceiveAll(), "");
  response = other->Post(kEchoPath, kJson, R"({"model":"a"})");
  EXPECT_EQ(response.body, R"({"model":"a"})");
  EXPECT_EQ(response.fields.at("connection"), "close");
}

TEST_F(HttpServerTest, CallsUnderWayAreToldOfTheEnd) {
  const auto idle = Connect();
  EXPECT_EQ(idle->Get("/healthz").status, 200);
  const auto waiting = Connect();
  waiting->Send(
      waiting->Text("POST", kWaitPath, {"Content-Type: "s + kJson}, "{}"));
  ASSERT_TRUE(counts_.begun.AwaitCount(1));
  const auto uploading = Connect();
  uploading->Send("POST "s + kSumPath + " HTTP/1.1\r\nHost: localhost\r\n" +
                  "Content-Type: application/connect+json\r\n"
                  "Content-Length: 1000\r\n\r\n" +
                  Enveloped("{}"));
  ASSERT_TRUE(counts_.pulled.AwaitCount(1));
  server_->StartDraining();
  tracker_.StopAll();
  auto stop = std::async(std::launch::async, [this] { server_->Stop(); });
  const HttpResponse response = waiting->Receive();
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(Json::parse(response.body)["message"],
            "the server is shutting down");
  EXPECT_THAT(uploading->Receive().body, HasSubstr("unavailable"));
  EXPECT_EQ(idle->ReceiveAll(), "");
  stop.get();
  EXPECT_EQ(Connect()->Get("/healthz").status, 0) << "nobody listens";
}

TEST_F(HttpServerTest, ATakenAddressIsOneSentence) {
  const auto second = HttpServer::Listen({.address = server_->address()});
  EXPECT_TRUE(absl::IsUnavailable(second.status()));
  EXPECT_EQ(second.status().message(),
            "cannot listen on " + server_->address() +
                " (--http-address) for HTTP: Address already in use");
}

}  // namespace
}  // namespace microgpt::server
