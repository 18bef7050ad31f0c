// SPDX-License-Identifier: MIT
#include "client/cli.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "CLI/CLI.hpp"
#include "client/command_line/nearest.h"
#include "client/command_line/values.h"
#include "client/commands/registry/registry.h"
#include "client/connection/connection.h"
#include "client/connection/failure.h"
#include "client/connection/interrupts.h"
#include "client/output/output.h"

namespace microgpt::client {
namespace {

constexpr char kVersion[] = "mgpt " MICROGPT_CLIENT_VERSION;
constexpr char kServerVariable[] = "MGPT_SERVER";

constexpr char kFooter[] =
    "-o is one of\n"
    "  table  for people, with rounded numbers\n"
    "  json   proto3 JSON (lowerCamelCase keys), one object a line\n"
    "  csv    with a header and every digit\n"
    "  text   the one string that matters, one a line: generate's default\n"
    "\n"
    "Data goes to standard output, all else to standard error.\n"
    "Exit codes: 0 ok, 1 failed, 2 usage, 3 unavailable (try again), 4 not\n"
    "found, 5 conflict, 130 interrupted.\n"
    "\n"
    "Examples:\n"
    "  mgpt train names\n"
    "  mgpt generate names -n 5\n"
    "  mgpt train --help";

// Help without CLI11's type names and markers: the usage line says what is
// required, the descriptions say the rest.
class HelpFormatter : public CLI::Formatter {
 public:
  HelpFormatter() {
    column_width(24);
    label("Positionals", "Arguments");
  }

  std::string make_usage(const CLI::App* app, std::string name) const override {
    const bool is_group = !app->get_subcommands({}).empty();
    if (is_group) return fmt::format("\nUsage: {} [OPTIONS] COMMAND …\n", name);
    return "\n" + CLI::Formatter::make_usage(app, std::move(name));
  }

  // Without CLI11's blank line too many between two groups.
  std::string make_help(const CLI::App* app, std::string name,
                        CLI::AppFormatMode mode) const override {
    return CLI::detail::find_and_replace(
        CLI::Formatter::make_help(app, std::move(name), mode), "\n\n\n",
        "\n\n");
  }

  // Where one argument or two are taken, the first names a model and may be
  // left out; CLI11 would say "TEXT(1x)".
  std::string make_option_usage(const CLI::Option* option) const override {
    const bool one_or_two =
        option->get_expected_min() == 1 && option->get_expected_max() == 2;
    if (one_or_two) return "[MODEL] " + make_option_name(option, true);
    return CLI::Formatter::make_option_usage(option);
  }

