// SPDX-License-Identifier: MIT
#include "client/output/entries.h"

#include <fmt/format.h>

#include <utility>

namespace microgpt::client {

Columns ColumnsOf(const Entries& entries) {
  Columns columns;
  for (const Entry& entry : entries) columns.push_back(entry.column);
  return columns;
}

Cells CellsOf(Entries entries) {
  Cells cells;
  for (Entry& entry : entries) cells.push_back(std::move(entry.cell));
  return cells;
}

Entry Line(std::string title, std::string text) {
  return {{"", std::move(title)}, std::move(text)};
}

Cell Count(std::uint64_t count) {
  return {Grouped(count), fmt::format("{}", count)};
}

Cell Plain(std::uint64_t count) { return fmt::format("{}", count); }

Cell ByteCount(std::uint64_t bytes) {
  return {Bytes(bytes), fmt::format("{}", bytes)};
}

Cell LossCell(double loss, bool known) {
  return known ? Cell(Loss(loss), Exact(loss)) : Cell("-", "");
}

Cell Time(const google::protobuf::Timestamp& time, Clock::time_point now) {
  const std::string exact = Rfc3339(time);
  if (exact.empty()) return Cell("", "");
  return {HumanAge(now - ToChrono(time)), exact};
}

Cell Elapsed(const google::protobuf::Duration& elapsed) {
  return {HumanDuration(ToChrono(elapsed)), Seconds(elapsed)};
}

Cell YesOrNothing(bool yes) {
  return {yes ? "yes" : "", yes ? "true" : "false"};
}

Cell YesOrNo(bool yes, bool known) {
  if (!known) return {"", ""};
  return {yes ? "yes" : "no", yes ? "true" : "false"};
}

std::string Shape(const v1::Config& config) {
  return fmt::format(
      "{} · {} · n_embd {} · block_size {}", Counted(config.n_layer(), "layer"),
      Counted(config.n_head(), "head"), config.n_embd(), config.block_size());
}

std::string UnusualTokenizer(const v1::Config& config) {
  return config.tokenizer() == v1::TOKENIZER_GRAPHEME ? "grapheme" : "";
}

std::string Figures(const v1::Dataset& dataset) {
  if (dataset.id().empty()) return "";
  return fmt::format("{} · {} · {}", Counted(dataset.documents(), "document"),
                     Counted(dataset.tokens(), "token"),
                     Counted(dataset.duplicates(), "duplicate"));
}

std::string Identity(const v1::Dataset& dataset) {
  std::string identity = dataset.id();
  if (!dataset.names().empty()) {
    identity += fmt::format(" ({})", fmt::join(dataset.names(), ", "));
  }
  if (dataset.forgotten()) identity += "; its text was forgotten";
  return identity;
}

}  // namespace microgpt::client
