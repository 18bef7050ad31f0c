// SPDX-License-Identifier: MIT
#include <string>

#include "client/command_line/values.h"
#include "client/commands/commands.h"
#include "client/commands/target.h"
#include "client/output/printer.h"
#include "client/output/views.h"

namespace microgpt::client {
namespace {

struct MetricsOptions {
  std::string target;
  v1::GetLossesRequest request;  // from_step
};

absl::Status RunMetrics(Session& session, const MetricsOptions& options) {
  v1::GetLossesRequest request = options.request;
  SetTarget(options.target, &request);
  Printer printer(&session.out, session.FormatOr(Format::kTable),
                  PointColumns());
  const absl::Status status = session.connection.Read(
      session.connection.registry(), &v1::Registry::Stub::GetLosses, request,
      [&printer](const v1::GetLossesResponse& response) {
        v1::Point point;
        point.set_step(response.first_step());
        for (const double loss : response.losses()) {
          point.set_loss(loss);
          if (!printer.Print(point, PointRow(point))) return false;
          point.set_step(point.step() + 1);
        }
        return true;
      });
  printer.FinishAfter(status);
  return Explained(status, "metrics", ListFor(options.target));
}

}  // namespace

void AddMetrics(CLI::App& root, Action* chosen) {
  auto options = std::make_shared<MetricsOptions>();
  v1::GetLossesRequest* const request = &options->request;
  CLI::App* command = AddCommand<MetricsOptions>(
      root, "metrics", "Print the loss of every step of a training job",
      "mgpt metrics names -o csv > losses.csv\n"
      "mgpt metrics names --from-step 991",
      options, RunMetrics, chosen);
  AddTarget(*command, &options->target);
  AddWhole(
      *command, "--from-step",
      [request](std::uint32_t step) { request->set_from_step(step); },
      "The first step wanted (1)");
}

}  // namespace microgpt::client
