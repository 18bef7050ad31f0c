// SPDX-License-Identifier: MIT
#include "server/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <map>
#include <string_view>
#include <thread>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/flags/reflection.h"
#include "absl/strings/str_split.h"
#include "core/errors/errors.h"
#include "server/errors/errors.h"
#include "server/version.h"

ABSL_FLAG(std::string, grpc_address, "127.0.0.1:50051",
          "host:port to listen on; port 0 takes a free one and logs it");
ABSL_FLAG(std::string, http_address, "127.0.0.1:8080",
          "host:port to listen on for HTTP (the API for browsers and curl, "
          "/healthz); port 0 takes a free one and logs it; off: no HTTP");
ABSL_FLAG(std::string, http_hosts, "",
          "names under which HTTP is reached, beside localhost and the host of "
          "--http-address, as in gpt.example.org,10.0.0.5; what the field Host "
          "says is checked against them, so that no other site's page in a "
          "browser gets through; *: any, behind a proxy that checks");
ABSL_FLAG(uint32_t, workers, 0,
          "threads that train, each a job of its own unless one asks for "
          "several (1..1024); 0: one a core");
ABSL_FLAG(uint32_t, samplers, 0,
          "threads that generate and score (1..1024); 0: one a core");
ABSL_FLAG(uint32_t, max_queued, 1000,
          "jobs that may wait for a worker (1..1000000)");
ABSL_FLAG(uint32_t, max_calls, 1000,
          "Generate and Score calls under way at the same time (1..1000000)");
ABSL_FLAG(std::string, data_dir, "",
          "directory of all that is kept, made if it is not there; :memory: "
          "keeps it until the server stops; by default microgpt in "
          "$XDG_STATE_HOME or ~/.local/state");
ABSL_FLAG(std::string, max_store_size, "0",
          "what may be kept of jobs, datasets and models, as in 500MiB or 2GiB "
          "(1MiB or more); 0: as much as the disk has, in :memory: 4GiB");
ABSL_FLAG(std::string, model_memory, "1GiB",
          "memory for models that nobody is using at the moment (0..1TiB)");
ABSL_FLAG(uint32_t, drain_timeout_s, 10,
          "seconds that jobs and calls get to finish after SIGTERM (0..3600)");
ABSL_FLAG(std::string, log_format, "text", "text, or json: an object a line");
ABSL_FLAG(std::string, log_level, "info", "debug, info, warn or error");

