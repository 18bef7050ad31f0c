// SPDX-License-Identifier: MIT
#include "server/handlers/generator_pool.h"

#include <gtest/gtest.h>

#include <memory>
#include <stop_token>
#include <string>

#include "core/text/corpus.h"
#include "core/training/trainer.h"

namespace microgpt::server {
namespace {

std::shared_ptr<const Model> MakeModel(uint32_t n_embd = 16) {
  const auto trainer =
      Trainer::Create(ModelConfig::Create({.n_embd = n_embd}).value(),
                      TrainingConfig::Create({.steps = 1}).value(),
                      Corpus::FromText("anna\notto\nada\nlea\ntim\n").value());
  trainer->Step({});
  return std::make_shared<const Model>(trainer->Snapshot());
}

SamplingConfig Temperature(double temperature) {
  return SamplingConfig::Create({.temperature = temperature}).value();
}

std::string DrawOne(Generator& generator, uint32_t index,
                    const std::stop_token& stop = {}) {
  const Attempt attempt{.index = index};
  const auto samples = generator.DrawMany(1, {&attempt, 1}, false, stop);
  return samples ? samples->front().text : "stopped";
}

TEST(GeneratorPoolTest, AGeneratorComesBackAndDrawsTheSameStrings) {
  const auto model = MakeModel();
  GeneratorPool pool(2);
  for (uint32_t i = 0; i < 100; ++i) {
    const auto fresh = Generator::Create(model, Temperature(1), "a").value();
    const auto kept = pool.Take(model, Temperature(1), "a").value();
    EXPECT_EQ(pool.waiting(), 0);
    EXPECT_EQ(DrawOne(*kept, i), DrawOne(*fresh, i));
  }
  EXPECT_EQ(pool.waiting(), 1);
}

TEST(GeneratorPoolTest, AnotherModelOrSettingGetsAnotherGenerator) {
  const auto model = MakeModel();
  GeneratorPool pool(9);
  const auto take = [&pool](const std::shared_ptr<const Model>& of,
                            double temperature, const std::string& prefix) {
    pool.Take(of, Temperature(temperature), prefix).value();
  };
  take(model, 1, "");
  EXPECT_EQ(pool.waiting(), 1);
  take(MakeModel(), 1, "");
  EXPECT_EQ(pool.waiting(), 2);
  take(model, 0.5, "");
  EXPECT_EQ(pool.waiting(), 3);
  take(model, 1, "a");
  EXPECT_EQ(pool.waiting(), 4);
  take(model, 1, "");
  EXPECT_EQ(pool.waiting(), 4);
}

TEST(GeneratorPoolTest, OneThatIsInUseIsNotLentAgainAndFewAreKept) {
  const auto model = MakeModel();
  GeneratorPool pool(2);
  {
    const auto a = pool.Take(model, Temperature(1), "").value();
    const auto b = pool.Take(model, Temperature(1), "").value();
    const auto c = pool.Take(model, Temperature(1), "").value();
    EXPECT_EQ(DrawOne(*a, 1), DrawOne(*b, 1));
  }
  EXPECT_EQ(pool.waiting(), 2);
}

TEST(GeneratorPoolTest, OneThatWasStoppedAndThoseOfLargeModelsAreNotKept) {
  GeneratorPool pool(2);
  std::stop_source stop;
  stop.request_stop();
  const auto small = pool.Take(MakeModel(), Temperature(1), "").value();
  EXPECT_EQ(DrawOne(*small, 1, stop.get_token()), "stopped");
  pool.Take(MakeModel(256), Temperature(1), "").value();
  EXPECT_EQ(pool.waiting(), 0);
}

TEST(GeneratorPoolTest, WhatNoGeneratorCanBeMadeForIsRefused) {
  GeneratorPool pool(2);
  EXPECT_TRUE(absl::IsInvalidArgument(
      pool.Take(MakeModel(), Temperature(1), "x").status()));
  EXPECT_EQ(pool.waiting(), 0);
}

}  // namespace
}  // namespace microgpt::server
