// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CLIENT_OUTPUT_PRINTER_H_
#define MICROGPT_CLIENT_OUTPUT_PRINTER_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "client/output/format.h"
#include "client/output/output.h"
#include "client/output/sheet.h"
#include "google/protobuf/message.h"

namespace microgpt::client {

// One message, ready for every format but JSON.
struct Row {
  Cells cells;
  std::string text;  // what -o text prints of it
};

// proto3 JSON as grpcurl spells it (lowerCamelCase), without line breaks.
std::string Json(const google::protobuf::Message& message);

// Writes messages of one kind to `output` in the format asked for. All but
// tables are written as they come; a table needs its widths first.
class Printer {
 public:
  enum class Layout {
    kRows,  // a table with a header
    kCard,  // for a single message: one line a column
  };

  // `output` must outlive the printer.
  Printer(Output* output, Format format, Columns columns,
          Layout layout = Layout::kRows);

  // False once standard output takes no more.
  bool Print(const google::protobuf::Message& message, const Row& row);

  // Must be called once, at the end. An empty list still has its header.
  bool Finish();

  // Finish() for a list that ended with `status`: after an error what came
  // before it is worth having, a header alone is not.
  void FinishAfter(const absl::Status& status);

  // Whether messages are printed whole, of whatever kind.
  bool is_json() const { return format_ == Format::kJson; }

  // Whether nothing has been printed yet.
  bool empty() const { return printed_ == 0; }

 private:
  Output* const output_;
  const Format format_;
  const Columns columns_;
  const Layout layout_;
  std::size_t printed_ = 0;
  std::vector<Cells> rows_;  // of a table
};

}  // namespace microgpt::client

#endif  // MICROGPT_CLIENT_OUTPUT_PRINTER_H_
