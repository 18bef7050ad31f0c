// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "client/command_line/values.h"
#include "client/commands/commands.h"
#include "client/commands/target.h"
#include "client/output/printer.h"
#include "client/output/trace_views.h"

namespace microgpt::client {
namespace {

using Request = v1::TraceRequest;

constexpr std::uint32_t kTop = 5;  // candidates that fit a line

enum class View { kPredictions, kAttention, kMlp, kResidual, kLens };

struct TraceOptions {
  std::vector<std::string> arguments;  // [MODEL] TEXT
  std::optional<View> view;
  std::optional<std::uint32_t> head;
  Request request;  // step, layers
};

View ParseView(const std::string& name) {
  const std::pair<const char*, View> views[] = {
      {"predictions", View::kPredictions},
      {"attention", View::kAttention},
      {"mlp", View::kMlp},
      {"residual", View::kResidual},
      {"lens", View::kLens}};
  for (const auto& [known, view] : views) {
    if (name == known) return view;
  }
  throw CLI::ValidationError(
      "--view", fmt::format("\"{}\" is not predictions, attention, mlp, "
                            "residual or lens",
                            name));
}

Request::Part PartOf(View view) {
  switch (view) {
    case View::kAttention:
      return Request::PART_ATTENTION;
    case View::kMlp:
      return Request::PART_MLP;
    case View::kResidual:
      return Request::PART_RESIDUAL;
    case View::kLens:
      return Request::PART_LENS;
    default:
      return Request::PART_UNSPECIFIED;
  }
}

Request MakeRequest(const TraceOptions& options, Format format) {
  Request request = options.request;
  if (options.arguments.size() > 1) SetTarget(options.arguments[0], &request);
  request.set_text(options.arguments.back());
  // As JSON, without a view, all that the server sends by itself.
  const bool whole = format == Format::kJson && !options.view;
  if (!whole) {
    const bool rows = format == Format::kCsv || format == Format::kText;
    request.add_parts(PartOf(
        options.view.value_or(rows ? View::kPredictions : View::kAttention)));
  }
  // A small vocabulary has fewer, and then these are not asked for.
  if (format == Format::kTable && options.view == View::kLens) {
    request.set_top(1);
  }
  return request;
}

std::string Show(const v1::TraceResponse& trace, const TraceOptions& options) {
  if (!options.view) {
    return PredictionsView(trace) + "\n" + AttentionView(trace, options.head);
  }
  switch (*options.view) {
    case View::kAttention:
      return AttentionView(trace, options.head);
    case View::kMlp:
      return MlpView(trace);
    case View::kResidual:
      return ResidualView(trace);
    case View::kLens:
      return LensView(trace);
    default:
      return PredictionsView(trace);
  }
}

// Only the table of attention knows of heads.
absl::Status CheckHeadIsShown(const TraceOptions& options, Format format) {
  const bool attention =
      options.view.value_or(View::kAttention) == View::kAttention;
  if (!options.head || (attention && format == Format::kTable)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      "--head: only the table of attention shows a head alone; leave out "
      "--view and --output, or --head. See: mgpt trace --help");
}

absl::Status CheckFormat(const TraceOptions& options, Format format) {
  const bool rows = format == Format::kCsv || format == Format::kText;
  if (!rows || options.view.value_or(View::kPredictions) == View::kPredictions)
    return absl::OkStatus();
  return absl::InvalidArgumentError(
      "--output: csv and text have the predictions alone; choose table or "
      "json for this view. See: mgpt trace --help");
}

// That there is such a head is known from the answer only.
absl::Status CheckHead(const v1::TraceResponse& trace,
                       const std::optional<std::uint32_t>& head) {
  if (!head || trace.layers().empty()) return absl::OkStatus();
  const v1::Array& weights = trace.layers(0).weights();
  const std::uint32_t heads = weights.shape().empty() ? 0 : weights.shape(0);
  if (*head < heads) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("--head: {} is above the maximum {}. See: mgpt trace --help",
                  *head, heads == 0 ? 0 : heads - 1));
}

void PrintTable(Session& session, v1::TraceResponse& trace,
                const TraceOptions& options) {
  for (auto& position : *trace.mutable_positions()) {
    while (position.candidates_size() > static_cast<int>(kTop)) {
      position.mutable_candidates()->RemoveLast();
    }
  }
  session.out.Write(TraceSummary(trace) + "\n" + Show(trace, options));
}

absl::Status RunTrace(Session& session, const TraceOptions& options) {
  const Format format = session.FormatOr(Format::kTable);
  absl::Status valid = CheckFormat(options, format);
  if (valid.ok()) valid = CheckHeadIsShown(options, format);
  if (!valid.ok()) return valid;
  const Request request = MakeRequest(options, format);
  absl::StatusOr<v1::TraceResponse> trace = session.connection.Call(
      session.connection.inspector(), &v1::Inspector::Stub::Trace, request);
  if (!trace.ok()) {
    return Explained(trace.status(), "trace",
                     request.job().empty() ? ListForReference(request.model())
                                           : "mgpt jobs");
  }
  if (format == Format::kTable) {
    const absl::Status head = CheckHead(*trace, options.head);
    if (head.ok()) PrintTable(session, *trace, options);
    return head;
  }
  Printer printer(&session.out, format, PositionColumns());
  if (format == Format::kJson) {
    printer.Print(*trace, {});
  } else {
    for (const auto& position : trace->positions()) {
      printer.Print(position, PositionRow(position));
    }
  }
  printer.Finish();
  return absl::OkStatus();
}

// What of the trace is shown.
void AddChoices(CLI::App& command,
                const std::shared_ptr<TraceOptions>& options) {
  command
      .add_option_function<std::string>(
          "--view",
          [options](const std::string& name) {
            options->view = ParseView(name);
          },
          "predictions, attention, mlp, residual or lens\n"
          "(the first two)")
      ->option_text("NAME");
  AddWhole(
      command, "--layer",
      [options](std::uint32_t layer) { options->request.add_layers(layer); },
      "One layer, from 0 (all)");
  AddWhole(
      command, "--head",
      [options](std::uint32_t head) { options->head = head; },
      "One head, from 0 (all)");
}

}  // namespace

void AddTrace(CLI::App& root, Action* chosen) {
  auto options = std::make_shared<TraceOptions>();
  Request* const request = &options->request;
  CLI::App* command = AddCommand<TraceOptions>(
      root, "trace", "Follow a text through a model, stage by stage",
      "mgpt trace emma\n"
      "mgpt trace names@3 emma --view attention --layer 0 --head 1\n"
      "mgpt trace names emma --view lens\n"
      "mgpt trace names emma -o json | jq '.layers[0].weights'",
      options, RunTrace, chosen);
  AddTexts(*command, "TEXT", &options->arguments,
           "The text; before it a model, names or names@3, or a\n"
           "job's id (default: names)")
      ->required()
      ->expected(1, 2)
      ->option_text(" ");
  AddChoices(*command, options);
  AddWhole(
      *command, "--step",
      [request](std::uint32_t step) { request->set_step(step); },
      "What the job had learned after this step (its last)");
}

}  // namespace microgpt::client
