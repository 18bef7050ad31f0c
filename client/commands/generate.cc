// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <string>

#include "client/command_line/values.h"
#include "client/commands/commands.h"
#include "client/commands/failures.h"
#include "client/commands/files/input.h"
#include "client/commands/generation_flags.h"
#include "client/commands/sample_stream.h"
#include "client/commands/target.h"
#include "client/output/printer.h"
#include "client/output/views.h"

namespace microgpt::client {
namespace {

struct GenerateOptions {
  v1::GenerateRequest request;  // without its `where`
  v1::Condition where;
};

// One call. False in `*open` once standard output takes no more.
absl::Status GenerateOnce(Session& session, const v1::GenerateRequest& request,
                          Printer* printer, bool* open) {
  SampleStream stream(&session, printer, request.logprobs(),
                      request.stream_tokens());
  const absl::Status status = session.connection.Read(
      session.connection.microgpt(), &v1::MicroGpt::Stub::Generate, request,
      [&stream](const v1::GenerateResponse& response) {
        return stream.Take(response);
      });
  *open = stream.open();
  if (status.ok()) return stream.Finish();
  return Explained(status, "generate", ListForReference(request.model()));
}

// Whether the server refused this prefix, not the request as a whole: its
// messages name the field, or say that no string "begins with" this one.
bool IsAboutPrefix(const absl::Status& status, const std::string& prefix) {
  const std::string message(status.message());
  if (status.code() == absl::StatusCode::kInvalidArgument) {
    return message.starts_with("prefix: ");
  }
  const std::string begins = fmt::format("begins with \"{}\"", prefix);
  return status.code() == absl::StatusCode::kFailedPrecondition &&
         (message.find(" prefix ") != std::string::npos ||
          message.starts_with("prefix ") ||
          message.find(begins) != std::string::npos);
}

// One call for each line of standard input. A prefix that is refused does not
// end the others.
absl::Status GenerateForInput(Session& session,
                              const v1::GenerateRequest& request,
                              Printer* printer) {
  bool open = true;
  Failures failures("prefixes were left out");
  const auto generate = [&](InputLine line) {
    if (!open) return absl::OkStatus();
    absl::Status status = line.CheckLength();
    const bool is_sent = status.ok();
    if (is_sent) {
      v1::GenerateRequest with_prefix = request;
      with_prefix.set_prefix(line.text);
      status = GenerateOnce(session, with_prefix, printer, &open);
    }
    if (is_sent && !status.ok() && !IsAboutPrefix(status, line.text)) {
      return status;
    }
    failures.Count(line.text, std::string(status.message()));
    return absl::OkStatus();
  };
  const absl::Status status = ForEachInputLine(&session.console, generate);
  return status.ok() ? failures.Report(&session.console) : status;
}

absl::Status RunGenerate(Session& session, const GenerateOptions& options) {
  v1::GenerateRequest request = options.request;
  if (options.where.ByteSizeLong() > 0)
    *request.mutable_where() = options.where;
  const bool logprobs = request.logprobs();
  const bool tokens = request.stream_tokens();
  // A line of text has no room for the probabilities that were asked for.
  const Format format =
      session.FormatOr(logprobs || tokens ? Format::kTable : Format::kText);
  Printer printer(&session.out, format,
                  tokens ? TokenColumns() : SampleColumns(logprobs));
  bool open = true;
  const absl::Status status =
      request.prefix() == "-" ? GenerateForInput(session, request, &printer)
                              : GenerateOnce(session, request, &printer, &open);
  printer.FinishAfter(status);
  return status;
}

void SetRandomness(const std::string& name, v1::GenerateRequest* request) {
  if (name == "indexed") {
    request->set_randomness(v1::GenerateRequest::RANDOMNESS_INDEXED);
  } else if (name == "python") {
    request->set_randomness(v1::GenerateRequest::RANDOMNESS_PYTHON);
  } else {
    throw CLI::ValidationError(
        "--randomness", fmt::format("\"{}\" is not indexed or python", name));
  }
}

}  // namespace

void AddGenerate(CLI::App& root, Action* chosen) {
  auto options = std::make_shared<GenerateOptions>();
  v1::GenerateRequest* const request = &options->request;
  CLI::App* command = AddCommand<GenerateOptions>(
      root, "generate", "Make new strings, one a line",
      "mgpt generate\n"
      "mgpt generate names -n 5 --prefix an --temperature 0.8\n"
      "mgpt generate names -n 5 --novel --unique --min-length 4\n"
      "mgpt generate names -n 5 --regex '.*(lyn|ann)a?'\n"
      "mgpt generate names@1 --seed 7 -o json | jq -r .text",
      options, RunGenerate, chosen);
  command->alias("run");
  CLI::Option* const model = AddReference(*command, request->mutable_model());
  model->description(model->get_description() + "\n(default: names)");
  AddSamplingFlags(*command, "1000000", request);
  AddText(*command, "--prefix", request->mutable_prefix(),
          "What each string begins with; - makes --count\n"
          "strings for each line of standard input, each a\n"
          "call of its own");
  AddConditionFlags(*command, &options->where);
  command->add_flag_callback(
      "--unique", [request] { request->set_unique(true); }, "No string twice");
  command->add_flag_callback(
      "--novel", [request] { request->set_novel(true); },
      "No line of the text that the model learned (the\n"
      "beginning of one that block_size cuts off is novel)");
  command->add_flag_callback(
      "--logprobs", [request] { request->set_logprobs(true); },
      "Log-probability of each token too (as a table)");
  command->add_flag_callback(
      "--stream-tokens", [request] { request->set_stream_tokens(true); },
      "Each token that was drawn after the prefix, its\n"
      "probability under the settings and the likeliest\n"
      "beside it (as a table)");
  command
      ->add_option_function<std::string>(
          "--randomness",
          [request](const std::string& name) { SetRandomness(name, request); },
          "indexed (default), or python: the reference\n"
          "program's, which goes on from the end of training\n"
          "where no --seed is given")
      ->option_text("NAME");
}

}  // namespace microgpt::client
