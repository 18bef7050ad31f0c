// SPDX-License-Identifier: MIT
//
// open: the dashboard, in a browser.
#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <string_view>

#include "client/command_line/values.h"
#include "client/commands/commands.h"
#include "client/commands/target.h"
#include "client/output/printer.h"

namespace microgpt::client {
namespace {

struct OpenOptions {
  std::string model;
  bool print = false;
};

struct HostAndPort {
  std::string host, port;
};

// Of "example.org:50051", "dns:///example.org:50051", "[::1]:50051".
HostAndPort Split(std::string_view address) {
  const std::size_t slashes = address.rfind('/');
  if (slashes != std::string_view::npos) address.remove_prefix(slashes + 1);
  const std::size_t colon = address.rfind(':');
  return {std::string(address.substr(0, colon)),
          std::string(address.substr(colon + 1))};
}

bool IsEveryAddress(std::string_view host) {
  return host == "0.0.0.0" || host == "[::]" || host == "*";
}

// Where a browser finds the dashboard of the server that `connection` has.
absl::StatusOr<std::string> DashboardUrl(Connection& connection) {
  const absl::StatusOr<v1::ServerInfo> info =
      connection.Call(connection.registry(), &v1::Registry::Stub::GetServerInfo,
                      v1::GetServerInfoRequest());
  if (!info.ok()) return info.status();
  if (info->http_address().empty()) {
    return absl::FailedPreconditionError(
        fmt::format("the server at {} has no dashboard: it runs with "
                    "--http-address=off",
                    connection.address()));
  }
  HostAndPort http = Split(info->http_address());
  if (IsEveryAddress(http.host)) http.host = Split(connection.address()).host;
  return fmt::format("http://{}:{}/", http.host, http.port);
}

// The page of a model's version, so that the link stays what it is.
absl::StatusOr<std::string> ModelPage(Connection& connection,
                                      const std::string& reference) {
  v1::GetModelRequest request;
  request.set_model(reference);
  const absl::StatusOr<v1::Model> model = connection.Call(
      connection.registry(), &v1::Registry::Stub::GetModel, request);
  if (!model.ok()) {
    return Explained(model.status(), "open", ListForReference(reference));
  }
  return fmt::format("models/{}@{}", model->name(), model->version());
}

// The program that opens a page on this desktop; empty: there is none.
std::string BrowserProgram() {
  const auto is_set = [](const char* name) {
    const char* const value = std::getenv(name);
    return value != nullptr && *value != '\0';
  };
  if (is_set("BROWSER")) return std::getenv("BROWSER");
#ifdef __APPLE__
  return "open";
#else
  const bool has_desktop = is_set("DISPLAY") || is_set("WAYLAND_DISPLAY");
  return has_desktop ? "xdg-open" : "";
#endif
}

// False if the program could not be started. It has no part in this terminal.
bool Start(const std::string& program, const std::string& url) {
  posix_spawn_file_actions_t silence;
  posix_spawn_file_actions_init(&silence);
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    posix_spawn_file_actions_addopen(&silence, fd, "/dev/null", O_RDWR, 0);
  }
  std::string name = program, page = url;
  char* const arguments[] = {name.data(), page.data(), nullptr};
  pid_t pid;
  const int error = posix_spawnp(&pid, program.c_str(), &silence, nullptr,
                                 arguments, environ);
  posix_spawn_file_actions_destroy(&silence);
  return error == 0;
}

absl::Status RunOpen(Session& session, const OpenOptions& options) {
  absl::StatusOr<std::string> url = DashboardUrl(session.connection);
  if (!url.ok()) return url.status();
  if (!options.model.empty()) {
    const absl::StatusOr<std::string> page =
        ModelPage(session.connection, options.model);
    if (!page.ok()) return page.status();
    *url += *page;
  }
  session.out.Write(*url + "\n");
  if (options.print || !session.out.is_terminal()) return absl::OkStatus();
  const std::string browser = BrowserProgram();
  if (browser.empty() || !Start(browser, *url)) {
    session.console.Note("Open this page in a browser that reaches the server");
  }
  return absl::OkStatus();
}

}  // namespace

void AddOpen(CLI::App& root, Action* chosen) {
  auto options = std::make_shared<OpenOptions>();
  CLI::App* command =
      AddCommand<OpenOptions>(root, "open", "Open the dashboard in a browser",
                              "mgpt open\n"
                              "mgpt open names\n"
                              "mgpt open names@3 --print",
                              options, RunOpen, chosen);
  AddReference(*command, &options->model);
  command->add_flag("--print", options->print,
                    "Only print the page's address, as in a pipe");
}

}  // namespace microgpt::client