namespace microgpt::server {
namespace {

constexpr std::string_view kVariablePrefix = "MICROGPT_";

// In the order of --help.
constexpr std::array<std::string_view, 13> kFlags = {
    "grpc_address", "http_address",   "http_hosts",      "data_dir",
    "workers",      "samplers",       "max_queued",      "max_calls",
    "model_memory", "max_store_size", "drain_timeout_s", "log_format",
    "log_level"};

absl::CommandLineFlag& Flag(std::string_view name) {
  return *absl::FindCommandLineFlag(std::string(name));
}

bool IsFlag(std::string_view name) {
  return std::find(kFlags.begin(), kFlags.end(), name) != kFlags.end();
}

// "grpc_address" → "--grpc-address" and "MICROGPT_GRPC_ADDRESS".
std::string Spelled(std::string_view name) {
  std::string spelled = "--" + std::string(name);
  std::replace(spelled.begin(), spelled.end(), '_', '-');
  return spelled;
}

std::string Variable(std::string_view name) {
  std::string variable(kVariablePrefix);
  for (const char c : name) {
    variable += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return variable;
}

std::string Help() {
  std::string help =
      "microgptd: trains small character-level GPTs and generates with them, "
      "over gRPC and HTTP.\n\n"
      "Usage: microgptd [flags]\n\n"
      "Every flag can also be set in the environment: --max-queued is\n"
      "MICROGPT_MAX_QUEUED. The command line wins.\n\n";
  for (const std::string_view name : kFlags) {
    help += fmt::format("  {}={}\n      {}\n", Spelled(name),
                        Flag(name).DefaultValue(), Flag(name).Help());
  }
  help +=
      "  --help\n      print this\n"
      "  --version\n      print the version\n\n"
      "SIGTERM or Ctrl-C drains: no new jobs, those that run get\n"
      "--drain-timeout-s to finish; what has not ended runs again after the "
      "next\n"
      "start. A second one stops at once.\n\n"
      "Try:  mgpt generate names -n 5\n";
  return help;
}

// Suggests what may have been meant by `given`, out of the spellings.
absl::Status UnknownOption(std::string_view kind, std::string_view given,
                           std::string (*spell)(std::string_view),
                           std::string_view advice) {
  std::vector<std::string> known;
  for (const std::string_view name : kFlags) known.push_back(spell(name));
  const std::string_view nearest = Nearest(given, known);
  return absl::InvalidArgumentError(
      nearest.empty() ? fmt::format("unknown {} {}: {}", kind, given, advice)
                      : fmt::format("unknown {} {}: did you mean {}?", kind,
                                    given, nearest));
}

absl::Status Set(std::string_view name, const std::string& value,
                 const std::string& source) {
  std::string error;
  if (Flag(name).ParseFrom(value, &error)) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format(
      "{}: \"{}\" is not a whole number of 0 to 4294967295", source, value));
}

absl::Status ReadEnvironment(const char* const* environment) {
  for (; *environment != nullptr; ++environment) {
    const std::string entry = *environment;
    if (!entry.starts_with(kVariablePrefix)) continue;
    const size_t equals = entry.find('=');
    const std::string variable = entry.substr(0, equals);
    const auto flag = std::find_if(
        kFlags.begin(), kFlags.end(),
        [&](std::string_view name) { return Variable(name) == variable; });
    if (flag == kFlags.end()) {
      return UnknownOption("environment variable", variable, Variable,
                           "see microgptd --help");
    }
    MICROGPT_RETURN_IF_ERROR(Set(*flag, entry.substr(equals + 1), variable));
  }
  return absl::OkStatus();
}

absl::Status ReadArguments(const std::vector<std::string>& arguments) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    const size_t equals = argument.find('=');
    const std::string spelled = argument.substr(0, equals);
    std::string name =
        spelled.starts_with("--") ? spelled.substr(2) : std::string();
    std::replace(name.begin(), name.end(), '-', '_');
    if (!IsFlag(name)) {
      return UnknownOption("argument", spelled, Spelled,
                           "see microgptd --help");
    }
    if (equals == std::string::npos && i + 1 == arguments.size()) {
      return absl::InvalidArgumentError(
          fmt::format("{}: a value must follow", spelled));
    }
    const std::string value = equals == std::string::npos
                                  ? arguments[++i]
                                  : argument.substr(equals + 1);
    MICROGPT_RETURN_IF_ERROR(Set(name, value, spelled));
  }
  return absl::OkStatus();
}

absl::Status CheckNumber(const absl::Flag<uint32_t>& flag, uint32_t minimum,
                         uint32_t maximum) {
  const uint32_t value = absl::GetFlag(flag);
  const std::string name = Spelled(std::string(flag.Name()));
  if (value < minimum) {
    return absl::InvalidArgumentError(
        fmt::format("{}: {} is below the minimum {}", name, value, minimum));
  }
  if (value > maximum) {
    return absl::InvalidArgumentError(
        fmt::format("{}: {} is above the maximum {}", name, value, maximum));
  }
  return absl::OkStatus();
}

absl::Status CheckChoice(const absl::Flag<std::string>& flag,
                         std::initializer_list<std::string_view> choices) {
  const std::string value = absl::GetFlag(flag);
  if (std::find(choices.begin(), choices.end(), value) != choices.end()) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      fmt::format("{}: \"{}\" is none of {}", Spelled(std::string(flag.Name())),
                  value, fmt::join(choices, ", ")));
}

