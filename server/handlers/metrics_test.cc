// SPDX-License-Identifier: MIT
//
// GetMetrics with a real store and board; the test is the worker.
#include "server/handlers/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <future>
#include <string>
#include <utility>
#include <vector>

#include "core/random/python_random.h"
#include "core/training/norms.h"
#include "core/training/optimizer.h"
#include "server/store/await.h"
#include "server/store/sqlite_store.h"

namespace microgpt::server {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using Message = v1::GetMetricsResponse;

// --- LossPoints

double LossAt(uint32_t step) { return 1.0 / step; }

struct Point {
  uint32_t step;
  double loss;
  bool operator==(const Point&) const = default;
};

// Those of a job that has done all its steps, or `done` of them.
std::vector<Point> PointsFrom(uint32_t from, uint32_t every, uint32_t steps,
                              uint32_t done) {
  LossPoints points(from, every, steps);
  std::vector<Point> all;
  while (points.step() < done) {
    const auto mean = points.Add(LossAt(points.step() + 1));
    if (mean) all.push_back({points.step(), *mean});
  }
  if (const auto mean = points.End()) all.push_back({points.step(), *mean});
  return all;
}

TEST(LossPointsTest, EndAtMultiplesAndAtTheLastStep) {
  const auto points = PointsFrom(1, 4, 10, 10);
  ASSERT_THAT(points, SizeIs(3));
  EXPECT_EQ(points[0], (Point{4, (1 + 1 / 2.0 + 1 / 3.0 + 1 / 4.0) / 4}));
  EXPECT_EQ(points[2], (Point{10, (1 / 9.0 + 1 / 10.0) / 2}));
  EXPECT_EQ(PointsFrom(1, 4, 10, 7).back().step, 7u) << "it ended there";
  EXPECT_THAT(PointsFrom(1, 1, 3, 3),
              ElementsAre(Point{1, 1}, Point{2, 1 / 2.0}, Point{3, 1 / 3.0}));
}

TEST(LossPointsTest, AreTheSameFromWhateverStepTheyAreRead) {
  for (const uint32_t every : {1u, 2u, 7u, 10u, 99u, 100u, 1000u}) {
    for (const uint32_t done : {1u, 7u, 50u, 99u, 100u}) {
      const auto all = PointsFrom(1, every, 100, done);
      for (uint32_t from = 1; from <= 101; ++from) {
        std::vector<Point> wanted;
        for (const Point& point : all) {
          if (point.step >= from) wanted.push_back(point);
        }
        ASSERT_EQ(PointsFrom(from, every, 100, done), wanted)
            << every << " " << done << " " << from;
      }
    }
  }
}

// --- The stream

// The figures of several messages, as one.
struct Figures {
  std::vector<uint32_t> steps;
  std::vector<double> losses, rates;
  std::vector<std::pair<uint32_t, double>> validation;
  std::vector<uint32_t> norm_steps;
  std::vector<float> norms;  // as NormHistory has them
  std::vector<uint32_t> checkpoints;

  bool operator==(const Figures&) const = default;

  void Append(const Message& message) {
    const auto append = [](auto& to, const auto& from) {
      to.insert(to.end(), from.begin(), from.end());
    };
    append(steps, message.steps());
    append(losses, message.losses());
    append(rates, message.learning_rates());
    append(norm_steps, message.norm_steps());
    for (int i = 0; i < message.validation_steps_size(); ++i) {
      validation.emplace_back(message.validation_steps(i),
                              message.validation_losses(i));
    }
    for (int i = 0; i < message.norm_steps_size(); ++i) {
      for (const Message::Norms& tensor : message.norms()) {
        append(norms,
               std::vector<float>{tensor.gradient(i), tensor.parameter(i),
                                  tensor.update(i)});
      }
    }
    if (message.checkpoints_size() > 0) {
      checkpoints = {message.checkpoints().begin(),
                     message.checkpoints().end()};
    }
  }
};

class MetricsTest : public testing::Test {
 protected:
  using Next = absl::StatusOr<std::optional<Message>>;

  ~MetricsTest() override {
    board_.Close();
    board_.Interrupt();
  }

  // A queued job of so many steps.
  void Submit(uint32_t steps) {
    JobRequest request;
    request.model = "names";
    request.training_config = *TrainingConfig::Create({.steps = steps});
    request.corpus =
        std::make_shared<const Corpus>(*Corpus::FromText("emma\nava\n"));
    request.vocab_size = 5;
    job_ = *Await<JobRecord>([&](auto done) {
      jobs_.Submit(request, std::chrono::milliseconds(0), done);
    });
  }

