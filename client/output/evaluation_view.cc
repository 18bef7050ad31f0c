// SPDX-License-Identifier: MIT
#include "client/output/evaluation_view.h"

#include <fmt/format.h>

#include <cmath>
#include <string_view>
#include <vector>

#include "client/output/entries.h"
#include "client/output/utf8.h"

namespace microgpt::client {
namespace {

constexpr Column::Align kRight = Column::Align::kRight;

// Of fewer documents a difference tells nothing, as the server's advice has it.
constexpr std::uint32_t kFewestToCompare = 10;

std::string ScoredName(v1::Evaluation::Scored scored) {
  switch (scored) {
    case v1::Evaluation::SCORED_HELD_OUT:
      return "held out";
    case v1::Evaluation::SCORED_UNUSED:
      return "unused";
    case v1::Evaluation::SCORED_TRAINING:
      return "training";
    default:
      return "unknown";
  }
}

// "2,000 documents that training held out: 14,307 tokens, …".
std::string Scored(const v1::Evaluation& evaluation) {
  std::string_view what;
  switch (evaluation.scored()) {
    case v1::Evaluation::SCORED_HELD_OUT:
      what = " that training held out";
      break;
    case v1::Evaluation::SCORED_UNUSED:
      what = " that training did not come to";
      break;
    case v1::Evaluation::SCORED_TRAINING:
      what = " that the model was trained on";
      break;
    default:
      break;
  }
  return fmt::format("{}{}: {}, {}",
                     Counted(evaluation.documents(), "document"), what,
                     Counted(evaluation.tokens(), "token"),
                     Counted(evaluation.characters(), "character"));
}

std::string Percent(double share) {
  return fmt::format("{:.1f}%", 100 * share);
}

std::string Samples(const v1::Evaluation::Samples& samples) {
  return fmt::format("{}: {} novel · {} unique · {} truncated · {} empty",
                     Grouped(samples.count()), Percent(samples.novel()),
                     Percent(samples.unique()), Percent(samples.truncated()),
                     Percent(samples.empty()));
}

// "5-grams, of 28,830 documents, by 0.400 ± 0.012 nats a token".
std::string Lead(const v1::Evaluation& evaluation) {
  const std::string ngrams = fmt::format(
      "5-grams, of {},", Counted(evaluation.ngram_documents(), "document"));
  const double lead = std::abs(evaluation.lead());
  std::string_view doubt;
  if (evaluation.documents() < kFewestToCompare) {
    doubt = ", of too few documents to tell";
  } else if (lead < 2 * evaluation.lead_error()) {
    doubt = ", no more than chance";
  }
  const std::string margin =
      fmt::format("by {} ± {} nats a token{}", Loss(lead, 3),
                  Loss(evaluation.lead_error(), 3), doubt);
  return evaluation.lead() < 0
             ? fmt::format("{} {}", ngrams, margin)
             : fmt::format("the model {}, over {}", margin,
                           ngrams.substr(0, ngrams.size() - 1));
}

std::string Summary(const v1::Evaluation& evaluation) {
  const Entries entries = {
      Line("MODEL", evaluation.model()),
      Line("SCORED", Scored(evaluation)),
      Line("LEAD", Lead(evaluation)),
      Line("SAMPLES", Samples(evaluation.samples())),
  };
  return Card(ColumnsOf(entries), CellsOf(entries));
}

Entries LossLine(std::string name, const v1::Evaluation::Loss& loss) {
  return {{{"", "LOSS"}, std::move(name)},
          {{"", "NATS/TOKEN", kRight}, Loss(loss.nats(), 3)},
          {{"", "BITS/CHARACTER", kRight}, Loss(loss.bits(), 3)}};
}

std::string Losses(const v1::Evaluation::Losses& losses) {
  std::vector<Cells> rows;
  const auto add = [&rows](std::string name, const v1::Evaluation::Loss& loss) {
    rows.push_back(CellsOf(LossLine(std::move(name), loss)));
  };
  add("model", losses.model());
  if (losses.has_training()) add("… as trained on", losses.training());
  add("5-grams", losses.five_gram());
  add("pairs", losses.bigram());
  add("frequencies", losses.unigram());
  add("uniform", losses.uniform());
  return Table(ColumnsOf(LossLine("", {})), rows);
}

Entries DistanceLine(std::string name, const v1::Evaluation::Shape& shape) {
  return {{{"", "DISTANCE FROM THE TEXT"}, std::move(name)},
          {{"", "LENGTHS", kRight}, Loss(shape.length_distance(), 3)},
          {{"", "PAIRS", kRight}, Loss(shape.pair_distance(), 3)},
          {{"", "MEAN LENGTH", kRight}, Loss(shape.mean_length(), 1)}};
}

std::string Distances(const v1::Evaluation::Shapes& shapes) {
  if (shapes.count() == 0) return "";
  const std::vector<Cells> rows = {
      CellsOf(
          DistanceLine(Counted(shapes.count(), "sample"), shapes.samples())),
      CellsOf(
          DistanceLine(Counted(shapes.count(), "document"), shapes.floor())),
      {std::string("the text"), std::string(), std::string(),
       Loss(shapes.mean_length(), 1)},
  };
  return "\n" + Table(ColumnsOf(DistanceLine("", {})), rows);
}

void AddLoss(const std::string& name, const v1::Evaluation::Loss& loss,
             bool known, Entries* entries) {
  entries->push_back(
      {{name + "_nats", ""}, known ? Exact(loss.nats()) : std::string()});
  entries->push_back(
      {{name + "_bits", ""}, known ? Exact(loss.bits()) : std::string()});
}

void AddShape(const std::string& name, const v1::Evaluation::Shape& shape,
              bool known, Entries* entries) {
  const auto add = [&](const char* figure, double value) {
    entries->push_back(
        {{name + figure, ""}, known ? Exact(value) : std::string()});
  };
  add("_mean_length", shape.mean_length());
  add("_length_distance", shape.length_distance());
  add("_pair_distance", shape.pair_distance());
}

Entries EvaluationEntries(const v1::Evaluation& evaluation) {
  Entries entries = {
      {{"model", ""}, evaluation.model()},
      {{"scored", ""}, ScoredName(evaluation.scored())},
      {{"documents", ""}, Plain(evaluation.documents())},
      {{"tokens", ""}, Plain(evaluation.tokens())},
      {{"characters", ""}, Plain(evaluation.characters())},
  };
  const v1::Evaluation::Losses& losses = evaluation.losses();
  AddLoss("model", losses.model(), true, &entries);
  AddLoss("uniform", losses.uniform(), true, &entries);
  AddLoss("unigram", losses.unigram(), true, &entries);
  AddLoss("bigram", losses.bigram(), true, &entries);
  AddLoss("five_gram", losses.five_gram(), true, &entries);
  AddLoss("training", losses.training(), losses.has_training(), &entries);
  const v1::Evaluation::Samples& samples = evaluation.samples();
  const auto add = [&entries](const char* name, std::string text) {
    entries.push_back({{name, ""}, std::move(text)});
  };
  add("lead", Exact(evaluation.lead()));
  add("lead_error", Exact(evaluation.lead_error()));
  add("ngram_documents", fmt::format("{}", evaluation.ngram_documents()));
  add("samples", fmt::format("{}", samples.count()));
  add("novel", Exact(samples.novel()));
  add("unique", Exact(samples.unique()));
  add("truncated", Exact(samples.truncated()));
  add("empty", Exact(samples.empty()));
  const v1::Evaluation::Shapes& shapes = evaluation.shapes();
  const bool known = shapes.count() > 0;
  add("compared", fmt::format("{}", shapes.count()));
  AddShape("sample", shapes.samples(), known, &entries);
  AddShape("floor", shapes.floor(), known, &entries);
  add("mean_length", known ? Exact(shapes.mean_length()) : "");
  add("advice", fmt::format("{}", fmt::join(evaluation.advice(), " ")));
  return entries;
}

}  // namespace

std::string EvaluationCard(const v1::Evaluation& evaluation) {
  std::string card = Summary(evaluation) + "\n" + Losses(evaluation.losses()) +
                     Distances(evaluation.shapes());
  for (const std::string& sentence : evaluation.advice()) {
    card += "\n" + Printable(sentence) + "\n";
  }
  return card;
}

Columns EvaluationColumns() { return ColumnsOf(EvaluationEntries({})); }

Row EvaluationRow(const v1::Evaluation& evaluation) {
  return {CellsOf(EvaluationEntries(evaluation)),
          Exact(evaluation.losses().model().nats())};
}

}  // namespace microgpt::client