absl::Status CheckAddress(const absl::Flag<std::string>& flag) {
  const std::string address = absl::GetFlag(flag);
  const size_t colon = address.rfind(':');
  if (colon != std::string::npos && colon > 0) {
    const std::string port = address.substr(colon + 1);
    const bool number = !port.empty() && port.size() <= 5 &&
                        std::all_of(port.begin(), port.end(), [](char c) {
                          return c >= '0' && c <= '9';
                        });
    if (number && std::stoul(port) <= 65535) return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      fmt::format("{}: \"{}\" is not host:port with a port of 0 to 65535",
                  Spelled(std::string(flag.Name())), address));
}

// The parts of --http-hosts. INVALID_ARGUMENT: one is no host.
absl::StatusOr<std::vector<std::string>> ParseHosts() {
  std::vector<std::string> hosts =
      absl::StrSplit(absl::GetFlag(FLAGS_http_hosts), ',', absl::SkipEmpty());
  for (const std::string& host : hosts) {
    // An address of IPv6 stands in brackets, as it does in Host.
    const bool bracketed = host.starts_with('[') && host.ends_with(']');
    const bool good = std::all_of(host.begin(), host.end(), [&](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' ||
             c == '-' || c == '_' ||
             (bracketed && (c == ':' || c == '[' || c == ']'));
    });
    if (good || host == "*") continue;
    return absl::InvalidArgumentError(fmt::format(
        "--http-hosts: \"{}\" is not the name or address of a host, without "
        "a port",
        host));
  }
  return hosts;
}

// "500MiB", "2GiB", "64K", "1048576". INVALID_ARGUMENT: something else.
absl::StatusOr<uint64_t> ParseSize(const absl::Flag<std::string>& flag,
                                   uint64_t maximum) {
  const std::string text = absl::GetFlag(flag);
  uint64_t size = 0;
  const char* const end = text.data() + text.size();
  const auto [unit, error] = std::from_chars(text.data(), end, size);
  constexpr std::string_view kUnits = "KMGT";
  std::string_view suffix(unit, static_cast<size_t>(end - unit));
  const size_t place = kUnits.find(suffix.empty() ? '?' : suffix.front());
  const bool plain = suffix.empty() || suffix == "B";
  const bool known =
      plain || (place != std::string_view::npos &&
                (suffix.size() == 1 || suffix.substr(1) == "iB"));
  const uint64_t factor = plain ? 1 : uint64_t{1} << (10 * (place + 1));
  const std::string name = Spelled(std::string(flag.Name()));
  if (error != std::errc() || !known) {
    return absl::InvalidArgumentError(fmt::format(
        "{}: \"{}\" is not a size, as in 500MiB or 2GiB", name, text));
  }
  if (size > maximum / factor) {
    return absl::InvalidArgumentError(fmt::format(
        "{}: {} is above the maximum {}GiB", name, text, maximum >> 30));
  }
  return size * factor;
}

// The user's directory for what programs keep.
absl::StatusOr<std::string> DefaultDataDir(const char* const* environment) {
  std::string home;
  for (; *environment != nullptr; ++environment) {
    const std::string_view entry = *environment;
    constexpr std::string_view kState = "XDG_STATE_HOME=/";
    constexpr std::string_view kHome = "HOME=/";
    if (entry.starts_with(kState)) {
      return std::string(entry.substr(kState.size() - 1)) + "/microgpt";
    }
    if (entry.starts_with(kHome)) home = entry.substr(kHome.size() - 1);
  }
  if (!home.empty()) return home + "/.local/state/microgpt";
  return absl::InvalidArgumentError(
      "--data-dir must be given: neither XDG_STATE_HOME nor HOME says where "
      "data is kept");
}

absl::Status CheckFlags() {
  constexpr uint32_t kMaxThreads = 1024;
  constexpr uint32_t kMillion = 1'000'000;
  MICROGPT_RETURN_IF_ERROR(CheckAddress(FLAGS_grpc_address));
  if (absl::GetFlag(FLAGS_http_address) != "off") {
    MICROGPT_RETURN_IF_ERROR(CheckAddress(FLAGS_http_address));
  }
  MICROGPT_RETURN_IF_ERROR(CheckNumber(FLAGS_workers, 0, kMaxThreads));
  MICROGPT_RETURN_IF_ERROR(CheckNumber(FLAGS_samplers, 0, kMaxThreads));
  MICROGPT_RETURN_IF_ERROR(CheckNumber(FLAGS_max_queued, 1, kMillion));
  MICROGPT_RETURN_IF_ERROR(CheckNumber(FLAGS_max_calls, 1, kMillion));
  MICROGPT_RETURN_IF_ERROR(CheckNumber(FLAGS_drain_timeout_s, 0, 3600));
  MICROGPT_RETURN_IF_ERROR(CheckChoice(FLAGS_log_format, {"text", "json"}));
  return CheckChoice(FLAGS_log_level, {"debug", "info", "warn", "error"});
}

