// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "client/command_line/values.h"
#include "client/commands/commands.h"
#include "client/commands/target.h"
#include "client/output/curve.h"
#include "client/output/metrics_view.h"
#include "client/output/printer.h"
#include "microgpt/v1/inspector.pb.h"

namespace microgpt::client {
namespace {

struct MetricsOptions {
  std::string target;
  v1::GetMetricsRequest request;  // from_step, every, follow
  bool plot = false;
};

using Message = v1::GetMetricsResponse;

// Shows messages as they come.
class MetricsSink {
 public:
  virtual ~MetricsSink() = default;
  // False once nothing more can be shown.
  virtual bool Show(const Message& message) = 0;
  virtual void Finish(const absl::Status& status) = 0;
};

// Rows, or the messages themselves with -o json.
class MetricsList final : public MetricsSink {
 public:
  MetricsList(Session* session, bool follow)
      : session_(*session),
        follow_(follow),
        format_(session->FormatOr(Format::kTable)),
        printer_(&session->out, format_, MetricsColumns()) {}

  bool Show(const Message& message) override {
    bool open = true;
    if (format_ == Format::kJson) {
      open = session_.out.Write(Json(message) + "\n");
    } else {
      for (const Row& row : MetricsRows(message)) {
        open = open && ShowRow(message, row);
      }
    }
    if (follow_) open = open && session_.out.Flush();
    return open;
  }

  void Finish(const absl::Status& status) override {
    if (!IsLive()) printer_.FinishAfter(status);
  }

 private:
  // A table that is followed cannot wait for its widths.
  bool IsLive() const { return follow_ && format_ == Format::kTable; }

  bool ShowRow(const Message& message, const Row& row) {
    if (!IsLive()) return printer_.Print(message, row);
    if (!has_header_) session_.out.Write(MetricsHeader());
    has_header_ = true;
    return session_.out.Write(MetricsLine(row));
  }

  Session& session_;
  const bool follow_;
  const Format format_;
  Printer printer_;
  bool has_header_ = false;
};

// A picture: drawn anew with every message where a terminal can do that, else
// once.
class MetricsPlot final : public MetricsSink {
 public:
  MetricsPlot(Session* session, const v1::Job& job, bool follow)
      : session_(*session),
        animated_(follow && session->out.is_terminal() &&
                  session->console.can_animate()),
        curve_(job.steps(), job.vocab_size()) {}

  bool Show(const Message& message) override {
    curve_.Add(message);
    return !animated_ || Draw();
  }

  void Finish(const absl::Status& status) override {
    if (!animated_ && (status.ok() || !curve_.empty())) Draw();
  }

 private:
  // One column less than there are: a full line would wrap on some terminals.
  bool Draw() {
    const auto lines =
        curve_.Draw(session_.console.width() - 1, session_.color_out);
    std::string picture;
    if (drawn_ > 0) picture = fmt::format("\033[{}A\033[J", drawn_);
    session_.out.Write(picture + fmt::format("{}\n", fmt::join(lines, "\n")));
    drawn_ = lines.size();
    return session_.out.Flush();
  }

  Session& session_;
  const bool animated_;
  Curve curve_;
  std::size_t drawn_ = 0;  // lines
};

// How to go on after `last`, the newest message.
std::string GoOn(const Message& last, unsigned next_step,
                 const MetricsOptions& options) {
  const std::uint32_t every = options.request.every();
  return fmt::format("mgpt metrics {} --follow --from {}{}{}", last.job(),
                     next_step,
                     every > 0 ? fmt::format(" --every {}", every) : "",
                     options.plot ? " --plot" : "");
}

// Reads all messages into `sink`.
absl::Status ReadMetrics(Session& session, const MetricsOptions& options,
                         const v1::GetMetricsRequest& request,
                         MetricsSink& sink) {
  const Interrupts::Hold hold(session.connection.interrupts());
  Message last;
  unsigned next_step = std::max(request.from_step(), 1u);
  absl::Status status = session.connection.Read(
      session.connection.inspector(), &v1::Inspector::Stub::GetMetrics, request,
      [&](const Message& message) {
        last = message;
        if (!message.steps().empty()) {
          next_step = message.steps(message.steps_size() - 1) + 1;
        }
        return sink.Show(message);
      });
  sink.Finish(status);
  if (status.ok() || !request.follow() || last.job().empty()) {
    return Explained(status, "metrics", ListFor(options.target));
  }
  const std::string go_on = GoOn(last, next_step, options);
  if (status.code() == absl::StatusCode::kCancelled) {
    return absl::CancelledError(
        fmt::format("job {} goes on. Follow it: {}", last.job(), go_on));
  }
  return WithNextStep(status, go_on);
}

absl::Status RunPlot(Session& session, const MetricsOptions& options) {
  if (session.FormatOr(Format::kTable) != Format::kTable) {
    return WithNextStep(
        absl::InvalidArgumentError("--plot draws a picture, and -o asks for "
                                   "something else: leave out one of them"),
        "mgpt metrics --help");
  }
  v1::GetStatusRequest which;
  SetTarget(options.target, &which);
  const absl::StatusOr<v1::Job> job = session.connection.Call(
      session.connection.microgpt(), &v1::MicroGpt::Stub::GetStatus, which);
  if (!job.ok()) {
    return Explained(job.status(), "metrics", ListFor(options.target));
  }
  v1::GetMetricsRequest request = options.request;
  request.set_job(job->job());
  if (request.every() == 0) {
    // A point a column of dots.
    const auto points =
        static_cast<unsigned>(Curve::Points(session.console.width()));
    request.set_every(std::max(1u, (job->steps() + points - 1) / points));
  }
  MetricsPlot plot(&session, *job, request.follow());
  return ReadMetrics(session, options, request, plot);
}

absl::Status RunMetrics(Session& session, const MetricsOptions& options) {
  if (options.plot) return RunPlot(session, options);
  v1::GetMetricsRequest request = options.request;
  SetTarget(options.target, &request);
  MetricsList list(&session, request.follow());
  return ReadMetrics(session, options, request, list);
}

}  // namespace

void AddMetrics(CLI::App& root, Action* chosen) {
  auto options = std::make_shared<MetricsOptions>();
  v1::GetMetricsRequest* const request = &options->request;
  CLI::App* command = AddCommand<MetricsOptions>(
      root, "metrics",
      "Print the loss, the validation loss, the learning rate and the\n"
      "gradient's norm over the steps of a training job",
      "mgpt metrics names --plot\n"
      "mgpt metrics names --every 100\n"
      "mgpt metrics names -o csv > metrics.csv\n"
      "mgpt metrics --follow --from 991",
      options, RunMetrics, chosen);
  AddTarget(*command, &options->target);
  AddWhole(
      *command, "--from,--from-step",
      [request](std::uint32_t step) { request->set_from_step(step); },
      "The first step wanted (1)");
  AddWhole(
      *command, "--every",
      [request](std::uint32_t every) { request->set_every(every); },
      "One row for so many steps, with the mean of their losses\n"
      "(1; with --plot as many as the picture is wide)");
  command->add_flag_callback(
      "-f,--follow", [request] { request->set_follow(true); },
      "Go on until the job ends");
  command->add_flag("--plot", options->plot, "Draw the loss over the steps");
}

}  // namespace microgpt::client