  void Begin() {
    ASSERT_EQ(board_.Claim()->job.id, job_.id);
    checkpoints_.Begin(job_.id, job_.model);
  }

  // Goes on by so many steps.
  void Train(uint32_t steps) {
    const std::vector<uint32_t> measured =
        NormSteps(job_.training_config->steps);
    std::vector<double> losses;
    NormHistory norms;
    for (; steps > 0; --steps) {
      const uint32_t step = ++job_.step;
      losses.push_back(LossAt(step));
      if (step % 10 == 0) job_.validation.push_back({step, 2.0 / step});
      if (!std::ranges::binary_search(measured, step)) continue;
      norms.steps.push_back(step);
      for (size_t i = 0; i < 3 * CountTensors(job_.model_config); ++i) {
        norms.values.push_back(static_cast<float>(step * 100 + i));
      }
    }
    board_.Publish(job_, losses, norms);
    Append(losses, norms);
  }

  void End(JobState state) {
    checkpoints_.End(job_.id);
    job_.state = state;
    job_.revision = *board_.Seal(job_);
    const auto kept = Await<JobRecord>([&](auto done) {
      jobs_.Finish(std::make_shared<const FinishedJob>(
                       FinishedJob{job_, losses_, nullptr, norms_}),
                   done);
    });
    ASSERT_TRUE(kept.ok()) << kept.status();
    board_.Remove(job_.id);
  }

  v1::GetMetricsRequest Request(uint32_t from, uint32_t every,
                                bool follow = false) const {
    v1::GetMetricsRequest request;
    request.set_job(job_.id);
    request.set_from_step(from);
    request.set_every(every);
    request.set_follow(follow);
    return request;
  }

  ResponseStreamPtr<Message> Open(const v1::GetMetricsRequest& request) {
    CallContext context;
    context.stop = stop_.get_token();
    auto stream = handlers_.GetMetrics(request, context);
    EXPECT_TRUE(stream.ok()) << stream.status();
    return *stream;
  }

  static std::future<Next> Pull(ResponseStream<Message>& stream) {
    auto promise = std::make_shared<std::promise<Next>>();
    stream.Pull([promise](Next next) { promise->set_value(std::move(next)); });
    return promise->get_future();
  }

  static Message Get(std::future<Next> next) {
    Next message = next.get();
    EXPECT_TRUE(message.ok()) << message.status();
    EXPECT_TRUE(message->has_value());
    return **message;
  }

  // To the end of the stream, of which each message meets its promises.
  Figures Collect(const v1::GetMetricsRequest& request,
                  int* messages = nullptr) {
    Figures all;
    const auto stream = Open(request);
    while (true) {
      const Message message = Get(Pull(*stream));
      EXPECT_EQ(message.job(), job_.id);
      EXPECT_LE(message.steps_size(), 8192);
      EXPECT_EQ(message.losses_size(), message.steps_size());
      EXPECT_EQ(message.learning_rates_size(), message.steps_size());
      EXPECT_EQ(message.done(), stream->ended());
      all.Append(message);
      if (messages != nullptr) ++*messages;
      if (message.done()) return all;
    }
  }

  JobBoard board_{10, 10};
  const std::unique_ptr<Store> store_ = *SqliteStore::Open(":memory:", 0);
  Datasets datasets_{*store_, 0};
  Jobs jobs_{*store_, board_, datasets_};
  Checkpoints checkpoints_{1 << 20};
  MetricsHandlers handlers_{jobs_, checkpoints_};
  std::stop_source stop_;
  JobRecord job_;
  std::vector<double> losses_;
  NormHistory norms_;

