// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_TESTING_TEMPORARY_DIRECTORY_H_
#define MICROGPT_SERVER_TESTING_TEMPORARY_DIRECTORY_H_

#include <string>

namespace microgpt::server {

// A new directory, which goes with all that is in it.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_TESTING_TEMPORARY_DIRECTORY_H_
