// SPDX-License-Identifier: MIT
#include "client/connection/connection.h"

#include <gtest/gtest.h>

namespace microgpt::client {
namespace {

std::string Address(std::string_view text) {
  return ParseAddress(text, "--server").value_or("refused");
}

TEST(AddressTest, ThePortIsOptional) {
  EXPECT_EQ(Address("127.0.0.1:1234"), "127.0.0.1:1234");
  EXPECT_EQ(Address("server"), "server:50051");
  EXPECT_EQ(Address("server:1"), "server:1");
  EXPECT_EQ(Address("server:65535"), "server:65535");
  EXPECT_EQ(Address("[::1]"), "[::1]:50051");
  EXPECT_EQ(Address("[fe80::1%2]:1234"), "[fe80::1%2]:1234");
  EXPECT_EQ(Address("unix:/run/microgpt.sock"), "unix:/run/microgpt.sock");
}

TEST(AddressTest, WhatIsNoAddressIsRefused) {
  for (const char* bad : {"",
                          ":1",
                          "host:",
                          "host:port",
                          "http://host:1",
                          "host:123456",
                          "host:0",
                          "host:65536",
                          "host:99999",
                          "host:-1",
                          "host:+1",
                          "::1",
                          "::1:50051",
                          "a:b:1",
                          "[]:1",
                          "[::1",
                          "[::1]:",
                          "[::1]50051",
                          "[host]:1",
                          "a b",
                          "unix:"}) {
    EXPECT_EQ(Address(bad), "refused") << bad;
  }
}

TEST(AddressTest, ARefusalNamesTheSource) {
  EXPECT_EQ(ParseAddress("::1", "MGPT_SERVER").status().message(),
            "MGPT_SERVER: \"::1\" is not HOST:PORT, such as 127.0.0.1:50051 "
            "or [::1]:50051");
}

}  // namespace
}  // namespace microgpt::client
