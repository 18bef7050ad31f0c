// SPDX-License-Identifier: MIT
#include "core/text/document_set.h"

#include <gtest/gtest.h>

#include <string>

namespace microgpt {
namespace {

DocumentSet SetOf(std::string_view text) {
  return DocumentSet(std::make_shared<const Corpus>(*Corpus::FromText(text)));
}

TEST(DocumentSetTest, HasEveryDocumentAndNoPartOfOne) {
  const DocumentSet set = SetOf("emma\nava\n  mia \nemma\n");
  EXPECT_EQ(set.size(), 3);
  for (const char* document : {"emma", "ava", "mia"}) {
    EXPECT_TRUE(set.Contains(document)) << document;
  }
  for (const char* other : {"", "em", "mma", "emma\n", "Emma", "emmaava"}) {
    EXPECT_FALSE(set.Contains(other)) << other;
  }
}

TEST(DocumentSetTest, ManyDocumentsAreToldFromTheirNeighbours) {
  std::string text;
  for (int i = 0; i < 20000; i += 2) text += std::to_string(i) + "\n";
  const DocumentSet set = SetOf(text);
  EXPECT_EQ(set.size(), 10000);
  for (int i = 0; i < 20000; ++i) {
    EXPECT_EQ(set.Contains(std::to_string(i)), i % 2 == 0) << i;
  }
  EXPECT_GT(set.memory_bytes(), text.size());
}

}  // namespace
}  // namespace microgpt
