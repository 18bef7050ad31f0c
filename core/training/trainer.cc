// SPDX-License-Identifier: MIT
#include "core/training/trainer.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>
#include <string_view>
#include <vector>

#include "core/kernels/kernels.h"
#include "core/model/network.h"
#include "core/model/parameters.h"
#include "core/random/python_random.h"
#include "core/text/tokenizer.h"
#include "core/training/optimizer.h"

namespace microgpt {
namespace {

// What a document gives to learn from: `inputs` and, a place further, the
// tokens that follow them.
struct Window {
  std::span<const Token> inputs;
  std::span<const Token> targets;
};

// How many predictions a document is good for: its characters and its end mark,
// as far as block_size goes.
size_t CountPositions(std::span<const Token> document, size_t block_size) {
  return std::min(document.size() + 1, block_size);
}

size_t LongestWindow(const TokenizedCorpus& documents, size_t block_size) {
  size_t longest = 0;
  for (size_t i = 0; i < documents.size(); ++i) {
    longest = std::max(longest, CountPositions(documents[i], block_size));
  }
  return longest;
}

// 0, 1, …, n - 1, shuffled: what is shuffled does not matter to the generator.
std::vector<uint32_t> ShuffledOrder(size_t n, PythonRandom& random) {
  std::vector<uint32_t> order(n);
  std::iota(order.begin(), order.end(), 0);
  random.Shuffle(std::span(order));
  return order;
}

template <typename T>
class TrainerOf final : public Trainer {
 public:
  TrainerOf(const ModelConfig& model, const TrainingConfig& training,
            const Corpus& corpus)
      : model_(model),
        training_(training),
        tokenizer_(Tokenizer::ForCorpus(training->tokenizer, corpus).value()),
        documents_(tokenizer_.Encode(corpus)),
        random_(training->seed),
        order_(ShuffledOrder(documents_.size(), random_)),
        training_documents_(
            order_.size() -
            HeldOutDocuments(training->validation, order_.size())),
        parameters_(model, tokenizer_.vocab_size()),
        gradient_(parameters_),
        optimizer_(OptimizerOf<T>::Create(training, parameters_.size())),
        cache_(model),
        activations_(model, tokenizer_.vocab_size(),
                     LongestWindow(documents_, model->block_size)),
        window_(activations_.max_tokens() + 1) {
    parameters_.Draw(training->init_std, random_);
  }

  std::optional<double> Step(const std::stop_token& stop) override {
    assert(steps_done_ < training_->steps);
    size_t positions = 0;
    for (uint32_t b = 0; b < training_->batch_size; ++b) {
      positions += CountPositions(BatchDocument(b), model_->block_size);
    }
    std::ranges::fill(gradient_.values(), T{0});
    double loss = 0;
    for (uint32_t b = 0; b < training_->batch_size; ++b) {
      if (stop.stop_requested()) return std::nullopt;
      loss += AddGradient(BatchDocument(b), positions);
    }
    optimizer_->Step(steps_done_, gradient_.values(), parameters_.values());
    ++steps_done_;
    return loss / static_cast<double>(positions);
  }

  uint32_t steps_done() const override { return steps_done_; }

  std::optional<double> ValidationLoss(const std::stop_token& stop) override {
    size_t positions = 0;
    double loss = 0;
    for (size_t i = training_documents_; i < order_.size(); ++i) {
      if (stop.stop_requested()) return std::nullopt;
      const Window window = MakeWindow(documents_[order_[i]]);
      const Matrix<T> logits =
          Forward(parameters_, window.inputs, 0, cache_, activations_);
      loss += CrossEntropy<T>(logits, window.targets, logits);
      positions += window.inputs.size();
    }
    if (positions == 0) return std::nullopt;
    return loss / static_cast<double>(positions);
  }

  Model Snapshot() const override {
    return Model(model_, tokenizer_, parameters_, random_);
  }

 private:
  // Document b of the batch of the next step.
  std::span<const Token> BatchDocument(uint32_t b) const {
    const uint64_t i = uint64_t{steps_done_} * training_->batch_size + b;
    return documents_[order_[i % training_documents_]];
  }

