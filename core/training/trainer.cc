// SPDX-License-Identifier: MIT
#include "core/training/trainer.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cassert>
#include <numeric>
#include <string_view>
#include <vector>

#include "core/kernels/aligned.h"
#include "core/kernels/denormals.h"
#include "core/model/parameters.h"
#include "core/random/python_random.h"
#include "core/text/tokenizer.h"
#include "core/training/backpropagation.h"
#include "core/training/batch.h"
#include "core/training/chunk.h"
#include "core/training/optimizer.h"
#include "core/training/packed_layout.h"
#include "core/training/split.h"
#include "core/training/team.h"
#include "core/training/workspace.h"
#include "hwy/cache_control.h"

namespace microgpt {
namespace {

size_t LongestDocument(const TokenizedCorpus& documents, size_t block_size) {
  size_t longest = 0;
  for (size_t i = 0; i < documents.size(); ++i) {
    longest = std::max(longest, CountPositions(documents[i], block_size));
  }
  return longest;
}

constexpr size_t kMostParts = 8;  // of a step's gradient

// How many positions a chunk is to have: so many that weights are used often
// while they are in the cache, so few that what a chunk leaves behind is, too.
size_t ChunkPositions(const ModelConfig& model) {
  constexpr size_t kCacheBytes = size_t{2} << 20;
  const size_t bytes_a_position = 17 * model->n_embd * sizeof(float);
  return std::clamp<size_t>(kCacheBytes / bytes_a_position, 64, 256);
}

// Into how many sums the gradient of a step is divided at most, to be added in
// the end: as many threads can work on a step, more have nothing to do. Depends
// on the model and the documents alone, so that the sums are the same for any
// number of threads.
size_t GradientParts(const PackedLayout& layout, size_t max_chunks) {
  constexpr size_t kMostValues = size_t{1} << 25;
  return std::clamp<size_t>(kMostValues / layout.size, 1,
                            std::min(kMostParts, max_chunks));
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
        split_(
            SplitDocuments(training->validation, documents_.size(), random_)),
        layout_(model, tokenizer_.vocab_size()),
        tensors_(layout_.Tensors()),
        optimizer_(training, layout_.size),
        batch_(training->batch_size, model->block_size, ChunkPositions(model)),
        longest_(LongestDocument(documents_, model->block_size)),
        limits_(batch_.Limits(longest_)),
        gradients_(GradientParts(layout_, batch_.MaxChunks(longest_))),
        team_(std::min<size_t>(training->threads, gradients_.size())) {
    for (size_t i = 0; i < team_.size(); ++i) {
      desks_.push_back(std::make_unique<Desk>(model, tokenizer_, limits_));
    }
    losses_.resize(training->batch_size);
    DrawWeights();
    for (auto& gradient : gradients_) gradient.resize(layout_.size);
  }

  std::optional<double> Step(const std::stop_token& stop) override {
    return TakeStep(stop, {});
  }

  std::optional<double> MeasuredStep(const std::stop_token& stop,
                                     std::span<TensorNorms> norms) override {
    assert(norms.size() == tensors_.size());
    return TakeStep(stop, norms);
  }

  uint32_t steps_done() const override { return steps_done_; }

  std::optional<double> ValidationLoss(const std::stop_token& stop) override {
    const FlushDenormals flush;
    Desk& desk = *desks_[0];
    size_t positions = 0;
    double loss = 0;
    for (const uint32_t i : split_.held_out()) {
      if (stop.stop_requested()) return std::nullopt;
      const std::span<const Token> document = documents_[i];
      Lay({&document, 1}, desk);
      loss += ChunkLoss<T>(layout_, weights_.data(), desk.chunk, desk.Arrays());
      positions += desk.chunk.columns();
    }
    if (positions == 0) return std::nullopt;
    return loss / static_cast<double>(positions);
  }

  Model Snapshot() const override {
    Parameters<T> parameters(model_, tokenizer_.vocab_size());
    layout_.Unpack(weights_, parameters);
    return Model(model_, tokenizer_, std::move(parameters), random_);
  }

 private:
  // Takes as much memory meanwhile as a gradient, which comes after it.
  void DrawWeights() {
    Parameters<T> parameters(model_, tokenizer_.vocab_size());
    parameters.Draw(training_->init_std, random_);
    layout_.Pack(parameters, weights_);
  }

  // norms: empty, or to be filled.
  std::optional<double> TakeStep(const std::stop_token& stop,
                                 std::span<TensorNorms> norms) {
    assert(steps_done_ < training_->steps);
    const FlushDenormals flush;
    CutBatch();
    const std::optional<double> loss = ComputeStep(stop, norms);
    if (!loss) return std::nullopt;
    ++steps_done_;
    return *loss / static_cast<double>(batch_.positions());
  }

  // The documents of the next step. Those of the one after it begin to come
  // into the cache: they lie anywhere in the corpus.
  void CutBatch() {
    batch_.Clear();
    uint64_t i = uint64_t{steps_done_} * training_->batch_size;
    for (uint32_t b = 0; b < training_->batch_size; ++b, ++i) {
      batch_.Add(DocumentAt(i));
      hwy::Prefetch(DocumentAt(i + training_->batch_size).data());
    }
    batch_.Cut();
  }

  // Place `i` of all steps' documents.
  std::span<const Token> DocumentAt(uint64_t i) const {
    return documents_[split_.order[i % split_.training_documents]];
  }

  // What one thread works with.
  struct Desk {
    Desk(const ModelConfig& model, const Tokenizer& tokenizer,
         const ChunkLimits& limits)
        : chunk(limits.documents, limits.positions),
          workspace(model, tokenizer.vocab_size(), limits) {}

    const WorkspaceArrays<T>& Arrays() {
      return workspace.Arrange(chunk.columns_and_copies());
    }

    Chunk chunk;
    Workspace<T> workspace;
  };

  void Lay(std::span<const std::span<const Token>> documents, Desk& desk) {
    desk.chunk.Lay(documents, tokenizer_.bos(), model_->block_size);
  }

  // The step's summed loss; nullopt, with the weights as they were, if `stop`
  // was requested.
  std::optional<double> ComputeStep(const std::stop_token& stop,
                                    std::span<TensorNorms> norms) {
    if (stop.stop_requested()) return std::nullopt;
    const OptimizerStep<T> step = optimizer_.Step(steps_done_, weights_.data());
    // A gradient that is to be measured must be whole.
    if (IsShortDocument() && norms.empty()) {
      return AddGradient(0, {GradientUse::kMove, gradients_[0].data(), step},
                         *desks_[0]);
    }
    if (!SumGradients(stop)) return std::nullopt;
    if (norms.empty()) {
      MoveTogether(step);
    } else {
      MeasureTogether(step, norms);
    }
    return std::accumulate(
        losses_.begin(),
        losses_.begin() + static_cast<ptrdiff_t>(batch_.chunks()), 0.0);
  }

  // Whether the step's gradient is one document's and takes so little time that
  // the optimizer's share is worth hiding behind it.
  bool IsShortDocument() const {
    return batch_.documents() == 1 && batch_.positions() <= Chunk::kShort;
  }

  // Fills losses_ and the gradients of all parts, on all threads. False if
  // `stop` was requested.
  bool SumGradients(const std::stop_token& stop) {
    std::atomic<bool> stopped = false;
    team_.Run(Parts(), [&](size_t part, size_t thread) {
      if (!SumPart(part, stop, *desks_[thread])) stopped = true;
    });
    return !stopped;
  }

  // The sum of consecutive chunks.
  bool SumPart(size_t part, const std::stop_token& stop, Desk& desk) {
    const size_t chunks = batch_.chunks();
    const size_t begin = chunks * part / Parts();
    const size_t end = chunks * (part + 1) / Parts();
    for (size_t i = begin; i < end; ++i) {
      if (stop.stop_requested()) return false;
      const auto use = i == begin ? GradientUse::kStore : GradientUse::kAdd;
      losses_[i] = AddGradient(i, {use, gradients_[part].data(), {}}, desk);
    }
    return true;
  }

  size_t Parts() const { return std::min(gradients_.size(), batch_.chunks()); }

  // The gradients of the step's parts, which are to be added.
  std::span<const T* const> Sums() {
    for (size_t part = 0; part < Parts(); ++part) {
      sums_[part] = gradients_[part].data();
    }
    return std::span(sums_).first(Parts());
  }

  // Among how many threads the weights are to be shared, if they are worth a
  // meeting.
  size_t Shares() const {
    constexpr size_t kWorthSharing = size_t{1} << 14;
    return std::clamp<size_t>(layout_.size / kWorthSharing, 1, team_.size());
  }

  // Every thread moves its share of the weights.
  void MoveTogether(const OptimizerStep<T>& step) {
    const std::span<const T* const> sums = Sums();
    const size_t rows = layout_.size / layout_.row_length;
    const size_t shares = Shares();
    team_.Run(shares, [&](size_t share, size_t) {
      const auto row = [&](size_t i) {
        return rows * i / shares * layout_.row_length;
      };
      MoveWeights<T>(step, sums, row(share), row(share + 1));
    });
  }

  // The same, tensor by tensor; who is free takes the next.
  void MeasureTogether(const OptimizerStep<T>& step,
                       std::span<TensorNorms> norms) {
    const std::span<const T* const> sums = Sums();
    const size_t pieces =
        Shares() == 1 ? 1 : std::min(tensors_.size(), Team::kMostPieces);
    team_.Run(pieces, [&](size_t piece, size_t) {
      for (size_t i = piece; i < tensors_.size(); i += pieces) {
        norms[i] = MoveAndMeasure<T>(layout_, tensors_[i], step, sums);
      }
    });
  }

  double AddGradient(size_t chunk, const GradientSink<T>& sink, Desk& desk) {
    Lay(batch_.chunk(chunk), desk);
    const T scale = T{1} / static_cast<T>(batch_.positions());
    return ChunkGradient<T>(layout_, weights_.data(), desk.chunk, scale,
                            desk.Arrays(), sink);
  }

  const ModelConfig model_;
  const TrainingConfig training_;
  const Tokenizer tokenizer_;
  const TokenizedCorpus documents_;
  PythonRandom random_;  // seeds, then shuffles, then draws
  const DocumentSplit split_;
  uint32_t steps_done_ = 0;
  const PackedLayout layout_;
  const std::vector<PackedLayout::Rows> tensors_;
  AlignedVector<T> weights_;
  OptimizerOf<T> optimizer_;
  Batch batch_;
  const size_t longest_;  // positions of the longest document
  const ChunkLimits limits_;
  std::vector<AlignedVector<T>> gradients_;  // of a step's parts
  std::array<const T*, kMostParts> sums_;    // where those begin
  Team team_;
  std::vector<std::unique_ptr<Desk>> desks_;  // one a thread
  std::vector<double> losses_;                // of the chunks
};

template <typename T>
uint64_t BytesOf(const ModelConfig& model, const TrainingConfig& training,
                 uint32_t vocab_size) {
  const PackedLayout layout(model, vocab_size);
  const Batch batch(training->batch_size, model->block_size,
                    ChunkPositions(model));
  const ChunkLimits limits = batch.Limits(model->block_size);
  const size_t parts =
      GradientParts(layout, batch.MaxChunks(model->block_size));
  const uint64_t desk = sizeof(std::unique_ptr<void>) +
                        Chunk::Bytes(limits.documents, limits.positions) +
                        Workspace<T>::Bytes(model, vocab_size, limits);
  return sizeof(TrainerOf<T>) + (1 + parts) * layout.size * sizeof(T) +
         parts * sizeof(AlignedVector<T>) +
         model->n_layer * sizeof(PackedLayout::Layer) +
         CountTensors(model) * sizeof(PackedLayout::Rows) +
         OptimizerOf<T>::Bytes(training, layout.size) +
         Batch::Bytes(training->batch_size) +
         std::min<uint64_t>(training->threads, parts) * desk +
         training->batch_size * sizeof(double) +
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
