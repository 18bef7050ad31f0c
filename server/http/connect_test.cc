// SPDX-License-Identifier: MIT
#include "server/http/connect.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/escaping.h"
#include "core/errors/errors.h"
#include "google/rpc/error_details.pb.h"
#include "server/errors/errors.h"
#include "server/handlers/limits.h"

namespace microgpt::server {
namespace {

using Json = nlohmann::json;

Request With(const std::string& name, const std::string& value) {
  Request request;
  request.fields.push_back({.name = name, .value = value});
  return request;
}

Method UnaryMethod() {
  Method method;
  method.unary = [](std::string_view, Codec) -> absl::StatusOr<UnaryCall> {
    return nullptr;
  };
  return method;
}

Method StreamMethod() {
  Method method;
  method.response_stream = [](std::string_view, Codec, const CallContext&)
      -> absl::StatusOr<std::shared_ptr<BytesOut>> { return nullptr; };
  return method;
}

TEST(ConnectTest, TheContentTypeSaysTheForm) {
  const auto form = [](const Method& method, const std::string& type) {
    const auto found = FormOf(method, With("content-type", type));
    if (!found) return std::string("none");
    return std::string(found->codec == Codec::kJson ? "json" : "proto") +
           (found->envelopes ? " in envelopes" : "");
  };
  EXPECT_EQ(form(UnaryMethod(), "application/json"), "json");
  EXPECT_EQ(form(UnaryMethod(), "Application/JSON ; charset=UTF-8"), "json");
  EXPECT_EQ(form(UnaryMethod(), "application/json; charset=latin1"), "none");
  EXPECT_EQ(form(UnaryMethod(), "application/proto"), "proto");
  EXPECT_EQ(form(UnaryMethod(), "application/connect+json"), "none");
  EXPECT_EQ(form(UnaryMethod(), ""), "none");
  EXPECT_EQ(form(StreamMethod(), "application/json"), "json");
  EXPECT_EQ(form(StreamMethod(), "application/connect+json"),
            "json in envelopes");
  EXPECT_EQ(form(StreamMethod(), "application/connect+proto"),
            "proto in envelopes");
  EXPECT_EQ(form(StreamMethod(), "application/proto"), "none");
}

TEST(ConnectTest, OtherVersionsAndCompressionAreRefused) {
  EXPECT_TRUE(CheckProtocol(With("connect-protocol-version", "1"), {}).ok());
  EXPECT_TRUE(absl::IsInvalidArgument(
      CheckProtocol(With("connect-protocol-version", "2"), {})));
  EXPECT_TRUE(CheckProtocol(With("content-encoding", "identity"), {}).ok());
  const absl::Status unary =
      CheckProtocol(With("content-encoding", "gzip"), {});
  EXPECT_TRUE(absl::IsUnimplemented(unary));
  EXPECT_EQ(unary.message(),
            "Content-Encoding: \"gzip\" is not supported; supported "
            "encodings: identity");
  EXPECT_TRUE(absl::IsUnimplemented(
      CheckProtocol(With("connect-content-encoding", "br"),
                    {.codec = Codec::kJson, .envelopes = true})));
}

TEST(ConnectTest, ATimeoutIsAtMostTenDigits) {
  EXPECT_EQ(*TimeoutOf(Request()), std::nullopt);
  EXPECT_EQ((*TimeoutOf(With("connect-timeout-ms", "0")))->count(), 0);
  EXPECT_EQ((*TimeoutOf(With("connect-timeout-ms", "9999999999")))->count(),
            9'999'999'999);
  for (const std::string bad : {"", "-1", "1.5", "x", "1s", "12345678901"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(
        TimeoutOf(With("connect-timeout-ms", bad)).status()))
        << bad;
  }
}

TEST(ConnectTest, EveryCodeHasItsNameAndItsStatus) {
  const std::pair<std::string, int> expected[] = {{"canceled", 499},
                                                  {"unknown", 500},
                                                  {"invalid_argument", 400},
                                                  {"deadline_exceeded", 504},
                                                  {"not_found", 404},
                                                  {"already_exists", 409},
                                                  {"permission_denied", 403},
                                                  {"resource_exhausted", 429},
                                                  {"failed_precondition", 400},
                                                  {"aborted", 409},
                                                  {"out_of_range", 400},
                                                  {"unimplemented", 501},
                                                  {"internal", 500},
                                                  {"unavailable", 503},
                                                  {"data_loss", 500},
                                                  {"unauthenticated", 401}};
  for (int code = 1; code <= 16; ++code) {
    const absl::Status status(static_cast<absl::StatusCode>(code), "why");
    const Answer answer = ErrorAnswer(status);
    EXPECT_EQ(answer.status, expected[code - 1].second);
    EXPECT_EQ(Json::parse(answer.body),
              (Json{{"code", expected[code - 1].first}, {"message", "why"}}));
  }
}

TEST(ConnectTest, DetailsAreGoogles) {
  absl::Status status =
      WithReason(FieldError("text", "nothing is left"), "EMPTY_DATASET");
  const Json error = Json::parse(ErrorJson(status));
  ASSERT_EQ(error["details"].size(), 2u);
  const Json& detail = error["details"][0];
  EXPECT_EQ(detail["type"], "google.rpc.BadRequest");
  EXPECT_EQ(detail["debug"]["fieldViolations"][0]["field"], "text");
  EXPECT_EQ(error["details"][1]["debug"],
            (Json{{"reason", "EMPTY_DATASET"}, {"domain", "microgpt"}}));
  const std::string value = detail["value"];
  EXPECT_FALSE(value.ends_with('='));
  std::string bytes;
  ASSERT_TRUE(absl::Base64Unescape(value, &bytes));
  google::rpc::BadRequest bad_request;
  ASSERT_TRUE(bad_request.ParseFromString(bytes));
  EXPECT_EQ(bad_request.field_violations(0).description(), "nothing is left");
}

TEST(ConnectTest, AnErrorIsUtf8WhateverItQuotes) {
  const Json error =
      Json::parse(ErrorJson(absl::InternalError("a \xff and \"quotes\"\n")));
  EXPECT_EQ(error["message"], "a \xEF\xBF\xBD and \"quotes\"\n");
}

TEST(ConnectTest, AnEnvelopeHasFlagsAndALength) {
  EXPECT_EQ(EnvelopeHead(0x01020304), std::string("\0\1\2\3\4", 5));
  EXPECT_EQ(*ParseEnvelopeHead({0, 0, 0, 1, 2}), 0x102u);
  EXPECT_EQ(*ParseEnvelopeHead({0, 1, 0, 0, 0}), kMaxMessageBytes);
  EXPECT_TRUE(
      absl::IsResourceExhausted(ParseEnvelopeHead({0, 1, 0, 0, 1}).status()));
  EXPECT_TRUE(absl::IsResourceExhausted(
      ParseEnvelopeHead({0, '\xff', '\xff', '\xff', '\xff'}).status()));
  for (const int flags : {1, 2, 3, 4, 0x80, 0xff}) {
    EXPECT_TRUE(absl::IsInvalidArgument(
        ParseEnvelopeHead({static_cast<char>(flags), 0, 0, 0, 0}).status()))
        << flags;
  }
}

TEST(ConnectTest, TheEndOfAStreamSaysHowItWent) {
  EXPECT_EQ(EndOfStream(absl::OkStatus()), std::string("\2\0\0\0\2{}", 7));
  const std::string end = EndOfStream(absl::NotFoundError("gone"));
  EXPECT_EQ(end[0], 2);
  EXPECT_EQ(Json::parse(end.substr(5)),
            (Json{{"error", {{"code", "not_found"}, {"message", "gone"}}}}));
}

}  // namespace
}  // namespace microgpt::server
