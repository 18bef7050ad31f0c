// SPDX-License-Identifier: MIT
#include "core/generation/condition.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/errors/errors.h"

namespace microgpt {
namespace {

using Strings = std::vector<std::string>;

Tokenizer Letters(TokenizerKind kind, Strings alphabet) {
  return Tokenizer(kind, std::move(alphabet));
}

Tokenizer Ab() { return Letters(TokenizerKind::kCodePoint, {"a", "b"}); }

// Lower-case letters; strings of up to 16.
absl::StatusOr<Condition> Make(const ConditionSettings& settings,
                               std::string_view prefix = "") {
  Strings alphabet;
  for (char c = 'a'; c <= 'z'; ++c) alphabet.emplace_back(1, c);
  return Condition::Create(
      settings, Letters(TokenizerKind::kCodePoint, alphabet), 16, prefix);
}

void ExpectUnsatisfiable(const absl::StatusOr<Condition>& condition,
                         std::string_view message) {
  EXPECT_EQ(condition.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(condition.status()), "UNSATISFIABLE");
  EXPECT_EQ(std::string(condition.status().message()), message);
}

void ExpectRefused(const absl::StatusOr<Condition>& condition,
                   std::string_view field, std::string_view message) {
  EXPECT_EQ(condition.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(FieldOf(condition.status()), field);
  EXPECT_EQ(std::string(condition.status().message()), message);
}

TEST(ConditionTest, EachConditionHoldsWhatItSays) {
  const struct {
    ConditionSettings settings;
    Strings met, missed;
  } examples[] = {
      {{}, {"a", "emma"}, {}},
      {{.suffix = "ma"}, {"ma", "emma"}, {"a", "mary", "mam"}},
      {{.contains = "ann"}, {"ann", "hannah", "joann"}, {"an", "anan"}},
      {{.regex = ".*(lyn|ann)a?"},
       {"lyn", "joann", "anna", "kaelyna"},
       {"annas", "anne"}},
      {{.alphabet = "emma"}, {"mae", "a"}, {"mary", "aez"}},
      {{.min_length = 3}, {"ava", "emma"}, {"a", "bo"}},
      {{.max_length = 3}, {"a", "ava"}, {"emma"}},
      {{.suffix = "a", .contains = "m", .regex = "e.*", .max_length = 4},
       {"emma", "ema"},
       {"emmaa", "mma", "eva"}},
  };
  for (const auto& example : examples) {
    const Condition condition = *Make(example.settings);
    for (const std::string& text : example.met) {
      EXPECT_TRUE(condition.IsMetBy(text)) << text;
    }
    for (const std::string& text : example.missed) {
      EXPECT_FALSE(condition.IsMetBy(text)) << text;
    }
  }
}

TEST(ConditionTest, CharactersAreWhatTheModelTakesForThem) {
  const std::string accent = "e\xCC\x81";  // é, of two code points
  const Tokenizer tokenizer =
      Letters(TokenizerKind::kGrapheme, {"a", "e", accent});
  const auto make = [&](const ConditionSettings& settings) {
    return *Condition::Create(settings, tokenizer, 4, "");
  };
  EXPECT_TRUE(make({.max_length = 2}).IsMetBy("a" + accent));
  EXPECT_FALSE(make({.min_length = 3}).IsMetBy("a" + accent));
  EXPECT_FALSE(make({.alphabet = "ae"}).IsMetBy("a" + accent));
  EXPECT_TRUE(make({.alphabet = "a" + accent}).IsMetBy("a" + accent));
  EXPECT_FALSE(make({.alphabet = "a" + accent}).IsMetBy("ae"));
}

// All strings of up to 4 letters of two, and what they are asked to be: as
// Create sees it, and as going through them all shows.
TEST(ConditionTest, WhatNoStringCanMeetIsToldAndNothingElse) {
  constexpr size_t kBlockSize = 4;
  Strings texts = {""};
  for (size_t i = 0; texts[i].size() < kBlockSize; ++i) {
    texts.push_back(texts[i] + "a");
    texts.push_back(texts[i] + "b");
  }
  const Strings parts = {"", "a", "b", "ab", "ba", "aa", "aba", "abb", "abab"};
  size_t refused = 0, made = 0;
  for (const std::string& prefix : parts) {
    for (const std::string& contains : parts) {
      for (const std::string& suffix : parts) {
        for (uint32_t min = 0; min <= 5; ++min) {
          for (uint32_t max = 1; max <= 5; ++max) {
            for (const char* alphabet : {"", "a", "ab"}) {
              const ConditionSettings settings{.suffix = suffix,
                                               .contains = contains,
                                               .alphabet = alphabet,
                                               .min_length = min,
                                               .max_length = max};
              const auto condition =
                  Condition::Create(settings, Ab(), kBlockSize, prefix);
              const bool possible = std::any_of(
                  texts.begin() + 1, texts.end(), [&](const std::string& s) {
                    return s.starts_with(prefix) && s.ends_with(suffix) &&
                           s.find(contains) != std::string::npos &&
                           s.size() >= min && s.size() <= max &&
                           (*alphabet == 0 ||
                            s.find_first_not_of(alphabet) == std::string::npos);
                  });
              ASSERT_EQ(condition.ok(), possible)
                  << prefix << " " << contains << " " << suffix << " " << min
                  << " " << max << " " << alphabet << condition.status();
              ++(possible ? made : refused);
              if (!possible) {
                ASSERT_EQ(ReasonOf(condition.status()), "UNSATISFIABLE");
              }
            }
          }
        }
      }
    }
  }
  EXPECT_GT(refused, 1000);
  EXPECT_GT(made, 1000);
}

TEST(ConditionTest, ContradictionsAreNamed) {
  ExpectUnsatisfiable(Make({.min_length = 17}),
                      "min_length 17 is above the model's block_size 16");
  ExpectUnsatisfiable(Make({.min_length = 5, .max_length = 4}),
                      "min_length 5 is above max_length 4");
  ExpectUnsatisfiable(Make({.max_length = 3}, "anna"),
                      "the length 4 of prefix is above max_length 3");
  ExpectUnsatisfiable(Make({.suffix = "abcdefghijklmnopq"}),
                      "the length 17 of suffix is above the model's block_size "
                      "16");
  ExpectUnsatisfiable(Make({.contains = "anna", .alphabet = "abc"}),
                      "contains has \"n\", which is not in alphabet");
  ExpectUnsatisfiable(
      Make({.suffix = "ab", .max_length = 3}, "xy"),
      "no string of 1 to 3 characters begins with \"xy\" and ends with "
      "\"ab\"");
  ExpectUnsatisfiable(Make({.regex = "b.*"}, "an"),
                      "regex: \"b.*\" matches no string that begins with "
                      "\"an\"");
  ExpectUnsatisfiable(Make({.regex = "[A-Z]+"}),
                      "regex: \"[A-Z]+\" matches no string that begins with a "
                      "character that the model knows");
}

TEST(ConditionTest, LimitsAreLimits) {
  EXPECT_TRUE(Make({.min_length = 16}).ok());
  EXPECT_TRUE(Make({.max_length = 1}).ok());
  EXPECT_TRUE(Make({.max_length = UINT32_MAX}).ok());
  ExpectRefused(Make({.max_length = 0}), "max_length",
                "max_length: 0 is below the minimum 1: empty strings are not "
                "sent");
  EXPECT_TRUE(Make({.suffix = "abcdefghijklmnop"}).ok());
  EXPECT_TRUE(Make({.regex = std::string(1000, 'a')}).ok());
  ExpectRefused(Make({.regex = std::string(1001, 'a')}), "regex",
                "regex: 1001 bytes are above the maximum 1000");
}

TEST(ConditionTest, CharactersThatTheModelNeverSawAreNamed) {
  for (const char* field : {"suffix", "contains", "alphabet"}) {
    ConditionSettings settings;
    (*field == 's'   ? settings.suffix
     : *field == 'c' ? settings.contains
                     : settings.alphabet) = "anA";
    const auto condition = Make(settings);
    EXPECT_EQ(FieldOf(condition.status()), field);
    EXPECT_NE(std::string(condition.status().message())
                  .find("'A' (U+0041) at position 3"),
              std::string::npos)
        << condition.status();
  }
}

// It compiles, and would take milliseconds a string.
TEST(ConditionTest, AnExpressionThatIsSlowIsRefused) {
  const std::string seven = "([a-z]?[a-z]?[a-z]?[a-z]?[a-z]?[a-z]?[a-z]?)";
  const auto condition = Make({.regex = seven + "{900}x"});
  EXPECT_EQ(FieldOf(condition.status()), "regex");
  EXPECT_NE(std::string(condition.status().message())
                .find("instructions, above the maximum 5000"),
            std::string::npos)
      << condition.status();
  EXPECT_TRUE(Make({.regex = seven + "{50}x"}).ok());
  EXPECT_TRUE(Make({.regex = "\\pL+( \\pL+)?"}).ok());
}

TEST(ConditionTest, ExpressionsThatCannotBeUsedAreRefused) {
  const std::string explosion = "((((a{100}){100}){100}){100})";
  const std::string large = "(?i)(\\pL{50}|\\pN{50}){15}";
  for (const std::string& regex :
       Strings{"(", "[z-a]", "a**", "(?P<n", "(?=a)", "\\1", explosion, large,
               std::string(1000, '(')}) {
    const auto condition = Make({.regex = regex});
    EXPECT_EQ(condition.status().code(), absl::StatusCode::kInvalidArgument)
        << regex;
    EXPECT_EQ(FieldOf(condition.status()), "regex");
  }
}

// Backtracking would take 2^40 steps.
TEST(ConditionTest, AnExpressionThatIsHardToMatchTakesNoLonger) {
  Strings alphabet = {"a", "b"};
  const auto condition =
      Condition::Create({.regex = "(a|a)*(a|a)*(a*)*c?b"}, Ab(), 1024, "");
  ASSERT_TRUE(condition.ok()) << condition.status();
  EXPECT_FALSE(condition->IsMetBy(std::string(1000, 'a')));
  EXPECT_TRUE(condition->IsMetBy(std::string(1000, 'a') + "b"));
}

}  // namespace
}  // namespace microgpt
