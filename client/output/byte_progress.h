// SPDX-License-Identifier: MIT
//
// A file on its way, on standard error: a bar where a terminal can redraw it,
// elsewhere one line each tenth (each 64 MiB of a file whose size nobody
// knows), nothing with -q, and nothing for what is there before anybody can
// read it.
#ifndef MICROGPT_CLIENT_OUTPUT_BYTE_PROGRESS_H_
#define MICROGPT_CLIENT_OUTPUT_BYTE_PROGRESS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "client/output/output.h"

namespace microgpt::client {

class ByteProgress {
 public:
  // `total`: bytes of the file, where that is known. `console` must outlive it.
  ByteProgress(Console* console, std::optional<std::uint64_t> total);

  // So many more have gone through.
  void Add(std::uint64_t bytes);

  // Leaves the bar where it is and moves below it. Call it before anything else
  // is said.
  void Finish();

 private:
  std::string Text() const;
  void Draw();
  void PrintMilestone();

  Console* const console_;
  const std::optional<std::uint64_t> total_;
  std::uint64_t done_ = 0;
  std::uint64_t milestones_ = 0;  // printed
  std::string drawn_;
};

}  // namespace microgpt::client

#endif  // MICROGPT_CLIENT_OUTPUT_BYTE_PROGRESS_H_