  // The window of a document, borrowed until the next call.
  Window MakeWindow(std::span<const Token> document) {
    const size_t n = CountPositions(document, model_->block_size);
    const Token bos = tokenizer_.bos();
    window_[0] = bos;
    std::copy_n(document.begin(), std::min(n, document.size()),
                window_.begin() + 1);
    if (n > document.size()) window_[n] = bos;
    const std::span<const Token> tokens = window_;
    return {tokens.first(n), tokens.subspan(1, n)};
  }

  // Answers the document's loss summed over its positions, and adds the
  // gradient of loss / positions, its share of the batch's mean.
  double AddGradient(std::span<const Token> document, size_t positions) {
    const Window window = MakeWindow(document);
    const Matrix<T> logits =
        Forward(parameters_, window.inputs, 0, cache_, activations_);
    const double loss = CrossEntropy<T>(logits, window.targets, logits);
    CrossEntropyBackward<T>(window.targets, T{1} / static_cast<T>(positions),
                            logits);
    Backward<T>(parameters_, window.inputs, logits, cache_, activations_,
                gradient_);
    return loss;
  }

  const ModelConfig model_;
  const TrainingConfig training_;
  const Tokenizer tokenizer_;
  const TokenizedCorpus documents_;
  PythonRandom random_;                // seeds, then shuffles, then draws
  const std::vector<uint32_t> order_;  // of the documents
  const size_t training_documents_;    // the first of order_; the rest validate
  uint32_t steps_done_ = 0;
  Parameters<T> parameters_;
  Parameters<T> gradient_;
  const std::unique_ptr<OptimizerOf<T>> optimizer_;
  KvCache<T> cache_;
  Activations<T> activations_;
  std::vector<Token> window_;  // BOS, characters, BOS
};

template <typename T>
uint64_t BytesOf(const ModelConfig& model, const TrainingConfig& training,
                 uint32_t vocab_size) {
  const uint64_t parameters = CountParameters(model, vocab_size);
  return sizeof(TrainerOf<T>) + 2 * parameters * sizeof(T) +
         OptimizerOf<T>::Bytes(training, parameters) +
         KvCache<T>::Bytes(model) +
         Activations<T>::Bytes(model, vocab_size, model->block_size) +
         (model->block_size + 1) * sizeof(Token) +
         (vocab_size - 1) * uint64_t{Tokenizer::kBytesPerCharacter};
}

}  // namespace

std::unique_ptr<Trainer> Trainer::Create(const ModelConfig& model,
                                         const TrainingConfig& training,
                                         const Corpus& corpus) {
  if (training->precision == Precision::kFloat64) {
    return std::make_unique<TrainerOf<double>>(model, training, corpus);
  }
  return std::make_unique<TrainerOf<float>>(model, training, corpus);
}

size_t HeldOutDocuments(double validation, size_t documents) {
  if (validation <= 0 || documents < 2) return 0;
  // 0.29 · 100 is a little below 29 in binary.
  constexpr double kRounding = 1e-9;
  const double share =
      std::floor(validation * static_cast<double>(documents) + kRounding);
  return std::clamp(static_cast<size_t>(share), size_t{1}, documents - 1);
}

uint64_t CountTruncated(TokenizerKind kind, const Corpus& corpus,
                        uint32_t block_size) {
  uint64_t truncated = 0;
  for (size_t i = 0; i < corpus.size(); ++i) {
    const std::string_view document = corpus[i];
    // Even as many bytes as characters would fit: the common case.
    if (document.size() < block_size) continue;
    truncated += CountCharacters(kind, document) >= block_size;
  }
  return truncated;
}

uint64_t TrainingBytes(const ModelConfig& model, const TrainingConfig& training,
                       uint32_t vocab_size) {
  return training->precision == Precision::kFloat64
             ? BytesOf<double>(model, training, vocab_size)
             : BytesOf<float>(model, training, vocab_size);
}

}  // namespace microgpt
