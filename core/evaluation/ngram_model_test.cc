// SPDX-License-Identifier: MIT
#include "core/evaluation/ngram_model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <set>
#include <vector>

namespace microgpt {
namespace {

using Document = std::vector<Token>;
using Documents = std::vector<Document>;

NgramModel Fit(const NgramSettings& settings, const Documents& documents) {
  const std::vector<std::span<const Token>> spans(documents.begin(),
                                                  documents.end());
  return *NgramModel::Fit(settings, spans, {});
}

// The definition at its word: all n-grams of all lengths in tables, contexts
// with their begin mark, what is seen before an n-gram as a set.
class Definition {
 public:
  Definition(const NgramSettings& settings, const Documents& documents)
      : settings_(settings) {
    for (const Document& document : documents) CountAll(document);
    for (uint32_t length = 0; length < settings.order; ++length) {
      EstimateDiscounts(length);
    }
  }

  double Probability(const Document& prefix, Token token) const {
    Document context = prefix;
    context.insert(context.begin(), Mark());
    return Interpolate(Last(context, settings_.order - 1), token);
  }

 private:
  Token Mark() const { return settings_.vocab_size - 1; }

  static Document Last(const Document& tokens, size_t n) {
    return {tokens.end() - static_cast<ptrdiff_t>(std::min(n, tokens.size())),
            tokens.end()};
  }

  void CountAll(Document document) {
    document.push_back(Mark());
    document.resize(std::min<size_t>(document.size(), settings_.block_size));
    document.insert(document.begin(), Mark());
    for (size_t i = 1; i < document.size(); ++i) {
      const Document before(document.begin(),
                            document.begin() + static_cast<ptrdiff_t>(i));
      for (size_t n = 0; n < settings_.order && n <= i; ++n) {
        const Document context = Last(before, n);
        ++occurrences_[context][document[i]];
        if (n < i) {
          before_[context][document[i]].insert(Last(before, n + 1).front());
        }
      }
    }
  }

  // Nothing stands before a begin mark: its n-grams are never within others.
  double CountOf(const Document& context, Token token) const {
    const bool longest = context.size() == settings_.order - 1;
    const bool begins = !context.empty() && context.front() == Mark();
    const auto counts = occurrences_.find(context);
    if (counts == occurrences_.end()) return 0;
    const auto count = counts->second.find(token);
    if (count == counts->second.end()) return 0;
    if (longest || begins) return count->second;
    return static_cast<double>(before_.at(context).at(token).size());
  }

  void EstimateDiscounts(uint32_t length) {
    double n[5] = {};
    for (const auto& [context, counts] : occurrences_) {
      if (context.size() != length) continue;
      for (const auto& [token, _] : counts) {
        const double count = CountOf(context, token);
        if (count <= 4) ++n[static_cast<int>(count)];
      }
    }
    const double y = n[1] / (n[1] + 2 * n[2]);
    std::vector<double> d = {0, 1 - 2 * y * n[2] / n[1],
                             2 - 3 * y * n[3] / n[2], 3 - 4 * y * n[4] / n[3]};
    const bool usable =
        d[1] > 0 && d[1] < 1 && d[2] > 0 && d[2] < 2 && d[3] > 0 && d[3] < 3;
    if (!usable) d = {0, 0.5, 1, 1.5};
    discounts_.push_back(d);
  }

  double Interpolate(const Document& context, Token token) const {
    const double lower =
        context.empty() ? 1.0 / settings_.vocab_size
                        : Interpolate(Last(context, context.size() - 1), token);
    double total = 0, discounted = 0;
    for (Token t = 0; t < settings_.vocab_size; ++t) {
      total += CountOf(context, t);
      discounted += Discount(context, t);
    }
    if (total == 0) return lower;
    return (CountOf(context, token) - Discount(context, token)) / total +
           discounted / total * lower;
  }

  double Discount(const Document& context, Token token) const {
    const double count = CountOf(context, token);
    return discounts_[context.size()][std::min(3, static_cast<int>(count))];
  }

