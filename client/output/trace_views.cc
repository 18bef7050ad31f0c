// SPDX-License-Identifier: MIT
#include "client/output/trace_views.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "client/output/entries.h"
#include "client/output/figures.h"
#include "client/output/utf8.h"

namespace microgpt::client {
namespace {

using Trace = v1::TraceResponse;

constexpr Column::Align kRight = Column::Align::kRight;
constexpr const char* kBars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};

// Of a share of the whole: 0 to 1.
std::string Bar(double share) {
  const double level = std::ceil(std::clamp(share, 0.0, 1.0) * 8) - 1;
  return kBars[static_cast<std::size_t>(std::max(level, 0.0))];
}

std::string Symbol(const v1::VocabularyToken& token, const char* mark) {
  if (token.text().empty()) return mark;
  return token.text() == " " ? "␣" : Printable(token.text());
}

std::string Read(const Trace::Position& position) {
  return Symbol(position.token(), "⟨");
}

// A column that says what the rows are, then one for each token read.
Columns OverPositions(const Trace& trace, std::string title) {
  Columns columns = {{"", std::move(title)}};
  for (const Trace::Position& position : trace.positions()) {
    columns.push_back({"", Read(position), kRight, true});
  }
  return columns;
}

// What an array holds in one row; zeros where a server sent too little.
std::vector<double> RowOf(const v1::Array& array, std::size_t row,
                          std::size_t columns) {
  std::vector<double> values(columns);
  for (std::size_t i = 0; i < columns; ++i) {
    const std::size_t at = row * columns + i;
    if (at < static_cast<std::size_t>(array.values_size())) {
      values[i] = array.values(static_cast<int>(at));
    }
  }
  return values;
}

// The last dimension; 0 if there is none.
std::size_t Width(const v1::Array& array) {
  return array.shape().empty() ? 0 : array.shape(array.shape_size() - 1);
}

double Dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

// "a 31%".
std::string Choice(const Trace::Candidate& candidate) {
  return fmt::format("{} {:.0f}%", Symbol(candidate.token(), "⟩"),
                     100 * candidate.probability());
}

// Two digits: ".47"; 1 has one.
std::string Weight(double weight) {
  return weight >= 0.995 ? "1.0" : fmt::format(".{:02.0f}", weight * 100);
}

std::string HeadTable(const Trace& trace, const Trace::Layer& layer,
                      std::size_t head) {
  const auto n = static_cast<std::size_t>(trace.positions_size());
  std::vector<Cells> rows;
  for (std::size_t t = 0; t < n; ++t) {
    const std::vector<double> weights = RowOf(layer.weights(), head * n + t, n);
    Cells cells = {Read(trace.positions(static_cast<int>(t)))};
    for (std::size_t s = 0; s < n; ++s) {
      cells.emplace_back(s > t ? std::string()
                               : Bar(weights[s]) + Weight(weights[s]));
    }
    rows.push_back(std::move(cells));
  }
  return Table(
      OverPositions(trace, fmt::format("L{} H{}", layer.layer(), head)), rows);
}

// One line of neurons, as many of which share a bar as it takes to fit.
std::string Neurons(const std::vector<double>& hidden, double largest,
                    std::size_t per_bar) {
  std::string line;
  for (std::size_t i = 0; i < hidden.size(); i += per_bar) {
    const std::size_t end = std::min(i + per_bar, hidden.size());
    const double most =
        *std::max_element(hidden.begin() + static_cast<std::ptrdiff_t>(i),
                          hidden.begin() + static_cast<std::ptrdiff_t>(end));
    line += most > 0 ? Bar(most / largest) : "·";
  }
  return line;
}

std::string LayerOfNeurons(const Trace& trace, const Trace::Layer& layer) {
  constexpr std::size_t kBarsOfALine = 64;
  const std::size_t width = Width(layer.mlp_hidden());
  const std::size_t per_bar =
      std::max<std::size_t>(1, (width + kBarsOfALine - 1) / kBarsOfALine);
  double largest = 0;
  for (const double value : layer.mlp_hidden().values()) {
    largest = std::max(largest, value);
  }
  const std::string shared =
      per_bar > 1 ? fmt::format(", {} a bar", per_bar) : "";
  const Columns columns = {
      {"", fmt::format("L{}", layer.layer())},
      {"", fmt::format("{} NEURONS, {:.0f}% ACTIVE, THE LARGEST {:.2f}{}",
                       width, 100 * layer.mlp_active(), largest, shared)}};
  std::vector<Cells> rows;
  for (int t = 0; t < trace.positions_size(); ++t) {
    const auto hidden =
        RowOf(layer.mlp_hidden(), static_cast<std::size_t>(t), width);
    rows.push_back(
        {Read(trace.positions(t)), Neurons(hidden, largest, per_bar)});
  }
  return Table(columns, rows);
}

// The stream after a stage, and what the stage added; null: it began there.
struct Stage {
  std::string name;
  const v1::Array* stream;
  const v1::Array* added;
};

std::vector<Stage> StagesOf(const Trace& trace) {
  std::vector<Stage> stages = {{"embedding", &trace.embedding(), nullptr}};
  for (const Trace::Layer& layer : trace.layers()) {
    stages.push_back({fmt::format("layer{}.attention", layer.layer()),
                      &layer.residual_middle(), &layer.attention_output()});
    stages.push_back({fmt::format("layer{}.mlp", layer.layer()),
                      &layer.residual(), &layer.mlp_output()});
  }
  return stages;
}

// The cosine of the angle between the stream and what it was before.
double Turn(const std::vector<double>& stream,
            const std::vector<double>& added) {
  std::vector<double> before = stream;
  for (std::size_t i = 0; i < before.size(); ++i) before[i] -= added[i];
  return Dot(stream, before) /
         std::sqrt(Dot(stream, stream) * Dot(before, before));
}

Entries PositionEntries(const Trace::Position& position) {
  std::vector<std::string> likeliest, exact;
  for (const Trace::Candidate& candidate : position.candidates()) {
    likeliest.push_back(Choice(candidate));
    exact.push_back(fmt::format("{} {}", candidate.token().text(),
                                Exact(candidate.probability())));
  }
  const double p = std::exp(-position.loss());
  return {
      {{"token", "READ"}, {Read(position), position.token().text()}},
      {{"next", "THEN"},
       {Symbol(position.next(), "⟩"), position.next().text()}},
      {{"probability", "P", kRight},
       {fmt::format("{:.1f}%", 100 * p), Exact(p)}},
      {{"loss", "LOSS", kRight},
       {Loss(position.loss()), Exact(position.loss())}},
      {{"rank", "RANK", kRight}, Plain(position.rank())},
      {{"entropy", "ENTROPY", kRight},
       {Loss(position.entropy()), Exact(position.entropy())}},
      {{"candidates", "LIKELIEST"},
       {fmt::format("{}", fmt::join(likeliest, "  ")),
        fmt::format("{}", fmt::join(exact, " "))}},
  };
}

}  // namespace

