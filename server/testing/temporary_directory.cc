// SPDX-License-Identifier: MIT
#include "server/testing/temporary_directory.h"

#include <stdlib.h>

#include <cstdlib>
#include <filesystem>

namespace microgpt::server {

TemporaryDirectory::TemporaryDirectory()
    : path_(std::filesystem::temp_directory_path() / "microgpt.XXXXXX") {
  if (mkdtemp(path_.data()) == nullptr) std::abort();
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace microgpt::server
