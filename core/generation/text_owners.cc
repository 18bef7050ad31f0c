// SPDX-License-Identifier: MIT
#include "core/generation/text_owners.h"

#include <algorithm>

namespace microgpt {

uint32_t TextOwners::Claim(std::string_view text, uint32_t index) {
  const auto found = owners_.find(text);
  if (found == owners_.end()) {
    owners_.emplace(Keep(text), index);
    return kNobody;
  }
  const uint32_t before = found->second;
  found->second = std::min(before, index);
  return before;
}

std::string_view TextOwners::Keep(std::string_view text) {
  constexpr size_t kBlock = size_t{64} << 10;
  if (texts_.empty() ||
      texts_.back().capacity() - texts_.back().size() < text.size()) {
    texts_.emplace_back().reserve(std::max(kBlock, text.size()));
  }
  std::string& block = texts_.back();  // has room, so that nothing moves
  block += text;
  return std::string_view(block).substr(block.size() - text.size());
}

}  // namespace microgpt
