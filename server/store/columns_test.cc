// SPDX-License-Identifier: MIT
#include "server/store/columns.h"

#include <gtest/gtest.h>

#include <bit>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace microgpt::server {
namespace {

TEST(ColumnsTest, TimesAreMicroseconds) {
  for (const int64_t microseconds :
       {int64_t{0}, int64_t{1'700'000'000'123'456}, int64_t{-1}}) {
    EXPECT_EQ(ToColumn(TimeOfColumn(microseconds)), microseconds);
  }
  const Time before_1970(-std::chrono::nanoseconds(1));
  EXPECT_EQ(ToColumn(before_1970), -1) << "rounded down, as any other";
}

TEST(ColumnsTest, EachValueOfAnEnumerationHasItsWord) {
  JobState state;
  for (const auto& [word, value] : {std::pair("queued", JobState::kQueued),
                                    {"running", JobState::kRunning},
                                    {"cancelling", JobState::kCancelling},
                                    {"succeeded", JobState::kSucceeded},
                                    {"failed", JobState::kFailed},
                                    {"cancelled", JobState::kCancelled}}) {
    EXPECT_EQ(ToColumn(value), word);
    ASSERT_TRUE(FromColumn(word, state));
    EXPECT_EQ(state, value);
  }
  EXPECT_EQ(ToColumn(TokenizerKind::kGrapheme), "grapheme");
  EXPECT_EQ(ToColumn(TokenizerKind::kCodePoint), "code_point");
  EXPECT_EQ(ToColumn(Precision::kFloat32), "float32");
  EXPECT_EQ(ToColumn(Precision::kFloat64), "float64");
  EXPECT_FALSE(FromColumn("done", state));
}

TEST(ColumnsTest, ATrainingConfigComesBackBitForBit) {
  TrainingSettings settings;
  settings.steps = 7;
  settings.batch_size = 3;
  settings.learning_rate = 0.1 + 0.2;
  settings.seed = 0xffffffff;
  settings.validation = 1.0 / 3;
  settings.beta1 = std::numeric_limits<double>::denorm_min();
  settings.beta2 = std::nextafter(1.0, 0.0);
  settings.eps = 1e-300;
  settings.init_std = 0;
  settings.optimizer = Optimizer::kSgd;
  settings.precision = Precision::kFloat64;
  settings.tokenizer = TokenizerKind::kGrapheme;
  settings.threads = 3;
  const std::string column = ToColumn(*TrainingConfig::Create(settings));
  TrainingConfig read;
  ASSERT_TRUE(FromColumn(column, read)) << column;
  EXPECT_EQ(read->steps, settings.steps);
  EXPECT_EQ(read->batch_size, settings.batch_size);
  EXPECT_EQ(read->learning_rate, settings.learning_rate);
  EXPECT_EQ(read->seed, settings.seed);
  EXPECT_EQ(read->validation, settings.validation);
  EXPECT_EQ(read->beta1, settings.beta1);
  EXPECT_EQ(read->beta2, settings.beta2);
  EXPECT_EQ(read->eps, settings.eps);
  EXPECT_EQ(read->init_std, settings.init_std);
  EXPECT_EQ(read->optimizer, settings.optimizer);
  EXPECT_EQ(read->precision, settings.precision);
  EXPECT_EQ(read->tokenizer, settings.tokenizer);
  EXPECT_EQ(read->threads, settings.threads);
}

TEST(ColumnsTest, AModelConfigIsReadableJson) {
  const ModelConfig config = *ModelConfig::Create(
      {.n_layer = 2, .n_embd = 32, .n_head = 8, .block_size = 9});
  EXPECT_EQ(ToColumn(config),
            R"({"block_size":9,"n_embd":32,"n_head":8,"n_layer":2})");
  ModelConfig read;
  ASSERT_TRUE(FromColumn(ToColumn(config), read));
  EXPECT_EQ(ToColumn(read), ToColumn(config));
}

TEST(ColumnsTest, ASettingThatIsAbsentHasItsDefault) {
  TrainingConfig read;
  ASSERT_TRUE(FromColumn(R"({"steps":5})", read));
  EXPECT_EQ(read->steps, 5u);
  EXPECT_EQ(read->tokenizer, TokenizerKind::kCodePoint);
  EXPECT_EQ(read->threads, 1u) << "a store of an older server has none";
}

TEST(ColumnsTest, WhatNoConfigWroteIsRefused) {
  TrainingConfig training;
  ModelConfig model;
  for (const char* column :
       {"", "{", "[]x", R"({"steps":"many"})", R"({"steps":0})",
        R"({"threads":65})", R"({"optimizer":"lion"})", R"({"optimizer":1})"}) {
    EXPECT_FALSE(FromColumn(column, training)) << column;
  }
  EXPECT_FALSE(FromColumn(R"({"n_head":3})", model));
}

TEST(ColumnsTest, ValidationKeepsWhatIsNotFinite) {
  const std::vector<ValidationPoint> points{
      {1, 0.1}, {2, INFINITY}, {3, -INFINITY}, {4, NAN}};
  EXPECT_EQ(ToColumn(points), R"([[1,0.1],[2,"inf"],[3,"-inf"],[4,"nan"]])");
  std::vector<ValidationPoint> read;
  ASSERT_TRUE(FromColumn(ToColumn(points), read));
  ASSERT_EQ(read.size(), points.size());
  for (size_t i = 0; i < points.size(); ++i) {
    EXPECT_EQ(read[i].step, points[i].step);
    EXPECT_EQ(std::bit_cast<uint64_t>(read[i].loss),
              std::bit_cast<uint64_t>(points[i].loss));
  }
  for (const char* column : {"", "7", "[7]", R"([[1,"big"]])", "[[1]]"}) {
    EXPECT_FALSE(FromColumn(column, read)) << column;
  }
}

TEST(ColumnsTest, StringsComeBack) {
  const std::vector<std::string> strings{"", "emma\n", "\"さくら\"",
                                         std::string("\0", 1)};
  std::vector<std::string> read{"before"};
  ASSERT_TRUE(FromColumn(ToColumn(strings), read));
  EXPECT_EQ(read, strings);
  EXPECT_FALSE(FromColumn("[1]", read));
}

TEST(ColumnsTest, AStringThatIsNotUtf8IsKeptAsFarAsItIs) {
  EXPECT_EQ(ToColumn(std::vector<std::string>{"a\xff"}), "[\"a\xEF\xBF\xBD\"]");
}

}  // namespace
}  // namespace microgpt::server
