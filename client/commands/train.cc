// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <optional>
#include <string>
#include <vector>

#include "client/command_line/values.h"
#include "client/commands/commands.h"
#include "client/commands/config_flags.h"
#include "client/commands/files/input.h"
#include "client/commands/follow.h"
#include "client/commands/train_source.h"
#include "client/output/printer.h"
#include "client/output/views.h"

namespace microgpt::client {
namespace {

struct TrainOptions {
  std::string source;
  bool detach = false;
  bool evaluate = false;
  v1::TrainRequest request;  // model, config, request_id
};

// Fills `request` with what it trains on and, where none is given, the model.
absl::Status SetSource(Session& session, const TrainSource& source,
                       v1::TrainRequest* request) {
  if (request->model().empty()) {
    const auto model = DefaultModel(source);
    if (!model.has_value()) {
      const bool is_input = source.kind == TrainSource::Kind::kStandardInput;
      return NamesNoModel(is_input ? kStandardInputName : source.value);
    }
    request->set_model(*model);
  }
  if (source.kind == TrainSource::Kind::kDataset) {
    request->set_dataset(source.value);
    return absl::OkStatus();
  }
  return ReadTrainingText(source, &session.console, request);
}

absl::StatusOr<v1::Job> StartTraining(Session& session,
                                      const v1::TrainRequest& request) {
  absl::StatusOr<v1::Job> job = session.connection.Call(
      session.connection.microgpt(), &v1::MicroGpt::Stub::Train, request);
  if (job.status().code() == absl::StatusCode::kCancelled) {
    return absl::CancelledError(
        "interrupted before the server answered: the job may have started. "
        "See: mgpt jobs");
  }
  return job;
}

// Starts with the first source that there is: "X" is the dataset X or else, if
// the server knows none, the file X. From where a job may be under way, `hold`
// keeps Ctrl-C from ending the program without a word about it.
absl::StatusOr<v1::Job> StartWithAnySource(
    Session& session, const TrainOptions& options,
    std::optional<Interrupts::Hold>* hold) {
  absl::Status not_found;
  for (const TrainSource& source : TrainSources(options.source)) {
    v1::TrainRequest request = options.request;
    if (request.config().ByteSizeLong() == 0) request.clear_config();
    if (absl::Status status = SetSource(session, source, &request);
        !status.ok()) {
      return status;
    }
    hold->emplace(session.connection.interrupts());
    absl::StatusOr<v1::Job> job = StartTraining(session, request);
    if (job.status().code() != absl::StatusCode::kNotFound) return job;
    hold->reset();  // a file is read next, perhaps a pipe
    not_found = job.status();
  }
  return NoFileEither(not_found);
}

absl::Status PrintDetached(Session& session, const v1::Job& job) {
  Printer printer(&session.out, session.FormatOr(Format::kText),
                  JobCardColumns(), Printer::Layout::kCard);
  printer.Print(job, {JobCardRow(job, Clock::now()).cells, job.job()});
  printer.Finish();
  session.console.Note(fmt::format(
      "Watch it: mgpt watch {0}   Stop it: mgpt stop {0}", job.job()));
  return absl::OkStatus();
}

absl::Status RunTrain(Session& session, const TrainOptions& options) {
  std::optional<Interrupts::Hold> hold;
  const absl::StatusOr<v1::Job> job =
      StartWithAnySource(session, options, &hold);
  if (!job.ok()) return Explained(job.status(), "train", "mgpt train --help");
  if (options.detach) return PrintDetached(session, *job);
  v1::WatchStatusRequest request;
  request.set_job(job->job());
  return Follow(session, request, options.evaluate);
}

}  // namespace

void AddTrain(CLI::App& root, Action* chosen) {
  auto options = std::make_shared<TrainOptions>();
  CLI::App* command = AddCommand<TrainOptions>(
      root, "train", "Train a model and follow it until it is made",
      "mgpt train names\n"
      "mgpt train pets.txt --steps 5000 --n-embd 32\n"
      "cat pets.txt | mgpt train - --model pets -o json",
      options, RunTrain, chosen);
  RefuseEmpty(command->add_option(
                  "SOURCE", options->source,
                  "A dataset by its name, such as names (see\n"
                  "mgpt dataset ls); a file, one string a line; or - for\n"
                  "standard input. A file called as a dataset is ./FILE"))
      ->required()
      ->option_text(" ");
  AddText(*command, "-m,--model", options->request.mutable_model(),
          "The model to make a version of\n"
          "(default: the dataset's or file's name)")
      ->option_text("NAME");
  CLI::Option* const detach =
      command->add_flag("--detach", options->detach,
                        "Print the job's id and return; it trains on");
  command
      ->add_flag("--evaluate", options->evaluate,
                 "Say at its end whether the model is any good, as\n"
                 "mgpt evaluate does (as a table or json)")
      ->excludes(detach);
  AddText(*command, "--request-id", options->request.mutable_request_id(),
          "Makes a retry safe: same id, same job")
      ->option_text("ID");
  AddConfigFlags(*command, options->request.mutable_config());
}

}  // namespace microgpt::client
