// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_EVALUATION_EVALUATION_H_
#define MICROGPT_CORE_EVALUATION_EVALUATION_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/errors/valid.h"
#include "core/evaluation/document_choice.h"
#include "core/model/config.h"
#include "core/model/model.h"
#include "core/text/corpus.h"

namespace microgpt {

// How much work an evaluation is.
struct EvaluationSettings {
  uint32_t documents = 2000;  // 1..100,000, scored at most
  uint32_t samples = 1000;    // 1..100,000, drawn at temperature 1
  uint32_t seed = 42;         // sample i takes IndexedRandom(seed, i)
  // 1..100,000,000 that are counted at most, at some 100 bytes each.
  uint32_t ngrams = 5'000'000;

  absl::Status Validate() const;
};
using EvaluationConfig = Valid<EvaluationSettings>;

// Mean losses over the same predictions: nats a token, end marks included. The
// last three are NgramModel's, fitted on the training documents that were not
// scored: all of them, unless their n-grams are too many.
struct LossFigures {
  double model = 0;
  double uniform = 0;  // log(vocab_size)
  double unigram = 0;
  double bigram = 0;
  double five_gram = 0;
};

// What the samples are. Shares are from 0 to 1.
struct SampleFigures {
  uint64_t samples = 0;
  double novel = 0;      // neither empty nor a document of the corpus
  double distinct = 0;   // different strings, by samples
  double truncated = 0;  // ended by block_size
  double empty = 0;
};

// How far strings are from the training documents that were not scored:
// StringShape's distances.
struct ShapeFigures {
  double mean_length = 0;      // characters, as far as block_size goes
  double length_distance = 0;  // total variation
  double pair_divergence = 0;  // Jensen-Shannon, bits
};

// Whether a model is any good.
struct Evaluation {
  ScoredDocuments scored_on = ScoredDocuments::kTraining;
  uint64_t scored_documents = 0;
  uint64_t predictions = 0;  // in them
  uint64_t characters = 0;   // of the predictions: those that are no end mark
  uint64_t ngram_documents = 0;  // that the 5-grams were fitted on

  LossFigures losses;
  // The standard error of losses.model - losses.five_gram, over documents.
  double lead_error = 0;
  // The model's loss on as many of the documents that training used. Unknown
  // without a TrainingConfig; losses.model itself with kTraining.
  std::optional<double> training_loss;

  uint64_t parameters = 0;
  uint64_t training_documents = 0;  // all but those held out
  uint64_t training_tokens = 0;     // predictions in them

  SampleFigures samples;
  // Equally many samples and scored documents, `compared`: what the documents
  // have is how near so many strings can be at all. Leaves out samples of
  // grapheme clusters that join to ones the model never saw.
  uint64_t compared = 0;
  ShapeFigures sample_shape;
  ShapeFigures floor_shape;
  double data_mean_length = 0;  // of what both are compared with

  // All bits of the scored predictions, end marks included, by `characters`.
  double BitsPerCharacter(double nats_a_token) const;
};

// Measures `model` on the corpus that it was trained on, scoring the documents
// that ChooseDocuments names. Where they are training documents, the model has
// seen them and the n-grams have not, so that the comparison favours the model:
// scored_on says so.
//
// A function of its arguments alone. Takes the time of scoring twice so many
// documents and drawing the samples, a tenth of a second for small models, and
// some ten seconds for a million documents; memory for the corpus's tokens and
// for the n-grams.
//
//   training: how the model was trained, if it is known.
//
// INVALID_ARGUMENT, without a field: `corpus` has characters that the model
// never saw. FAILED_PRECONDITION: weights that are not numbers. CANCELLED if
// `stop` was requested, which it looks at at least once a document.
absl::StatusOr<Evaluation> Evaluate(
    const std::shared_ptr<const Model>& model, const Corpus& corpus,
    const std::optional<TrainingConfig>& training,
    const EvaluationConfig& config, const std::stop_token& stop);

}  // namespace microgpt

#endif  // MICROGPT_CORE_EVALUATION_EVALUATION_H_
