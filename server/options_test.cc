// SPDX-License-Identifier: MIT
#include "server/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "absl/flags/reflection.h"
#include "server/version.h"

namespace microgpt::server {
namespace {

using Strings = std::vector<std::string>;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

absl::StatusOr<Options> Read(const Strings& arguments,
                             const Strings& environment = {}) {
  absl::FlagSaver flags;  // they belong to the process, not to the call
  std::vector<const char*> entries;
  entries.push_back("HOME=/home/ada");
  for (const std::string& entry : environment) entries.push_back(entry.c_str());
  entries.push_back(nullptr);
  return ReadOptions(arguments, entries.data());
}

// Why these are refused.
std::string ErrorOf(const Strings& arguments, const Strings& environment = {}) {
  const absl::Status status = Read(arguments, environment).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  return std::string(status.message());
}

uint32_t Cores() { return std::max(1u, std::thread::hardware_concurrency()); }

TEST(OptionsTest, WithoutFlagsTheDefaultsHold) {
  const auto options = Read({});
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->grpc_address, "127.0.0.1:50051");
  EXPECT_EQ(options->http_address, "127.0.0.1:8080");
  EXPECT_THAT(options->http_hosts, IsEmpty());
  EXPECT_EQ(options->workers, Cores());
  EXPECT_EQ(options->samplers, Cores());
  EXPECT_EQ(options->max_queued, 1000u);
  EXPECT_EQ(options->max_calls, 1000u);
  EXPECT_EQ(options->data_dir, "/home/ada/.local/state/microgpt");
  EXPECT_EQ(options->max_store_bytes, 0u);
  EXPECT_EQ(options->model_memory_bytes, uint64_t{1} << 30);
  EXPECT_EQ(options->drain_timeout, std::chrono::seconds(10));
  EXPECT_FALSE(options->json_log);
  EXPECT_EQ(options->log_level, "info");
  EXPECT_EQ(options->print_and_exit, "");
}

TEST(OptionsTest, EveryFlagIsRead) {
  const auto options =
      Read({"--grpc-address=0.0.0.0:0", "--http-address=[::]:80",
            "--http-hosts=a.example,10.0.0.1,[fe80::1]", "--workers=3",
            "--samplers=4", "--max-queued=5", "--max-calls=6",
            "--data-dir=data", "--max-store-size=7MiB", "--model-memory=8K",
            "--drain-timeout-s=0", "--log-format=json", "--log-level=debug"});
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->grpc_address, "0.0.0.0:0");
  EXPECT_EQ(options->http_address, "[::]:80");
  EXPECT_THAT(options->http_hosts,
              ElementsAre("a.example", "10.0.0.1", "[fe80::1]"));
  EXPECT_EQ(options->workers, 3u);
  EXPECT_EQ(options->samplers, 4u);
  EXPECT_EQ(options->max_queued, 5u);
  EXPECT_EQ(options->max_calls, 6u);
  EXPECT_EQ(options->data_dir, "data");
  EXPECT_EQ(options->max_store_bytes, uint64_t{7} << 20);
  EXPECT_EQ(options->model_memory_bytes, uint64_t{8} << 10);
  EXPECT_EQ(options->drain_timeout, std::chrono::seconds(0));
  EXPECT_TRUE(options->json_log);
  EXPECT_EQ(options->log_level, "debug");
}

TEST(OptionsTest, AValueMayFollowItsFlag) {
  const auto options = Read({"--workers", "3", "--log-level", "warn"});
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->workers, 3u);
  EXPECT_EQ(options->log_level, "warn");
}

TEST(OptionsTest, OfAFlagGivenTwiceTheLastHolds) {
  EXPECT_EQ(Read({"--workers=3", "--workers=4"})->workers, 4u);
}

