// SPDX-License-Identifier: MIT
#include "server/handlers/convert.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "core/errors/errors.h"

namespace microgpt::server {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;
using testing::ElementsAre;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// --- Config.

// Each double is equal to itself only: what is compared are bits.
void ExpectEqual(const Configs& a, const Configs& b) {
  EXPECT_EQ(a.model->n_layer, b.model->n_layer);
  EXPECT_EQ(a.model->n_embd, b.model->n_embd);
  EXPECT_EQ(a.model->n_head, b.model->n_head);
  EXPECT_EQ(a.model->block_size, b.model->block_size);
  EXPECT_EQ(a.training->steps, b.training->steps);
  EXPECT_EQ(a.training->batch_size, b.training->batch_size);
  EXPECT_EQ(a.training->learning_rate, b.training->learning_rate);
  EXPECT_EQ(a.training->seed, b.training->seed);
  EXPECT_EQ(a.training->validation, b.training->validation);
  EXPECT_EQ(a.training->beta1, b.training->beta1);
  EXPECT_EQ(a.training->beta2, b.training->beta2);
  EXPECT_EQ(a.training->eps, b.training->eps);
  EXPECT_EQ(a.training->init_std, b.training->init_std);
  EXPECT_EQ(a.training->optimizer, b.training->optimizer);
  EXPECT_EQ(a.training->precision, b.training->precision);
  EXPECT_EQ(a.training->threads, b.training->threads);
}

// What comes of a config that is sent over the wire, parsed, told by a Job and
// sent back.
Configs ThereAndBack(const Configs& configs) {
  v1::Config message;
  EXPECT_TRUE(message.ParseFromString(
      ToProto(configs.model, configs.training).SerializeAsString()));
  const auto parsed = ParseConfig(message);
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  return *parsed;
}

TEST(ConvertConfigTest, WithoutFieldsAllDefaultsHold) {
  const auto parsed = ParseConfig(v1::Config());
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  ExpectEqual(*parsed, Configs());
  // As microgpt.proto tells them.
  EXPECT_EQ(parsed->model->n_layer, 1u);
  EXPECT_EQ(parsed->model->n_embd, 16u);
  EXPECT_EQ(parsed->model->n_head, 4u);
  EXPECT_EQ(parsed->model->block_size, 16u);
  EXPECT_EQ(parsed->training->steps, 1000u);
  EXPECT_EQ(parsed->training->batch_size, 1u);
  EXPECT_EQ(parsed->training->learning_rate, 0.01);
  EXPECT_EQ(parsed->training->seed, 42u);
  EXPECT_EQ(parsed->training->validation, 0);
  EXPECT_EQ(parsed->training->beta1, 0.85);
  EXPECT_EQ(parsed->training->beta2, 0.99);
  EXPECT_EQ(parsed->training->eps, 1e-8);
  EXPECT_EQ(parsed->training->init_std, 0.08);
  EXPECT_EQ(parsed->training->optimizer, Optimizer::kAdam);
  EXPECT_EQ(parsed->training->precision, Precision::kFloat32);
  EXPECT_EQ(parsed->training->threads, 1u);
}

TEST(ConvertConfigTest, SgdHasALearningRateOfItsOwn) {
  v1::Config config;
  config.set_optimizer(v1::OPTIMIZER_SGD);
  EXPECT_EQ(ParseConfig(config)->training->learning_rate, 0.1);
  config.set_learning_rate(0.01);
  EXPECT_EQ(ParseConfig(config)->training->learning_rate, 0.01);
}

TEST(ConvertConfigTest, ZeroIsAValueNotADefault) {
  v1::Config config;
  config.set_seed(0);
  config.set_beta1(0);
  config.set_init_std(0);
  const auto parsed = ParseConfig(config);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->training->seed, 0u);
  EXPECT_EQ(parsed->training->beta1, 0);
  EXPECT_EQ(parsed->training->init_std, 0);
}

TEST(ConvertConfigTest, DefaultsComeBackFilledIn) {
  const v1::Config config = ToProto(ModelConfig(), TrainingConfig());
  for (int i = 0; i < v1::Config::descriptor()->field_count(); ++i) {
    const auto* field = v1::Config::descriptor()->field(i);
    EXPECT_TRUE(config.GetReflection()->HasField(config, field))
        << field->name();
  }
  ExpectEqual(ThereAndBack(Configs()), Configs());
}

