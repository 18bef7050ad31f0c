// SPDX-License-Identifier: MIT
#include "core/text/corpus.h"

#include <fmt/format.h>

#include <algorithm>
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
  size_t bytes = 0;
  for (const std::string_view document : documents) bytes += document.size();
  collector.Reserve(documents.size(), bytes + documents.size());
  for (size_t i = 0; i < documents.size(); ++i) {
    const std::string_view document = collector.Clean(documents[i]);
    const auto field = [i] { return fmt::format("documents[{}]", i); };
    const size_t line_break =
        std::min(document.find('\n'), document.find('\r'));
    if (line_break != std::string_view::npos) {
      return FieldError(
          field(), fmt::format("a line break (0x{:02X}) inside of a document;"
                               " a document is one line",
                               static_cast<int>(document[line_break])));
    }
    collector.Add(document);
    if (!collector.Scan()) return ValidateUtf8(field(), documents[i]);
  }
  return std::move(collector).Finish("documents");
}

size_t Corpus::memory_bytes() const {
  return sizeof(*this) + text_.capacity() + id_.capacity() +
         ends_.capacity() * sizeof(size_t) +
         alphabet_.capacity() * sizeof(char32_t);
}

}  // namespace microgpt
