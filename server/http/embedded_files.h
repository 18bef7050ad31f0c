// SPDX-License-Identifier: MIT
//
// Files that scripts/embed_files makes part of the program; each function is in
// a library of its own (microgpt_embedded_files in CMakeLists.txt).
#ifndef MICROGPT_SERVER_HTTP_EMBEDDED_FILES_H_
#define MICROGPT_SERVER_HTTP_EMBEDDED_FILES_H_

#include <span>

#include "server/http/static_files.h"

namespace microgpt::server {

// web/dist; none if the server was built without (MICROGPT_DASHBOARD).
std::span<const StaticFile> DashboardFiles();

// server/http/testdata, for tests.
std::span<const StaticFile> TestdataFiles();

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_HTTP_EMBEDDED_FILES_H_
