// SPDX-License-Identifier: MIT
//
// What a trace says of a model: against the scalar autograd, a Python program,
// the decoder, and central differences.
#include "core/inspection/trace.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <sstream>
#include <string>
#include <utility>

#include "core/format/model_file.h"
#include "core/generation/decoder.h"
#include "core/inspection/stages.h"
#include "core/model/scalar_autograd.h"
#include "core/testdata/golden.h"

namespace microgpt {
namespace {

std::set<uint32_t> AllLayers(const Model& model) {
  std::set<uint32_t> layers;
  for (uint32_t i = 0; i < model.config()->n_layer; ++i) layers.insert(i);
  return layers;
}

struct Shape {
  ModelSettings settings;
  size_t text;  // tokens
};

const Shape kShapes[] = {
    {{.n_layer = 2, .n_embd = 32, .n_head = 8, .block_size = 16}, 11},
    {{.n_layer = 1, .n_embd = 16, .n_head = 1, .block_size = 16}, 5},
    {{.n_layer = 2, .n_embd = 12, .n_head = 3, .block_size = 8}, 8},
    {{.n_layer = 2, .n_embd = 12, .n_head = 3, .block_size = 8}, 7},
    {{.n_layer = 3, .n_embd = 6, .n_head = 6, .block_size = 5}, 0},
    {{.n_layer = 1, .n_embd = 8, .n_head = 2, .block_size = 1}, 1},
};

constexpr uint32_t kVocabulary = 7;

// Of weights large enough for attention to look at something.
template <typename T>
std::shared_ptr<const Model> RandomModel(const ModelSettings& settings) {
  const ModelConfig config = *ModelConfig::Create(settings);
  Parameters<T> parameters(config, kVocabulary);
  PythonRandom random(settings.n_embd);
  parameters.Draw(0.4, random);
  return std::make_shared<const Model>(
      config,
      Tokenizer(TokenizerKind::kCodePoint, {"a", "b", "c", "d", "e", "f"}),
      std::move(parameters), random);
}

std::vector<Token> RandomText(size_t tokens) {
  std::vector<Token> text;
  for (size_t i = 0; i < tokens; ++i) {
    text.push_back(static_cast<Token>((i * i + 3 * i + 2) % 5));
  }
  return text;
}

Trace TraceAll(const Model& model, std::span<const Token> text) {
  return *TraceText(model, text, AllLayers(model), {});
}

void ExpectNear(std::span<const double> got, std::span<const double> want,
                double bound, const std::string& what) {
  ASSERT_EQ(got.size(), want.size()) << what;
  for (size_t i = 0; i < got.size(); ++i) {
    ASSERT_NEAR(got[i], want[i], bound * (1 + std::abs(want[i])))
        << what << " at " << i;
  }
}

class TraceTest : public testing::TestWithParam<Shape> {
 protected:
  const std::shared_ptr<const Model> model_ =
      RandomModel<double>(GetParam().settings);
  const std::vector<Token> text_ = RandomText(GetParam().text);
  const Trace trace_ = TraceAll(*model_, text_);
};

INSTANTIATE_TEST_SUITE_P(Shapes, TraceTest, testing::ValuesIn(kShapes));

TEST_P(TraceTest, LossAndGradientAreTheScalarAutograds) {
  std::vector<Token> tokens = trace_.inputs;
  tokens.push_back(trace_.targets.back());
  const LossAndGradient want = ScalarAutograd(
      model_->config(), std::get<Parameters<double>>(model_->parameters()),
      tokens);
  EXPECT_NEAR(trace_.loss, want.loss, 1e-13 * (1 + want.loss));
  const TraceGradient gradient = *TraceBack(*model_, trace_, {});
  ExpectNear(gradient.parameters.values(), want.gradient, 1e-12, "gradient");
}

TEST_P(TraceTest, ReadsAsFarAsBlockSizeGoes) {
  const size_t n =
      std::min<size_t>(text_.size() + 1, GetParam().settings.block_size);
  ASSERT_EQ(trace_.inputs.size(), n);
  ASSERT_EQ(trace_.targets.size(), n);
  for (size_t t = 0; t < n; ++t) {
    EXPECT_EQ(trace_.targets[t],
              t < text_.size() ? text_[t] : model_->tokenizer().bos());
    EXPECT_EQ(trace_.inputs[t],
              t > 0 ? text_[t - 1] : model_->tokenizer().bos());
  }
}

// Of a logit, as a share of the largest one.
template <typename T>
double LargestDifferenceToTheDecoder(const Shape& shape) {
  const std::shared_ptr<const Model> model = RandomModel<T>(shape.settings);
  const std::vector<Token> text = RandomText(shape.text);
  const Trace trace = TraceAll(*model, text);
  double difference = 0, largest = 0;
  Decoder<T>(model).Begin(
      text, [] { return false; },
      [&](size_t position, std::span<const T> logits) {
        for (size_t i = 0; i < logits.size(); ++i) {
          const double want = logits[i];
          largest = std::max(largest, std::abs(want));
          difference = std::max(difference,
                                std::abs(trace.logits.row(position)[i] - want));
        }
      });
  return difference / largest;
}

TEST_P(TraceTest, LogitsAreTheDecoders) {
  EXPECT_LT(LargestDifferenceToTheDecoder<double>(GetParam()), 1e-13);
  EXPECT_LT(LargestDifferenceToTheDecoder<float>(GetParam()), 1e-5);
}

TEST_P(TraceTest, TheLastLayersStreamSaysWhatTheModelSays) {
  EXPECT_EQ(Unembed(*model_, trace_.layers.back().residual, {})->values,
            trace_.logits.values);
}

TEST_P(TraceTest, WeightsOfAQuerySumToOneOverTheKeysBefore) {
  const size_t n = trace_.inputs.size();
  for (const LayerTrace& layer : trace_.layers) {
    for (size_t row = 0; row < n * GetParam().settings.n_head; ++row) {
      double sum = 0;
      for (size_t s = 0; s < n; ++s) {
        const double weight = layer.weights.row(row)[s];
        if (s > row % n) {
          EXPECT_EQ(weight, 0);
          EXPECT_EQ(layer.scores.row(row)[s], 0);
        }
        sum += weight;
      }
      EXPECT_NEAR(sum, 1, 1e-14);
    }
  }
}

// Where a number is added to what a stage made, by its index there.
struct Nudge {
  enum Stage { kEmbedding, kWeights, kMiddle, kResidual } stage;
  size_t layer, index;
  double by;
};

// What the weights of attention make of the values.
Array Mixed(const Array& weights, const Array& v) {
  const size_t n = v.shape[0], size = v.shape[1] / weights.shape[0];
  Array heads(v.shape);
  for (size_t t = 0; t < n; ++t) {
    for (size_t i = 0; i < v.shape[1]; ++i) {
      for (size_t s = 0; s < n; ++s) {
        heads.row(t)[i] += weights.row(i / size * n + t)[s] * v.row(s)[i];
      }
    }
  }
  return heads;
}

// The loss of a trace's text if one number of it had been another, computed on
// from there.
double NudgedLoss(const Model& model, const Trace& trace, const Nudge& nudge) {
  const auto& w = std::get<Parameters<double>>(model.parameters());
  const auto apply = [&](Nudge::Stage stage, size_t layer, Array& array) {
    if (stage == nudge.stage && layer == nudge.layer) {
      array.values[nudge.index] += nudge.by;
    }
  };
  Array stream = trace.embedding;
  apply(Nudge::kEmbedding, 0, stream);
  const size_t n_head = model.config()->n_head;
  for (size_t i = 0; i < trace.layers.size(); ++i) {
    const auto layer = w.layer(i);
    const Array a = RmsNormForward(stream);
    const Array v = LinearForward(layer.attn_wv, a, {});
    Array weights =
        AttentionForward(LinearForward(layer.attn_wq, a, {}),
                         LinearForward(layer.attn_wk, a, {}), v, n_head, {})
            .weights;
    apply(Nudge::kWeights, i, weights);
    const Array heads = Mixed(weights, v);
    stream = Add(stream, LinearForward(layer.attn_wo, heads, {}));
    apply(Nudge::kMiddle, i, stream);
    const Array hidden =
        LinearForward(layer.mlp_fc1, RmsNormForward(stream), {});
    stream = Add(stream, LinearForward(layer.mlp_fc2, ReluForward(hidden), {}));
    apply(Nudge::kResidual, i, stream);
  }
  const std::vector<double> losses =
      LossForward(LinearForward(w.lm_head(), stream, {}), trace.targets);
  double sum = 0;
  for (const double loss : losses) sum += loss;
  return sum / static_cast<double>(losses.size());
}

TEST_P(TraceTest, DerivativesOfTheStagesAreCentralDifferences) {
  constexpr double kStep = 1e-5;
  const TraceGradient gradient = *TraceBack(*model_, trace_, {});
  const auto check = [&](Nudge::Stage stage, size_t layer, const Array& got) {
    for (size_t i = 0; i < got.values.size(); ++i) {
      const double above =
          NudgedLoss(*model_, trace_, {stage, layer, i, kStep});
      const double below =
          NudgedLoss(*model_, trace_, {stage, layer, i, -kStep});
      // Of a weight for a key to come there is none.
      const size_t n = trace_.inputs.size();
      const bool to_come = stage == Nudge::kWeights && i % n > i / n % n;
      const double want = to_come ? 0 : (above - below) / (2 * kStep);
      ASSERT_NEAR(got.values[i], want, 1e-8)
          << "stage " << stage << " of layer " << layer << " at " << i;
    }
  };
  check(Nudge::kEmbedding, 0, gradient.embedding);
  for (size_t i = 0; i < gradient.layers.size(); ++i) {
    check(Nudge::kWeights, i, gradient.layers[i].weights);
    check(Nudge::kMiddle, i, gradient.layers[i].residual_middle);
    check(Nudge::kResidual, i, gradient.layers[i].residual);
  }
}

TEST_P(TraceTest, DerivativesOfLogitsAreProbabilitiesLessTheTarget) {
  const TraceGradient gradient = *TraceBack(*model_, trace_, {});
  const size_t n = trace_.inputs.size();
  for (size_t t = 0; t < n; ++t) {
    const double log_sum = LogSumExp(trace_.logits.row(t));
    for (size_t i = 0; i < kVocabulary; ++i) {
      const double p = std::exp(trace_.logits.row(t)[i] - log_sum);
      const double target = i == trace_.targets[t] ? 1 : 0;
      EXPECT_NEAR(gradient.logits.row(t)[i],
                  (p - target) / static_cast<double>(n), 1e-14);
    }
  }
}

TEST_P(TraceTest, OnlyTheLayersAskedForAreKept) {
  const uint32_t last = GetParam().settings.n_layer - 1;
  const Trace some = *TraceText(*model_, text_, {last}, {});
  EXPECT_EQ(some.logits.values, trace_.logits.values);
  EXPECT_EQ(some.layers[last].weights.values,
            trace_.layers[last].weights.values);
  for (uint32_t i = 0; i < last; ++i) {
    EXPECT_TRUE(some.layers[i].residual.values.empty());
  }
}

TEST_P(TraceTest, AStoppedTraceHasNoAnswer) {
  std::stop_source source;
  source.request_stop();
  const std::stop_token stop = source.get_token();
  EXPECT_FALSE(TraceText(*model_, text_, {}, stop).has_value());
  EXPECT_FALSE(TraceBack(*model_, trace_, stop).has_value());
  EXPECT_FALSE(Unembed(*model_, trace_.embedding, stop).has_value());
}

// The values that a trace holds are what its cost counts at least.
TEST_P(TraceTest, CostsNoMoreThanItSays) {
  size_t values =
      trace_.logits.values.size() + 3 * trace_.embedding.values.size();
  for (const LayerTrace& layer : trace_.layers) {
    for (const Array* array :
         {&layer.attention_input, &layer.queries, &layer.keys, &layer.values,
          &layer.scores, &layer.weights, &layer.head_outputs,
          &layer.attention_output, &layer.residual_middle, &layer.mlp_input,
          &layer.mlp_hidden, &layer.mlp_output, &layer.residual}) {
      values += array->values.size();
    }
  }
  const auto cost = [&](size_t layers, bool gradient) {
    return CostOfTrace(*model_, trace_.inputs.size(), layers, gradient);
  };
  const double bytes = static_cast<double>(8 * values);
  EXPECT_LT(bytes, cost(trace_.layers.size(), false).bytes);
  EXPECT_LT(cost(trace_.layers.size(), false).bytes, 3 * bytes);
  EXPECT_LT(cost(0, false).bytes, cost(1, false).bytes);
  EXPECT_LT(cost(1, false).bytes, cost(1, true).bytes);
  EXPECT_LT(2 * cost(1, false).work, cost(1, true).work);
}

// What a Python program found in the model that deep.golden ends with; see
// core/testdata/make_trace.py.
class PythonTraceTest : public testing::Test {
 protected:
  PythonTraceTest() {
    const Golden golden = LoadGolden("deep");
    const Corpus corpus = *Corpus::FromText(ReadTestdata("minerals.txt"));
    Tokenizer tokenizer =
        *Tokenizer::ForCorpus(TokenizerKind::kCodePoint, corpus);
    const ModelConfig config =
        *ModelConfig::Create({.n_layer = golden.n_layer,
                              .n_embd = golden.n_embd,
                              .n_head = golden.n_head,
                              .block_size = golden.block_size});
    Parameters<double> parameters(config, tokenizer.vocab_size());
    std::ranges::copy(Flatten(golden.parameters), parameters.values().begin());
    std::string comment, key, text;
    std::getline(in_, comment);
    in_ >> key >> text;
    const Model model(config, std::move(tokenizer), std::move(parameters),
                      PythonRandom(0));
    trace_ = TraceAll(model, *model.tokenizer().Encode(text));
  }

