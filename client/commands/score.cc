// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/command_line/values.h"
#include "client/commands/commands.h"
#include "client/commands/failures.h"
#include "client/commands/files/input.h"
#include "client/commands/target.h"
#include "client/output/printer.h"
#include "client/output/views.h"

namespace microgpt::client {
namespace {

// The most a batch has: within what ScoreRequest allows, with log-probabilities
// too.
constexpr int kMostTexts = 1000;
constexpr std::size_t kMostBytes = kMostLineBytes;

struct ScoreOptions {
  std::string model;
  std::vector<std::string> texts;
  bool logprobs = false;
};

// Scores texts in batches and prints them in order.
class Scoring {
 public:
  Scoring(Session* session, const ScoreOptions& options)
      : session_(*session),
        printer_(&session->out, session->FormatOr(Format::kTable),
                 ScoreColumns(options.logprobs)) {
    request_.set_model(options.model);
    request_.set_logprobs(options.logprobs);
  }

  absl::Status Add(std::string text) {
    const bool full = request_.texts_size() == kMostTexts ||
                      bytes_ + text.size() > kMostBytes;
    if (full) {
      if (absl::Status status = Send(); !status.ok()) return status;
    }
    bytes_ += text.size();
    request_.add_texts(std::move(text));
    return absl::OkStatus();
  }

  // A text that is not worth sending has its row too.
  absl::Status AddFailed(std::string_view text, std::string_view error) {
    const absl::Status status = Send();
    if (!status.ok()) return status;
    v1::Score score;
    score.set_error(std::string(error));
    Print(text, score);
    return absl::OkStatus();
  }

  // Scores what has been added, if anything.
  absl::Status Send() {
    if (request_.texts().empty()) return absl::OkStatus();
    const absl::StatusOr<v1::ScoreResponse> response = session_.connection.Call(
        session_.connection.microgpt(), &v1::MicroGpt::Stub::Score, request_);
    if (!response.ok()) {
      return Explained(response.status(), "score",
                       ListForReference(request_.model()));
    }
    if (response->scores_size() != request_.texts_size()) {
      return absl::InternalError(fmt::format("the server scored {} of {} texts",
                                             response->scores_size(),
                                             request_.texts_size()));
    }
    for (int i = 0; i < response->scores_size(); ++i) {
      Print(request_.texts(i), response->scores(i));
    }
    request_.clear_texts();
    bytes_ = 0;
    return absl::OkStatus();
  }

  // Must be called once, with the status of all that was added.
  absl::Status Finish(const absl::Status& status) {
    printer_.FinishAfter(status);
    return status.ok() ? failures_.Report(&session_.console) : status;
  }

 private:
  void Print(std::string_view text, const v1::Score& score) {
    failures_.Count(text, score.error());
    printer_.Print(score, ScoreRow(text, score, request_.logprobs()));
  }

  Session& session_;
  Printer printer_;
  v1::ScoreRequest request_;
  std::size_t bytes_ = 0;
  Failures failures_{"texts could not be scored"};
};

absl::Status ScoreInput(Session& session, Scoring* scoring) {
  return ForEachInputLine(&session.console, [scoring](InputLine line) {
    const absl::Status length = line.CheckLength();
    return length.ok()
               ? scoring->Add(std::move(line.text))
               : scoring->AddFailed(line.text, std::string(length.message()));
  });
}

absl::Status ScoreArguments(const std::vector<std::string>& texts,
                            Scoring* scoring) {
  for (const std::string& text : texts) {
    if (absl::Status status = scoring->Add(text); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status RunScore(Session& session, const ScoreOptions& options) {
  Scoring scoring(&session, options);
  const bool from_input = options.texts.size() == 1 && options.texts[0] == "-";
  absl::Status status = from_input ? ScoreInput(session, &scoring)
                                   : ScoreArguments(options.texts, &scoring);
  if (status.ok()) status = scoring.Send();
  return scoring.Finish(status);
}

}  // namespace

void AddScore(CLI::App& root, Action* chosen) {
  auto options = std::make_shared<ScoreOptions>();
  CLI::App* command = AddCommand<ScoreOptions>(
      root, "score", "Say how likely given strings are",
      "mgpt score names emma xqzw\n"
      "mgpt score names -o csv - < candidates.txt\n"
      "mgpt score names -- -starts-with-a-dash",
      options, RunScore, chosen);
  AddReference(*command, &options->model)->required();
  AddTexts(*command, "TEXT", &options->texts,
           "Strings to score, or - for the lines of standard input")
      ->required()
      ->option_text(" ");
  command->add_flag("--logprobs", options->logprobs,
                    "Log-probability of each token too");
}

}  // namespace microgpt::client
