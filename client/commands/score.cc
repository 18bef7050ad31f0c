// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "client/command_line/values.h"
#include "client/commands/commands.h"
#include "client/commands/input.h"
#include "client/output/figures.h"
#include "client/output/printer.h"
#include "client/output/utf8.h"
#include "client/output/views.h"

namespace microgpt::client {
namespace {

// A batch stays below what ScoreRequest allows, with log-probabilities too.
constexpr std::size_t kMostTexts = 1000;
constexpr std::size_t kMostBytes = 384 << 10;

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
    if (full && request_.texts_size() > 0) {
      if (absl::Status status = Send(); !status.ok()) return status;
    }
    bytes_ += text.size();
    request_.add_texts(std::move(text));
    return absl::OkStatus();
  }

  // A text that cannot be scored is a warning, unless there is no other.
  absl::Status Finish() {
    if (request_.texts_size() > 0) {
      if (absl::Status status = Send(); !status.ok()) return status;
    }
    printer_.Finish();
    if (failed_ == 0) return absl::OkStatus();
    const std::string sentence =
        fmt::format("{} of {} texts could not be scored; the first: {}",
                    Grouped(failed_), Grouped(scored_), first_error_);
    if (failed_ == scored_) return absl::UnknownError(sentence);
    session_.console.Warning(sentence);
    return absl::OkStatus();
  }

 private:
  absl::Status Send() {
    const absl::StatusOr<v1::ScoreResponse> response = session_.connection.Call(
        session_.connection.microgpt(), &v1::MicroGpt::Stub::Score, request_);
    if (!response.ok()) {
      return Explained(response.status(), "score", "mgpt ls");
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

  void Print(const std::string& text, const v1::Score& score) {
    ++scored_;
    if (!score.error().empty() && failed_++ == 0) {
      first_error_ = fmt::format("\"{}\": {}", Printable(text), score.error());
    }
    printer_.Print(score, ScoreRow(text, score, request_.logprobs()));
  }

  Session& session_;
  Printer printer_;
  v1::ScoreRequest request_;
  std::size_t bytes_ = 0;
  std::size_t scored_ = 0;
  std::size_t failed_ = 0;
  std::string first_error_;
};

absl::Status RunScore(Session& session, const ScoreOptions& options) {
  Scoring scoring(&session, options);
  const bool from_input = options.texts.size() == 1 && options.texts[0] == "-";
  if (from_input) {
    const absl::Status status = ForEachInputLine(
        &session.console,
        [&](std::string text) { return scoring.Add(std::move(text)); });
    if (!status.ok()) return status;
  } else {
    for (const std::string& text : options.texts) {
      if (const auto at = FirstInvalidByte(text)) {
        return absl::InvalidArgumentError(
            fmt::format("TEXT: byte {} is not UTF-8", *at + 1));
      }
      if (absl::Status status = scoring.Add(text); !status.ok()) return status;
    }
  }
  return scoring.Finish();
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
  AddText(*command, "MODEL", &options->model,
          "names, or one version of it: names@3")
      ->required()
      ->option_text(" ");
  command
      ->add_option("TEXT", options->texts,
                   "Strings to score, or - for the lines of standard input")
      ->required()
      ->option_text(" ");
  command->add_flag("--logprobs", options->logprobs,
                    "Log-probability of each token too");
}

}  // namespace microgpt::client