  std::string make_option_opts(const CLI::Option* option) const override {
    const std::string& text = option->get_option_text();
    return text.empty() || text == " " ? "" : " " + text;
  }
};

Format ParseFormat(const std::string& name) {
  if (name == "table") return Format::kTable;
  if (name == "json") return Format::kJson;
  if (name == "csv") return Format::kCsv;
  if (name == "text") return Format::kText;
  throw CLI::ValidationError(
      "--output", fmt::format("\"{}\" is not table, json, csv or text", name));
}

void AddGlobalOptions(CLI::App& root, Invocation* invocation) {
  root.add_option_function<std::string>(
          "-o,--output",
          [invocation](const std::string& name) {
            invocation->format = ParseFormat(name);
          },
          "table, json, csv or text (see below)")
      ->option_text("FORMAT");
  root.add_flag("-q,--quiet", invocation->quiet,
                "No progress and no hints; warnings and errors");
  root.add_flag_callback(
      "--no-color", [invocation] { invocation->color = false; },
      "No colours; so does NO_COLOR in the environment");
  root.add_option("--server", invocation->server,
                  "Where the server is (127.0.0.1:50051);\n"
                  "MGPT_SERVER in the environment does the same")
      ->option_text("HOST:PORT");
  AddDuration(
      root, "--timeout",
      [invocation](std::chrono::milliseconds timeout) {
        invocation->timeout = timeout;
      },
      "Give up on a call after this long, 500ms, 30s, 2m\n"
      "(never); a training that is followed goes on");
}

void AddVersion(CLI::App& root, Invocation* invocation) {
  constexpr char kHelp[] = "Print this program's version";
  root.set_version_flag("--version", kVersion, kHelp);
  AddBareCommand(root, "version", kHelp, "mgpt version")
      ->callback(
          [invocation] { invocation->help = fmt::format("{}\n", kVersion); });
}

void AddCommands(CLI::App& root, Action* action) {
  root.group("Training and sampling");  // what is added next is in this group
  AddTrain(root, action);
  AddGenerate(root, action);
  AddLike(root, action);
  AddScore(root, action);
  AddEvaluate(root, action);
  AddTrace(root, action);
  root.group("Training jobs");
  AddJobs(root, action);
  AddStatus(root, action);
  AddWatch(root, action);
  AddStop(root, action);
  AddMetrics(root, action);
  root.group("Models and datasets");
  AddModels(root, action);
  AddAlias(root, action);
  AddModelFiles(root, action);
  AddDatasets(root, action);
  root.group("The server, and this program");
  AddServer(root, action);
  AddOpen(root, action);
}

// CLI11 takes "[a,b]" for a list of two where a text is wanted as it is, and
// forgets "--" once it has the first of several texts. Such arguments get a
// mark, with which they look like nothing to it, and which every option takes
// off again.
constexpr char kMark = '\x01';

bool LooksLikeList(const std::string& argument) {
  return argument.starts_with('[') && argument.ends_with(']');
}

std::string Unmark(std::string& value) {
  if (value.starts_with(kMark)) value.erase(0, 1);
  return "";  // no error
}

// Has every option take off the mark and, given twice, take the last value:
// then a script's own options can be appended to.
void SetUpOptions(CLI::App& app) {
  for (CLI::Option* option : app.get_options()) {
    option->transform(CLI::Validator(Unmark, "", ""));
    if (option->nonpositional()) option->take_last();
  }
  for (CLI::App* command : app.get_subcommands({})) SetUpOptions(*command);
}

// The arguments in CLI11's order (last first), with what it gets wrong put
// right; besides the above, "--prefix=" would take the next one for its value.
std::vector<std::string> ForCli11(const std::vector<std::string>& arguments) {
  std::vector<std::string> prepared;
  bool only_texts = false;
  for (const std::string& argument : arguments) {
    if (only_texts || LooksLikeList(argument)) {
      prepared.push_back(kMark + argument);
    } else if (argument == "--") {
      only_texts = true;
    } else if (argument.starts_with("--") &&
               argument.find('=') == argument.size() - 1) {
      prepared.push_back(argument.substr(0, argument.size() - 1));
      prepared.emplace_back();
    } else {
      prepared.push_back(argument);
    }
  }
  std::reverse(prepared.begin(), prepared.end());
  return prepared;
}

// From mgpt itself down to the command that is chosen: "mgpt", "dataset",
// "add".
std::vector<CLI::App*> ChosenPath(CLI::App& root) {
  std::vector<CLI::App*> path = {&root};
  while (!path.back()->get_subcommands().empty()) {
    path.push_back(path.back()->get_subcommands().front());
  }
  return path;
}

// "mgpt dataset add".
std::string NameOf(const std::vector<CLI::App*>& path) {
  std::vector<std::string> names;
  for (const CLI::App* command : path) names.push_back(command->get_name());
  return fmt::format("{}", fmt::join(names, " "));
}

// Whether it does nothing itself but has commands below it.
bool IsGroup(const CLI::App& command) {
  return !command.get_subcommands({}).empty();
}

// The command that prints the help on this option or argument.
std::string HelpOn(CLI::App& root, const std::string& option) {
  const bool global = root.get_option_no_throw(option) != nullptr;
  return global ? "mgpt --help"
                : fmt::format("{} --help", NameOf(ChosenPath(root)));
}

// Names that may stand where `word` does: flags for a flag, else commands.
std::vector<std::string> Candidates(CLI::App& root, bool flags) {
  const std::vector<CLI::App*> path = ChosenPath(root);
  std::vector<std::string> names;
  if (!flags) {
    for (const CLI::App* command : path.back()->get_subcommands({})) {
      names.push_back(command->get_name());
      for (const auto& alias : command->get_aliases()) names.push_back(alias);
    }
    return names;
  }
  for (const CLI::App* app : {path.back(), &root}) {
    for (const CLI::Option* option : app->get_options()) {
      for (const auto& name : option->get_lnames())
        names.push_back("--" + name);
    }
  }
  return names;
}

// What nobody asked for: the first unknown flag, or the first word too many.
absl::Status Unexpected(CLI::App& root, std::vector<std::string> extras) {
  for (std::string& extra : extras) Unmark(extra);
  const auto is_flag = [](const std::string& word) {
    return word.size() > 1 && word[0] == '-';
  };
  auto word = std::find_if(extras.begin(), extras.end(), is_flag);
  const bool flag = word != extras.end();
  if (!flag) word = extras.begin();
  const std::string name = word->substr(0, flag ? word->find('=') : word->npos);
  const std::vector<CLI::App*> path = ChosenPath(root);
  std::string problem = "is one argument too many for";
  if (flag) problem = "is not an option of";
  if (!flag && IsGroup(*path.back())) problem = "is not a command of";
  const auto nearest = Nearest(name, Candidates(root, flag));
  return absl::InvalidArgumentError(
      fmt::format("{} {} {}{} See: {}", name, problem, NameOf(path),
                  nearest ? fmt::format(": did you mean {}?", *nearest) : ".",
                  HelpOn(root, nearest.value_or(name))));
}

// The option or argument that CLI11's `message` is about: "--seed: 1 required
// …", "Could not convert: --quiet = x", "SOURCE is required".
std::string OptionIn(const std::string& message) {
  const std::size_t dashes = message.find("--");
  const std::size_t begin = dashes == message.npos ? 0 : dashes;
  const std::size_t end = message.find_first_of(": ", begin);
  return message.substr(begin, std::min(end, message.size()) - begin);
}

absl::Status Refused(CLI::App& root, const CLI::ParseError& error) {
  std::string message = error.what();
  const std::string option = OptionIn(message);
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
    message = fmt::format("{} needs a value", option);
  }
  // The options that take values convert them themselves.
  if (dynamic_cast<const CLI::ConversionError*>(&error) != nullptr) {
    message = fmt::format("{} takes no value", option);
  }
  return WithNextStep(absl::InvalidArgumentError(message),
                      HelpOn(root, option));
}

// Parses into *invocation, which the options of `root` are bound to.
absl::Status Parse(CLI::App& root, const std::vector<std::string>& arguments,
                   Invocation* invocation) {
  try {
    root.parse(ForCli11(arguments));
  } catch (const CLI::CallForHelp&) {
    const std::vector<std::string> extras = root.remaining(true);
    const bool is_group = IsGroup(*ChosenPath(root).back());
    if (is_group && !extras.empty()) return Unexpected(root, extras);
    invocation->help = root.help();  // of the command that is chosen
  } catch (const CLI::CallForVersion& version) {
    invocation->help = fmt::format("{}\n", version.what());
  } catch (const CLI::ExtrasError&) {
    return Unexpected(root, root.remaining(true));
  } catch (const CLI::ParseError& error) {
    return Refused(root, error);
  }
  if (!invocation->action && invocation->help.empty()) {
    invocation->help = root.help();
  }
  return absl::OkStatus();
}

// "help train" is "train --help", "help" is "--help".
std::vector<std::string> WithoutHelpCommand(
    std::vector<std::string> arguments) {
  if (arguments.empty() || arguments[0] != "help") return arguments;
  const auto is_other = [](const std::string& word) { return word != "help"; };
  arguments.erase(arguments.begin(),
                  std::find_if(arguments.begin(), arguments.end(), is_other));
  arguments.emplace_back("--help");
  return arguments;
}

// The address given, or that of the environment, or else the default.
absl::StatusOr<std::string> ServerAddress(const CLI::App& root,
                                          const std::string& server) {
  const bool given = root.get_option("--server")->count() > 0;
  const char* const variable = std::getenv(kServerVariable);
  const bool has_variable = variable != nullptr && *variable != '\0';
  const absl::StatusOr<std::string> address =
      given || !has_variable ? ParseAddress(server, "--server")
                             : ParseAddress(variable, kServerVariable);
  if (address.ok()) return address;
  return WithNextStep(address.status(), "mgpt --help");
}

bool ColorAllowed() {
  const char* no_color = std::getenv("NO_COLOR");
  return no_color == nullptr || *no_color == '\0';
}

}  // namespace

