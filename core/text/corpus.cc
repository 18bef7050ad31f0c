// SPDX-License-Identifier: MIT
#include "core/text/corpus.h"

#include <fmt/format.h>

#include <cassert>
#include <utility>

#include "core/errors/errors.h"
#include "core/text/corpus_builder.h"
#include "core/text/document_collector.h"
#include "core/text/utf8.h"

namespace microgpt {

absl::StatusOr<Corpus> Corpus::FromText(std::string_view text) {
  CorpusBuilder builder;
  MICROGPT_RETURN_IF_ERROR(builder.Append(text));
  return std::move(builder).Finish();
}

absl::StatusOr<Corpus> Corpus::FromDocuments(
    std::span<const std::string_view> documents) {
  DocumentCollector collector;
  for (size_t i = 0; i < documents.size(); ++i) {
    const std::string_view document = collector.Clean(documents[i]);
    const auto field = [i] { return fmt::format("documents[{}]", i); };
    const size_t line_break = document.find_first_of("\n\r");
    if (line_break != std::string_view::npos) {
      return FieldError(
          field(), fmt::format("a line break (0x{:02X}) inside of a document;"
                               " a document is one line",
                               static_cast<int>(document[line_break])));
    }
    if (!collector.Add(document)) return ValidateUtf8(field(), documents[i]);
  }
  return std::move(collector).Finish("documents");
}

std::string_view Corpus::operator[](size_t i) const {
  assert(i < size());
  const size_t begin = i == 0 ? 0 : ends_[i - 1] + 1;
  return std::string_view(text_).substr(begin, ends_[i] - begin);
}

size_t Corpus::memory_bytes() const {
  return sizeof(*this) + text_.capacity() + id_.capacity() +
         ends_.capacity() * sizeof(size_t) +
         alphabet_.capacity() * sizeof(char32_t);
}

}  // namespace microgpt
