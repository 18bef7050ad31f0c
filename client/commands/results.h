// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CLIENT_COMMANDS_RESULTS_H_
#define MICROGPT_CLIENT_COMMANDS_RESULTS_H_

#include <string>
#include <string_view>

#include "client/commands/session.h"
#include "client/output/printer.h"

namespace microgpt::client {

// Prints one message as a card, or as the format asked for has it.
void PrintCard(Session& session, const google::protobuf::Message& message,
               Columns columns, const Row& row);

// Prints what a command did, thing after thing and each at once: in a sentence
// for people, else as the format asked for has it.
class ResultPrinter {
 public:
  // `session` must outlive it.
  ResultPrinter(Session* session, Columns columns);

  void Print(std::string_view sentence,
             const google::protobuf::Message& message, const Row& row);

  // The same for what is new: the sentence has a tick before it.
  void PrintMade(std::string_view sentence,
                 const google::protobuf::Message& message, const Row& row);

 private:
  // `line`: ready for a terminal.
  void PrintLine(const std::string& line,
                 const google::protobuf::Message& message, const Row& row);

  Output& out_;
  const bool color_;
  const Format format_;
  Printer printer_;  // of all but sentences
};

}  // namespace microgpt::client

#endif  // MICROGPT_CLIENT_COMMANDS_RESULTS_H_
