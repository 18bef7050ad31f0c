// SPDX-License-Identifier: MIT
#include "server/http/stream_body.h"

#include <gtest/gtest.h>

#include <string>

namespace microgpt::server {
namespace {

using namespace std::string_literals;

std::string Body(const StreamBody& frame, const absl::Status& status) {
  std::string body;
  for (const std::string message : {"{}", "{\"a\":1}"}) {
    body += frame.Before(message.size()) + message + std::string(frame.After());
  }
  return body + frame.End(status);
}

TEST(StreamBodyTest, EnvelopesInChunks) {
  EXPECT_EQ(Body(StreamBody(true, true), absl::OkStatus()),
            "7\r\n\0\0\0\0\2{}\r\n"
            "c\r\n\0\0\0\0\7{\"a\":1}\r\n"
            "7\r\n\2\0\0\0\2{}\r\n0\r\n\r\n"s);
}

TEST(StreamBodyTest, EnvelopesUpToTheEndOfTheConnection) {
  EXPECT_EQ(Body(StreamBody(true, false), absl::OkStatus()),
            "\0\0\0\0\2{}\0\0\0\0\7{\"a\":1}\2\0\0\0\2{}"s);
}

TEST(StreamBodyTest, LinesInChunks) {
  EXPECT_EQ(Body(StreamBody(false, true), absl::OkStatus()),
            "3\r\n{}\n\r\n8\r\n{\"a\":1}\n\r\n0\r\n\r\n");
}

TEST(StreamBodyTest, AnErrorIsTheLastLine) {
  EXPECT_EQ(Body(StreamBody(false, false), absl::AbortedError("no")),
            "{}\n{\"a\":1}\n"
            "{\"error\":{\"code\":\"aborted\",\"message\":\"no\"}}\n");
}

}  // namespace
}  // namespace microgpt::server
