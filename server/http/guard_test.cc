// SPDX-License-Identifier: MIT
#include "server/http/guard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace microgpt::server {
namespace {

using ::testing::HasSubstr;

Request Post(std::vector<Field> fields) {
  Request request;
  request.method = "POST";
  request.target = "/";
  request.fields = std::move(fields);
  return request;
}

// 0: let through.
int Verdict(const Guard& guard, const Request& request) {
  const auto refusal = guard.Refuse(request);
  return refusal ? refusal->status : 0;
}

int ForHost(const Guard& guard, const std::string& host) {
  return Verdict(guard, Post({{"host", host}}));
}

int FromOrigin(const std::string& origin, const std::string& host) {
  return Verdict(Guard("127.0.0.1:8080", {"*"}),
                 Post({{"host", host}, {"origin", origin}}));
}

TEST(GuardTest, TheMachinesOwnNamesAreAlwaysRight) {
  const Guard guard("0.0.0.0:8080", {});
  for (const std::string host :
       {"localhost", "localhost:8080", "LOCALHOST:1", "127.0.0.1",
        "127.0.0.1:6000", "[::1]", "[::1]:8080"}) {
    EXPECT_EQ(ForHost(guard, host), 0) << host;
  }
}

TEST(GuardTest, OtherNamesAreMisdirected) {
  const Guard guard("0.0.0.0:8080", {});
  for (const std::string host :
       {"evil.example", "localhost.evil.example", "localhost.", "0.0.0.0:8080",
        "127.0.0.2", "[::]:8080", "[::2]"}) {
    EXPECT_EQ(ForHost(guard, host), 421) << host;
  }
  const auto refusal = guard.Refuse(Post({{"host", "evil.example:80"}}));
  EXPECT_THAT(refusal->body, HasSubstr("\\\"evil.example\\\""));
  EXPECT_THAT(refusal->body, HasSubstr("--http-hosts=evil.example"));
}

TEST(GuardTest, TheAddressesOwnHostAndTheListedOnesAreRight) {
  const Guard guard("10.1.2.3:8080", {"GPT.example.org", "[fe80::1]"});
  EXPECT_EQ(ForHost(guard, "10.1.2.3:8080"), 0);
  EXPECT_EQ(ForHost(guard, "gpt.Example.org"), 0);
  EXPECT_EQ(ForHost(guard, "[fe80::1]:9"), 0);
  EXPECT_EQ(ForHost(guard, "example.org"), 421);
}

TEST(GuardTest, AStarIsAnyHost) {
  EXPECT_EQ(ForHost(Guard("127.0.0.1:1", {"*"}), "evil.example"), 0);
}

TEST(GuardTest, AMalformedMissingOrSecondHostIsRefused) {
  const Guard guard("127.0.0.1:8080", {"*"});
  for (const std::string host : {"", ":80", "a:b", "[::1", "[::1]x:1", "[]x"}) {
    EXPECT_EQ(ForHost(guard, host), 400) << host;
  }
  EXPECT_EQ(Verdict(guard, Post({})), 400);
  EXPECT_EQ(Verdict(guard, Post({{"host", "a"}, {"host", "a"}})), 400);
}

TEST(GuardTest, BeforeHttp11ThereWasNoHost) {
  Request request = Post({});
  request.http_1_0 = true;
  EXPECT_EQ(Verdict(Guard("127.0.0.1:8080", {}), request), 0);
}

TEST(GuardTest, AnAbsoluteTargetSaysTheHost) {
  Request request = Post({{"host", "localhost"}});
  request.target = "http://evil.example/";
  EXPECT_EQ(Verdict(Guard("127.0.0.1:8080", {}), request), 421);
}

TEST(GuardTest, TheOriginIsTheHost) {
  EXPECT_EQ(FromOrigin("http://localhost:8080", "localhost:8080"), 0);
  EXPECT_EQ(FromOrigin("http://localhost", "localhost"), 0);
  EXPECT_EQ(FromOrigin("http://localhost:80", "localhost"), 0);
  EXPECT_EQ(FromOrigin("https://gpt.example", "gpt.example"), 0);
  EXPECT_EQ(FromOrigin("http://[::1]:1", "[::1]:1"), 0);
  for (const std::string origin :
       {"http://localhost:3000", "http://evil.example", "null", "", "file://",
        "http://localhost:8080.evil.example", "http://127.0.0.1:8080",
        "ftp://localhost:8080"}) {
    EXPECT_EQ(FromOrigin(origin, "localhost:8080"), 403) << origin;
  }
}

TEST(GuardTest, OtherSitesMayLinkButNotCall) {
  const Guard guard("127.0.0.1:8080", {});
  Request request =
      Post({{"host", "localhost"}, {"sec-fetch-site", "cross-site"}});
  EXPECT_EQ(Verdict(guard, request), 403);
  request.method = "GET";
  EXPECT_EQ(Verdict(guard, request), 0);
}

}  // namespace
}  // namespace microgpt::server
