// SPDX-License-Identifier: MIT
#include "client/output/trace_views.h"

#include <gtest/gtest.h>

namespace microgpt::client {
namespace {

using Trace = v1::TraceResponse;

void AddPosition(Trace* trace, const std::string& read,
                 const std::string& next) {
  Trace::Position* position = trace->add_positions();
  position->mutable_token()->set_text(read);
  position->mutable_next()->set_text(next);
  position->set_loss(1);
  position->set_rank(2);
  position->set_entropy(1.5);
  Trace::Candidate* candidate = position->add_candidates();
  candidate->mutable_token()->set_text("e");
  candidate->set_probability(0.5);
  position->add_candidates()->set_probability(0.25);
}

void SetArray(v1::Array* array, const std::vector<unsigned>& shape,
              const std::vector<float>& values) {
  array->mutable_shape()->Assign(shape.begin(), shape.end());
  array->mutable_values()->Assign(values.begin(), values.end());
}

// "東 ", of two heads.
Trace ExampleTrace() {
  Trace trace;
  trace.set_model("names@3");
  trace.set_step(1000);
  trace.set_loss(2.456);
  AddPosition(&trace, "", "東");
  AddPosition(&trace, "東", " ");
  AddPosition(&trace, " ", "");
  return trace;
}

TEST(TraceViewsTest, TheSummaryNamesTheModelOrTheJobOfACheckpoint) {
  Trace trace = ExampleTrace();
  EXPECT_EQ(TraceSummary(trace),
            "names@3 · step 1000 · loss of the text 2.46\n");
  trace.clear_model();
  trace.set_job("01jb");
  EXPECT_EQ(TraceSummary(trace), "01jb · step 1000 · loss of the text 2.46\n");
}

TEST(TraceViewsTest, PredictionsAreARowAPosition) {
  EXPECT_EQ(PredictionsView(ExampleTrace()),
            "READ  THEN      P  LOSS  RANK  ENTROPY  LIKELIEST\n"
            "⟨     東    36.8%  1.00     2     1.50  e 50%  ⟩ 25%\n"
            "東    ␣     36.8%  1.00     2     1.50  e 50%  ⟩ 25%\n"
            "␣     ⟩     36.8%  1.00     2     1.50  e 50%  ⟩ 25%\n");
}

TEST(TraceViewsTest, AttentionIsASquareAHead) {
  Trace trace = ExampleTrace();
  Trace::Layer* layer = trace.add_layers();
  layer->set_layer(1);
  SetArray(layer->mutable_weights(), {2, 3, 3},
           {1, 0, 0, .469f, .531f, 0, .43f, .346f, .224f,  //
            1, 0, 0, 0.01f, 0.99f, 0, 0, .25f, .75f});
  const std::string second =
      "L1 H1     ⟨    東     ␣\n"
      "⟨      █1.0\n"
      "東     ▁.01  █.99\n"
      "␣      ▁.00  ▂.25  ▆.75\n";
  EXPECT_EQ(AttentionView(trace, std::nullopt),
            "L1 H0     ⟨    東     ␣\n"
            "⟨      █1.0\n"
            "東     ▄.47  ▅.53\n"
            "␣      ▄.43  ▃.35  ▂.22\n"
            "\n" +
                second);
  EXPECT_EQ(AttentionView(trace, 1), second);
  EXPECT_EQ(AttentionView(trace, 2), "");
}

TEST(TraceViewsTest, NeuronsAreBarsWhereTheyAreActive) {
  Trace trace = ExampleTrace();
  Trace::Layer* layer = trace.add_layers();
  layer->set_mlp_active(0.5);
  SetArray(layer->mutable_mlp_hidden(), {3, 4},
           {-1, 2, 1, 0, 0.25f, -3, -1, 0.1f, 2, -1, -1, -1});
  EXPECT_EQ(MlpView(trace),
            "L0  4 NEURONS, 50% ACTIVE, THE LARGEST 2.00\n"
            "⟨   ·█▄·\n"
            "東  ▁··▁\n"
            "␣   █···\n");
}

TEST(TraceViewsTest, ManyNeuronsShareABar) {
  Trace trace = ExampleTrace();
  trace.mutable_positions()->DeleteSubrange(1, 2);
  Trace::Layer* layer = trace.add_layers();
  std::vector<float> hidden(130, -1);
  hidden[2] = 8;
  hidden[129] = 4;
  SetArray(layer->mutable_mlp_hidden(), {1, 130}, hidden);
  std::string dots;
  for (int i = 0; i < 42; ++i) dots += "·";
  EXPECT_EQ(MlpView(trace),
            "L0  130 NEURONS, 0% ACTIVE, THE LARGEST 8.00, 3 a bar\n"
            "⟨   █" +
                dots + "▄\n");
}

TEST(TraceViewsTest, TheStreamHasALengthAndTurns) {
  Trace trace = ExampleTrace();
  trace.mutable_positions()->DeleteSubrange(1, 2);
  SetArray(trace.mutable_embedding(), {1, 2}, {3, 4});
  Trace::Layer* layer = trace.add_layers();
  SetArray(layer->mutable_residual_middle(), {1, 2}, {6, 8});
  SetArray(layer->mutable_attention_output(), {1, 2}, {3, 4});
  SetArray(layer->mutable_residual(), {1, 2}, {6, 0});
  SetArray(layer->mutable_mlp_output(), {1, 2}, {0, -8});
  EXPECT_EQ(ResidualView(trace),
            "LENGTH AFTER          ⟨\n"
            "embedding          5.00\n"
            "layer0.attention  10.00\n"
            "layer0.mlp         6.00\n"
            "\n"
            "COSINE WITH BEFORE     ⟨\n"
            "layer0.attention    1.00\n"
            "layer0.mlp          0.60\n");
}

TEST(TraceViewsTest, TheLensShowsWhatEachStageWouldPredict) {
  Trace trace = ExampleTrace();
  Trace::Lens* lens = trace.add_lens();
  lens->set_stage("embedding");
  for (int t = 0; t < 3; ++t) {
    Trace::Candidate* guess = lens->add_positions()->add_candidates();
    if (t < 2) guess->mutable_token()->set_text("a");
    guess->set_probability(0.1 * t);
  }
  EXPECT_EQ(LensView(trace),
            "LIKELIEST AFTER     ⟨     東      ␣\n"
            "embedding        a 0%  a 10%  ⟩ 20%\n"
            "then came          東      ␣      ⟩\n");
}

// Whatever a server sends.
TEST(TraceViewsTest, MissingNumbersAreNoReasonToFall) {
  Trace trace = ExampleTrace();
  Trace::Layer* layer = trace.add_layers();
  SetArray(layer->mutable_weights(), {1}, {});
  SetArray(layer->mutable_mlp_hidden(), {4}, {1});
  trace.add_lens();
  EXPECT_NE(AttentionView(trace, 0), "");
  EXPECT_NE(MlpView(trace), "");
  EXPECT_NE(ResidualView(trace), "");
  EXPECT_NE(LensView(trace), "");
}

TEST(TraceViewsTest, ControlCharactersAreNotShown) {
  Trace trace;
  AddPosition(&trace, "\033", "a");
  EXPECT_EQ(PredictionsView(trace).find('\033'), std::string::npos);
  trace.set_model("\033[2J");
  EXPECT_EQ(TraceSummary(trace).find('\033'), std::string::npos);
}

}  // namespace
}  // namespace microgpt::client
