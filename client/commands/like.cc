// SPDX-License-Identifier: MIT
#include <memory>
#include <string>

#include "client/command_line/values.h"
#include "client/commands/commands.h"
#include "client/commands/files/input.h"
#include "client/commands/generation_flags.h"
#include "client/commands/sample_stream.h"
#include "client/connection/connection.h"
#include "client/output/figures.h"
#include "client/output/printer.h"
#include "client/output/views.h"

namespace microgpt::client {
namespace {

struct LikeOptions {
  std::string source;
  v1::GenerateLikeRequest request;  // without its text and its `where`
  v1::Condition where;
};

absl::Status RunLike(Session& session, const LikeOptions& options) {
  v1::GenerateLikeRequest request = options.request;
  if (options.where.ByteSizeLong() > 0) {
    *request.mutable_where() = options.where;
  }
  // Less than a message has room for, so that the rest fits in.
  absl::StatusOr<std::string> text =
      ReadText(options.source, kMaxMessageBytes / 2, &session.console);
  if (!text.ok()) return text.status();
  request.set_text(*std::move(text));
  Printer printer(&session.out, session.FormatOr(Format::kText),
                  SampleColumns(false));
  SampleStream stream(&session, &printer, false, false);
  absl::Status status = session.connection.Read(
      session.connection.microgpt(), &v1::MicroGpt::Stub::GenerateLike, request,
      [&](const v1::GenerateResponse& response) {
        return stream.Take(response);
      });
  if (status.ok()) status = stream.Finish();
  printer.FinishAfter(status);
  return Explained(status, "like", "mgpt like --help");
}

}  // namespace

void AddLike(CLI::App& root, Action* chosen) {
  auto options = std::make_shared<LikeOptions>();
  v1::GenerateLikeRequest* const request = &options->request;
  CLI::App* command = AddCommand<LikeOptions>(
      root, "like",
      "Make new strings like given ones, all different, and keep no model",
      "head -200 names.txt | mgpt like -n 10 -\n"
      "mgpt like pets.txt -n 5 --max-length 6",
      options, RunLike, chosen);
  RefuseEmpty(
      command->add_option("SOURCE", options->source,
                          "A file of up to 10,000 examples, one a line, or -\n"
                          "for standard input; no string is longer than the\n"
                          "longest of them"))
      ->required()
      ->option_text(" ");
  AddSamplingFlags(*command, "10000", request);
  AddText(*command, "--prefix", request->mutable_prefix(),
          "What each string begins with");
  AddConditionFlags(*command, &options->where);
  AddDuration(
      *command, "--time-budget",
      [request](std::chrono::milliseconds time) {
        *request->mutable_time_budget() = ToProto(time);
      },
      "For learning (200ms; 1ms..10s)");
}

}  // namespace microgpt::client
