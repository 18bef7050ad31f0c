// SPDX-License-Identifier: MIT
#include "core/evaluation/advice.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <utility>

namespace microgpt {
namespace {

// Of the loss on documents that training did not use.
constexpr double kSmallGap = 0.05;
constexpr double kNoticeableGap = 0.12;
constexpr double kWideGap = 0.25;

// Tokens a parameter.
constexpr double kFew = 2.5;
constexpr double kStable = 12;
constexpr double kPlenty = 24;

// Passes over few tokens that did no harm: to 800 and 1400 first names none,
// to 300 a twentieth of the loss; with 20 it was a quarter there.
constexpr double kHarmlessPasses = 10;

// Fewer documents or samples tell too little to compare them.
constexpr uint64_t kFewest = 10;
constexpr uint64_t kFewestShapes = 100;

// A config, and how it did where it was measured.
struct Recipe {
  uint64_t min_tokens;  // to train on
  uint32_t n_embd, n_layer, batch_size, steps;
  double learning_rate;
  // With a share of the names held out; nats a token.
  uint32_t measured_names;
  double loss, five_gram_loss, default_loss;
};

// Of the tokens of a text that recipes are for: first names have 27.
constexpr double kLargestAlphabet = 128;

// The largest last.
constexpr std::array kRecipes = {
    Recipe{12'000, 16, 1, 8, 10'000, 0.01, 7000, 2.137, 2.098, 2.329},
    Recipe{60'000, 32, 1, 32, 5000, 0.01, 15'000, 2.078, 2.052, 2.352},
    Recipe{150'000, 64, 3, 64, 3000, 0.005, 32'033, 1.963, 1.980, 2.380},
};

// The best one for as much text; nullptr if none was found.
const Recipe* FindRecipe(uint64_t tokens) {
  const auto end = std::find_if(
      kRecipes.begin(), kRecipes.end(),
      [&](const Recipe& recipe) { return recipe.min_tokens > tokens; });
  return end == kRecipes.begin() ? nullptr : end - 1;
}

class Adviser {
 public:
  Adviser(const Evaluation& evaluation, const ModelConfig& model,
          const std::optional<TrainingConfig>& training)
      : evaluation_(evaluation), model_(model), training_(training) {}

  std::vector<std::string> Run() {
    CompareWithNgrams();
    CompareWithTraining();
    AdviseConfig();
    AdviseText();
    AdviseSamples();
    return std::move(sentences_);
  }

 private:
  template <typename... Args>
  void Say(fmt::format_string<Args...> format, Args&&... args) {
    sentences_.push_back(fmt::format(format, std::forward<Args>(args)...));
  }

  void CompareWithNgrams() {
    if (evaluation_.scored_on == ScoredDocuments::kTraining) {
      Say("The model was scored on documents that it was trained on, which "
          "favours it over the n-grams: train with a validation share, such as "
          "0.1, to know how it does on new ones.");
    }
    const LossFigures& losses = evaluation_.losses;
    const double lead = losses.five_gram - losses.model;
    const double bits = evaluation_.BitsPerCharacter(std::abs(lead));
    if (evaluation_.scored_documents < kFewest) {
      Say("Too few documents could be scored to tell whether the model or "
          "5-grams predict them better: give it a hundred or more.");
    } else if (std::abs(lead) < 2 * evaluation_.lead_error) {
      Say("The model and 5-grams predict the scored documents about equally "
          "well: {:.3f} and {:.3f} nats a token differ by no more than chance.",
          losses.model, losses.five_gram);
    } else if (lead > 0) {
      Say("The model predicts the scored documents better than 5-grams do: "
          "{:.3f} against {:.3f} nats a token, {:.3f} bits a character less.",
          losses.model, losses.five_gram, bits);
    } else {
      Say("5-grams predict the scored documents better than the model does: "
          "{:.3f} against {:.3f} nats a token, {:.3f} bits a character less.",
          losses.five_gram, losses.model, bits);
    }
    if (evaluation_.scored_documents >= kFewest &&
        losses.model > losses.bigram) {
      Say("Even pairs of characters predict them better, with {:.3f} nats a "
          "token.",
          losses.bigram);
    }
  }