TEST(OptionsTest, AFlagWithoutAValueIsRefused) {
  EXPECT_EQ(ErrorOf({"--samplers=2", "--workers"}),
            "--workers: a value must follow");
  EXPECT_THAT(ErrorOf({"--workers="}), StartsWith("--workers: \"\" is not"));
}

TEST(OptionsTest, EveryFlagCanBeSetInTheEnvironment) {
  const auto options =
      Read({}, {"PATH=/bin", "MICROGPT_GRPC_ADDRESS=[::1]:1",
                "MICROGPT_HTTP_ADDRESS=off", "MICROGPT_HTTP_HOSTS=*",
                "MICROGPT_WORKERS=3", "MICROGPT_SAMPLERS=4",
                "MICROGPT_MAX_QUEUED=5", "MICROGPT_MAX_CALLS=6",
                "MICROGPT_DATA_DIR=/d", "MICROGPT_MODEL_MEMORY=7MiB",
                "MICROGPT_MAX_STORE_SIZE=2GiB", "MICROGPT_DRAIN_TIMEOUT_S=8",
                "MICROGPT_LOG_FORMAT=json", "MICROGPT_LOG_LEVEL=error"});
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_THAT(
      options->effective,
      ElementsAre("grpc-address=[::1]:1", "http-address=off", "http-hosts=*",
                  "data-dir=/d", "workers=3", "samplers=4", "max-queued=5",
                  "max-calls=6", "model-memory=7MiB", "max-store-size=2GiB",
                  "drain-timeout-s=8", "log-format=json", "log-level=error"));
}

TEST(OptionsTest, TheCommandLineWinsOverTheEnvironment) {
  const auto options =
      Read({"--workers=3"}, {"MICROGPT_WORKERS=4", "MICROGPT_SAMPLERS=5"});
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->workers, 3u);
  EXPECT_EQ(options->samplers, 5u);
}

TEST(OptionsTest, TheEffectiveFlagsSayHowManyThreadsThereAre) {
  EXPECT_THAT(Read({})->effective,
              Contains("workers=" + std::to_string(Cores())));
}

TEST(OptionsTest, AnUnknownFlagIsRefusedNamingTheNearest) {
  EXPECT_EQ(ErrorOf({"--worker=2"}),
            "unknown argument --worker: did you mean --workers?");
  EXPECT_EQ(ErrorOf({"--max-queud", "2"}),
            "unknown argument --max-queud: did you mean --max-queued?");
  EXPECT_EQ(ErrorOf({"--frobnicate"}),
            "unknown argument --frobnicate: see microgptd --help");
}

TEST(OptionsTest, WhatIsNoFlagIsRefused) {
  EXPECT_THAT(ErrorOf({"serve"}), StartsWith("unknown argument serve"));
  EXPECT_THAT(ErrorOf({""}), StartsWith("unknown argument "));
  EXPECT_THAT(ErrorOf({"-workers=2"}), StartsWith("unknown argument -workers"));
  EXPECT_THAT(ErrorOf({"--"}), StartsWith("unknown argument --"));
  // abseil has flags of its own, which are not ours to offer.
  EXPECT_THAT(ErrorOf({"--flagfile=x"}), StartsWith("unknown argument"));
}

TEST(OptionsTest, AnUnknownVariableIsRefusedNamingTheNearest) {
  EXPECT_EQ(ErrorOf({}, {"MICROGPT_WORKER=2"}),
            "unknown environment variable MICROGPT_WORKER: did you mean "
            "MICROGPT_WORKERS?");
  EXPECT_EQ(ErrorOf({}, {"MICROGPT_X=2"}),
            "unknown environment variable MICROGPT_X: see microgptd --help");
}

TEST(OptionsTest, AnUnusableVariableIsRefusedAlsoWhenAFlagWouldWin) {
  EXPECT_THAT(ErrorOf({"--workers=2"}, {"MICROGPT_WORKERS=two"}),
              StartsWith("MICROGPT_WORKERS: \"two\" is not a whole number"));
}