TEST(ConvertConfigTest, EverySettingComesBackAsItWas) {
  ModelSettings model{.n_layer = 64, .n_embd = 1023, .n_head = 33};
  model.block_size = 1024;
  TrainingSettings training;
  training.steps = 1'000'000;
  training.batch_size = 4096;
  training.seed = std::numeric_limits<uint32_t>::max();
  // Doubles that no short decimal and no float is equal to.
  training.learning_rate = std::nextafter(0.1, 1);
  training.validation = 1.0 / 3;
  training.beta1 = std::nextafter(1.0, 0);
  training.beta2 = std::numeric_limits<double>::denorm_min();
  training.eps = 4 * std::atan(1.0) * 1e-300;
  training.init_std = std::sqrt(2.0);
  training.optimizer = Optimizer::kSgd;
  training.precision = Precision::kFloat64;
  training.threads = 64;
  const Configs configs{*ModelConfig::Create(model),
                        *TrainingConfig::Create(training)};
  ExpectEqual(ThereAndBack(configs), configs);
}

struct BadConfig {
  std::string field;
  std::function<void(v1::Config&)> spoil;
  std::string problem;
};

class BadConfigTest : public testing::TestWithParam<BadConfig> {};

TEST_P(BadConfigTest, IsRefusedByItsPath) {
  v1::Config config;
  GetParam().spoil(config);
  const absl::Status status = ParseConfig(config).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_EQ(FieldOf(status), GetParam().field);
  EXPECT_EQ(status.message(), GetParam().field + ": " + GetParam().problem);
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, BadConfigTest,
    testing::Values(
        BadConfig{"config.n_layer", [](auto& c) { c.set_n_layer(0); },
                  "0 is below the minimum 1"},
        BadConfig{"config.n_layer", [](auto& c) { c.set_n_layer(65); },
                  "65 is above the maximum 64"},
        BadConfig{"config.n_embd", [](auto& c) { c.set_n_embd(0); },
                  "0 is below the minimum 1"},
        BadConfig{"config.n_embd", [](auto& c) { c.set_n_embd(1028); },
                  "1028 is above the maximum 1024"},
        BadConfig{"config.n_embd", [](auto& c) { c.set_n_embd(18); },
                  "18 is not a multiple of n_head 4"},
        BadConfig{"config.n_head", [](auto& c) { c.set_n_head(0); },
                  "0 is below the minimum 1"},
        BadConfig{"config.n_head", [](auto& c) { c.set_n_head(65); },
                  "65 is above the maximum 64"},
        BadConfig{"config.block_size", [](auto& c) { c.set_block_size(0); },
                  "0 is below the minimum 1"},
        BadConfig{"config.block_size", [](auto& c) { c.set_block_size(1025); },
                  "1025 is above the maximum 1024"}));

