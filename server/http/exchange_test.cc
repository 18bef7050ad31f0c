// SPDX-License-Identifier: MIT
#include "server/http/exchange.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace microgpt::server {
namespace {

using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

TEST(ExchangeTest, ATargetIsAPathOrAUrl) {
  Request request;
  request.fields = {{"host", "here:1"}};
  const auto parts = [&](const std::string& target) {
    request.target = target;
    return std::string(request.authority()) + " " + std::string(request.path());
  };
  EXPECT_EQ(parts("/a/b?c=/d"), "here:1 /a/b");
  EXPECT_EQ(parts("http://there:2/a?b"), "there:2 /a");
  EXPECT_EQ(parts("HTTPS://there"), "there /");
  EXPECT_EQ(parts("http://there?b"), "there ");
}

TEST(ExchangeTest, FieldsAreFoundByTheirNames) {
  Request request;
  request.fields = {{"a", "1"}, {"b", "2"}, {"a", "3"}};
  EXPECT_EQ(request.Get("a"), "1");
  EXPECT_EQ(request.Count("a"), 2u);
  EXPECT_EQ(request.Get("c"), "");
}

TEST(ExchangeTest, EveryHeadTellsBrowsersWhatIsAllowed) {
  const std::string head = HeadOf({.status = 404, .fields = {{"X", "y"}}},
                                  Extent::kLength, 12, false);
  EXPECT_THAT(head, StartsWith("HTTP/1.1 404 Not Found\r\n"));
  EXPECT_THAT(head, ContainsRegex("Date: [A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} "
                                  "[0-9]{4} [0-9:]{8} GMT\r\n"));
  EXPECT_THAT(head, HasSubstr("X: y\r\n"));
  EXPECT_THAT(head, HasSubstr("Content-Security-Policy: default-src 'self'; "));
  for (const char* field :
       {"X-Content-Type-Options: nosniff", "Referrer-Policy: no-referrer",
        "Cross-Origin-Resource-Policy: same-origin",
        "Cross-Origin-Opener-Policy: same-origin", "Content-Length: 12"}) {
    EXPECT_THAT(head, HasSubstr(std::string(field) + "\r\n"));
  }
  EXPECT_THAT(head, EndsWith("Connection: keep-alive\r\n\r\n"));
  EXPECT_THAT(head, Not(HasSubstr("Access-Control")));
}

TEST(ExchangeTest, AHeadSaysHowFarTheBodyGoes) {
  const std::string chunks = HeadOf({}, Extent::kChunks, 0, true);
  EXPECT_THAT(chunks, HasSubstr("Transfer-Encoding: chunked\r\n"));
  EXPECT_THAT(chunks, Not(HasSubstr("Content-Length")));
  EXPECT_THAT(chunks, EndsWith("Connection: close\r\n\r\n"));
  const std::string open = HeadOf({}, Extent::kClose, 0, false);
  EXPECT_THAT(open, Not(HasSubstr("Transfer-Encoding")));
  EXPECT_THAT(open, EndsWith("Connection: close\r\n\r\n"));
  EXPECT_THAT(HeadOf({.status = 304}, Extent::kLength, 0, false),
              Not(HasSubstr("Content-Length")));
}

TEST(ExchangeTest, ListsAreSplitAndTrimmed) {
  EXPECT_THAT(SplitList(" a,\tb ,, c;d"), ElementsAre("a", "b", "c;d"));
  EXPECT_THAT(SplitList("c;d", ';'), ElementsAre("c", "d"));
  EXPECT_THAT(SplitList(" , "), IsEmpty());
}

}  // namespace
}  // namespace microgpt::server
