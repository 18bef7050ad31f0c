// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_GENERATION_TEXT_OWNERS_H_
#define MICROGPT_CORE_GENERATION_TEXT_OWNERS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"

namespace microgpt {

// Which sample a text belongs to where no two may have the same: the first, by
// its index, of those that came up with it, whatever the order they came in.
// Not thread-safe.
class TextOwners {
 public:
  static constexpr uint32_t kNobody = UINT32_MAX;

  // Gives `text` to sample `index`, unless one of a lower index has it. Answers
  // who had it before: kNobody; or a lower index, who keeps it; or a higher
  // one, who has lost it.
  uint32_t Claim(std::string_view text, uint32_t index);

 private:
  // A copy that does not move.
  std::string_view Keep(std::string_view text);

  absl::flat_hash_map<std::string_view, uint32_t> owners_;  // of texts_
  std::vector<std::string> texts_;  // many in each, one behind the other
};

}  // namespace microgpt

#endif  // MICROGPT_CORE_GENERATION_TEXT_OWNERS_H_