absl::StatusOr<Options> FromFlags(const char* const* environment) {
  constexpr uint64_t kMaxSize = uint64_t{1} << 40;
  constexpr uint64_t kMinStore = 1 << 20;
  constexpr uint64_t kMemoryStore = uint64_t{4} << 30;
  // 0 means one a core; from here on the flag says how many that is.
  const uint32_t cores = std::max(1u, std::thread::hardware_concurrency());
  for (absl::Flag<uint32_t>* threads : {&FLAGS_workers, &FLAGS_samplers}) {
    if (absl::GetFlag(*threads) == 0) absl::SetFlag(threads, cores);
  }
  Options options;
  options.grpc_address = absl::GetFlag(FLAGS_grpc_address);
  options.http_address = absl::GetFlag(FLAGS_http_address);
  if (options.http_address == "off") options.http_address.clear();
  MICROGPT_ASSIGN_OR_RETURN(options.http_hosts, ParseHosts());
  options.workers = absl::GetFlag(FLAGS_workers);
  options.samplers = absl::GetFlag(FLAGS_samplers);
  options.max_queued = absl::GetFlag(FLAGS_max_queued);
  options.max_calls = absl::GetFlag(FLAGS_max_calls);
  if (absl::GetFlag(FLAGS_data_dir).empty()) {
    MICROGPT_ASSIGN_OR_RETURN(const std::string by_default,
                              DefaultDataDir(environment));
    absl::SetFlag(&FLAGS_data_dir, by_default);
  }
  options.data_dir = absl::GetFlag(FLAGS_data_dir);
  MICROGPT_ASSIGN_OR_RETURN(options.model_memory_bytes,
                            ParseSize(FLAGS_model_memory, kMaxSize));
  MICROGPT_ASSIGN_OR_RETURN(options.max_store_bytes,
                            ParseSize(FLAGS_max_store_size, kMaxSize));
  if (options.max_store_bytes == 0 && options.data_dir == ":memory:") {
    options.max_store_bytes = kMemoryStore;
  } else if (options.max_store_bytes != 0 &&
             options.max_store_bytes < kMinStore) {
    return absl::InvalidArgumentError(
        fmt::format("--max-store-size: {} is below the minimum 1MiB",
                    absl::GetFlag(FLAGS_max_store_size)));
  }
  options.drain_timeout =
      std::chrono::seconds(absl::GetFlag(FLAGS_drain_timeout_s));
  options.json_log = absl::GetFlag(FLAGS_log_format) == "json";
  options.log_level = absl::GetFlag(FLAGS_log_level);
  for (const std::string_view name : kFlags) {
    options.effective.push_back(fmt::format("{}={}", Spelled(name).substr(2),
                                            Flag(name).CurrentValue()));
  }
  return options;
}

}  // namespace

absl::StatusOr<Options> ReadOptions(const std::vector<std::string>& arguments,
                                    const char* const* environment) {
  for (const std::string& argument : arguments) {
    Options options;
    if (argument == "--help" || argument == "-h") {
      options.print_and_exit = Help();
    } else if (argument == "--version") {
      options.print_and_exit = fmt::format("microgptd {}\n", kVersion);
    }
    if (!options.print_and_exit.empty()) return options;
  }
  MICROGPT_RETURN_IF_ERROR(ReadEnvironment(environment));
  MICROGPT_RETURN_IF_ERROR(ReadArguments(arguments));
  MICROGPT_RETURN_IF_ERROR(CheckFlags());
  return FromFlags(environment);
}

}  // namespace microgpt::server