TEST(OptionsTest, WhatIsNoNumberIsRefused) {
  for (const char* value : {"two", "-1", "1.5", "2x", "4294967296", " "}) {
    EXPECT_EQ(ErrorOf({std::string("--max-queued=") + value}),
              "--max-queued: \"" + std::string(value) +
                  "\" is not a whole number of 0 to 4294967295");
  }
}

struct Range {
  std::string flag;
  uint32_t minimum;
  uint32_t maximum;
};

class OptionsRangeTest : public testing::TestWithParam<Range> {
 protected:
  Strings With(uint32_t value) const {
    return {GetParam().flag + "=" + std::to_string(value)};
  }
};

TEST_P(OptionsRangeTest, BothEndsAreAllowedAndNothingBeyond) {
  const auto& [flag, minimum, maximum] = GetParam();
  EXPECT_TRUE(Read(With(minimum)).ok());
  EXPECT_TRUE(Read(With(maximum)).ok());
  EXPECT_EQ(ErrorOf(With(maximum + 1)),
            flag + ": " + std::to_string(maximum + 1) +
                " is above the maximum " + std::to_string(maximum));
  if (minimum > 0) {
    EXPECT_EQ(ErrorOf(With(minimum - 1)),
              flag + ": " + std::to_string(minimum - 1) +
                  " is below the minimum " + std::to_string(minimum));
  }
}

INSTANTIATE_TEST_SUITE_P(Flags, OptionsRangeTest,
                         testing::Values(Range{"--workers", 0, 1024},
                                         Range{"--samplers", 0, 1024},
                                         Range{"--max-queued", 1, 1'000'000},
                                         Range{"--max-calls", 1, 1'000'000},
                                         Range{"--drain-timeout-s", 0, 3600}));

TEST(OptionsTest, ASizeIsANumberOfBytesOrOfAUnit) {
  const auto memory = [](const std::string& size) {
    return Read({"--model-memory=" + size})->model_memory_bytes;
  };
  EXPECT_EQ(memory("0"), 0u);
  EXPECT_EQ(memory("1000"), 1000u);
  EXPECT_EQ(memory("1000B"), 1000u);
  EXPECT_EQ(memory("1K"), 1024u);
  EXPECT_EQ(memory("512MiB"), uint64_t{512} << 20);
  EXPECT_EQ(memory("3G"), uint64_t{3} << 30);
  EXPECT_EQ(memory("1TiB"), uint64_t{1} << 40);
  for (const char* size :
       {"", "x", "-1", "1.5G", "1 G", "1MB", "1g", "MiB", "1MiBs", "G1"}) {
    EXPECT_EQ(ErrorOf({"--model-memory=" + std::string(size)}),
              "--model-memory: \"" + std::string(size) +
                  "\" is not a size, as in 500MiB or 2GiB");
  }
  EXPECT_EQ(ErrorOf({"--model-memory=1025G"}),
            "--model-memory: 1025G is above the maximum 1024GiB");
  EXPECT_EQ(ErrorOf({"--model-memory=16777216T"}),
            "--model-memory: 16777216T is above the maximum 1024GiB");
}

TEST(OptionsTest, AStoreHasRoomForSomething) {
  EXPECT_EQ(Read({"--max-store-size=1MiB"})->max_store_bytes, 1u << 20);
  EXPECT_EQ(ErrorOf({"--max-store-size=1000K"}),
            "--max-store-size: 1000K is below the minimum 1MiB");
}

TEST(OptionsTest, AStoreInMemoryHasALimitInAnyCase) {
  EXPECT_EQ(Read({"--data-dir=:memory:"})->max_store_bytes, uint64_t{4} << 30);
  EXPECT_EQ(
      Read({"--data-dir=:memory:", "--max-store-size=9G"})->max_store_bytes,
      uint64_t{9} << 30);
}

