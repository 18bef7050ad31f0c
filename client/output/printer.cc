// SPDX-License-Identifier: MIT
#include "client/output/printer.h"

#include <utility>

#include "client/output/utf8.h"
#include "google/protobuf/util/json_util.h"

namespace microgpt::client {

namespace {

// A line of text or CSV; a terminal gets it without what would move its cursor.
std::string LineFor(const Output& output, std::string line) {
  return (output.is_terminal() ? Printable(line) : std::move(line)) + "\n";
}

}  // namespace

std::string Json(const google::protobuf::Message& message) {
  std::string json;
  // Fails only on an Any of unknown type, and the API has none.
  (void)google::protobuf::util::MessageToJsonString(message, &json);
  return json;
}

Printer::Printer(Output* output, Format format, Columns columns, Layout layout)
    : output_(output),
      format_(format),
      columns_(std::move(columns)),
      layout_(layout) {}

bool Printer::Print(const google::protobuf::Message& message, const Row& row) {
  const bool first = printed_++ == 0;
  switch (format_) {
    case Format::kTable:
      rows_.push_back(row.cells);
      return true;
    case Format::kJson:
      return output_->Write(Json(message) + "\n");
    case Format::kCsv:
      if (first) output_->Write(CsvHeader(columns_) + "\n");
      return output_->Write(LineFor(*output_, CsvRow(columns_, row.cells)));
    case Format::kText:
      return output_->Write(LineFor(*output_, row.text));
  }
  return false;
}

bool Printer::Finish() {
  if (format_ == Format::kCsv && empty()) {
    output_->Write(CsvHeader(columns_) + "\n");
  }
  if (format_ == Format::kTable) {
    if (layout_ == Layout::kRows) {
      output_->Write(Table(columns_, rows_));
    } else {
      for (const Cells& cells : rows_) output_->Write(Card(columns_, cells));
    }
  }
  return output_->Flush();
}

void Printer::FinishAfter(const absl::Status& status) {
  if (status.ok() || !empty()) Finish();
}

}  // namespace microgpt::client