  void ExpectNext(const std::string& what, std::span<const double> got) {
    std::vector<double> want(got.size());
    for (double& number : want) in_ >> number;
    ASSERT_TRUE(in_) << what;
    ExpectNear(got, want, 1e-12, what);
  }

  std::istringstream in_{ReadTestdata("deep.trace")};
  Trace trace_;
};

TEST_F(PythonTraceTest, AttentionNeuronsAndLogitsArePythons) {
  size_t entries = 0;
  const size_t n = trace_.inputs.size();
  for (std::string key; in_ >> key; ++entries) {
    size_t layer = 0, head = 0, rows = 0;
    if (key != "logits") in_ >> layer;
    if (key == "weights") in_ >> head;
    in_ >> rows;
    ASSERT_EQ(rows, n);
    const LayerTrace& traced = trace_.layers.at(layer);
    if (key == "weights") {
      ExpectNext(key,
                 std::span(traced.weights.values).subspan(head * n * n, n * n));
    } else {
      ExpectNext(key, key == "hidden" ? traced.mlp_hidden.values
                                      : trace_.logits.values);
    }
  }
  EXPECT_EQ(entries, 2 * 4 + 2 + 1);
}

// The model of 27 tokens that seed 004 comes with, and what its notebook shows.
TEST(PublishedTraceTest, AttentionOverEmmaIsTheNotebooks) {
  const char* const path = std::getenv("MICROGPT_PUBLISHED_MODEL");
  if (path == nullptr) {
    GTEST_SKIP() << "MICROGPT_PUBLISHED_MODEL names no model.json of "
                    "microgpt.py_analysis";
  }
  std::ifstream file(path, std::ios::binary);
  ASSERT_TRUE(file) << path;
  const std::string bytes(std::istreambuf_iterator<char>(file), {});
  const std::shared_ptr<const Model> model = ReadModel(bytes)->model;
  const Trace trace = TraceAll(*model, *model->tokenizer().Encode("emma"));
  const std::vector<double> rows[] = {{1},
                                      {.469, .531},
                                      {.430, .346, .224},
                                      {.284, .312, .176, .228},
                                      {.222, .263, .184, .163, .168}};
  for (size_t t = 0; t < 5; ++t) {
    for (size_t s = 0; s <= t; ++s) {
      EXPECT_NEAR(trace.layers[0].weights.row(t)[s], rows[t][s], 5e-4)
          << "key " << s << " for query " << t;
    }
  }
}

}  // namespace
}  // namespace microgpt