 private:
  void Append(const std::vector<double>& losses, const NormHistory& norms) {
    losses_.insert(losses_.end(), losses.begin(), losses.end());
    norms_.steps.insert(norms_.steps.end(), norms.steps.begin(),
                        norms.steps.end());
    norms_.values.insert(norms_.values.end(), norms.values.begin(),
                         norms.values.end());
  }
};

TEST_F(MetricsTest, AJobHasTheSameFiguresWhileItRunsAndAfterItsEnd) {
  Submit(100);
  Begin();
  Train(100);
  const Figures running = Collect(Request(0, 0));
  EXPECT_EQ(running.losses, losses_);
  EXPECT_EQ(running.norm_steps, norms_.steps);
  EXPECT_EQ(running.norms, norms_.values);
  EXPECT_THAT(running.validation, SizeIs(10));
  for (uint32_t step = 1; step <= 100; ++step) {
    EXPECT_EQ(running.steps[step - 1], step);
    EXPECT_EQ(running.rates[step - 1],
              LearningRate(job_.training_config, step - 1));
  }
  End(JobState::kSucceeded);
  EXPECT_EQ(Collect(Request(0, 0)), running);
  EXPECT_EQ(Collect(Request(1, 1, true)), running);
}

TEST_F(MetricsTest, NormsAreNamedByTheirTensors) {
  Submit(100);
  Begin();
  Train(1);
  const Message message = Get(Pull(*Open(Request(0, 0))));
  ASSERT_EQ(message.norms_size(), 9);
  EXPECT_EQ(message.norms(0).tensor(), "wte");
  EXPECT_THAT(message.norms(0).gradient(), ElementsAre(100));
  EXPECT_THAT(message.norms(0).parameter(), ElementsAre(101));
  EXPECT_THAT(message.norms(0).update(), ElementsAre(102));
  EXPECT_EQ(message.norms(3).tensor(), "layer0.attn_wq");
  EXPECT_THAT(message.norms(3).gradient(), ElementsAre(109));
}

TEST_F(MetricsTest, ThinnedPointsAreMeansAndTheRestIsNotThinned) {
  Submit(100);
  Begin();
  Train(95);
  const Figures thinned = Collect(Request(0, 30));
  EXPECT_THAT(thinned.steps, ElementsAre(30, 60, 90));
  double sum = 0;
  for (uint32_t step = 31; step <= 60; ++step) sum += LossAt(step);
  EXPECT_EQ(thinned.losses[1], sum / 30);
  EXPECT_EQ(thinned.rates[1], LearningRate(job_.training_config, 59));
  EXPECT_THAT(thinned.validation, SizeIs(9));
  EXPECT_EQ(thinned.norm_steps.back(), 90u) << "as far as the points";
  End(JobState::kCancelled);
  EXPECT_THAT(Collect(Request(0, 30)).steps, ElementsAre(30, 60, 90, 95));
  EXPECT_THAT(Collect(Request(61, 30)).steps, ElementsAre(90, 95));
  EXPECT_THAT(Collect(Request(96, 30)).steps, IsEmpty());
  EXPECT_EQ(Collect(Request(0, 30)).norm_steps, norms_.steps);
}

// What a client does whose connection is lost again and again: it asks for
// what comes after the last point it has.
TEST_F(MetricsTest, WhoGoesOnAfterTheLastPointMissesNoneAndHasNoneTwice) {
  PythonRandom random(1);
  for (uint32_t round = 0; round < 60; ++round) {
    const uint32_t steps = 1 + random.RandBelow(400);
    const uint32_t every = 1 + random.RandBelow(round % 3 == 0 ? 3 : 60);
    losses_.clear();
    norms_ = {};
    Submit(steps);
    Begin();
    const uint32_t last = random.RandBelow(3) == 0 ? steps / 2 : steps;
    Figures pieces;
    const auto read_on = [&] {
      const uint32_t from = pieces.steps.empty() ? 0 : pieces.steps.back() + 1;
      const bool follow = random.RandBelow(2) == 1;
      const auto stream = Open(Request(from, every, follow));
      pieces.Append(Get(Pull(*stream)));  // then the connection is lost
    };
    while (job_.step < last) {
      Train(std::min(last - job_.step, 1 + random.RandBelow(50)));
      read_on();
    }
    End(last == steps ? JobState::kSucceeded : JobState::kCancelled);
    read_on();
    ASSERT_EQ(pieces, Collect(Request(0, every))) << "round " << round;
  }
}

TEST_F(MetricsTest, ManyPointsComeInSeveralMessagesAndAllOnce) {
  Submit(100'000);
  Begin();
  Train(100'000);
  int messages = 0;
  const Figures running = Collect(Request(0, 1), &messages);
  EXPECT_EQ(messages, 100'000 / 8192 + 1);
  EXPECT_EQ(running.losses, losses_);
  EXPECT_EQ(running.norm_steps, norms_.steps);
  EXPECT_THAT(running.validation, SizeIs(10'000));
  End(JobState::kSucceeded);
  EXPECT_EQ(Collect(Request(0, 1)), running);
  const Figures thinned = Collect(Request(0, 999));
  EXPECT_THAT(thinned.steps, SizeIs(101));
  EXPECT_EQ(thinned.norms, running.norms);
  EXPECT_THAT(Collect(Request(0, 1'000'000)).steps, ElementsAre(100'000));
}

TEST_F(MetricsTest, AQueuedJobIsToldOfAtOnceAndFollowedFromItsBeginning) {
  Submit(100);
  EXPECT_THAT(Collect(Request(0, 1)).steps, IsEmpty()) << "and ends";
  const auto stream = Open(Request(0, 1, true));
  const Message first = Get(Pull(*stream));
  EXPECT_EQ(first.job(), job_.id);
  EXPECT_FALSE(first.done());
  auto next = Pull(*stream);
  Begin();
  Train(3);
  EXPECT_THAT(Get(std::move(next)).steps(), ElementsAre(1, 2, 3));
  next = Pull(*stream);
  Train(2);
  EXPECT_THAT(Get(std::move(next)).steps(), ElementsAre(4, 5));
  next = Pull(*stream);
  End(JobState::kCancelled);
  const Message last = Get(std::move(next));
  EXPECT_TRUE(last.done());
  EXPECT_TRUE(stream->ended());
  EXPECT_EQ(Pull(*stream).get()->has_value(), false);
}

TEST_F(MetricsTest, ASlowFollowerGetsAllInMessagesThatAreBounded) {
  Submit(100'000);
  Begin();
  const auto stream = Open(Request(0, 1, true));
  Figures all;
  all.Append(Get(Pull(*stream)));
  Train(20'000);
  for (const int points : {8192, 8192, 20'000 - 2 * 8192}) {
    const Message message = Get(Pull(*stream));
    EXPECT_EQ(message.steps_size(), points);
    all.Append(message);
  }
  EXPECT_EQ(all.losses, losses_);
}

// News that make no point, as of validation alone, are no message.
TEST_F(MetricsTest, AMessageHasSomethingNew) {
  Submit(100);
  Begin();
  const auto stream = Open(Request(0, 10, true));
  EXPECT_THAT(Get(Pull(*stream)).steps(), IsEmpty());
  auto next = Pull(*stream);
  for (int i = 0; i < 9; ++i) Train(1);
  Train(1);
  EXPECT_THAT(Get(std::move(next)).steps(), ElementsAre(10));
}

TEST_F(MetricsTest, CheckpointsAreToldWheneverTheyHaveChanged) {
  Submit(100);
  Begin();
  const auto model = std::make_shared<const Model>(
      ModelConfig(), Tokenizer(TokenizerKind::kCodePoint, {"a"}),
      Parameters<float>(ModelConfig(), 2), PythonRandom(1));
  checkpoints_.Add(job_.id, 0, model, Checkpoints::Keep::kLasting);
  const auto stream = Open(Request(0, 1, true));
  EXPECT_THAT(Get(Pull(*stream)).checkpoints(), ElementsAre(0));
  Train(1);
  EXPECT_THAT(Get(Pull(*stream)).checkpoints(), IsEmpty());
  checkpoints_.Add(job_.id, 2, model, Checkpoints::Keep::kLasting);
  Train(1);
  EXPECT_THAT(Get(Pull(*stream)).checkpoints(), ElementsAre(0, 2));
  EXPECT_THAT(Collect(Request(3, 1)).checkpoints, ElementsAre(0, 2));
}

TEST_F(MetricsTest, StepsAndDistancesOutOfRangeAreRefused) {
  Submit(100);
  const auto refusal = [&](uint32_t from, uint32_t every) {
    return handlers_.GetMetrics(Request(from, every), {}).status();
  };
  EXPECT_EQ(refusal(102, 1).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(refusal(102, 1).message(),
            "from_step: 102 is above the maximum 101");
  EXPECT_EQ(refusal(1, 1'000'001).message(),
            "every: 1000001 is above the maximum 1000000");
  EXPECT_TRUE(refusal(101, 1'000'000).ok());
  v1::GetMetricsRequest request = Request(0, 0);
  request.set_model("names");
  EXPECT_EQ(handlers_.GetMetrics(request, {}).status().code(),
            absl::StatusCode::kInvalidArgument);
  request.clear_job();
  EXPECT_TRUE(handlers_.GetMetrics(request, {}).ok());
  request.set_model("pets");
  EXPECT_TRUE(absl::IsNotFound(handlers_.GetMetrics(request, {}).status()));
}

TEST_F(MetricsTest, AFollowerWhoGoesAwayWaitsNoLonger) {
  Submit(100);
  const auto stream = Open(Request(0, 1, true));
  Get(Pull(*stream));
  auto next = Pull(*stream);
  stop_.request_stop();
  EXPECT_TRUE(absl::IsCancelled(next.get().status()));
}

TEST_F(MetricsTest, AJobThatAShutdownCutsShortIsUnavailable) {
  Submit(100);
  Begin();
  const auto stream = Open(Request(0, 1, true));
  Get(Pull(*stream));
  auto next = Pull(*stream);
  board_.Close();
  board_.Interrupt();
  board_.Remove(job_.id);  // as its worker does
  EXPECT_TRUE(absl::IsUnavailable(next.get().status()));
}

}  // namespace
}  // namespace microgpt::server
