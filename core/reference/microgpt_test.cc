// SPDX-License-Identifier: MIT
//
// The reference against what Python found (core/testdata), and each of its
// operations against central differences. Errors that were planted and caught:
// heads scaled by the size of the embedding, a residual left out, RMSNorm
// before the last layer, one embedding for all positions, no bias correction.

// The program serves as a library here; its main is not called, which is why
// it may lack a return.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wreturn-type"
#define main MicrogptMain
#include "core/reference/microgpt.cc"
#undef main
#pragma GCC diagnostic pop

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "core/testdata/golden.h"

namespace microgpt::reference {
namespace {

// Trains as main() does, but with the sizes, batches and optimizer of a golden.
class Training {
 public:
  explicit Training(const Golden& golden)
      : golden_(golden),
        corpus_(*Corpus::FromText(ReadTestdata("minerals.txt"))),
        tokenizer_(
            Tokenizer::ForCorpus(TokenizerKind::kCodePoint, corpus_).value()),
        random_(golden.seed),
        model_{.n_layer = golden.n_layer,
               .n_embd = golden.n_embd,
               .n_head = golden.n_head,
               .block_size = golden.block_size} {
    for (size_t i = 0; i < corpus_.size(); ++i) {
      std::vector<Token> tokens = *tokenizer_.Encode(corpus_[i]);
      tokens.insert(tokens.begin(), tokenizer_.bos());
      tokens.push_back(tokenizer_.bos());
      documents_.push_back(tokens);
    }
    random_.Shuffle(std::span(documents_));
    tape.clear();
    model_.Draw(tokenizer_.vocab_size(), random_);
    num_params_ = tape.size();
  }

  // Forward and backward of a step. The gradient stays on the tape.
  double ComputeGradient(size_t step) {
    Value sum = 0.0;
    double positions = 0;
    for (size_t b = 0; b < golden_.batch_size; ++b) {
      const size_t i = (step * golden_.batch_size + b) % documents_.size();
      const double n = std::min(model_.block_size, documents_[i].size() - 1);
      sum += Loss(model_, documents_[i]) * n;
      positions += n;
    }
    const Value loss = sum * (1 / positions);
    Backward(loss);
    const double nats = loss->data;
    tape.resize(num_params_);
    return nats;
  }

  void Update(size_t step) {
    const double rate =
        golden_.learning_rate * (1 - static_cast<double>(step) / golden_.steps);
    if (golden_.optimizer == "adam") return Adam(rate, step + 1);
    for (Node& weight : tape) {
      weight.data -= rate * weight.grad;
      weight.grad = 0;
    }
  }

  std::string Draw() {
    const std::string text = tokenizer_.Decode(Sample(model_, random_));
    tape.resize(num_params_);
    return text;
  }

