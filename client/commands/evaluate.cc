// SPDX-License-Identifier: MIT
#include <string>

#include "client/command_line/values.h"
#include "client/commands/commands.h"
#include "client/commands/target.h"
#include "client/output/evaluation_view.h"
#include "client/output/printer.h"

namespace microgpt::client {
namespace {

struct EvaluateOptions {
  v1::EvaluateRequest request;
};

absl::Status RunEvaluate(Session& session, const EvaluateOptions& options) {
  const absl::StatusOr<v1::Evaluation> evaluation =
      session.connection.Call(session.connection.microgpt(),
                              &v1::MicroGpt::Stub::Evaluate, options.request);
  if (!evaluation.ok()) {
    return Explained(evaluation.status(), "evaluate",
                     ListForReference(options.request.model()));
  }
  const Format format = session.FormatOr(Format::kTable);
  if (format == Format::kTable) {
    session.out.Write(EvaluationCard(*evaluation));
    return absl::OkStatus();
  }
  Printer printer(&session.out, format, EvaluationColumns());
  printer.Print(*evaluation, EvaluationRow(*evaluation));
  printer.Finish();
  return absl::OkStatus();
}

}  // namespace

void AddEvaluate(CLI::App& root, Action* chosen) {
  auto options = std::make_shared<EvaluateOptions>();
  v1::EvaluateRequest* const request = &options->request;
  CLI::App* command = AddCommand<EvaluateOptions>(
      root, "evaluate", "Say whether a model is any good, and what to do",
      "mgpt evaluate names\n"
      "mgpt evaluate names@3 --documents 500 -o json | jq .losses\n"
      "mgpt train pets.txt --validation 0.1 && mgpt evaluate pets -o text",
      options, RunEvaluate, chosen);
  CLI::Option* const model = AddReference(*command, request->mutable_model());
  model->description(model->get_description() + "\n(default: names)");
  AddWhole(
      *command, "--documents",
      [request](std::uint32_t n) { request->set_documents(n); },
      "How many documents are scored at most (2000;\n"
      "1..100000; fewer for large models). The n-grams\n"
      "learn from those that are not");
  AddWhole(
      *command, "--samples",
      [request](std::uint32_t n) { request->set_samples(n); },
      "How many strings are drawn (1000; 1..100000)");
  AddWhole(
      *command, "--seed", [request](std::uint32_t n) { request->set_seed(n); },
      "Same seed, same strings (42)");
}

}  // namespace microgpt::client
