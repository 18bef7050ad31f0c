// SPDX-License-Identifier: MIT
#include "core/model/config.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "core/errors/errors.h"

namespace microgpt {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(ConfigTest, TheDefaultsAreTheReferencePrograms) {
  EXPECT_EQ(CountParameters(ModelConfig(), 27), 4192);
  EXPECT_EQ(DefaultLearningRate(Optimizer::kAdam),
            TrainingConfig()->learning_rate);
  EXPECT_TRUE(ModelSettings().Validate().ok());
  EXPECT_TRUE(TrainingSettings().Validate().ok());
}

TEST(ConfigTest, TheLargestModelIsCountedWithoutOverflow) {
  const auto config = ModelConfig::Create(
      {.n_layer = 64, .n_embd = 1024, .n_head = 64, .block_size = 1024});
  ASSERT_TRUE(config.ok());
  EXPECT_EQ(CountParameters(*config, 4'000'000), 8'998'354'944);
}

struct ModelCase {
  ModelSettings settings;
  std::string message;
};

TEST(ConfigTest, ModelErrorsNameFieldValueAndLimit) {
  const ModelCase cases[] = {
      {{.n_layer = 0}, "n_layer: 0 is below the minimum 1"},
      {{.n_layer = 65}, "n_layer: 65 is above the maximum 64"},
      {{.n_embd = 0}, "n_embd: 0 is below the minimum 1"},
      {{.n_embd = 1028}, "n_embd: 1028 is above the maximum 1024"},
      {{.n_embd = 17}, "n_embd: 17 is not a multiple of n_head 4"},
      {{.n_head = 0}, "n_head: 0 is below the minimum 1"},
      {{.n_embd = 130, .n_head = 65}, "n_head: 65 is above the maximum 64"},
      {{.block_size = 0}, "block_size: 0 is below the minimum 1"},
      {{.block_size = 1025}, "block_size: 1025 is above the maximum 1024"},
  };
  for (const ModelCase& c : cases) {
    const absl::Status status = c.settings.Validate();
    EXPECT_EQ(status.message(), c.message);
    EXPECT_EQ(FieldOf(status), c.message.substr(0, c.message.find(':')));
  }
}

struct TrainingCase {
  TrainingSettings settings;
  std::string message;
};

TEST(ConfigTest, TrainingErrorsNameFieldValueAndLimit) {
  const TrainingCase cases[] = {
      {{.steps = 0}, "steps: 0 is below the minimum 1"},
      {{.steps = 1'000'001}, "steps: 1000001 is above the maximum 1000000"},
      {{.batch_size = 0}, "batch_size: 0 is below the minimum 1"},
      {{.batch_size = 4097}, "batch_size: 4097 is above the maximum 4096"},
      {{.learning_rate = 0}, "learning_rate: 0 is not above 0"},
      {{.learning_rate = -0.5}, "learning_rate: -0.5 is not above 0"},
      {{.learning_rate = kNan}, "learning_rate: nan is not a number"},
      {{.learning_rate = kInfinity},
       "learning_rate: inf is above the maximum 10"},
      {{.validation = -0.1}, "validation: -0.1 is below the minimum 0"},
      {{.validation = 0.6}, "validation: 0.6 is above the maximum 0.5"},
      {{.validation = kNan}, "validation: nan is not a number"},
      {{.beta1 = 1}, "beta1: 1 is not below 1"},
      {{.beta1 = -1}, "beta1: -1 is below the minimum 0"},
      {{.beta2 = kNan}, "beta2: nan is not a number"},
      {{.beta2 = kInfinity}, "beta2: inf is not below 1"},
      {{.eps = 0}, "eps: 0 is not above 0"},
      {{.eps = 2}, "eps: 2 is above the maximum 1"},
      {{.init_std = -1}, "init_std: -1 is below the minimum 0"},
      {{.init_std = 11}, "init_std: 11 is above the maximum 10"},
      {{.threads = 0}, "threads: 0 is below the minimum 1"},
      {{.threads = 65}, "threads: 65 is above the maximum 64"},
  };
  for (const TrainingCase& c : cases) {
    const absl::Status status = c.settings.Validate();
    EXPECT_EQ(status.message(), c.message);
    EXPECT_EQ(FieldOf(status), c.message.substr(0, c.message.find(':')));
  }
}

TEST(ConfigTest, LimitsAreWithinTheirRanges) {
  EXPECT_TRUE(
      ModelSettings(
          {.n_layer = 64, .n_embd = 1024, .n_head = 64, .block_size = 1024})
          .Validate()
          .ok());
  EXPECT_TRUE(
      ModelSettings({.n_layer = 1, .n_embd = 1, .n_head = 1, .block_size = 1})
          .Validate()
          .ok());
  EXPECT_TRUE(TrainingSettings({.steps = 1'000'000,
                                .batch_size = 4096,
                                .learning_rate = 10,
                                .validation = 0.5,
                                .beta1 = 0,
                                .beta2 = 0,
                                .eps = 1,
                                .init_std = 0,
                                .threads = 64})
                  .Validate()
                  .ok());
}

}  // namespace
}  // namespace microgpt
