// SPDX-License-Identifier: MIT
#include "client/commands/generation_flags.h"

namespace microgpt::client {

void AddConditionFlags(CLI::App& command, v1::Condition* where) {
  AddText(command, "--suffix", where->mutable_suffix(),
          "What each string ends with");
  AddText(command, "--contains", where->mutable_contains(),
          "What stands in each string somewhere");
  AddText(command, "--regex", where->mutable_regex(),
          "What matches each whole string, in RE2's syntax\n"
          "(. is a code point)");
  AddText(command, "--alphabet", where->mutable_alphabet(),
          "The characters that each string is made of");
  AddWhole(
      command, "--min-length",
      [where](std::uint32_t n) { where->set_min_length(n); },
      "Characters, as the model has them, of the shortest\n"
      "string (1)");
  AddWhole(
      command, "--max-length",
      [where](std::uint32_t n) { where->set_max_length(n); },
      "And of the longest (block_size)");
}

}  // namespace microgpt::client