INSTANTIATE_TEST_SUITE_P(
    Training, BadConfigTest,
    testing::Values(
        BadConfig{"config.steps", [](auto& c) { c.set_steps(0); },
                  "0 is below the minimum 1"},
        BadConfig{"config.steps", [](auto& c) { c.set_steps(1'000'001); },
                  "1000001 is above the maximum 1000000"},
        BadConfig{"config.batch_size", [](auto& c) { c.set_batch_size(0); },
                  "0 is below the minimum 1"},
        BadConfig{"config.batch_size", [](auto& c) { c.set_batch_size(4097); },
                  "4097 is above the maximum 4096"},
        BadConfig{"config.learning_rate",
                  [](auto& c) { c.set_learning_rate(0); }, "0 is not above 0"},
        BadConfig{"config.learning_rate",
                  [](auto& c) { c.set_learning_rate(10.5); },
                  "10.5 is above the maximum 10"},
        BadConfig{"config.learning_rate",
                  [](auto& c) { c.set_learning_rate(NAN); },
                  "nan is not a number"},
        BadConfig{"config.learning_rate",
                  [](auto& c) { c.set_learning_rate(kInfinity); },
                  "inf is above the maximum 10"},
        BadConfig{"config.validation", [](auto& c) { c.set_validation(-0.1); },
                  "-0.1 is below the minimum 0"},
        BadConfig{"config.validation", [](auto& c) { c.set_validation(0.6); },
                  "0.6 is above the maximum 0.5"},
        BadConfig{"config.beta1", [](auto& c) { c.set_beta1(1); },
                  "1 is not below 1"},
        BadConfig{"config.beta1", [](auto& c) { c.set_beta1(-0.5); },
                  "-0.5 is below the minimum 0"},
        BadConfig{"config.beta2", [](auto& c) { c.set_beta2(1); },
                  "1 is not below 1"},
        BadConfig{"config.beta2", [](auto& c) { c.set_beta2(-kInfinity); },
                  "-inf is below the minimum 0"},
        BadConfig{"config.eps", [](auto& c) { c.set_eps(0); },
                  "0 is not above 0"},
        BadConfig{"config.eps", [](auto& c) { c.set_eps(1.5); },
                  "1.5 is above the maximum 1"},
        BadConfig{"config.init_std", [](auto& c) { c.set_init_std(-1); },
                  "-1 is below the minimum 0"},
        BadConfig{"config.init_std", [](auto& c) { c.set_init_std(11); },
                  "11 is above the maximum 10"},
        BadConfig{
            "config.optimizer",
            [](auto& c) { c.set_optimizer(static_cast<v1::Optimizer>(3)); },
            "3 is not a known value"},
        BadConfig{
            "config.precision",
            [](auto& c) { c.set_precision(static_cast<v1::Precision>(-1)); },
            "-1 is not a known value"},
        BadConfig{"config.threads", [](auto& c) { c.set_threads(0); },
                  "0 is below the minimum 1"},
        BadConfig{"config.threads", [](auto& c) { c.set_threads(65); },
                  "65 is above the maximum 64"}));

// --- Sampling.

TEST(ConvertSamplingTest, UnsetSettingsAreTheDefaults) {
  const auto sampling = ParseSampling(v1::GenerateRequest());
  ASSERT_TRUE(sampling.ok()) << sampling.status();
  EXPECT_EQ((*sampling)->temperature, 0.5);
  EXPECT_EQ((*sampling)->top_k, std::nullopt);
  EXPECT_EQ((*sampling)->top_p, std::nullopt);
}

TEST(ConvertSamplingTest, SettingsAreTakenOver) {
  v1::GenerateRequest request;
  request.set_temperature(0);
  request.set_top_k(7);
  request.set_top_p(0.1);
  const auto sampling = ParseSampling(request);
  ASSERT_TRUE(sampling.ok()) << sampling.status();
  EXPECT_EQ((*sampling)->temperature, 0);
  EXPECT_EQ((*sampling)->top_k, 7u);
  EXPECT_EQ((*sampling)->top_p, 0.1);
}

TEST(ConvertSamplingTest, SettingsOutOfRangeAreRefusedByName) {
  v1::GenerateRequest request;
  request.set_temperature(-0.5);
  EXPECT_EQ(ParseSampling(request).status().message(),
            "temperature: -0.5 is below the minimum 0");
  request.set_temperature(1);
  request.set_top_k(0);
  EXPECT_EQ(FieldOf(ParseSampling(request).status()), "top_k");
  request.clear_top_k();
  request.set_top_p(NAN);
  EXPECT_EQ(FieldOf(ParseSampling(request).status()), "top_p");
}

// --- Durations and ranges.

absl::StatusOr<nanoseconds> ParseWait(int64_t whole, int32_t nanos) {
  google::protobuf::Duration duration;
  duration.set_seconds(whole);
  duration.set_nanos(nanos);
  return ParseDuration("wait", duration, seconds(60));
}

TEST(ConvertDurationTest, SecondsAndNanosAreAdded) {
  EXPECT_EQ(*ParseWait(0, 0), nanoseconds(0));
  EXPECT_EQ(*ParseWait(0, 1), nanoseconds(1));
  EXPECT_EQ(*ParseWait(1, 500'000'000), std::chrono::milliseconds(1500));
  EXPECT_EQ(*ParseWait(60, 0), seconds(60));
}