  // Of the loss; nullopt if nothing is known of it.
  std::optional<double> Gap() const {
    if (evaluation_.scored_on == ScoredDocuments::kTraining ||
        !evaluation_.training_loss || evaluation_.scored_documents < kFewest) {
      return std::nullopt;
    }
    return 1 - *evaluation_.training_loss / evaluation_.losses.model;
  }

  double TokensAParameter() const {
    return static_cast<double>(evaluation_.training_tokens) /
           static_cast<double>(evaluation_.parameters);
  }

  bool Overfits() const { return Gap() && *Gap() > kWideGap; }

  void CompareWithTraining() {
    if (Overfits()) {
      Say("The model overfits: its loss is {:.3f} on documents that it was "
          "trained on, and {:.3f} on others. Train it for fewer steps, make it "
          "smaller, or give it more documents.",
          *evaluation_.training_loss, evaluation_.losses.model);
    } else if (Gap() && *Gap() > kNoticeableGap) {
      Say("The model begins to learn documents by heart: its loss is {:.3f} on "
          "those that it was trained on, and {:.3f} on others. See that the "
          "latter still falls before training it for longer.",
          *evaluation_.training_loss, evaluation_.losses.model);
    } else if (Gap() && *Gap() < kSmallGap) {
      Say("The model does not overfit: its loss is {:.3f} on documents that it "
          "was trained on, and {:.3f} on others.{}",
          *evaluation_.training_loss, evaluation_.losses.model,
          TokensAParameter() < kFew
              ? ""
              : " It can be larger, or be trained for longer.");
    }
    if (training_ && Taken() < evaluation_.training_documents) {
      Say("Training took {} of {} documents: with more steps or a larger "
          "batch_size it takes the others too.",
          Taken(), evaluation_.training_documents);
    }
  }

  // Documents, each as often as it was taken.
  uint64_t Taken() const {
    return uint64_t{(*training_)->steps} * (*training_)->batch_size;
  }

  // Whether `recipe` is a step away from what is wrong with the model.
  bool Helps(const Recipe& recipe) const {
    const uint64_t takes = uint64_t{recipe.steps} * recipe.batch_size;
    if (Overfits()) {
      const bool smaller =
          recipe.n_embd < model_->n_embd || recipe.n_layer < model_->n_layer;
      return smaller && (!training_ || takes <= Taken());
    }
    if (recipe.n_embd < model_->n_embd || recipe.n_layer < model_->n_layer) {
      return false;
    }
    const bool larger =
        recipe.n_embd > model_->n_embd || recipe.n_layer > model_->n_layer;
    return larger || (training_ && takes > Taken());
  }

  void AdviseConfig() {
    // What was measured on names says nothing of thousands of characters.
    if (evaluation_.losses.uniform > std::log(kLargestAlphabet)) return;
    const Recipe* const recipe = FindRecipe(evaluation_.training_tokens);
    if (recipe == nullptr || !Helps(*recipe)) return;
    std::string config = fmt::format(
        "n_embd {}, n_layer {}, steps {}, batch_size {}, learning_rate {}",
        recipe->n_embd, recipe->n_layer, recipe->steps, recipe->batch_size,
        recipe->learning_rate);
    const ModelSettings measured;
    if (model_->n_head != measured.n_head) {
      config += fmt::format(", n_head {}", measured.n_head);
    }
    if (training_ && (*training_)->optimizer != Optimizer::kAdam) {
      config += ", optimizer adam";
    }
    Say("Try {}: of {} first names it predicted the held-out ones with {:.3f} "
        "nats a token, the default config with {:.3f}, 5-grams with {:.3f}.",
        config, recipe->measured_names, recipe->loss, recipe->default_loss,
        recipe->five_gram_loss);
  }

