// SPDX-License-Identifier: MIT
#include "core/evaluation/evaluation.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <numbers>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "core/errors/errors.h"
#include "core/errors/ranges.h"
#include "core/evaluation/document_choice.h"
#include "core/evaluation/model_losses.h"
#include "core/evaluation/ngram_model.h"
#include "core/evaluation/spread.h"
#include "core/evaluation/string_shape.h"
#include "core/generation/generator.h"
#include "core/training/chunk.h"

namespace microgpt {
namespace {

using Document = std::span<const Token>;

double Ratio(uint64_t part, uint64_t whole) {
  return static_cast<double>(part) / static_cast<double>(whole);
}

// Tokenizer::Encode for a corpus that may have other characters.
absl::StatusOr<TokenizedCorpus> Encode(const Tokenizer& tokenizer,
                                       const Corpus& corpus,
                                       const std::stop_token& stop) {
  std::vector<Token> tokens;
  std::vector<size_t> ends;
  for (size_t i = 0; i < corpus.size(); ++i) {
    if (stop.stop_requested()) return absl::CancelledError();
    MICROGPT_ASSIGN_OR_RETURN(const std::vector<Token> document,
                              tokenizer.Encode(corpus[i]));
    tokens.insert(tokens.end(), document.begin(), document.end());
    ends.push_back(tokens.size());
  }
  return TokenizedCorpus(std::move(tokens), std::move(ends));
}

class Evaluator {
 public:
  Evaluator(std::shared_ptr<const Model> model, const Corpus& corpus,
            const EvaluationConfig& config, const std::stop_token& stop)
      : model_(std::move(model)),
        corpus_(corpus),
        config_(config),
        stop_(stop),
        vocab_size_(model_->tokenizer().vocab_size()),
        block_size_(model_->config()->block_size) {}

  absl::StatusOr<Evaluation> Run(
      const std::optional<TrainingConfig>& training) {
    MICROGPT_ASSIGN_OR_RETURN(const TokenizedCorpus documents,
                              Encode(model_->tokenizer(), corpus_, stop_));
    const DocumentChoice choice =
        ChooseDocuments(training, documents.size(), config_->documents);
    const auto pick = [&](std::span<const uint32_t> places) {
      std::vector<Document> picked;
      picked.reserve(places.size());
      for (const uint32_t i : places) picked.push_back(documents[i]);
      return picked;
    };
    scored_ = pick(choice.scored);
    others_ = pick(choice.others);
    Count(choice.scored_on);
    const bool all = ScoreModel(pick(choice.used)) && ScoreNgrams() &&
                     DrawSamples() && CompareShapes();
    if (!all) return absl::CancelledError();
    return result_;
  }

 private:
  uint64_t CountPredictions(std::span<const Document> documents) const {
    uint64_t predictions = 0;
    for (const Document document : documents) {
      predictions += CountPositions(document, block_size_);
    }
    return predictions;
  }

  void Count(ScoredDocuments scored_on) {
    result_.scored_on = scored_on;
    result_.scored_documents = scored_.size();
    result_.predictions = CountPredictions(scored_);
    for (const Document document : scored_) {
      result_.characters += std::min<size_t>(document.size(), block_size_);
    }
    result_.parameters = CountParameters(model_->config(), vocab_size_);
    result_.training_documents = others_.size();
    result_.training_tokens = CountPredictions(others_);
    if (scored_on == ScoredDocuments::kHeldOut) return;
    result_.training_documents += scored_.size();
    result_.training_tokens += result_.predictions;
  }

  // Each Score… and so on fills its part of the result; false if stopped.
  bool ScoreModel(const std::vector<Document>& used) {
    auto losses = ModelLosses(model_, scored_, stop_);
    if (!losses) return false;
    model_losses_ = *std::move(losses);
    result_.losses.model = Mean(model_losses_);
    result_.losses.uniform = std::log(vocab_size_);
    if (result_.scored_on == ScoredDocuments::kTraining) {
      result_.training_loss = result_.losses.model;
    }
    if (used.empty()) return true;
    const auto of_used = ModelLosses(model_, used, stop_);
    if (!of_used) return false;
    result_.training_loss =
        std::accumulate(of_used->begin(), of_used->end(), 0.0) /
        static_cast<double>(CountPredictions(used));
    return true;
  }

  bool ScoreNgrams() {
    std::vector<double> losses;
    if (!ScoreNgram(1, losses)) return false;
    result_.losses.unigram = Mean(losses);
    if (!ScoreNgram(2, losses)) return false;
    result_.losses.bigram = Mean(losses);
    if (!ScoreNgram(5, losses)) return false;
    result_.losses.five_gram = Mean(losses);
    result_.lead_error = LeadError(losses);
    return true;
  }

  bool ScoreNgram(uint32_t order, std::vector<double>& losses) {
    const auto ngrams = NgramModel::Fit(
        {order, vocab_size_, block_size_, config_->ngrams}, others_, stop_);
    if (!ngrams) return false;
    result_.ngram_documents = ngrams->documents();
    losses.clear();
    for (const Document document : scored_) {
      losses.push_back(ngrams->Loss(document));
    }
    return true;
  }

  double Mean(std::span<const double> losses) const {
    return std::accumulate(losses.begin(), losses.end(), 0.0) /
           static_cast<double>(result_.predictions);
  }

