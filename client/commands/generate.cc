// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <string>

#include "client/command_line/values.h"
#include "client/commands/commands.h"
#include "client/commands/failures.h"
#include "client/commands/files/input.h"
#include "client/commands/target.h"
#include "client/output/figures.h"
#include "client/output/printer.h"
#include "client/output/views.h"

namespace microgpt::client {
namespace {

struct GenerateOptions {
  v1::GenerateRequest request;  // without its `where`
  v1::Condition where;
};

// "20 strings from names@3 with seed 7 in 2 ms", so that they can be had again.
std::string Said(const v1::Summary& summary) {
  return fmt::format(
      "{} from {}{} in {}", Counted(summary.count(), "string"), summary.model(),
      summary.has_seed() ? fmt::format(" with seed {}", summary.seed()) : "",
      HumanDuration(ToChrono(summary.elapsed())));
}

void Tell(Session& session, const v1::Summary& summary) {
  session.console.Note(Said(summary));
  if (summary.shortfall() == 0) return;
  session.console.Warning(
      fmt::format("{} of {} strings are missing: {} draws were not enough. Ask "
                  "for less, or "
                  "raise --max-attempts or --temperature",
                  Grouped(summary.shortfall()),
                  Grouped(summary.count() + summary.shortfall()),
                  Grouped(summary.attempts())));
}

// With stream_tokens the tokens alone, but in JSON, which has room for both.
bool PrintAll(const v1::GenerateResponse& response,
              const v1::GenerateRequest& request, Printer* printer) {
  if (response.has_token()) {
    return printer->Print(response.token(), TokenRow(response.token()));
  }
  if (request.stream_tokens() && !printer->is_json()) return true;
  for (const v1::Sample& sample : response.samples()) {
    if (!printer->Print(sample, SampleRow(sample, request.logprobs()))) {
      return false;
    }
  }
  return true;
}

// One call. False in `*open` once standard output takes no more.
absl::Status GenerateOnce(Session& session, const v1::GenerateRequest& request,
                          Printer* printer, bool* open) {
  v1::Summary summary;
  bool has_summary = false;
  const absl::Status status = session.connection.Read(
      session.connection.microgpt(), &v1::MicroGpt::Stub::Generate, request,
      [&](const v1::GenerateResponse& response) {
        *open = PrintAll(response, request, printer);
        if (!*open) return false;
        if (response.has_summary()) {
          summary = response.summary();
          has_summary = true;
        }
        *open = session.out.Flush();  // each as soon as it is there
        return *open;
      });
  if (!status.ok())
    return Explained(status, "generate", ListForReference(request.model()));
  if (!*open) return absl::OkStatus();
  if (!has_summary) {
    return absl::UnavailableError(
        "the server ended the stream before its summary: strings may be "
        "missing. Try again");
  }
  Tell(session, summary);
  return absl::OkStatus();
}

// Whether the server refused this prefix, not the request as a whole: its
// messages begin with the field.
bool IsAboutPrefix(const absl::Status& status) {
  return status.code() == absl::StatusCode::kInvalidArgument &&
         std::string(status.message()).starts_with("prefix: ");
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
    if (is_sent && !status.ok() && !IsAboutPrefix(status)) return status;
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

void AddConditions(CLI::App& command, v1::Condition* where) {
  AddText(command, "--suffix", where->mutable_suffix(),
          "What each string ends with");
  AddText(command, "--contains", where->mutable_contains(),
          "What stands in each string somewhere");
  AddText(command, "--regex", where->mutable_regex(),
          "What matches each whole string, in RE2's syntax");
  AddText(command, "--alphabet", where->mutable_alphabet(),
          "The characters that each string is made of");
  AddWhole(
      command, "--min-length",
      [where](std::uint32_t n) { where->set_min_length(n); },
      "Characters of the shortest string (1)");
  AddWhole(
      command, "--max-length",
      [where](std::uint32_t n) { where->set_max_length(n); },
      "Characters of the longest string (block_size)");
}

void AddSampling(CLI::App& command, v1::GenerateRequest* request) {
  AddWhole(
      command, "-n,--count",
      [request](std::uint32_t n) { request->set_count(n); },
      "How many strings (20; 1..1000000)");
  AddReal(
      command, "--temperature",
      [request](double x) { request->set_temperature(x); },
      "0 takes the likeliest (0.5; 0..100)");
  AddWhole(
      command, "--top-k", [request](std::uint32_t n) { request->set_top_k(n); },
      "Draw among the N likeliest");
  AddReal(
      command, "--top-p", [request](double x) { request->set_top_p(x); },
      "Draw among the likeliest that together reach X");
  AddWhole(
      command, "--seed", [request](std::uint32_t n) { request->set_seed(n); },
      "Same seed, same strings (default: random, and told)");
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
  AddSampling(*command, request);
  AddText(*command, "--prefix", request->mutable_prefix(),
          "What each string begins with; - makes --count\n"
          "strings for each line of standard input");
  AddConditions(*command, &options->where);
  command->add_flag_callback(
      "--unique", [request] { request->set_unique(true); }, "No string twice");
  command->add_flag_callback(
      "--novel", [request] { request->set_novel(true); },
      "No string of the text that the model learned");
  command->add_flag_callback(
      "--logprobs", [request] { request->set_logprobs(true); },
      "Log-probability of each token too (as a table)");
  command->add_flag_callback(
      "--stream-tokens", [request] { request->set_stream_tokens(true); },
      "Each token as it was drawn, its probability and the\n"
      "likeliest beside it (as a table)");
  command
      ->add_option_function<std::string>(
          "--randomness",
          [request](const std::string& name) { SetRandomness(name, request); },
          "indexed (default), or python: the reference program's")
      ->option_text("NAME");
  AddWhole(
      *command, "--max-attempts",
      [request](std::uint32_t n) { request->set_max_attempts(n); },
      "Draws a string before giving up (1000; 1..1000000)");
}

}  // namespace microgpt::client