std::string TraceSummary(const Trace& trace) {
  const std::string& name = trace.model().empty() ? trace.job() : trace.model();
  return Printable(fmt::format("{} · step {} · loss of the text {}", name,
                               trace.step(), Loss(trace.loss()))) +
         "\n";
}

Columns PositionColumns() { return ColumnsOf(PositionEntries({})); }

Row PositionRow(const Trace::Position& position) {
  return {CellsOf(PositionEntries(position)), Exact(position.loss())};
}

std::string PredictionsView(const Trace& trace) {
  std::vector<Cells> rows;
  for (const Trace::Position& position : trace.positions()) {
    rows.push_back(PositionRow(position).cells);
  }
  return Table(PositionColumns(), rows);
}

std::string AttentionView(const Trace& trace, std::optional<unsigned> head) {
  std::string view;
  for (const Trace::Layer& layer : trace.layers()) {
    const unsigned heads =
        layer.weights().shape().empty() ? 0 : layer.weights().shape(0);
    const unsigned end = std::min(head ? *head + 1 : heads, heads);
    for (unsigned h = head.value_or(0); h < end; ++h) {
      if (!view.empty()) view += "\n";
      view += HeadTable(trace, layer, h);
    }
  }
  return view;
}

std::string MlpView(const Trace& trace) {
  std::string view;
  for (const Trace::Layer& layer : trace.layers()) {
    if (!view.empty()) view += "\n";
    view += LayerOfNeurons(trace, layer);
  }
  return view;
}

std::string ResidualView(const Trace& trace) {
  std::vector<Cells> lengths, turns;
  for (const Stage& stage : StagesOf(trace)) {
    const std::size_t width = Width(*stage.stream);
    Cells length = {stage.name}, turn = {stage.name};
    for (int t = 0; t < trace.positions_size(); ++t) {
      const auto row = static_cast<std::size_t>(t);
      const std::vector<double> stream = RowOf(*stage.stream, row, width);
      length.emplace_back(
          fmt::format("{:.2f}", std::sqrt(Dot(stream, stream))));
      if (stage.added == nullptr) continue;
      turn.emplace_back(
          fmt::format("{:.2f}", Turn(stream, RowOf(*stage.added, row, width))));
    }
    lengths.push_back(std::move(length));
    if (stage.added != nullptr) turns.push_back(std::move(turn));
  }
  return Table(OverPositions(trace, "LENGTH AFTER"), lengths) + "\n" +
         Table(OverPositions(trace, "COSINE WITH BEFORE"), turns);
}

std::string LensView(const Trace& trace) {
  const auto n = static_cast<std::size_t>(trace.positions_size());
  std::vector<Cells> rows;
  for (const Trace::Lens& lens : trace.lens()) {
    Cells cells = {Printable(lens.stage())};
    for (const Trace::Candidates& position : lens.positions()) {
      const bool any = position.candidates_size() > 0;
      cells.emplace_back(any ? Choice(position.candidates(0)) : std::string());
    }
    cells.resize(n + 1, std::string());
    rows.push_back(std::move(cells));
  }
  Cells came = {std::string("then came")};
  for (const Trace::Position& position : trace.positions()) {
    came.emplace_back(Symbol(position.next(), "⟩"));
  }
  rows.push_back(std::move(came));
  return Table(OverPositions(trace, "LIKELIEST AFTER"), rows);
}

}  // namespace microgpt::client
