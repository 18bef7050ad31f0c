// SPDX-License-Identifier: MIT
#include "client/output/sheet.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <utility>

#include "client/output/utf8.h"

namespace microgpt::client {
namespace {

using Line = std::vector<std::string>;

// The columns that a table of these rows shows.
std::vector<std::size_t> Shown(const Columns& columns,
                               const std::vector<Cells>& rows) {
  std::vector<std::size_t> shown;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const auto has_text = [c](const Cells& row) {
      return !row[c].shown.empty();
    };
    const bool says_something = columns[c].stays || rows.empty() ||
                                std::any_of(rows.begin(), rows.end(), has_text);
    if (!columns[c].title.empty() && says_something) shown.push_back(c);
  }
  return shown;
}

// `text` filled with blanks up to `width` columns.
std::string Padded(std::string_view text, std::size_t width,
                   Column::Align align) {
  const std::size_t used = DisplayWidth(text);
  const std::string blanks(width > used ? width - used : 0, ' ');
  return align == Column::Align::kRight ? fmt::format("{}{}", blanks, text)
                                        : fmt::format("{}{}", text, blanks);
}

}  // namespace

std::string Table(const Columns& columns, const std::vector<Cells>& rows) {
  const std::vector<std::size_t> shown = Shown(columns, rows);
  std::vector<Line> lines(rows.size() + 1);
  for (const std::size_t c : shown) lines[0].push_back(columns[c].title);
  for (std::size_t r = 0; r < rows.size(); ++r) {
    for (const std::size_t c : shown) {
      lines[r + 1].push_back(Printable(rows[r][c].shown));
    }
  }
  std::vector<std::size_t> widths(shown.size(), 0);
  for (const Line& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      widths[i] = std::max(widths[i], DisplayWidth(line[i]));
    }
  }
  std::string table;
  for (const Line& line : lines) {
    std::string text;
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (i > 0) text += "  ";
      text += Padded(line[i], widths[i], columns[shown[i]].align);
    }
    text.erase(text.find_last_not_of(' ') + 1);
    table += text + "\n";
  }
  return table;
}

std::string Card(const Columns& columns, const Cells& cells) {
  std::size_t width = 0;
  for (const Column& column : columns) {
    width = std::max(width, DisplayWidth(column.title));
  }
  std::string card;
  for (const std::size_t c : Shown(columns, {cells})) {
    card += fmt::format(
        "{}  {}\n",
        Padded(Lower(columns[c].title), width, Column::Align::kLeft),
        Printable(cells[c].shown));
  }
  return card;
}

std::string CsvHeader(const Columns& columns) {
  Cells names;
  for (const Column& column : columns) names.emplace_back(column.field);
  return CsvRow(columns, names);
}

std::string CsvRow(const Columns& columns, const Cells& cells) {
  std::string row;
  bool first = true;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    if (columns[c].field.empty()) continue;
    if (!std::exchange(first, false)) row += ',';
    row += CsvField(cells[c].exact);
  }
  return row;
}

std::string CsvField(std::string_view field) {
  if (field.find_first_of("\",\r\n") == std::string_view::npos) {
    return std::string(field);
  }
  std::string quoted = "\"";
  for (const char c : field) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

}  // namespace microgpt::client
