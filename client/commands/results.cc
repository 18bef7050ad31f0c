// SPDX-License-Identifier: MIT
#include "client/commands/results.h"

#include <fmt/format.h>

#include <utility>

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
      format_(session->FormatOr(Format::kTable)),
      printer_(&session->out, format_, std::move(columns)) {}

void ResultPrinter::Print(std::string_view sentence,
                          const google::protobuf::Message& message,
                          const Row& row) {
  if (format_ == Format::kTable) {
    out_.Write(fmt::format("{}\n", sentence));
  } else {
    printer_.Print(message, row);
  }
  out_.Flush();
}

}  // namespace microgpt::client
