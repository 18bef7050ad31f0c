// SPDX-License-Identifier: MIT
#include "client/commands/config_flags.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <regex>
#include <set>
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

// The numbers in `text`, as it writes them but without commas: "1..4,096" has
// 1 and 4096.
std::set<std::string> NumbersIn(const std::string& text) {
  static const std::regex number("[0-9][0-9,]*(\\.[0-9]+)?(e-?[0-9]+)?");
  std::set<std::string> numbers;
  for (std::sregex_iterator it(text.begin(), text.end(), number), end;
       it != end; ++it) {
    std::string digits = it->str();
    digits.erase(std::remove(digits.begin(), digits.end(), ','), digits.end());
    numbers.insert(digits);
  }
  return numbers;
}

// The comment behind each field of Config in the API's definition.
std::map<std::string, std::string> ConfigComments() {
  std::ifstream proto(MICROGPT_SOURCE_DIR "/proto/microgpt/v1/microgpt.proto");
  static const std::regex field("  (optional )?\\w+ (\\w+) = \\d+; *// (.*)");
  static const std::regex more(" *// (.*)");
  std::map<std::string, std::string> comments;
  std::string line;
  while (std::getline(proto, line) && line != "message Config {") continue;
  std::string* last = nullptr;
  while (std::getline(proto, line) && line != "}") {
    std::smatch match;
    if (std::regex_match(line, match, field)) {
      last = &comments[match[2]];
      *last = match[3];
    } else if (last != nullptr && std::regex_match(line, match, more)) {
      *last += " " + match[1].str();
    }
  }
  return comments;
}

TEST(ConfigFlagsTest, DefaultsAndRangesInTheHelpAreThoseOfTheApi) {
  CLI::App app;
  v1::Config config;
  AddConfigFlags(app, &config);
  const auto comments = ConfigComments();
  EXPECT_EQ(comments.size(),
            static_cast<std::size_t>(v1::Config::descriptor()->field_count()));
  for (const auto& [field, comment] : comments) {
    std::string flag = "--" + field;
    std::replace(flag.begin(), flag.end(), '_', '-');
    const std::string help = app.get_option(flag)->get_description();
    EXPECT_EQ(NumbersIn(help.substr(help.rfind('('))), NumbersIn(comment))
        << flag << ": " << help << " is not: " << comment;
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
