// SPDX-License-Identifier: MIT
#include "server/http/static_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "core/digest/sha256.h"
#include "server/http/connect.h"

namespace microgpt::server {
namespace {

constexpr std::string_view kIndex = "/index.html";
// Where the build puts files whose names change with what is in them.
constexpr std::string_view kHashed = "/assets/";

constexpr std::string_view kNoDashboard =
    R"(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>MicroGPT Server</title>
<h1>MicroGPT Server</h1>
<p>This server was built without its dashboard. Its API is here:</p>
<pre>curl -N -H 'Content-Type: application/json' -d '{"count":5}' \
  http://localhost:8080/microgpt.v1.MicroGpt/Generate</pre>
</html>
)";

std::string_view ExtensionOf(std::string_view path) {
  const size_t slash = path.rfind('/');
  const size_t dot = path.rfind('.');
  if (dot == std::string_view::npos || dot < slash) return {};
  return path.substr(dot + 1);
}

// Whether the application may route this path, which is no file's. A name of a
// model may have a dot: "/models/names-1.5@2".
bool IsRoute(std::string_view path) {
  if (!path.starts_with('/') || path.starts_with(kHashed)) return false;
  const bool at_root = path.rfind('/') == 0;
  return !at_root || ExtensionOf(path).empty();
}

std::string_view ContentType(std::string_view path) {
  static constexpr std::pair<std::string_view, std::string_view> kTypes[] = {
      {"html", "text/html; charset=utf-8"},
      {"js", "text/javascript; charset=utf-8"},
      {"css", "text/css; charset=utf-8"},
      {"json", "application/json"},
      {"map", "application/json"},
      {"webmanifest", "application/manifest+json"},
      {"svg", "image/svg+xml"},
      {"png", "image/png"},
      {"ico", "image/x-icon"},
      {"woff2", "font/woff2"},
      {"txt", "text/plain; charset=utf-8"},
      {"wasm", "application/wasm"}};
  const std::string_view extension = ExtensionOf(path);
  for (const auto& [known, type] : kTypes) {
    if (known == extension) return type;
  }
  return "application/octet-stream";
}

// Whether Accept-Encoding has this coding, other than with q=0; nullopt: not at
// all.
std::optional<bool> Accepts(const Request& request, std::string_view wanted) {
  for (const std::string_view coding :
       SplitList(request.Get("accept-encoding"))) {
    const auto parts = SplitList(coding, ';');
    if (parts.empty() || !EqualsIgnoringCase(parts[0], wanted)) continue;
    // "q=0", "q=0.0", "q=0.000"
    return std::none_of(
        parts.begin() + 1, parts.end(), [](std::string_view part) {
          return EqualsIgnoringCase(part.substr(0, 2), "q=") &&
                 part.find_first_not_of("0.", 2) == std::string_view::npos;
        });
  }
  return std::nullopt;
}

// Its own name says more than that of all.
bool AcceptsGzip(const Request& request) {
  return Accepts(request, "gzip")
      .value_or(Accepts(request, "*").value_or(false));
}

bool Matches(std::string_view if_none_match, std::string_view etag) {
  const auto tags = SplitList(if_none_match);
  return std::any_of(tags.begin(), tags.end(), [&](std::string_view tag) {
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    return tag == etag || tag == "*";
  });
}

}  // namespace

StaticFiles::StaticFiles(std::span<const StaticFile> files) {
  for (const StaticFile& file : files) files_.emplace(file.path, file);
  static const std::string kDigest = Sha256Id(kNoDashboard);
  files_.emplace(kIndex, StaticFile{.path = kIndex,
                                    .sha256 = kDigest,
                                    .bytes = kNoDashboard,
                                    .gzip = {}});
}

Answer StaticFiles::Get(const Request& request) const {
  const std::string_view path = request.path();
  auto found = files_.find(path);
  if (found == files_.end() && IsRoute(path)) found = files_.find(kIndex);
  if (found == files_.end()) {
    return ErrorAnswer(
        absl::NotFoundError(fmt::format("there is no file {}", path)));
  }
  const StaticFile& file = found->second;
  const bool zipped = !file.gzip.empty() && AcceptsGzip(request);
  // Two representations have two tags.
  const std::string etag =
      fmt::format("\"{}{}\"", file.sha256, zipped ? "-gzip" : "");
  Answer answer;
  answer.fields = {{"ETag", etag},
                   {"Cache-Control", file.path.starts_with(kHashed)
                                         ? "public, max-age=31536000, immutable"
                                         : "no-cache"}};
  if (!file.gzip.empty()) answer.fields.push_back({"Vary", "Accept-Encoding"});
  if (Matches(request.Get("if-none-match"), etag)) {
    answer.status = 304;
    return answer;
  }
  answer.fields.push_back(
      {"Content-Type", std::string(ContentType(file.path))});
  if (zipped) answer.fields.push_back({"Content-Encoding", "gzip"});
  answer.borrowed = zipped ? file.gzip : file.bytes;
  return answer;
}

}  // namespace microgpt::server
