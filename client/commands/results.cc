// SPDX-License-Identifier: MIT
#include "client/commands/results.h"

#include <utility>

#include "client/output/utf8.h"

namespace microgpt::client {

void PrintCard(Session& session, const google::protobuf::Message& message,
               Columns columns, const Row& row) {
  Printer printer(&session.out, session.FormatOr(Format::kTable),
                  std::move(columns), Printer::Layout::kCard);
  printer.Print(message, row);
  printer.Finish();
}

ResultPrinter::ResultPrinter(Session* session, Columns columns)
    : out_(session->out),
      color_(session->color_out),
      format_(session->FormatOr(Format::kTable)),
      printer_(&session->out, format_, std::move(columns)) {}

void ResultPrinter::Print(std::string_view sentence,
                          const google::protobuf::Message& message,
                          const Row& row) {
  PrintLine(Printable(sentence), message, row);
}

void ResultPrinter::PrintMade(std::string_view sentence,
                              const google::protobuf::Message& message,
                              const Row& row) {
  PrintLine(Ticked(sentence, color_), message, row);
}

void ResultPrinter::PrintLine(const std::string& line,
                              const google::protobuf::Message& message,
                              const Row& row) {
  if (format_ == Format::kTable) {
    out_.Write(line + "\n");
  } else {
    printer_.Print(message, row);
  }
  out_.Flush();
}

}  // namespace microgpt::client
