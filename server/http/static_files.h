// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_HTTP_STATIC_FILES_H_
#define MICROGPT_SERVER_HTTP_STATIC_FILES_H_

#include <map>
#include <span>
#include <string>
#include <string_view>

#include "server/http/exchange.h"

namespace microgpt::server {

// A file that is served as it is. All views live as long as the program: files
// are part of it (scripts/embed_files).
struct StaticFile {
  std::string_view path;    // "/assets/index-B2c3.js"
  std::string_view sha256;  // of `bytes`, in hexadecimal
  std::string_view bytes;
  std::string_view gzip;  // the same, compressed; empty: not worth it
};

// Files by their paths, and one page for all the paths of an application that
// routes in the browser. Immutable.
class StaticFiles {
 public:
  // Without "/index.html" among the files, GET / tells how to reach the API.
  explicit StaticFiles(std::span<const StaticFile> files);

  // The answer to a GET or HEAD, whose body is then not sent. The application
  // routes the paths that no file has, so they get "/index.html"; but not below
  // "/assets/", and not a file's name at the root, as "/favicon.ico".
  Answer Get(const Request& request) const;

 private:
  std::map<std::string, StaticFile, std::less<>> files_;
};

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_HTTP_STATIC_FILES_H_
