// SPDX-License-Identifier: MIT
#include "server/jobs/checkpoints.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>

namespace microgpt::server {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using Keep = Checkpoints::Keep;

std::shared_ptr<const Model> MakeModel() {
  const ModelConfig config;
  return std::make_shared<const Model>(
      config, Tokenizer(TokenizerKind::kCodePoint, {"a"}),
      Parameters<float>(config, 2), PythonRandom(1));
}

uint64_t ModelBytes() { return MakeModel()->memory_bytes(); }

TEST(CheckpointStepsTest, AreEvenlySpacedFromBeforeTheFirstStepToTheLast) {
  EXPECT_THAT(CheckpointSteps(1, 1000), ElementsAre(0, 1));
  EXPECT_THAT(CheckpointSteps(3, 1000), ElementsAre(0, 1, 2, 3));
  for (const uint32_t steps : {32u, 33u, 100u, 1000u, 1'000'000u}) {
    const std::vector<uint32_t> chosen = CheckpointSteps(steps, 1000);
    EXPECT_THAT(chosen, SizeIs(33));
    EXPECT_EQ(chosen.front(), 0u);
    EXPECT_EQ(chosen.back(), steps);
    std::set<uint32_t> gaps;
    for (size_t i = 1; i < chosen.size(); ++i) {
      gaps.insert(chosen[i] - chosen[i - 1]);
    }
    EXPECT_GE(*gaps.begin(), 1u);
    EXPECT_LE(*gaps.rbegin() - *gaps.begin(), 1u) << steps;
  }
}

TEST(CheckpointStepsTest, OfALargeModelAreFewerAndOfALargerOneNone) {
  constexpr uint64_t kMiB = uint64_t{1} << 20;
  EXPECT_THAT(CheckpointSteps(1000, 2 * kMiB), SizeIs(7)) << "8 with a newest";
  EXPECT_THAT(CheckpointSteps(1000, 5 * kMiB), ElementsAre(0, 1000));
  EXPECT_THAT(CheckpointSteps(1000, 6 * kMiB), IsEmpty());
}

TEST(CheckpointsTest, TheNewestUpToAStepIsFound) {
  Checkpoints checkpoints(1 << 20);
  checkpoints.Begin("a", "names");
  const auto first = MakeModel(), second = MakeModel();
  checkpoints.Add("a", 10, first, Keep::kLasting);
  checkpoints.Add("a", 20, second, Keep::kLasting);
  EXPECT_THAT(checkpoints.Steps("a"), ElementsAre(10, 20));
  EXPECT_EQ(checkpoints.Find("a")->model, second);
  EXPECT_EQ(checkpoints.Find("a", 20)->step, 20u);
  EXPECT_EQ(checkpoints.Find("a", 19)->model, first);
  EXPECT_EQ(checkpoints.Find("a", 10)->step, 10u);
  EXPECT_FALSE(checkpoints.Find("a", 9).has_value());
  EXPECT_FALSE(checkpoints.Find("b").has_value());
  EXPECT_THAT(checkpoints.Steps("b"), IsEmpty());
}

TEST(CheckpointsTest, ANewestOneIsReplacedAndOneThatLastsIsNot) {
  Checkpoints checkpoints(1 << 20);
  checkpoints.Begin("a", "names");
  for (const auto& [step, keep] : std::vector<std::pair<uint32_t, Keep>>{
           {0, Keep::kLasting}, {5, Keep::kNewest}, {7, Keep::kNewest}}) {
    checkpoints.Add("a", step, MakeModel(), keep);
  }
  EXPECT_THAT(checkpoints.Steps("a"), ElementsAre(0, 7));
  checkpoints.Add("a", 10, MakeModel(), Keep::kLasting);
  checkpoints.Add("a", 12, MakeModel(), Keep::kNewest);
  EXPECT_THAT(checkpoints.Steps("a"), ElementsAre(0, 10, 12));
  EXPECT_EQ(checkpoints.bytes(), 3 * ModelBytes());
}

TEST(CheckpointsTest, TheJobThatAddedNoneForTheLongestTimeLeavesFirst) {
  Checkpoints checkpoints(4 * ModelBytes());
  for (const char* job : {"a", "b", "c"}) {
    checkpoints.Begin(job, "names");
    checkpoints.Add(job, 0, MakeModel(), Keep::kLasting);
  }
  checkpoints.Add("a", 1, MakeModel(), Keep::kLasting);
  const auto held = checkpoints.Find("b");
  checkpoints.Add("c", 1, MakeModel(), Keep::kLasting);
  EXPECT_THAT(checkpoints.Steps("b"), IsEmpty());
  EXPECT_THAT(checkpoints.Steps("a"), ElementsAre(0, 1));
  EXPECT_THAT(checkpoints.Steps("c"), ElementsAre(0, 1));
  EXPECT_EQ(checkpoints.bytes(), 4 * ModelBytes());
  EXPECT_EQ(held->model->memory_bytes(), ModelBytes()) << "it lives on";
  checkpoints.Add("b", 1, MakeModel(), Keep::kLasting);
  EXPECT_THAT(checkpoints.Steps("b"), ElementsAre(1)) << "it goes on";
  EXPECT_THAT(checkpoints.Steps("a"), IsEmpty());
}

TEST(CheckpointsTest, WhatIsLargerThanAllRoomIsNotKept) {
  Checkpoints checkpoints(ModelBytes() - 1);
  checkpoints.Begin("a", "names");
  checkpoints.Add("a", 0, MakeModel(), Keep::kNewest);
  EXPECT_THAT(checkpoints.Steps("a"), IsEmpty());
  checkpoints.Add("a", 1, MakeModel(), Keep::kNewest);
  EXPECT_EQ(checkpoints.bytes(), 0u);
}

TEST(CheckpointsTest, AfterItsEndAJobKeepsWhatItHasAndTakesNoMore) {
  Checkpoints checkpoints(2 * ModelBytes());
  checkpoints.Begin("a", "names");
  checkpoints.Add("a", 0, MakeModel(), Keep::kLasting);
  checkpoints.End("a");
  checkpoints.Add("a", 1, MakeModel(), Keep::kLasting);
  EXPECT_THAT(checkpoints.Steps("a"), ElementsAre(0));
  checkpoints.Add("b", 1, MakeModel(), Keep::kLasting);
  EXPECT_THAT(checkpoints.Steps("b"), IsEmpty()) << "it has not begun";
  checkpoints.Begin("b", "names");
  checkpoints.Add("b", 0, MakeModel(), Keep::kLasting);
  checkpoints.Add("b", 1, MakeModel(), Keep::kLasting);
  EXPECT_THAT(checkpoints.Steps("a"), IsEmpty());
  EXPECT_THAT(checkpoints.Steps("b"), ElementsAre(0, 1));
}

TEST(CheckpointsTest, WhatIsForgottenIsGoneAndTakesNoMore) {
  Checkpoints checkpoints(1 << 20);
  for (const char* job : {"a", "b", "c"}) {
    checkpoints.Begin(job, job == std::string("c") ? "pets" : "names");
    checkpoints.Add(job, 0, MakeModel(), Keep::kLasting);
  }
  checkpoints.Forget("a");
  EXPECT_THAT(checkpoints.Steps("a"), IsEmpty());
  EXPECT_THAT(checkpoints.Steps("b"), ElementsAre(0));
  checkpoints.ForgetModel("names");
  EXPECT_THAT(checkpoints.Steps("b"), IsEmpty());
  EXPECT_THAT(checkpoints.Steps("c"), ElementsAre(0));
  EXPECT_EQ(checkpoints.bytes(), ModelBytes());
  checkpoints.Add("a", 1, MakeModel(), Keep::kLasting);
  checkpoints.Add("b", 1, MakeModel(), Keep::kLasting);
  checkpoints.Forget("b");
  checkpoints.End("a");
  EXPECT_EQ(checkpoints.bytes(), ModelBytes());
}

TEST(CheckpointsTest, ReadersAndJobsMayComeAtOnce) {
  const uint64_t room = 42 * ModelBytes();
  Checkpoints checkpoints(room);
  std::atomic<bool> stop = false;
  std::thread reader([&] {
    while (!stop) {
      for (const char* job : {"0", "1"}) {
        const auto found = checkpoints.Find(job, 17);
        EXPECT_LE(found ? found->step : 0, 17u);
        EXPECT_LE(checkpoints.bytes(), room);
        const auto steps = checkpoints.Steps(job);
        EXPECT_TRUE(std::ranges::is_sorted(steps));
      }
    }
  });
  std::vector<std::thread> jobs;
  for (int j = 0; j < 2; ++j) {
    jobs.emplace_back([&checkpoints, id = std::to_string(j)] {
      checkpoints.Begin(id, "names");
      const auto model = MakeModel();
      for (uint32_t step = 0; step < 2000; ++step) {
        checkpoints.Add(id, step, model,
                        step % 100 == 0 ? Keep::kLasting : Keep::kNewest);
      }
      checkpoints.End(id);
    });
  }
  for (std::thread& job : jobs) job.join();
  stop = true;
  reader.join();
  EXPECT_THAT(checkpoints.Steps("0"), SizeIs(20 + 1));
  EXPECT_THAT(checkpoints.Steps("1"), SizeIs(20 + 1));
  EXPECT_EQ(checkpoints.bytes(), room);
}

}  // namespace
}  // namespace microgpt::server
