// SPDX-License-Identifier: MIT
#include "core/text/characters.h"

#include <utf8proc.h>

#include <cassert>
#include <cstdint>

#include "core/text/utf8.h"

namespace microgpt {
namespace {

// That nothing joins it to another one that nothing joins: letters, ideographs,
// and all else that the annex has no rule for.
bool IsOther(char32_t code_point) {
  return utf8proc_get_property(static_cast<utf8proc_int32_t>(code_point))
             ->boundclass == UTF8PROC_BOUNDCLASS_OTHER;
}

// Takes off `text` what belongs to the cluster that begins with `first`, the
// code point before it. Nothing that stands before a cluster has a say in where
// it ends: regional indicators are paired, and emoji joined, from its
// beginning.
void TakeRestOfCluster(char32_t first, std::string_view& text) {
  const auto is_ascii = [](char32_t c) { return c < 0x80; };
  utf8proc_int32_t state = 0;
  char32_t last = first;
  while (!text.empty()) {
    std::string_view rest = text;
    const std::optional<char32_t> next = TakeCodePoint(rest);
    if (!next.has_value()) return;
    // No table is needed for the most common case. CR LF is one cluster.
    if (is_ascii(last) && is_ascii(*next) && last != U'\r') return;
    if (IsOther(last) && IsOther(*next)) return;
    if (utf8proc_grapheme_break_stateful(static_cast<utf8proc_int32_t>(last),
                                         static_cast<utf8proc_int32_t>(*next),
                                         &state)) {
      return;
    }
    text = rest;
    last = *next;
  }
}

}  // namespace

std::optional<Character> TakeCharacter(TokenizerKind kind,
                                       std::string_view& text) {
  const std::string_view all = text;
  const std::optional<char32_t> first = TakeCodePoint(text);
  if (!first.has_value()) return std::nullopt;
  if (kind == TokenizerKind::kGrapheme) TakeRestOfCluster(*first, text);
  return Character{all.substr(0, all.size() - text.size()), *first};
}

bool IsOneCharacter(TokenizerKind kind, std::string_view text) {
  return TakeCharacter(kind, text).has_value() && text.empty();
}

size_t CountCharacters(TokenizerKind kind, std::string_view text) {
  if (kind == TokenizerKind::kCodePoint) return CountCodePoints(text);
  size_t count = 0;
  for (; !text.empty(); ++count) {
    const std::optional<Character> taken = TakeCharacter(kind, text);
    assert(taken.has_value());
    (void)taken;
  }
  return count;
}

}  // namespace microgpt
