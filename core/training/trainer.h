// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_TRAINING_TRAINER_H_
#define MICROGPT_CORE_TRAINING_TRAINER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>

#include "core/model/config.h"
#include "core/model/model.h"
#include "core/text/characters.h"
#include "core/text/corpus.h"
#include "core/training/norms.h"

namespace microgpt {

// Trains one model, a step at a time, as the reference program does: seed,
// shuffle, draw the parameters; step s takes the documents (s·batch_size + b)
// mod n, averages the loss over all their positions, and lets the optimizer
// move against the gradient at a rate that falls linearly to 0. With a
// validation share the last of the shuffled documents are held out (split.h).
//
// The same configs and corpus give the same bits. Not thread-safe; different
// trainers are independent.
class Trainer {
 public:
  // Tokenises `corpus` and draws the first weights. `corpus` must outlive
  // the call only, and be one that Tokenizer::ForCorpus takes. All memory is
  // allocated here; Step allocates nothing.
  static std::unique_ptr<Trainer> Create(const ModelConfig& model,
                                         const TrainingConfig& training,
                                         const Corpus& corpus);
  virtual ~Trainer() = default;

  // Does the next step, and answers its loss: nats a token, before the update;
  // not a finite number once too high a learning rate has blown the model up.
  // nullopt, with nothing changed, if `stop` was requested meanwhile. Looks at
  // `stop` once a chunk. Precondition: steps_done() < config's steps.
  virtual std::optional<double> Step(const std::stop_token& stop) = 0;

  // Step, to the same bits, which also fills `norms`: CountTensors(config) of
  // them, in the order of TensorSpecs, the same for any number of threads.
  // Takes about twice the time of a short document's step, and little more for
  // others; allocates nothing either.
  virtual std::optional<double> MeasuredStep(const std::stop_token& stop,
                                             std::span<TensorNorms> norms) = 0;
  virtual uint32_t steps_done() const = 0;

  // Mean loss over all positions of the held-out documents, nats a token;
  // nullopt without held-out documents, or if `stop` was requested.
  virtual std::optional<double> ValidationLoss(const std::stop_token& stop) = 0;

  // The model as it stands, a copy.
  virtual Model Snapshot() const = 0;
};

// How many documents of `corpus` block_size cuts off: n characters, as `kind`
// has them, and their end mark are n + 1 predictions.
uint64_t CountTruncated(TokenizerKind kind, const Corpus& corpus,
                        uint32_t block_size);

// Memory that a Trainer takes at most, not counting what grows with the number
// and the length of the documents: their tokens (4 bytes each), their order (12
// bytes a document), and what grapheme clusters have above 15 bytes.
uint64_t TrainingBytes(const ModelConfig& model, const TrainingConfig& training,
                       uint32_t vocab_size);

}  // namespace microgpt

#endif  // MICROGPT_CORE_TRAINING_TRAINER_H_
