// SPDX-License-Identifier: MIT
//
// Telling strings that could be names from strings that could not: how often a
// score ranks a name that the model never saw above gibberish of the same
// length, beside a Kneser-Ney 5-gram on the same text. The area under the ROC
// curve is that share of all pairs. The README has these figures.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/evaluation/model_losses.h"
#include "core/evaluation/ngram_model.h"
#include "core/random/python_random.h"
#include "core/training/split.h"
#include "core/training/trainer.h"
#include "server/datasets/builtin.h"

namespace microgpt::server {
namespace {

using Tokens = std::vector<Token>;
using Strings = std::vector<Tokens>;
using Spans = std::vector<std::span<const Token>>;

Spans SpansOf(const Strings& strings) {
  return {strings.begin(), strings.end()};
}

double AreaUnderCurve(const std::vector<double>& losses_of_names,
                      std::vector<double> losses_of_gibberish) {
  std::sort(losses_of_gibberish.begin(), losses_of_gibberish.end());
  double right = 0;
  for (const double loss : losses_of_names) {
    const auto [equal, above] = std::equal_range(
        losses_of_gibberish.begin(), losses_of_gibberish.end(), loss);
    right += static_cast<double>(losses_of_gibberish.end() - above) +
             static_cast<double>(above - equal) / 2;
  }
  return right / static_cast<double>(losses_of_names.size() *
                                     losses_of_gibberish.size());
}

class GibberishTest : public testing::Test {
 protected:
  GibberishTest()
      : corpus_(*Corpus::FromText(*BuiltinDataset("names"))),
        tokenizer_(*Tokenizer::ForCorpus(TokenizerKind::kCodePoint, corpus_)),
        training_(*TrainingConfig::Create({.steps = 3000,
                                           .batch_size = 32,
                                           .learning_rate = 0.008,
                                           .validation = 0.2})),
        documents_(tokenizer_.Encode(corpus_)),
        split_(SplitDocuments(training_, corpus_.size())) {}

  Strings Names() const {
    Strings names;
    for (const uint32_t i : split_.held_out()) {
      names.emplace_back(documents_[i].begin(), documents_[i].end());
    }
    return names;
  }

  // Of each name's length, of letters that are all as likely.
  Strings RandomLetters() {
    Strings strings = Names();
    for (Tokens& string : strings) {
      for (Token& token : string) {
        token = random_.Below(tokenizer_.vocab_size() - 1);
      }
    }
    return strings;
  }

  // Each name's own letters, in another order.
  Strings Scrambled() {
    Strings strings = Names();
    for (Tokens& string : strings) {
      for (size_t i = string.size(); i > 1; --i) {
        std::swap(string[i - 1], string[random_.Below(i)]);
      }
    }
    return strings;
  }

  std::vector<double> ModelLossesOf(const Strings& strings) {
    if (model_ == nullptr) {
      const auto trainer = Trainer::Create(*ModelConfig::Create({.n_embd = 32}),
                                           training_, corpus_);
      while (trainer->steps_done() < training_->steps) trainer->Step({});
      model_ = std::make_shared<const Model>(trainer->Snapshot());
    }
    return *ModelLosses(model_, SpansOf(strings), {});
  }

  std::vector<double> NgramLossesOf(const Strings& strings) {
    if (!ngrams_) {
      Spans documents;
      for (const uint32_t i : split_.training()) {
        documents.push_back(documents_[i]);
      }
      ngrams_ = NgramModel::Fit({.order = 5,
                                 .vocab_size = tokenizer_.vocab_size(),
                                 .block_size = ModelConfig()->block_size},
                                documents, {});
    }
    std::vector<double> losses;
    for (const Tokens& string : strings)
      losses.push_back(ngrams_->Loss(string));
    return losses;
  }

  // Of the model, and of the 5-gram.
  std::pair<double, double> AreasAgainst(const Strings& gibberish) {
    const Strings names = Names();
    return {AreaUnderCurve(ModelLossesOf(names), ModelLossesOf(gibberish)),
            AreaUnderCurve(NgramLossesOf(names), NgramLossesOf(gibberish))};
  }

  const Corpus corpus_;
  const Tokenizer tokenizer_;
  const TrainingConfig training_;
  const TokenizedCorpus documents_;
  const DocumentSplit split_;
  struct {
    PythonRandom generator{1};
    uint32_t Below(size_t n) {
      return static_cast<uint32_t>(generator.Uniform() *
                                   static_cast<double>(n));
    }
  } random_;
  std::shared_ptr<const Model> model_;
  std::optional<NgramModel> ngrams_;
};

TEST(AreaUnderCurveTest, IsTheShareOfPairsThatAreRankedRight) {
  EXPECT_EQ(AreaUnderCurve({1, 2}, {3, 4}), 1);
  EXPECT_EQ(AreaUnderCurve({3, 4}, {1, 2}), 0);
  EXPECT_EQ(AreaUnderCurve({1, 3}, {2, 4}), 0.75);
  EXPECT_EQ(AreaUnderCurve({1}, {1}), 0.5);
}

TEST_F(GibberishTest, NamesAreToldFromRandomLetters) {
  const auto [model, ngram] = AreasAgainst(RandomLetters());
  EXPECT_NEAR(model, 0.950, 0.002);
  EXPECT_NEAR(ngram, 0.940, 0.002);
}

TEST_F(GibberishTest, NamesAreToldFromTheSameLettersScrambled) {
  const auto [model, ngram] = AreasAgainst(Scrambled());
  EXPECT_NEAR(model, 0.783, 0.002);
  EXPECT_NEAR(ngram, 0.812, 0.002);
}

}  // namespace
}  // namespace microgpt::server
