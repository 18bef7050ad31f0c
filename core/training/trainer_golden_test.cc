// SPDX-License-Identifier: MIT
//
// The trainer against core/testdata: what a Python program of our own computed
// with a scalar autograd and Python's own random numbers.
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "core/testdata/golden.h"
#include "core/training/trainer.h"

namespace microgpt {
namespace {

class GoldenTest : public ::testing::TestWithParam<const char*> {
 protected:
  GoldenTest()
      : golden_(LoadGolden(GetParam())),
        corpus_(*Corpus::FromText(ReadTestdata("minerals.txt"))),
        model_(*ModelConfig::Create({.n_layer = golden_.n_layer,
                                     .n_embd = golden_.n_embd,
                                     .n_head = golden_.n_head,
                                     .block_size = golden_.block_size})),
        settings_({.steps = golden_.steps,
                   .batch_size = golden_.batch_size,
                   .learning_rate = golden_.learning_rate,
                   .seed = golden_.seed,
                   .optimizer = golden_.optimizer == "sgd" ? Optimizer::kSgd
                                                           : Optimizer::kAdam,
                   .precision = Precision::kFloat64}) {}

  std::unique_ptr<Trainer> CreateTrainer() const {
    return Trainer::Create(model_, *TrainingConfig::Create(settings_), corpus_);
  }

  const Golden golden_;
  const Corpus corpus_;
  const ModelConfig model_;
  TrainingSettings settings_;
};

std::vector<double> Losses(Trainer& trainer, uint32_t steps) {
  std::vector<double> losses;
  for (uint32_t s = 0; s < steps; ++s) {
    losses.push_back(trainer.Step(std::stop_token()).value());
  }
  return losses;
}

Parameters<double> Weights(const Trainer& trainer) {
  const Model model = trainer.Snapshot();
  return std::get<Parameters<double>>(model.parameters());
}

void ExpectTensorsNear(const Parameters<double>& actual,
                       const std::vector<Golden::Tensor>& expected) {
  ASSERT_EQ(actual.specs().size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    const Golden::Tensor& want = expected[i];
    const Matrix<const double> tensor = actual.tensor(i);
    ASSERT_EQ(actual.specs()[i].name, want.name);
    ASSERT_EQ(tensor.rows, want.rows) << want.name;
    ASSERT_EQ(tensor.cols, want.cols) << want.name;
    for (size_t j = 0; j < tensor.size(); ++j) {
      ASSERT_NEAR(tensor.data[j], want.values[j], 1e-9)
          << want.name << " at " << j;
    }
  }
}

TEST_P(GoldenTest, EveryLossAndTheFinalParametersEqualPythons) {
  const auto trainer = CreateTrainer();
  const std::vector<double> losses = Losses(*trainer, golden_.steps);
  ASSERT_EQ(losses.size(), golden_.losses.size());
  for (size_t s = 0; s < losses.size(); ++s) {
    ASSERT_NEAR(losses[s], golden_.losses[s], 1e-9) << "step " << s + 1;
  }
  ExpectTensorsNear(Weights(*trainer), golden_.parameters);
}

// One step of SGD at rate 1 moves each weight by its gradient.
TEST_P(GoldenTest, TheFirstStepsGradientOfEveryTensorEqualsPythons) {
  settings_.optimizer = Optimizer::kSgd;
  settings_.learning_rate = 1;
  const auto trainer = CreateTrainer();
  Parameters<double> gradient = Weights(*trainer);
  Losses(*trainer, 1);
  const Parameters<double> moved = Weights(*trainer);
  for (size_t i = 0; i < gradient.size(); ++i) {
    gradient.values()[i] -= moved.values()[i];
  }
  ExpectTensorsNear(gradient, golden_.gradients);
}

TEST_P(GoldenTest, TheFirstStepsGradientNormsEqualPythons) {
  const auto trainer = CreateTrainer();
  std::vector<TensorNorms> norms(golden_.gradients.size());
  ASSERT_TRUE(trainer->MeasuredStep(std::stop_token(), norms));
  for (size_t i = 0; i < norms.size(); ++i) {
    double squares = 0;
    for (const double value : golden_.gradients[i].values) {
      squares += value * value;
    }
    EXPECT_NEAR(norms[i].gradient, std::sqrt(squares), 1e-9)
        << golden_.gradients[i].name;
  }
}

TEST_P(GoldenTest, EveryLossInFloatIsWithinTwoInAHundredThousandOfPythons) {
  settings_.precision = Precision::kFloat32;
  const auto trainer = CreateTrainer();
  const std::vector<double> losses = Losses(*trainer, golden_.steps);
  for (size_t s = 0; s < losses.size(); ++s) {
    ASSERT_NEAR(losses[s], golden_.losses[s], 2e-5) << "step " << s + 1;
  }
}

INSTANTIATE_TEST_SUITE_P(All, GoldenTest,
                         ::testing::Values("default", "deep", "batch", "sgd"),
                         [](const auto& golden) {
                           return std::string(golden.param);
                         });

}  // namespace
}  // namespace microgpt