absl::StatusOr<Invocation> ParseCommandLine(
    std::vector<std::string> arguments) {
  Invocation invocation;
  CLI::App root(
      "mgpt trains tiny GPTs on lists of short strings, and makes new "
      "strings with them.",
      "mgpt");
  root.formatter(std::make_shared<HelpFormatter>());
  root.fallthrough();  // global options may stand behind the command
  root.require_subcommand(0, 1);
  root.get_help_ptr()->description("Print help, also after a command");
  root.footer(kFooter);
  AddGlobalOptions(root, &invocation);
  AddCommands(root, &invocation.action);
  AddVersion(root, &invocation);
  SetUpOptions(root);
  const absl::Status status =
      Parse(root, WithoutHelpCommand(std::move(arguments)), &invocation);
  if (!status.ok()) return status;
  invocation.color = invocation.color && ColorAllowed();
  if (!invocation.action) return invocation;
  absl::StatusOr<std::string> address = ServerAddress(root, invocation.server);
  if (!address.ok()) return address.status();
  invocation.server = *std::move(address);
  return invocation;
}

int Run(const Invocation& invocation) {
  Interrupts interrupts;  // before gRPC starts its threads
  Output out(STDOUT_FILENO);
  Console console(STDERR_FILENO,
                  {.quiet = invocation.quiet, .color = invocation.color});
  absl::Status status;
  if (!invocation.action) {
    out.Write(invocation.help);
  } else {
    Connection connection(invocation.server, invocation.timeout, &interrupts);
    Session session{.connection = connection,
                    .out = out,
                    .console = console,
                    .format = invocation.format,
                    .color_out = invocation.color && out.is_terminal()};
    status = invocation.action(session);
  }
  const absl::Status written = out.Finish();
  if (status.ok()) status = written;
  const std::string message(status.message());
  if (!message.empty()) console.Error(message);
  return static_cast<int>(ExitCodeOf(status));
}

}  // namespace microgpt::client
