// SPDX-License-Identifier: MIT
#include "core/benchmark/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <functional>

#include "core/errors/errors.h"

namespace microgpt::benchmark {
namespace {

// A flag that changes each case by set(case, value).
template <typename T>
CLI::Option* AddChange(CLI::App& app, Options* options, const std::string& flag,
                       const std::string& description,
                       void (*set)(CaseSettings&, const T&)) {
  return app.add_option_function<T>(
      flag,
      [options, set](const T& value) {
        options->changes.push_back(
            [set, value](CaseSettings& settings) { set(settings, value); });
      },
      description);
}

void AddNumbers(CLI::App& app, Options* options) {
  using Set = void (*)(CaseSettings&, const uint32_t&);
  struct Flag {
    const char* name;
    const char* description;
    Set set;
  };
  constexpr Flag kFlags[] = {
      {"--n-layer", "layers", [](auto& c, auto& v) { c.model.n_layer = v; }},
      {"--n-embd", "width", [](auto& c, auto& v) { c.model.n_embd = v; }},
      {"--n-head", "heads", [](auto& c, auto& v) { c.model.n_head = v; }},
      {"--block-size", "longest context",
       [](auto& c, auto& v) { c.model.block_size = v; }},
      {"--batch", "documents a step",
       [](auto& c, auto& v) { c.training.batch_size = v; }},
      {"--threads", "threads of a training",
       [](auto& c, auto& v) { c.training.threads = v; }},
      {"--steps", "of time_to_loss, and of the model that generate draws from",
       [](auto& c, auto& v) { c.training.steps = v; }},
      {"--streams", "strings drawn at once: 1, or 0 for Generate's own",
       [](auto& c, auto& v) { c.streams = v; }},
      {"--vocab", "tokens, with --documents random",
       [](auto& c, auto& v) { c.vocab = v; }},
  };
  for (const Flag& flag : kFlags) {
    AddChange<uint32_t>(app, options, flag.name, flag.description, flag.set);
  }
}

void AddOthers(CLI::App& app, Options* options) {
  AddChange<double>(app, options, "--learning-rate", "of all trainings",
                    [](auto& c, auto& v) { c.training.learning_rate = v; });
  AddChange<double>(app, options, "--temperature", "of generate",
                    [](auto& c, auto& v) { c.sampling.temperature = v; });
  AddChange<std::string>(app, options, "--precision", "float32 or float64",
                         [](auto& c, auto& v) {
                           c.training.precision = v == "float64"
                                                      ? Precision::kFloat64
                                                      : Precision::kFloat32;
                         })
      ->check(CLI::IsMember({"float32", "float64"}));
  AddChange<std::string>(app, options, "--documents",
                         "lines; joined until they fill block_size; random",
                         [](auto& c, auto& v) {
                           c.documents = v == "joined"   ? Documents::kJoined
                                         : v == "random" ? Documents::kRandom
                                                         : Documents::kLines;
                         })
      ->check(CLI::IsMember({"lines", "joined", "random"}));
}

void AddEffort(CLI::App& app, Options* options) {
  Effort& effort = options->effort;
  app.add_option("--seconds", effort.seconds, "of repetitions a row, at least");
  app.add_option("--repetition-ms", effort.repetition_ms,
                 "of each repetition, at least");
  app.add_option("--repetitions", effort.repetitions, "a row, at least")
      ->check(CLI::PositiveNumber);
  app.add_option("--loss", options->losses, "of time_to_loss")
      ->delimiter(',')
      ->allow_extra_args(false);
  app.add_option("--runs", options->runs, "trainings of time_to_loss")
      ->check(CLI::PositiveNumber);
}

}  // namespace

absl::StatusOr<std::vector<Case>> Options::Cases(
    std::vector<Case> table) const {
  if (changes.empty()) return table;
  CaseSettings settings = *table.front();
  for (const auto& change : changes) change(settings);
  MICROGPT_ASSIGN_OR_RETURN(const Case changed, Case::Create(settings));
  return std::vector<Case>{changed};
}

Options ReadOptions(int argc, char** argv) {
  Options options;
  CLI::App app(
      "Measures training and sampling, a JSON object a line. With a flag that\n"
      "describes a model or a training, one row of each kind.");
  app.option_defaults()->always_capture_default();
  app.add_option("what", options.what, "what to measure")
      ->check(
          CLI::IsMember({"all", "train", "generate", "load", "time_to_loss"}));
  app.add_option("--data", options.data, "a text, one document a line")
      ->required();
  AddNumbers(app, &options);
  AddOthers(app, &options);
  AddEffort(app, &options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::exit(app.exit(error));
  }
  std::ranges::sort(options.losses, std::greater());
  return options;
}

}  // namespace microgpt::benchmark