  // Of a ratio of two sums over documents: differences and predictions.
  double LeadError(std::span<const double> five_gram) const {
    const double lead = result_.losses.model - result_.losses.five_gram;
    double squares = 0;
    for (size_t i = 0; i < scored_.size(); ++i) {
      const auto n = static_cast<double>(CountPredictions({&scored_[i], 1}));
      const double d = model_losses_[i] - five_gram[i] - lead * n;
      squares += d * d;
    }
    return std::sqrt(squares) / static_cast<double>(result_.predictions);
  }

  bool DrawSamples() {
    SamplingSettings settings;
    settings.temperature = 1;
    const auto generator =
        Generator::Create(model_, SamplingConfig::Create(settings).value(), "");
    const size_t at_once = (*generator)->StringsAtOnce();
    std::vector<Attempt> first;  // of each sample
    for (uint32_t i = 0; i < config_->samples; i += first.size()) {
      first.clear();
      const size_t n = std::min<size_t>(at_once, config_->samples - i);
      for (uint32_t k = 0; k < n; ++k)
        first.push_back({.index = i + k, .attempt = 0});
      auto drawn = (*generator)->DrawMany(config_->seed, first, false, stop_);
      if (!drawn) return false;
      std::move(drawn->begin(), drawn->end(), std::back_inserter(samples_));
    }
    return DescribeSamples();
  }

  bool DescribeSamples() {
    SampleFigures& figures = result_.samples;
    figures.samples = samples_.size();
    struct Text {
      uint64_t samples = 0;
      bool known = false;
    };
    absl::flat_hash_map<std::string_view, Text> texts;
    uint64_t truncated = 0;
    for (const Sample& sample : samples_) {
      ++texts[sample.text].samples;
      truncated += sample.truncated ? 1 : 0;
    }
    for (size_t i = 0; i < corpus_.size(); ++i) {
      if (stop_.stop_requested()) return false;
      const auto it = texts.find(corpus_[i]);
      if (it != texts.end()) it->second.known = true;
    }
    uint64_t novel = 0;
    for (const auto& [text, count] : texts) {
      if (!text.empty() && !count.known) novel += count.samples;
    }
    const auto empty = texts.find("");
    figures.empty = empty == texts.end()
                        ? 0
                        : Ratio(empty->second.samples, figures.samples);
    figures.novel = Ratio(novel, figures.samples);
    figures.distinct = Ratio(texts.size(), figures.samples);
    figures.truncated = Ratio(truncated, figures.samples);
    return true;
  }

  bool CompareShapes() {
    StringShape data(vocab_size_, block_size_);
    for (const Document document : others_) {
      if (stop_.stop_requested()) return false;
      data.Add(document);
    }
    if (data.strings() == 0) return true;  // of a corpus of one document
    std::vector<std::vector<Token>> read;
    for (const Sample& sample : samples_) {
      if (read.size() == scored_.size()) break;
      // A sample of grapheme clusters may read as others.
      auto tokens = model_->tokenizer().Encode(sample.text);
      if (tokens.ok()) read.push_back(*std::move(tokens));
    }
    if (read.empty()) return true;
    const std::vector<Document> strings(read.begin(), read.end());
    const std::span<const Document> scored = scored_;
    result_.compared = strings.size();
    result_.data_mean_length = data.MeanLength();
    result_.sample_shape = Compare(strings, data);
    result_.floor_shape = Compare(Spread(scored, strings.size()), data);
    return true;
  }

  ShapeFigures Compare(std::span<const Document> strings,
                       const StringShape& data) const {
    StringShape shape(vocab_size_, block_size_);
    for (const Document string : strings) shape.Add(string);
    return {shape.MeanLength(), shape.LengthDistance(data),
            shape.PairDivergence(data)};
  }

  const std::shared_ptr<const Model> model_;
  const Corpus& corpus_;
  const EvaluationConfig config_;
  const std::stop_token& stop_;
  const uint32_t vocab_size_;
  const uint32_t block_size_;
  std::vector<Document> scored_;
  std::vector<Document> others_;      // of the training documents
  std::vector<double> model_losses_;  // of scored_
  std::vector<Sample> samples_;
  Evaluation result_;
};

}  // namespace

absl::Status EvaluationSettings::Validate() const {
  MICROGPT_RETURN_IF_ERROR(CheckRange("documents", documents, 1, 100'000));
  MICROGPT_RETURN_IF_ERROR(CheckRange("samples", samples, 1, 100'000));
  return CheckRange("ngrams", ngrams, 1, 100'000'000);
}

double Evaluation::BitsPerCharacter(double nats_a_token) const {
  return nats_a_token / std::numbers::ln2 * Ratio(predictions, characters);
}

absl::StatusOr<Evaluation> Evaluate(
    const std::shared_ptr<const Model>& model, const Corpus& corpus,
    const std::optional<TrainingConfig>& training,
    const EvaluationConfig& config, const std::stop_token& stop) {
  if (!model->is_finite()) {
    return absl::FailedPreconditionError(
        "the model has weights that are not numbers: too high a learning rate "
        "blew it up");
  }
  return Evaluator(model, corpus, config, stop).Run(training);
}

}  // namespace microgpt
