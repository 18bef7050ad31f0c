// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CLIENT_COMMAND_LINE_NEAREST_H_
#define MICROGPT_CLIENT_COMMAND_LINE_NEAREST_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace microgpt::client {

// The candidate that `word` was probably meant to be: the one with the fewest
// single-character changes (insert, delete, replace, swap of neighbours) away,
// the first of several. Nothing when a third of the word would have to change.
std::optional<std::string> Nearest(std::string_view word,
                                   const std::vector<std::string>& candidates);

}  // namespace microgpt::client

#endif  // MICROGPT_CLIENT_COMMAND_LINE_NEAREST_H_
