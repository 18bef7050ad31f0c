// SPDX-License-Identifier: MIT
#include "client/cli.h"

#include <gtest/gtest.h>
#include <stdlib.h>

namespace microgpt::client {
namespace {

std::string ErrorOf(std::vector<std::string> arguments) {
  const auto invocation = ParseCommandLine(std::move(arguments));
  return std::string(invocation.status().message());
}

class CliTest : public testing::Test {
 protected:
  CliTest() {
    unsetenv("MGPT_SERVER");
    unsetenv("NO_COLOR");
  }
};

TEST_F(CliTest, GlobalOptionsStandBeforeOrBehindTheCommand) {
  for (const auto& arguments :
       {std::vector<std::string>{"-o", "csv", "-q", "--server", "x:1", "ls"},
        std::vector<std::string>{"ls", "--output=csv", "-q", "--server=x:1"}}) {
    const auto invocation = ParseCommandLine(arguments);
    ASSERT_TRUE(invocation.ok()) << invocation.status();
    EXPECT_EQ(invocation->format, Format::kCsv);
    EXPECT_TRUE(invocation->quiet);
    EXPECT_EQ(invocation->server, "x:1");
    EXPECT_TRUE(invocation->action);
  }
}

TEST_F(CliTest, TheEnvironmentNamesTheServerAndTheFlagWins) {
  EXPECT_EQ(ParseCommandLine({"ls"})->server, "127.0.0.1:50051");
  setenv("MGPT_SERVER", "example.org", 1);
  EXPECT_EQ(ParseCommandLine({"ls"})->server, "example.org:50051");
  EXPECT_EQ(ParseCommandLine({"ls", "--server", "x:1"})->server, "x:1");
  setenv("MGPT_SERVER", "", 1);
  EXPECT_EQ(ParseCommandLine({"ls"})->server, "127.0.0.1:50051");
}

TEST_F(CliTest, ABadAddressIsRefusedByTheNameOfItsSource) {
  EXPECT_EQ(ErrorOf({"ls", "--server", ""}),
            "--server: \"\" is not HOST:PORT, such as 127.0.0.1:50051 or "
            "[::1]:50051. See: mgpt --help");
  setenv("MGPT_SERVER", "http://x", 1);
  EXPECT_EQ(ErrorOf({"ls"}),
            "MGPT_SERVER: \"http://x\" is not HOST:PORT, such as "
            "127.0.0.1:50051 or [::1]:50051. See: mgpt --help");
  EXPECT_TRUE(ParseCommandLine({"ls", "--server", "x:1"}).ok());
}

TEST_F(CliTest, HelpAndVersionDoNotLookAtTheAddress) {
  setenv("MGPT_SERVER", "http://x", 1);
  for (const auto& arguments :
       std::vector<std::vector<std::string>>{{},
                                             {"--help"},
                                             {"ls", "--help"},
                                             {"help", "ls"},
                                             {"--version"},
                                             {"version"},
                                             {"version", "--server", "::1"}}) {
    const auto invocation = ParseCommandLine(arguments);
    ASSERT_TRUE(invocation.ok()) << invocation.status();
    EXPECT_FALSE(invocation->help.empty());
  }
}

TEST_F(CliTest, OfAnOptionGivenTwiceTheLastCounts) {
  const auto invocation = ParseCommandLine(
      {"-o", "json", "-o", "csv", "-q", "generate", "-n", "1", "-n", "2", "-q",
       "--server", "x:1", "--server=y:2", "--no-color", "--no-color"});
  ASSERT_TRUE(invocation.ok()) << invocation.status();
  EXPECT_EQ(invocation->format, Format::kCsv);
  EXPECT_EQ(invocation->server, "y:2");
  EXPECT_TRUE(invocation->quiet);
  EXPECT_FALSE(invocation->color);
}

TEST_F(CliTest, HelpOnWhatIsNoCommandIsRefused) {
  EXPECT_EQ(ErrorOf({"help", "trian"}),
            "trian is not a command of mgpt: did you mean train? See: mgpt "
            "--help");
  EXPECT_EQ(ErrorOf({"deploy", "--help"}),
            "deploy is not a command of mgpt. See: mgpt --help");
  EXPECT_EQ(ParseCommandLine({"help", "help"})->help,
            ParseCommandLine({"--help"})->help);
}

TEST_F(CliTest, ColourCanBeTurnedOff) {
  EXPECT_TRUE(ParseCommandLine({"ls"})->color);
  EXPECT_FALSE(ParseCommandLine({"ls", "--no-color"})->color);
  setenv("NO_COLOR", "", 1);
  EXPECT_TRUE(ParseCommandLine({"ls"})->color) << "empty is unset";
  setenv("NO_COLOR", "1", 1);
  EXPECT_FALSE(ParseCommandLine({"ls"})->color);
}

TEST_F(CliTest, NothingAtAllAsksForHelp) {
  const auto invocation = ParseCommandLine({});
  ASSERT_TRUE(invocation.ok());
  EXPECT_FALSE(invocation->action);
  EXPECT_FALSE(invocation->help.empty());
}

TEST_F(CliTest, SlipsAreUnderstood) {
  EXPECT_EQ(ErrorOf({"trian", "names"}),
            "trian is not a command of mgpt: did you mean train? See: mgpt "
            "--help");
  EXPECT_EQ(ErrorOf({"generate", "--temprature", "0.5"}),
            "--temprature is not an option of mgpt generate: did you mean "
            "--temperature? See: mgpt generate --help");
  EXPECT_EQ(ErrorOf({"train", "x", "--nlayer=2"}),
            "--nlayer is not an option of mgpt train: did you mean --n-layer? "
            "See: mgpt train --help");
  EXPECT_EQ(ErrorOf({"ls", "--quite"}),
            "--quite is not an option of mgpt ls: did you mean --quiet? See: "
            "mgpt --help")
      << "where it stands";
}

TEST_F(CliTest, WhatIsLikeNothingIsJustUnknown) {
  EXPECT_EQ(ErrorOf({"deploy"}),
            "deploy is not a command of mgpt. See: mgpt --help");
  EXPECT_EQ(ErrorOf({"info", "names"}),
            "names is one argument too many for mgpt info. See: mgpt info "
            "--help");
}

TEST_F(CliTest, ACommandMayHaveCommandsBelowIt) {
  EXPECT_TRUE(ParseCommandLine({"dataset", "ls", "-q"})->action);
  EXPECT_EQ(ParseCommandLine({"dataset", "show", "ls"}).status(),
            absl::OkStatus())
      << "a name may be that of a command";
  EXPECT_EQ(ErrorOf({"dataset", "lst"}),
            "lst is not a command of mgpt dataset: did you mean ls? See: mgpt "
            "dataset --help");
  EXPECT_EQ(ErrorOf({"dataset", "train"}),
            "train is not a command of mgpt dataset. See: mgpt dataset "
            "--help");
  EXPECT_EQ(ErrorOf({"dataset", "rm", "x", "--yess"}),
            "--yess is not an option of mgpt dataset rm: did you mean --yes? "
            "See: mgpt dataset rm --help");
  EXPECT_EQ(ErrorOf({"dataset", "show", "x", "y"}),
            "y is one argument too many for mgpt dataset show. See: mgpt "
            "dataset show --help");
  EXPECT_EQ(ErrorOf({"alias", "set"}),
            "ALIAS is required. See: mgpt alias set --help");
}

TEST_F(CliTest, ACommandWithCommandsBelowItHelps) {
  const auto help = ParseCommandLine({"dataset"})->help;
  EXPECT_NE(help.find("Usage: mgpt dataset [OPTIONS] COMMAND"),
            std::string::npos)
      << help;
  EXPECT_EQ(ParseCommandLine({"dataset", "--help"})->help, help);
  EXPECT_EQ(ParseCommandLine({"help", "dataset"})->help, help);
  EXPECT_EQ(ParseCommandLine({"help", "dataset", "add"})->help,
            ParseCommandLine({"dataset", "add", "--help"})->help);
  EXPECT_EQ(ErrorOf({"help", "dataset", "ad"}),
            "ad is not a command of mgpt dataset: did you mean add? See: mgpt "
            "dataset --help");
}

TEST_F(CliTest, TheHelpOnTrainingSaysWhereDatasetsAreListed) {
  const auto help = ParseCommandLine({"train", "--help"})->help;
  EXPECT_NE(help.find("mgpt dataset ls"), std::string::npos) << help;
}

TEST_F(CliTest, AnEmptyTextIsNoSourceAndNoTarget) {
  EXPECT_EQ(ErrorOf({"train", ""}),
            "SOURCE: must not be empty. See: mgpt train --help");
  EXPECT_EQ(ErrorOf({"stop", ""}),
            "JOB_OR_MODEL: must not be empty. See: mgpt stop --help");
  EXPECT_EQ(ErrorOf({"dataset", "show", ""}),
            "DATASET: must not be empty. See: mgpt dataset show --help");
  EXPECT_EQ(ErrorOf({"import", ""}),
            "FILE: must not be empty. See: mgpt import --help");
  EXPECT_TRUE(ParseCommandLine({"score", "names", ""}).ok())
      << "a text to score may be";
}

TEST_F(CliTest, WhatIsBehindTwoDashesIsNoOption) {
  EXPECT_EQ(ErrorOf({"info", "--", "[x]"}),
            "[x] is one argument too many for mgpt info. See: mgpt info "
            "--help");
  EXPECT_TRUE(
      ParseCommandLine({"score", "names", "a", "--", "--help"})->help.empty());
}

TEST_F(CliTest, MissingAndBadValuesAreNamed) {
  EXPECT_EQ(ErrorOf({"train"}), "SOURCE is required. See: mgpt train --help");
  EXPECT_EQ(ErrorOf({"generate", "--seed"}),
            "--seed needs a value. See: mgpt generate --help");
  EXPECT_EQ(ErrorOf({"generate", "-n", "-1"}),
            "--count: \"-1\" is not a whole number from 0 to 4294967295. See: "
            "mgpt generate --help");
  EXPECT_EQ(ErrorOf({"--timeout", "5", "ls"}),
            "--timeout: \"5\" is not a duration such as 500ms, 30s, 2m or 1h. "
            "See: mgpt --help");
  EXPECT_EQ(ErrorOf({"ls", "-o", "xml"}),
            "--output: \"xml\" is not table, json, csv or text. See: mgpt "
            "--help");
  EXPECT_EQ(ErrorOf({"generate", "--logprobs=maybe"}),
            "--logprobs takes no value. See: mgpt generate --help");
  EXPECT_EQ(ErrorOf({"ls", "--quiet=maybe"}),
            "--quiet takes no value. See: mgpt --help");
  EXPECT_EQ(ErrorOf({"ls", "--server"}),
            "--server needs a value. See: mgpt --help");
  EXPECT_EQ(ErrorOf({"generate", "--prefix", "a\xff"}),
            "--prefix: byte 2 is not UTF-8. See: mgpt generate --help");
}

}  // namespace
}  // namespace microgpt::client
