// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CLIENT_COMMANDS_SAMPLE_STREAM_H_
#define MICROGPT_CLIENT_COMMANDS_SAMPLE_STREAM_H_

#include <optional>

#include "absl/status/status.h"
#include "client/commands/session.h"
#include "client/output/printer.h"
#include "microgpt/v1/microgpt.pb.h"

namespace microgpt::client {

// What a call for strings streams, on its way to standard output; what is said
// of it at the end goes to standard error.
class SampleStream {
 public:
  // Both must outlive it. tokens: those are printed, and the samples only in
  // JSON, which has room for both.
  SampleStream(Session* session, Printer* printer, bool logprobs, bool tokens)
      : session_(*session),
        printer_(*printer),
        logprobs_(logprobs),
        tokens_(tokens) {}

  // Each response is printed as soon as it is there. False once standard output
  // takes no more.
  bool Take(const v1::GenerateResponse& response);

  // At the end of a call that succeeded: tells its summary, or that it is
  // missing.
  absl::Status Finish();

  bool open() const { return open_; }  // what Take answered last

 private:
  bool Print(const v1::GenerateResponse& response);
  void Tell() const;
  void TellShortfall() const;

  Session& session_;
  Printer& printer_;
  const bool logprobs_;
  const bool tokens_;
  bool open_ = true;
  std::optional<v1::QuickTraining> training_;
  std::optional<v1::Summary> summary_;
};

}  // namespace microgpt::client

#endif  // MICROGPT_CLIENT_COMMANDS_SAMPLE_STREAM_H_