  void AdviseText() {
    const double tokens = TokensAParameter();
    const std::string amount = fmt::format(
        "There are {:.1f} tokens to train on for each parameter "
        "({} for {})",
        tokens, evaluation_.training_tokens, evaluation_.parameters);
    if (tokens < kFew && Gap() && !Overfits()) {
      Say("{}, few for the size, which did no harm yet: trained for many more "
          "passes, it learns them by heart.",
          amount);
    } else if (tokens < kFew) {
      Say("{}, too few for the size: trained for many passes, it learns them "
          "by heart. More documents help most.",
          amount);
    } else if (tokens < kStable) {
      Say("{}, enough to learn from: before training for longer, see that the "
          "loss on held-out documents still falls.",
          amount);
    } else if (tokens < kPlenty) {
      Say("{}, enough for training to be stable.", amount);
    } else {
      Say("{}, plenty: a larger model can make use of them.", amount);
    }
  }

  void AdviseSamples() {
    const SampleFigures& samples = evaluation_.samples;
    if (samples.novel + samples.empty < 0.5) {
      Say("Of the samples {:.0f}% are documents of the corpus: the model says "
          "them by heart.",
          100 * (1 - samples.novel - samples.empty));
    }
    if (samples.distinct < 0.5) {
      Say("Of the samples only {:.0f}% differ: the model repeats itself.",
          100 * samples.distinct);
    }
    if (samples.truncated > 0.05) {
      Say("Of the samples {:.0f}% end at block_size {} without an end mark: a "
          "larger block_size leaves them room.",
          100 * samples.truncated, model_->block_size);
    }
    AdviseShape();
  }

  void AdviseShape() {
    if (evaluation_.compared < kFewestShapes) return;
    const ShapeFigures& drawn = evaluation_.sample_shape;
    const ShapeFigures& floor = evaluation_.floor_shape;
    if (drawn.pair_divergence > 2 * floor.pair_divergence) {
      Say("Pairs of characters in the samples are {:.3f} bits from those of "
          "the "
          "documents, where as many documents are {:.3f}: it can be told that "
          "the model made them.",
          drawn.pair_divergence, floor.pair_divergence);
    }
    if (drawn.length_distance > 2 * floor.length_distance) {
      Say("The lengths of samples differ from those of documents by {:.3f} "
          "(total variation), those of as many documents by {:.3f}: samples "
          "have {:.1f} characters on average, documents {:.1f}.",
          drawn.length_distance, floor.length_distance, drawn.mean_length,
          evaluation_.data_mean_length);
    }
  }

  const Evaluation& evaluation_;
  const ModelConfig& model_;
  const std::optional<TrainingConfig>& training_;
  std::vector<std::string> sentences_;
};

}  // namespace

std::vector<std::string> Advise(const Evaluation& evaluation,
                                const ModelConfig& model,
                                const std::optional<TrainingConfig>& training) {
  return Adviser(evaluation, model, training).Run();
}

std::vector<std::string> AdviseBefore(const TextFigures& text,
                                      uint64_t parameters,
                                      const TrainingConfig& training) {
  const double share = 1 - training->validation;
  const double tokens = share * static_cast<double>(text.tokens);
  const double documents = share * static_cast<double>(text.documents);
  const double taken = 1.0 * training->steps * training->batch_size;
  const double a_parameter = tokens / static_cast<double>(parameters);
  if (a_parameter >= kFew || taken <= kHarmlessPasses * documents) return {};
  return {fmt::format(
      "There are {:.1f} tokens to train on for each parameter ({:.0f} for {}), "
      "and each is taken {:.0f} times: the model learns them by heart. More "
      "documents, fewer steps or a smaller model help.",
      a_parameter, tokens, parameters, taken / documents)};
}

}  // namespace microgpt
