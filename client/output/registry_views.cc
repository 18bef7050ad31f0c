// SPDX-License-Identifier: MIT
#include "client/output/registry_views.h"

#include <fmt/format.h>

#include "client/output/entries.h"
#include "client/output/utf8.h"
#include "client/output/views.h"

namespace microgpt::client {
namespace {

constexpr Column::Align kRight = Column::Align::kRight;

// Of the strings on a card, which may be long.
constexpr std::size_t kShownColumns = 60;

// For people, and for programs.
template <typename Names>
Cell JoinedNames(const Names& names) {
  return {fmt::format("{}", fmt::join(names, ", ")),
          fmt::format("{}", fmt::join(names, " "))};
}

bool IsImported(const v1::Model& model) { return model.job().empty(); }

// A file need not tell the loss, and no training ends at 0.
bool IsLossKnown(const v1::Model& model) {
  return !IsImported(model) || model.loss() != 0;
}

Cell Steps(const v1::Config& config) {
  return config.has_steps() ? Plain(config.steps()) : Cell("-", "");
}

std::string Origin(const v1::Model& model) {
  if (!IsImported(model)) return "job " + model.job();
  if (model.base().empty()) return "imported";
  return fmt::format("imported, once {}", model.base());
}

// `parameters`: how people see their number.
Entries ModelEntries(const v1::Model& model, Clock::time_point now,
                     const std::string& parameters) {
  return {
      {{"name", "NAME"}, model.name()},
      {{"version", "VERSION", kRight}, Plain(model.version())},
      {{"aliases", "ALIASES"}, JoinedNames(model.aliases())},
      {{"num_parameters", "PARAMS", kRight},
       {parameters, fmt::format("{}", model.num_parameters())}},
      {{"steps", "STEPS", kRight}, Steps(model.config())},
      {{"loss", "LOSS", kRight}, LossCell(model.loss(), IsLossKnown(model))},
      {{"validation_loss", ""},
       LossCell(model.validation_loss(), model.has_validation_loss())},
      {{"vocab_size", "TOKENS", kRight}, Plain(model.vocab_size())},
      {{"job", ""}, model.job()},
      {{"base", ""}, model.base()},
      {{"dataset", ""}, model.dataset().id()},
      {{"sha256", ""}, model.sha256()},
      {{"bytes", ""}, Plain(model.bytes())},
      {{"create_time", "MADE"}, Time(model.create_time(), now)},
  };
}

Entries ModelList(const v1::Model& model, Clock::time_point now) {
  return ModelEntries(model, now, Compact(model.num_parameters()));
}

Entries ModelCard(const v1::Model& model, Clock::time_point now) {
  Entries entries = ModelEntries(model, now, Grouped(model.num_parameters()));
  const auto add = [&entries](std::string title, std::string text) {
    entries.push_back(Line(std::move(title), std::move(text)));
  };
  const v1::Config& config = model.config();
  add("ORIGIN", Origin(model));
  add("VALIDATION", model.has_validation_loss()
                        ? fmt::format("loss {}", Loss(model.validation_loss()))
                        : "");
  add("SHAPE", Shape(config));
  add("TOKENIZER", UnusualTokenizer(config));
  add("SEED", config.has_seed() ? fmt::format("{}", config.seed()) : "");
  add("DATA", Figures(model.dataset()));
  add("DATASET", Identity(model.dataset()));
  add("SHA256", model.sha256());
  add("MEMORY", Bytes(model.bytes()));
  return entries;
}

// What a person calls it.
std::string NameOf(const v1::Dataset& dataset) {
  return dataset.names().empty() ? dataset.id() : dataset.names(0);
}

Cell Names(const v1::Dataset& dataset) {
  const Cell names = JoinedNames(dataset.names());
  return {dataset.names().empty() ? dataset.id() : names.shown, names.exact};
}

// What there is to know of its text besides the figures.
std::string Remark(const v1::Dataset& dataset) {
  if (dataset.forgotten()) return "forgotten: only its figures are left";
  return dataset.built_in() ? "built in" : "";
}

Entries DatasetList(const v1::Dataset& dataset, Clock::time_point now) {
  return {
      {{"names", "NAME"}, Names(dataset)},
      {{"id", ""}, dataset.id()},
      {{"documents", "DOCUMENTS", kRight}, Count(dataset.documents())},
      {{"tokens", "TOKENS", kRight}, Count(dataset.tokens())},
      {{"duplicates", "DUPLICATES", kRight}, Count(dataset.duplicates())},
      {{"bytes", "SIZE", kRight}, ByteCount(dataset.bytes())},
      {{"create_time", "ADDED"}, Time(dataset.create_time(), now)},
      {{"built_in", ""}, YesOrNothing(dataset.built_in())},
      {{"forgotten", ""}, YesOrNothing(dataset.forgotten())},
      {{"", "TEXT"}, Remark(dataset)},
  };
}

std::string Alphabet(const v1::Dataset& dataset) {
  if (dataset.alphabet().empty()) return "";
  return fmt::format("{}: {}",
                     Counted(CodePoints(dataset.alphabet()), "character"),
                     Shortened(dataset.alphabet(), kShownColumns));
}

std::string Examples(const v1::Dataset& dataset) {
  std::vector<std::string> examples;
  for (const std::string& example : dataset.examples()) {
    examples.push_back(Shortened(example, kShownColumns));
  }
  return fmt::format("{}", fmt::join(examples, " · "));
}

Entries DatasetCard(const v1::Dataset& dataset, Clock::time_point now) {
  Entries entries = DatasetList(dataset, now);
  const bool has_longest = dataset.longest() > 0;
  entries.push_back(Line(
      "LONGEST", has_longest ? Counted(dataset.longest(), "character") : ""));
  entries.push_back(Line("ALPHABET", Alphabet(dataset)));
  entries.push_back(Line("EXAMPLES", Examples(dataset)));
  const bool has_name = !dataset.names().empty();
  entries.push_back(Line("ID", has_name ? dataset.id() : ""));
  return entries;
}

Entries DeletedModel(std::string_view name,
                     const v1::DeleteModelResponse& response) {
  return {{{"model", "MODEL"}, std::string(name)},
          {{"versions", "VERSIONS"}, Plain(response.versions())},
          {{"cancelled_jobs", "CANCELLED"}, Plain(response.cancelled_jobs())}};
}

Entries DeletedDataset(std::string_view name,
                       const v1::DeleteDatasetResponse& response) {
  return {{{"dataset", "DATASET"}, std::string(name)},
          {{"forgotten", "FORGOTTEN"}, YesOrNothing(response.forgotten())}};
}

}  // namespace

Columns ModelListColumns() { return ColumnsOf(ModelList({}, {})); }
Columns ModelCardColumns() { return ColumnsOf(ModelCard({}, {})); }
Row ModelListRow(const v1::Model& model, Clock::time_point now) {
  return {CellsOf(ModelList(model, now)),
          ModelAndVersion(model.name(), model.version())};
}
Row ModelCardRow(const v1::Model& model, Clock::time_point now) {
  return {CellsOf(ModelCard(model, now)),
          ModelAndVersion(model.name(), model.version())};
}

std::string Imported(const v1::Model& model) {
  return fmt::format("{}  {} · {}  {}",
                     ModelAndVersion(model.name(), model.version()),
                     Counted(model.num_parameters(), "parameter"),
                     Counted(model.vocab_size(), "token"), Origin(model));
}

Columns DatasetListColumns() { return ColumnsOf(DatasetList({}, {})); }
Columns DatasetCardColumns() { return ColumnsOf(DatasetCard({}, {})); }
Row DatasetListRow(const v1::Dataset& dataset, Clock::time_point now) {
  return {CellsOf(DatasetList(dataset, now)), NameOf(dataset)};
}
Row DatasetCardRow(const v1::Dataset& dataset, Clock::time_point now) {
  return {CellsOf(DatasetCard(dataset, now)), NameOf(dataset)};
}

std::string Added(std::string_view name, const v1::Dataset& dataset) {
  return fmt::format("{}  {}", name, Figures(dataset));
}

Columns DeletedModelColumns() { return ColumnsOf(DeletedModel("", {})); }
Row DeletedModelRow(std::string_view name,
                    const v1::DeleteModelResponse& response) {
  return {CellsOf(DeletedModel(name, response)), std::string(name)};
}
Columns DeletedDatasetColumns() { return ColumnsOf(DeletedDataset("", {})); }
Row DeletedDatasetRow(std::string_view name,
                      const v1::DeleteDatasetResponse& response) {
  return {CellsOf(DeletedDataset(name, response)), std::string(name)};
}

}  // namespace microgpt::client