TEST(OptionsTest, DataIsKeptInTheUsersStateDirectory) {
  EXPECT_EQ(Read({}, {"XDG_STATE_HOME=/state"})->data_dir, "/state/microgpt");
  EXPECT_EQ(Read({}, {"XDG_STATE_HOME=state"})->data_dir,
            "/home/ada/.local/state/microgpt")
      << "one that is not absolute is to be ignored";
  absl::FlagSaver flags;
  const char* const no_home[] = {"HOME=", nullptr};
  EXPECT_EQ(ReadOptions({}, no_home).status().message(),
            "--data-dir must be given: neither XDG_STATE_HOME nor HOME says "
            "where data is kept");
}

TEST(OptionsTest, AnAddressIsHostAndPort) {
  for (const char* address :
       {"localhost:0", "0.0.0.0:65535", "[::]:50051", "example.com:80"}) {
    EXPECT_TRUE(Read({"--grpc-address", address}).ok()) << address;
  }
  for (const char* address :
       {"", "localhost", ":50051", "localhost:", "localhost:65536",
        "localhost:-1", "localhost:x", "localhost:000000", "50051"}) {
    EXPECT_EQ(ErrorOf({"--grpc-address", address}),
              "--grpc-address: \"" + std::string(address) +
                  "\" is not host:port with a port of 0 to 65535");
  }
}

TEST(OptionsTest, HttpCanBeOff) {
  EXPECT_EQ(Read({"--http-address=off"})->http_address, "");
  EXPECT_EQ(ErrorOf({"--http-address=8080"}),
            "--http-address: \"8080\" is not host:port with a port of 0 to "
            "65535");
}

TEST(OptionsTest, AHostHasNoPortAndNoScheme) {
  EXPECT_THAT(Read({"--http-hosts=a,,b"})->http_hosts, ElementsAre("a", "b"));
  for (const std::string host :
       {"a:80", "http://a", "a b", "*.example.org", "::1"}) {
    EXPECT_EQ(ErrorOf({"--http-hosts=x," + host}),
              "--http-hosts: \"" + host +
                  "\" is not the name or address of a host, without a port");
  }
}

TEST(OptionsTest, AChoiceIsOneOfAFew) {
  for (const char* level : {"debug", "info", "warn", "error"}) {
    EXPECT_TRUE(Read({"--log-level", level}).ok()) << level;
  }
  EXPECT_EQ(ErrorOf({"--log-level=loud"}),
            "--log-level: \"loud\" is none of debug, info, warn, error");
  EXPECT_EQ(ErrorOf({"--log-format=xml"}),
            "--log-format: \"xml\" is none of text, json");
}

TEST(OptionsTest, HelpTellsEveryFlagWithItsDefault) {
  for (const char* flag : {"--help", "-h"}) {
    const auto options = Read({flag});
    ASSERT_TRUE(options.ok());
    for (const char* mention :
         {"--grpc-address=127.0.0.1:50051", "--http-address=127.0.0.1:8080",
          "--http-hosts=", "--workers=0", "--samplers=0", "--max-queued=1000",
          "--max-calls=1000", "--data-dir=", "--model-memory=1GiB",
          "--max-store-size=0", "--drain-timeout-s=10", "--log-format=text",
          "--log-level=info", "--help", "--version", "MICROGPT_MAX_QUEUED"}) {
      EXPECT_THAT(options->print_and_exit, HasSubstr(mention));
    }
  }
}

// Whatever else is wrong: help is asked for by those who got it wrong.
TEST(OptionsTest, HelpIsGivenAlsoBesideMistakes) {
  const auto options = Read({"--frobnicate", "--help"}, {"MICROGPT_X=1"});
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_THAT(options->print_and_exit, HasSubstr("Usage: microgptd"));
}

TEST(OptionsTest, VersionIsTold) {
  EXPECT_EQ(Read({"--version"})->print_and_exit,
            "microgptd " + std::string(kVersion) + "\n");
}

}  // namespace
}  // namespace microgpt::server
