// SPDX-License-Identifier: MIT
#include "client/commands/config_flags.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace microgpt::client {
namespace {

// The config that these arguments make; throws what CLI11 throws.
v1::Config Parse(std::vector<std::string> arguments) {
  CLI::App app;
  v1::Config config;
  AddConfigFlags(app, &config);
  std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants them
  app.parse(arguments);
  return config;
}

TEST(ConfigFlagsTest, EveryFieldHasAFlagWithHelp) {
  CLI::App app;
  v1::Config config;
  AddConfigFlags(app, &config);
  const auto& fields = *v1::Config::descriptor();
  for (int i = 0; i < fields.field_count(); ++i) {
    std::string flag = "--" + fields.field(i)->name();
    std::replace(flag.begin(), flag.end(), '_', '-');
    const CLI::Option* option = app.get_option_no_throw(flag);
    ASSERT_NE(option, nullptr) << flag;
    EXPECT_FALSE(option->get_description().empty()) << flag;
  }
}

TEST(ConfigFlagsTest, OnlyWhatIsGivenIsSet) {
  EXPECT_EQ(Parse({}).ByteSizeLong(), 0u);
  const v1::Config config =
      Parse({"--seed", "0", "--learning-rate", "0.01", "--optimizer", "sgd",
             "--precision=float64"});
  EXPECT_TRUE(config.has_seed()) << "0 is a value";
  EXPECT_EQ(config.learning_rate(), 0.01);
  EXPECT_EQ(config.optimizer(), v1::OPTIMIZER_SGD);
  EXPECT_EQ(config.precision(), v1::PRECISION_FLOAT64);
  EXPECT_FALSE(config.has_n_layer());
}

TEST(ConfigFlagsTest, BadValuesAreRefusedByName) {
  try {
    Parse({"--optimizer", "adamw"});
    FAIL() << "accepted";
  } catch (const CLI::ParseError& error) {
    EXPECT_STREQ(error.what(), "--optimizer: \"adamw\" is not adam or sgd");
  }
  EXPECT_THROW(Parse({"--steps", "-1"}), CLI::ParseError);
  EXPECT_THROW(Parse({"--eps", "small"}), CLI::ParseError);
}

}  // namespace
}  // namespace microgpt::client