 private:
  const Golden& golden_;
  Corpus corpus_;
  Tokenizer tokenizer_;
  PythonRandom random_;
  Model model_;
  std::vector<std::vector<Token>> documents_;
  size_t num_params_ = 0;
};

class GoldenTest : public testing::TestWithParam<const char*> {
 protected:
  const Golden golden_ = LoadGolden(GetParam());
};

// Python's and C's libraries differ in the last digit of a few functions.
TEST_P(GoldenTest, FirstGradientOfEveryTensorIsPythons) {
  Training training(golden_);
  EXPECT_NEAR(training.ComputeGradient(0), golden_.losses[0], 1e-12);
  size_t i = 0;
  for (const Golden::Tensor& tensor : golden_.gradients) {
    for (const double expected : tensor.values) {
      ASSERT_NEAR(tape[i++].grad, expected, 1e-12) << tensor.name;
    }
  }
  EXPECT_EQ(i, tape.size());
}

TEST_P(GoldenTest, LossesParametersAndSamplesArePythons) {
  Training training(golden_);
  for (size_t step = 0; step < golden_.steps; ++step) {
    ASSERT_NEAR(training.ComputeGradient(step), golden_.losses[step], 1e-9)
        << "step " << step + 1;
    training.Update(step);
  }
  size_t i = 0;
  for (const Golden::Tensor& tensor : golden_.parameters) {
    for (const double expected : tensor.values) {
      ASSERT_NEAR(tape[i++].data, expected, 1e-9) << tensor.name;
    }
  }
  for (const std::string& expected : golden_.samples) {
    EXPECT_EQ(training.Draw(), expected);
  }
}

INSTANTIATE_TEST_SUITE_P(All, GoldenTest,
                         testing::Values("default", "deep", "batch", "sgd"),
                         [](const auto& name) { return name.param; });

// What the program complains of when it is called so.
std::string Complaint(std::vector<std::string> arguments) {
  std::vector<char*> argv = {nullptr};
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  testing::internal::CaptureStderr();
  EXPECT_EQ(MicrogptMain(static_cast<int>(argv.size()) - 1, argv.data()), 2);
  return testing::internal::GetCapturedStderr();
}

std::string WriteFile(std::string_view text) {
  const std::string path = MICROGPT_BINARY_DIR "/microgpt_test.txt";
  std::ofstream(path) << text;
  return path;
}

TEST(ProgramTest, StepsThatAreNoCountAreRefused) {
  const std::string file = WriteFile("anna\n");
  const std::string usage = "usage: microgpt FILE [1 to 1000000 STEPS]\n";
  for (const char* steps : {"abc", "", "-1", "0", "5x", "1000001",
                            "99999999999999999999", "18446744073709551615"}) {
    EXPECT_EQ(Complaint({file, steps}), usage) << steps;
  }
  EXPECT_EQ(Complaint({}), usage);
  EXPECT_EQ(Complaint({file, "10", "20"}), usage);
}

TEST(ProgramTest, AFileThatCannotBeReadIsNamedWithTheReason) {
  EXPECT_EQ(Complaint({"/no/such/file"}),
            "/no/such/file: No such file or directory\n");
  EXPECT_EQ(Complaint({"/"}), "/: Is a directory\n");
}

TEST(ProgramTest, WhatIsWrongWithTheTextIsSaid) {
  EXPECT_THAT(Complaint({WriteFile("")}),
              testing::HasSubstr("microgpt_test.txt: text: no document"));
  EXPECT_THAT(Complaint({WriteFile("anna\nb\xFF")}),
              testing::HasSubstr("text: not UTF-8 at line 2, byte 2"));
}

// Holds the derivative of f at x to the central difference; f is smooth.
void ExpectDerivative(const std::function<Value(Value)>& f, double x) {
  constexpr double kStep = 1e-6;
  tape.clear();
  const Value input = x;
  Backward(f(input));
  const double slope = (f(x + kStep)->data - f(x - kStep)->data) / (2 * kStep);
  EXPECT_NEAR(input->grad, slope, 1e-7);
}

TEST(AutogradTest, EveryOperationAgreesWithCentralDifferences) {
  for (const double x : {0.3, 0.7, 1.9}) {
    ExpectDerivative([](Value v) { return v + 3.0; }, x);
    ExpectDerivative([](Value v) { return v * v + v; }, x);
    ExpectDerivative([](Value v) { return Pow(v, -0.5) * 2.0; }, x);
    ExpectDerivative([](Value v) { return Log(v); }, x);
    ExpectDerivative([](Value v) { return Exp(v * -1.0); }, x);
    ExpectDerivative([](Value v) { return Relu(v) + Relu(v * -1.0); }, x);
    ExpectDerivative([](Value v) { return Softmax({v, 0.5, v * v})[2]; }, x);
    ExpectDerivative([](Value v) { return RmsNorm({v, 0.5, v * v})[1]; }, x);
  }
}

TEST(AutogradTest, ANumberUsedTwiceGetsTheSumOfBothGradients) {
  tape.clear();
  const Value x = 3.0;
  const Value y = x * x + x;
  Backward(y * y);
  EXPECT_DOUBLE_EQ(x->grad, 2 * 12 * (2 * 3 + 1));
}

}  // namespace
}  // namespace microgpt::reference