  const NgramSettings settings_;
  std::map<Document, std::map<Token, int>> occurrences_;
  std::map<Document, std::map<Token, std::set<Token>>> before_;
  std::vector<std::vector<double>> discounts_;  // by length of the context
};

// Words in which some letters are far likelier than others.
Documents RandomDocuments(size_t count, uint32_t letters, uint32_t seed) {
  std::mt19937 random(seed);
  Documents documents(count);
  for (Document& document : documents) {
    document.resize(1 + random() % 9);
    for (Token& token : document) {
      token = std::min(random() % letters, random() % letters);
    }
  }
  return documents;
}

double SumOfProbabilities(const NgramModel& model, const Document& prefix,
                          uint32_t vocab_size) {
  double sum = 0;
  for (Token t = 0; t < vocab_size; ++t) {
    const double p = model.Probability(prefix, t);
    EXPECT_GT(p, 0);
    sum += p;
  }
  return sum;
}

TEST(NgramModelTest, ProbabilitiesSumToOneAfterSeenAndUnseenContexts) {
  for (uint32_t order = 1; order <= NgramModel::kMaxOrder; ++order) {
    // Of nine letters the documents have seven.
    const NgramModel model = Fit({order, 10, 8}, RandomDocuments(60, 7, order));
    for (const Document& prefix : RandomDocuments(200, 9, 100 + order)) {
      EXPECT_NEAR(SumOfProbabilities(model, prefix, 10), 1, 1e-14);
    }
    EXPECT_NEAR(SumOfProbabilities(model, {}, 10), 1, 1e-14);
  }
}

TEST(NgramModelTest, IsItsDefinition) {
  for (const size_t count : {1, 3, 20, 200}) {
    for (uint32_t order = 1; order <= NgramModel::kMaxOrder; ++order) {
      const NgramSettings settings = {order, 7, 6};
      const Documents documents = RandomDocuments(count, 5, order);
      const NgramModel model = Fit(settings, documents);
      const Definition definition(settings, documents);
      for (const Document& prefix : RandomDocuments(30, 6, 50 + order)) {
        const Token token = prefix.size() % 7;
        EXPECT_NEAR(model.Probability(prefix, token),
                    definition.Probability(prefix, token), 1e-14)
            << count << " documents, order " << order;
      }
    }
  }
}

// a a b and their end mark c: four tokens, counts 2, 1 and 1. The estimated
// discount of 2 is not below 2, so they are 0.5, 1 and 1.5; together they take
// 2 of 4 off for the uniform distribution of three.
TEST(NgramModelTest, OrderOneAreFrequenciesAndAShareOfTheUniform) {
  const NgramModel model = Fit({1, 3, 9}, {{0, 0, 1}});
  EXPECT_DOUBLE_EQ(model.Probability({}, 0), 1.0 / 4 + 0.5 / 3);
  EXPECT_DOUBLE_EQ(model.Probability({}, 1), 0.5 / 4 + 0.5 / 3);
  EXPECT_DOUBLE_EQ(model.Probability({}, 2), 0.5 / 4 + 0.5 / 3);
  EXPECT_EQ(model.Probability(std::vector<Token>{1, 1}, 0),
            model.Probability({}, 0));
}

// Pairs, with ^ for the begin mark and $ for the end mark:
//   ^a 2, aa 1, ab 2, b$ 1, ba 1, a$ 1;
// so after nothing a was seen after 3 different tokens, b after 1, $ after 2,
// and the discounts are 0.5, 1 and 1.5 everywhere.
TEST(NgramModelTest, OrderTwoCountsWhatATokenWasSeenAfter) {
  const NgramModel model = Fit({2, 3, 9}, {{0, 0, 1}, {0, 1, 0}});
  const double a = 1.5 / 6 + 0.5 / 3;
  const double b = 0.5 / 6 + 0.5 / 3;
  const double end = 1.0 / 6 + 0.5 / 3;
  EXPECT_DOUBLE_EQ(a + b + end, 1);
  // Of two documents both begin with a.
  EXPECT_DOUBLE_EQ(model.Probability({}, 0), 1.0 / 2 + 1.0 / 2 * a);
  EXPECT_DOUBLE_EQ(model.Probability({}, 1), 1.0 / 2 * b);
  // After four a stand one a, two b and one end.
  const Document after_a = {0};
  EXPECT_DOUBLE_EQ(model.Probability(after_a, 0), 0.5 / 4 + 2.0 / 4 * a);
  EXPECT_DOUBLE_EQ(model.Probability(after_a, 1), 1.0 / 4 + 2.0 / 4 * b);
  EXPECT_DOUBLE_EQ(model.Probability(after_a, 2), 0.5 / 4 + 2.0 / 4 * end);
}

TEST(NgramModelTest, ALossIsTheSumOverThePredictionsThatBlockSizeLeaves) {
  const Documents documents = RandomDocuments(50, 4, 1);
  const NgramModel model = Fit({3, 5, 4}, documents);
  for (const Document& document : documents) {
    double loss = 0;
    for (size_t i = 0; i < std::min<size_t>(4, document.size() + 1); ++i) {
      const Token token = i < document.size() ? document[i] : 4;
      loss -= std::log(model.Probability(std::span(document).first(i), token));
    }
    EXPECT_DOUBLE_EQ(model.Loss(document), loss);
  }
}

TEST(NgramModelTest, WhatBlockSizeCutsOffIsNotLearned) {
  const NgramModel cut = Fit({5, 4, 3}, {{0, 1, 2, 2}, {1, 1, 2}});
  const NgramModel never = Fit({5, 4, 3}, {{0, 1, 2, 0}, {1, 1, 2, 1}});
  EXPECT_EQ(cut.ngrams(), never.ngrams());
  for (Token t = 0; t < 4; ++t) {
    EXPECT_EQ(cut.Probability({}, t), never.Probability({}, t));
  }
}

TEST(NgramModelTest, WithoutDocumentsItIsTheUniformDistribution) {
  const NgramModel model = Fit({5, 8, 16}, {});
  EXPECT_DOUBLE_EQ(model.Probability({}, 3), 1.0 / 8);
  EXPECT_DOUBLE_EQ(model.Loss(Document{1, 2, 3}), 4 * std::log(8));
}

TEST(NgramModelTest, OneDocumentOneLetterAndAllTheSameAreNoTrouble) {
  for (uint32_t order = 1; order <= NgramModel::kMaxOrder; ++order) {
    for (const Documents& documents :
         {Documents{{0}}, Documents{{0, 1, 1, 0, 1}},
          Documents(500, {0, 0, 0, 0}), Documents(500, {0, 1, 0, 1})}) {
      const NgramModel model = Fit({order, 3, 16}, documents);
      for (const Document& prefix : RandomDocuments(20, 2, order)) {
        EXPECT_NEAR(SumOfProbabilities(model, prefix, 3), 1, 1e-14);
      }
    }
  }
}

TEST(NgramModelTest, ADocumentSeenOftenIsNearlySure) {
  const NgramModel model = Fit({5, 4, 16}, Documents(500, {0, 1, 2}));
  EXPECT_LT(model.Loss(Document{0, 1, 2}), 0.02);
}

TEST(NgramModelTest, LongerContextsHelpWhereTheyTell) {
  // A letter is told by the third before it.
  const Documents documents(20, {0, 1, 0, 1, 1, 0, 0, 1, 0, 1, 1, 0});
  double last = 1e9;
  for (uint32_t order = 1; order <= NgramModel::kMaxOrder; ++order) {
    const double loss = Fit({order, 3, 16}, documents).Loss(documents[0]);
    EXPECT_LT(loss, last) << order;
    last = loss;
  }
}

TEST(NgramModelTest, TheLargestAlphabetHasRoom) {
  const uint32_t vocab_size = kMaxAlphabet + 1;
  const NgramModel model =
      Fit({5, vocab_size, 16}, {{vocab_size - 2, 0, vocab_size - 2}});
  EXPECT_GT(model.Probability({}, vocab_size - 2), 0.3);
  EXPECT_LT(model.Probability({}, vocab_size - 3), 1e-6);
}

TEST(NgramModelTest, DocumentsAfterTheMostNgramsAreLeftOut) {
  const Documents documents = {{0}, {0}, {1, 0}, {2}};
  // The marks, 0, ^0 and 0$ are four; the third document has others.
  const NgramModel all = Fit({2, 4, 9}, documents);
  EXPECT_EQ(all.documents(), 4);
  const NgramModel most = Fit({2, 4, 9, 5}, documents);
  EXPECT_EQ(most.documents(), 3);
  EXPECT_EQ(most.ngrams(), 7);
  const NgramModel first =
      Fit({2, 4, 9}, {documents[0], documents[1], documents[2]});
  for (Token t = 0; t < 4; ++t) {
    EXPECT_EQ(most.Probability({}, t), first.Probability({}, t));
  }
  EXPECT_EQ(Fit({2, 4, 9, 4}, documents).documents(), 1);
}

TEST(NgramModelTest, AStoppedFitHasNoModel) {
  std::stop_source source;
  source.request_stop();
  const Document document = {0};
  const std::vector<std::span<const Token>> documents = {document};
  EXPECT_FALSE(NgramModel::Fit({2, 2, 16}, documents, source.get_token()));
}

}  // namespace
}  // namespace microgpt