TEST(ConvertDurationTest, ADurationBelowZeroIsRefused) {
  EXPECT_EQ(ParseWait(-1, 0).status().message(),
            "wait: -1s is below the minimum 0s");
  EXPECT_EQ(FieldOf(ParseWait(0, -1).status()), "wait");
  EXPECT_EQ(FieldOf(ParseWait(INT64_MIN, 0).status()), "wait");
}

TEST(ConvertDurationTest, ADurationAboveTheMaximumIsRefused) {
  EXPECT_EQ(ParseWait(60, 500'000'000).status().message(),
            "wait: 60.5s is above the maximum 60s");
  EXPECT_EQ(FieldOf(ParseWait(60, 1).status()), "wait");
  EXPECT_EQ(FieldOf(ParseWait(INT64_MAX, 0).status()), "wait");
}

TEST(ConvertDurationTest, DurationsComeBackAsTheyWere) {
  for (const nanoseconds duration :
       {nanoseconds(0), nanoseconds(1), nanoseconds(1'999'999'999),
        nanoseconds(seconds(3600))}) {
    EXPECT_EQ(*ParseDuration("d", ToProto(duration), seconds(3600)), duration);
  }
}

TEST(ConvertDurationTest, ATimeIsSecondsAndNanosSinceTheEpoch) {
  const auto message =
      ToProto(Time(std::chrono::milliseconds(1'700'000'000'123)));
  EXPECT_EQ(message.seconds(), 1'700'000'000);
  EXPECT_EQ(message.nanos(), 123'000'000);
}

// --- Job.

TEST(ConvertJobTest, AJobIsToldInFull) {
  JobRecord job;
  job.id = "j";
  job.model = "names";
  job.dataset = {.id = "sha256:0",
                 .documents = 3,
                 .tokens = 17,
                 .duplicates = 1,
                 .truncated = 2};
  job.vocab_size = 27;
  job.num_parameters = 4192;
  job.create_time = Time(seconds(1'700'000'000));
  job.end_time = Time(seconds(1'700'000'001));
  job.state = JobState::kSucceeded;
  job.revision = 9;
  job.step = 1000;
  job.loss = 2.5;
  job.elapsed = std::chrono::milliseconds(500);
  job.validation = {{500, 2.75}, {1000, 2.625}};
  job.version = 3;
  const v1::Job message = ToProto(job);
  EXPECT_EQ(message.job(), "j");
  EXPECT_EQ(message.model(), "names");
  EXPECT_EQ(message.state(), v1::Job::STATE_SUCCEEDED);
  EXPECT_TRUE(message.done());
  EXPECT_EQ(message.step(), 1000u);
  EXPECT_EQ(message.steps(), 1000u);
  EXPECT_EQ(message.loss(), 2.5);
  EXPECT_EQ(message.validation_loss(), 2.625);
  EXPECT_EQ(message.elapsed().nanos(), 500'000'000);
  EXPECT_EQ(message.steps_per_second(), 2000);
  EXPECT_EQ(message.version(), 3u);
  EXPECT_FALSE(message.has_error());
  EXPECT_FALSE(message.has_remaining());
  EXPECT_EQ(message.vocab_size(), 27u);
  EXPECT_EQ(message.num_parameters(), 4192u);
  EXPECT_EQ(message.config().n_embd(), 16u);
  EXPECT_EQ(message.dataset().id(), "sha256:0");
  EXPECT_EQ(message.dataset().documents(), 3u);
  EXPECT_EQ(message.dataset().tokens(), 17u);
  EXPECT_EQ(message.dataset().duplicates(), 1u);
  EXPECT_EQ(message.dataset().truncated(), 2u);
  EXPECT_EQ(message.revision(), 9u);
  EXPECT_EQ(message.create_time().seconds(), 1'700'000'000);
  EXPECT_EQ(message.end_time().seconds(), 1'700'000'001);
  // For `full` only.
  EXPECT_EQ(message.history_size(), 0);
  EXPECT_EQ(message.samples_size(), 0);
  EXPECT_EQ(message.dataset().alphabet(), "");
}

TEST(ConvertJobTest, AQueuedJobHasAPositionAndNoEnd) {
  JobRecord job;
  job.queue_position = 4;
  const v1::Job message = ToProto(job);
  EXPECT_EQ(message.state(), v1::Job::STATE_QUEUED);
  EXPECT_FALSE(message.done());
  EXPECT_EQ(message.queue_position(), 4u);
  EXPECT_FALSE(message.has_end_time());
  EXPECT_FALSE(message.has_validation_loss());
  EXPECT_FALSE(message.has_remaining());
  EXPECT_EQ(message.steps_per_second(), 0);
}

TEST(ConvertJobTest, ARunningJobHasAnEstimateOfWhatRemains) {
  JobRecord job;
  job.state = JobState::kRunning;
  job.step = 250;
  job.elapsed = seconds(10);
  const v1::Job message = ToProto(job);
  EXPECT_EQ(message.steps_per_second(), 25);
  EXPECT_EQ(message.remaining().seconds(), 30);
  job.state = JobState::kCancelling;
  EXPECT_FALSE(ToProto(job).has_remaining());
}

TEST(ConvertJobTest, AFailedJobTellsWhy) {
  JobRecord job;
  job.state = JobState::kFailed;
  job.error = absl::FailedPreconditionError("the loss became nan");
  const v1::Job message = ToProto(job);
  EXPECT_TRUE(message.done());
  EXPECT_EQ(message.error().code(), "FAILED_PRECONDITION");
  EXPECT_EQ(message.error().message(), "the loss became nan");
}

TEST(ConvertJobTest, EveryStateHasItsOwnOnTheWire) {
  const auto told = [](JobState state) {
    JobRecord job;
    job.state = state;
    return ToProto(job).state();
  };
  EXPECT_EQ(told(JobState::kQueued), v1::Job::STATE_QUEUED);
  EXPECT_EQ(told(JobState::kRunning), v1::Job::STATE_RUNNING);
  EXPECT_EQ(told(JobState::kCancelling), v1::Job::STATE_CANCELLING);
  EXPECT_EQ(told(JobState::kSucceeded), v1::Job::STATE_SUCCEEDED);
  EXPECT_EQ(told(JobState::kFailed), v1::Job::STATE_FAILED);
  EXPECT_EQ(told(JobState::kCancelled), v1::Job::STATE_CANCELLED);
}

TEST(ConvertModelTest, AVersionIsToldWithItsLineage) {
  ModelVersion version;
  version.name = "names";
  version.version = 3;
  version.job = "j";
  version.sha256 = "sha256:1";
  version.training_config = TrainingConfig();
  version.dataset = DatasetSummary{.id = "sha256:0", .forgotten = true};
  version.loss = 2.5;
  version.vocab_size = 27;
  version.num_parameters = 4192;
  version.memory_bytes = 20'000;
  version.create_time = Time(seconds(1'700'000'001));
  version.aliases = {"blue", "prod"};
  const v1::Model message = ToProto(version);
  EXPECT_EQ(message.name(), "names");
  EXPECT_EQ(message.version(), 3u);
  EXPECT_EQ(message.job(), "j");
  EXPECT_EQ(message.sha256(), "sha256:1");
  EXPECT_EQ(message.base(), "");
  EXPECT_EQ(message.loss(), 2.5);
  EXPECT_EQ(message.vocab_size(), 27u);
  EXPECT_EQ(message.num_parameters(), 4192u);
  EXPECT_EQ(message.bytes(), 20'000u);
  EXPECT_EQ(message.dataset().id(), "sha256:0");
  EXPECT_TRUE(message.dataset().forgotten());
  EXPECT_EQ(message.config().steps(), 1000u);
  EXPECT_EQ(message.create_time().seconds(), 1'700'000'001);
  EXPECT_THAT(message.aliases(), ElementsAre("blue", "prod"));
  EXPECT_FALSE(message.has_validation_loss());
  version.validation_loss = 2.75;
  EXPECT_EQ(ToProto(version).validation_loss(), 2.75);
}

TEST(ConvertModelTest, AnImportedVersionHasOnlyWhatItsFileTold) {
  ModelVersion version;
  version.base = "names@3";
  version.tokenizer = TokenizerKind::kGrapheme;
  version.precision = Precision::kFloat64;
  const v1::Model message = ToProto(version);
  EXPECT_EQ(message.job(), "");
  EXPECT_EQ(message.base(), "names@3");
  EXPECT_FALSE(message.has_dataset());
  EXPECT_EQ(message.config().n_embd(), 16u);
  EXPECT_FALSE(message.config().has_steps());
  EXPECT_EQ(message.config().tokenizer(), v1::TOKENIZER_GRAPHEME);
  EXPECT_EQ(message.config().precision(), v1::PRECISION_FLOAT64);
}

TEST(ConvertDatasetTest, AStoredDatasetIsToldWithItsNames) {
  const Datasets::Entry entry{.record = {.id = "sha256:0",
                                         .names = {"cats", "pets"},
                                         .documents = 3,
                                         .characters = 12,
                                         .duplicates = 1,
                                         .longest = 5,
                                         .bytes = 15,
                                         .alphabet = "abc",
                                         .create_time = Time(seconds(7))},
                              .built_in = true};
  const v1::Dataset message = ToProto(entry);
  EXPECT_EQ(message.id(), "sha256:0");
  EXPECT_THAT(message.names(), ElementsAre("cats", "pets"));
  EXPECT_EQ(message.documents(), 3u);
  EXPECT_EQ(message.tokens(), 15u);
  EXPECT_EQ(message.duplicates(), 1u);
  EXPECT_EQ(message.bytes(), 15u);
  EXPECT_TRUE(message.built_in());
  EXPECT_EQ(message.create_time().seconds(), 7);
  EXPECT_EQ(message.alphabet(), "") << "only when full";
  EXPECT_FALSE(ToProto(Datasets::Entry()).has_create_time());
}

// --- Job, in full.

// The history of a job that did so many steps, the loss of step s being s, and
// has validation losses after some of them.
std::vector<v1::Point> HistoryOf(size_t steps,
                                 std::vector<uint32_t> validated = {}) {
  JobRecord job;
  for (const uint32_t step : validated) {
    job.validation.push_back({step, -1.0 * step});
  }
  job.step = static_cast<uint32_t>(steps);
  const std::vector<uint32_t> shown = HistorySteps(job);
  const std::vector<double> losses(shown.begin(), shown.end());
  v1::Job message;
  AddDetails(job, losses, "", message);
  return {message.history().begin(), message.history().end()};
}

std::vector<uint32_t> Tenths(uint32_t steps) {
  std::vector<uint32_t> tenths;
  for (uint32_t i = 1; i <= 10; ++i) tenths.push_back(steps * i / 10);
  return tenths;
}

TEST(ConvertHistoryTest, AJobWithoutStepsHasNone) {
  EXPECT_TRUE(HistoryOf(0).empty());
}

TEST(ConvertHistoryTest, AFewStepsAreAllShown) {
  for (const uint32_t steps : {1u, 2u, 10u, 250u, 255u, 256u}) {
    for (const auto& validated : {std::vector<uint32_t>(), Tenths(steps)}) {
      if (steps < 10 && !validated.empty()) continue;
      const std::vector<v1::Point> history = HistoryOf(steps, validated);
      ASSERT_EQ(history.size(), steps);
      for (uint32_t i = 0; i < steps; ++i) {
        EXPECT_EQ(history[i].step(), i + 1);
        EXPECT_EQ(history[i].loss(), i + 1.0);
      }
    }
  }
}

TEST(ConvertHistoryTest, ManyStepsAreThinnedEvenlyAndTheLastIsKept) {
  for (const size_t steps : {257u, 1000u, 1023u, 999'983u, 1'000'000u}) {
    const std::vector<v1::Point> history = HistoryOf(steps);
    ASSERT_EQ(history.size(), 256u);
    EXPECT_EQ(history.back().step(), steps);
    uint32_t last = 0;
    for (const v1::Point& point : history) {
      const uint32_t gap = point.step() - last;
      EXPECT_GE(gap, steps / 256);
      EXPECT_LE(gap, steps / 256 + 1);
      EXPECT_EQ(point.loss(), point.step());
      last = point.step();
    }
  }
}

TEST(ConvertHistoryTest, EveryValidationLossIsKeptAtItsStep) {
  for (const uint32_t steps : {257u, 1001u, 999'983u}) {
    const std::vector<uint32_t> validated = Tenths(steps);
    const std::vector<v1::Point> history = HistoryOf(steps, validated);
    EXPECT_LE(history.size(), 256u);
    EXPECT_GE(history.size(), 246u);
    EXPECT_EQ(history.back().step(), steps);
    std::vector<uint32_t> told;
    for (const v1::Point& point : history) {
      EXPECT_EQ(point.loss(), point.step());
      if (!point.has_validation_loss()) continue;
      told.push_back(point.step());
      EXPECT_EQ(point.validation_loss(), -1.0 * point.step());
    }
    EXPECT_EQ(told, validated);
  }
}

// --- Advice and evaluations.

JobRecord LittleText() {
  JobRecord job;
  job.dataset.documents = 100;
  job.dataset.tokens = 700;
  job.num_parameters = 4192;
  TrainingSettings settings;
  settings.steps = 1001;
  job.training_config = *TrainingConfig::Create(settings);
  return job;
}

TEST(ConvertAdviceTest, AJobWithTooLittleTextSaysSo) {
  EXPECT_THAT(ToProto(LittleText()).advice(),
              ElementsAre(testing::HasSubstr("learns them by heart")));
  JobRecord enough = LittleText();
  enough.dataset.tokens = 100'000;
  EXPECT_THAT(ToProto(enough).advice(), ElementsAre());
}

TEST(ConvertEvaluationTest, EveryFigureIsTold) {
  Evaluation evaluation;
  evaluation.scored_on = ScoredDocuments::kUnused;
  evaluation.scored_documents = 1;
  evaluation.predictions = 8;
  evaluation.characters = 4;
  evaluation.ngram_documents = 5;
  evaluation.losses = {
      .model = 2, .uniform = 16, .unigram = 8, .bigram = 4, .five_gram = 1};
  evaluation.lead_error = 0.25;
  evaluation.training_loss = 0.5;
  evaluation.samples = {.samples = 10,
                        .novel = 0.1,
                        .distinct = 0.2,
                        .truncated = 0.3,
                        .empty = 0.4};
  evaluation.compared = 7;
  evaluation.sample_shape = {0.5, 0.6, 0.7};
  evaluation.floor_shape = {0.75, 0.8, 0.9};
  evaluation.data_mean_length = 11;
  ModelVersion version;
  version.name = "names";
  version.version = 3;
  const std::string text = ToProto(evaluation, version).ShortDebugString();
  // Twice as many predictions as characters: 2 / ln 2 bits a nat.
  EXPECT_EQ(
      text,
      "model: \"names@3\" scored: SCORED_UNUSED documents: 1 tokens: 8 "
      "characters: 4 losses { "
      "model { nats: 2 bits: 5.7707801635558535 } "
      "uniform { nats: 16 bits: 46.166241308446828 } "
      "unigram { nats: 8 bits: 23.083120654223414 } "
      "bigram { nats: 4 bits: 11.541560327111707 } "
      "five_gram { nats: 1 bits: 2.8853900817779268 } "
      "training { nats: 0.5 bits: 1.4426950408889634 } } "
      "lead: -1 lead_error: 0.25 ngram_documents: 5 "
      "samples { count: 10 novel: 0.1 unique: 0.2 truncated: 0.3 empty: 0.4 } "
      "shapes { count: 7 "
      "samples { mean_length: 0.5 length_distance: 0.6 pair_distance: 0.7 } "
      "floor { mean_length: 0.75 length_distance: 0.8 pair_distance: 0.9 } "
      "mean_length: 11 }");
  evaluation.training_loss = std::nullopt;
  EXPECT_FALSE(ToProto(evaluation, version).losses().has_training());
}

TEST(ConvertDetailsTest, SamplesAndAlphabetAreAdded) {
  JobRecord job;
  job.samples = {"ava", "zoa"};
  v1::Job message = ToProto(job);
  AddDetails(job, {}, "aovzë", message);
  EXPECT_THAT(message.samples(), ElementsAre("ava", "zoa"));
  EXPECT_EQ(message.dataset().alphabet(), "aovzë");
}

}  // namespace
}  // namespace microgpt::server
