// SPDX-License-Identifier: MIT
//
// Rows and columns, as a table for people or as CSV for programs.
#ifndef MICROGPT_CLIENT_OUTPUT_SHEET_H_
#define MICROGPT_CLIENT_OUTPUT_SHEET_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace microgpt::client {

struct Column {
  std::string field;  // name in CSV; empty: not in CSV
  std::string title;  // name in tables; empty: not in tables
  enum class Align { kLeft, kRight } align = Align::kLeft;
  bool stays = false;  // in tables even where no row has anything in it
};

struct Cell {
  // NOLINTNEXTLINE(google-explicit-constructor): most cells are plain text.
  Cell(std::string text) : shown(text), exact(std::move(text)) {}
  Cell(std::string shown_text, std::string exact_text)
      : shown(std::move(shown_text)), exact(std::move(exact_text)) {}

  std::string shown;  // in tables, "4.2K"
  std::string exact;  // in CSV, "4192"
};

using Columns = std::vector<Column>;
using Cells = std::vector<Cell>;  // as many as columns

// Aligned by display width, two blanks between columns, none at line ends, a
// header of titles. A column in which no row has anything is left out,
// unless it stays.
std::string Table(const Columns& columns, const std::vector<Cells>& rows);

// One line a column that has something: its title in lower case, the cell.
std::string Card(const Columns& columns, const Cells& cells);

// A line as RFC 4180 has it, without its end.
std::string CsvHeader(const Columns& columns);
std::string CsvRow(const Columns& columns, const Cells& cells);

// `field`, in quotes where it has a quote, comma or line break.
std::string CsvField(std::string_view field);

}  // namespace microgpt::client

#endif  // MICROGPT_CLIENT_OUTPUT_SHEET_H_
