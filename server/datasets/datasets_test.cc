// SPDX-License-Identifier: MIT
#include "server/datasets/datasets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "core/errors/errors.h"
#include "server/datasets/builtin.h"
#include "server/store/await.h"
#include "server/store/sqlite_store.h"

namespace microgpt::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::shared_ptr<const Corpus> MakeCorpus(std::string_view text) {
  return std::make_shared<const Corpus>(*Corpus::FromText(text));
}

class DatasetsTest : public testing::Test {
 protected:
  absl::StatusOr<Datasets::Entry> Add(const std::string& name,
                                      std::string_view text) {
    return Await<Datasets::Entry>(
        [&](auto done) { datasets_.Add(name, MakeCorpus(text), done); });
  }

  absl::StatusOr<bool> Delete(const std::string& dataset) {
    return Await<bool>([&](auto done) { datasets_.Delete(dataset, done); });
  }

  const std::unique_ptr<Store> store_ = *SqliteStore::Open(":memory:", 0);
  Datasets datasets_{*store_, uint64_t{1} << 20};
};

TEST_F(DatasetsTest, BuiltInDatasetsAreThereFromTheStart) {
  const auto names = datasets_.Get("names");
  ASSERT_TRUE(names.ok()) << names.status();
  EXPECT_TRUE(names->built_in);
  EXPECT_THAT(names->record.names, ElementsAre("names"));
  EXPECT_EQ(names->record.alphabet, "abcdefghijklmnopqrstuvwxyz");
  EXPECT_EQ(datasets_.Get(names->record.id)->record.names, names->record.names)
      << "by its id too";
  const auto corpus = datasets_.Load("names");
  ASSERT_TRUE(corpus.ok()) << corpus.status();
  EXPECT_EQ((*corpus)->id(), names->record.id);
  EXPECT_EQ((*corpus)->size(), names->record.documents);
  EXPECT_EQ(datasets_.BuiltIn().size(), BuiltinDatasetNames().size());
}

TEST_F(DatasetsTest, AStoredDatasetIsFoundByNameAndId) {
  const auto added = Add("pets", "rex\nbella\n");
  ASSERT_TRUE(added.ok()) << added.status();
  EXPECT_FALSE(added->built_in);
  for (const std::string& dataset : {std::string("pets"), added->record.id}) {
    EXPECT_EQ(datasets_.Get(dataset)->record.documents, 2u);
    EXPECT_EQ((**datasets_.Load(dataset))[1], "bella");
  }
}

TEST_F(DatasetsTest, AnUnknownNameIsNotFoundNamingTheNearest) {
  ASSERT_TRUE(Add("pets", "rex\n").ok());
  EXPECT_EQ(datasets_.Get("nmaes").status().message(),
            "dataset \"nmaes\" not found: did you mean \"names\"?");
  EXPECT_EQ(datasets_.Load("pest").status().message(),
            "dataset \"pest\" not found: did you mean \"pets\"?");
  EXPECT_TRUE(absl::IsNotFound(datasets_.Get("sha256:00").status()));
}

TEST_F(DatasetsTest, TheNamesOfBuiltInDatasetsAreTaken) {
  EXPECT_TRUE(absl::IsAlreadyExists(Add("names", "rex\n").status()));
  const auto same = Add("names", BuiltinDataset("names").value());
  ASSERT_TRUE(same.ok()) << same.status();
  EXPECT_TRUE(same->built_in);
  EXPECT_TRUE(absl::IsFailedPrecondition(Delete("names").status()));
  const std::string id = datasets_.Get("names")->record.id;
  EXPECT_TRUE(absl::IsFailedPrecondition(Delete(id).status()));
}

TEST_F(DatasetsTest, ABuiltInTextMayHaveASecondName) {
  const auto added = Add("mine", BuiltinDataset("names").value());
  ASSERT_TRUE(added.ok()) << added.status();
  EXPECT_TRUE(added->built_in);
  EXPECT_THAT(added->record.names, ElementsAre("names", "mine"));
  EXPECT_TRUE(datasets_.List(0, 10)->empty()) << "it is listed as built in";
  ASSERT_TRUE(datasets_.Load("mine").ok());
  const auto forgotten = Delete("mine");
  ASSERT_TRUE(forgotten.ok()) << forgotten.status();
  EXPECT_FALSE(*forgotten) << "it is still built in";
  EXPECT_TRUE(absl::IsNotFound(datasets_.Get("mine").status()));
  EXPECT_FALSE(store_->GetDataset(added->record.id)->forgotten);
}

TEST_F(DatasetsTest, StoredDatasetsAreListedNewestFirst) {
  for (const char* name : {"a", "b", "c"}) {
    ASSERT_TRUE(Add(name, std::string(name) + "\n").ok());
  }
  const auto first = datasets_.List(0, 2);
  ASSERT_TRUE(first.ok());
  ASSERT_EQ(first->size(), 2u);
  EXPECT_THAT((*first)[0].record.names, ElementsAre("c"));
  const auto second = datasets_.List((*first)[1].record.sequence, 2);
  ASSERT_EQ(second->size(), 1u);
  EXPECT_THAT((*second)[0].record.names, ElementsAre("a"));
}

TEST_F(DatasetsTest, ATextInUseIsSharedAndNotLoadedTwice) {
  ASSERT_TRUE(Add("pets", "rex\n").ok());
  const auto first = *datasets_.Load("pets");
  EXPECT_EQ(*datasets_.Load("pets"), first);
  EXPECT_EQ(datasets_.Share(MakeCorpus("rex\n")), first);
}

TEST_F(DatasetsTest, AForgottenTextIsNotServedFromMemory) {
  const std::string id = Add("pets", "rex\n")->record.id;
  ASSERT_TRUE(datasets_.Load("pets").ok());
  EXPECT_TRUE(*Delete("pets"));
  EXPECT_TRUE(absl::IsNotFound(datasets_.Load("pets").status()));
  EXPECT_TRUE(absl::IsNotFound(datasets_.Load(id).status()));
  EXPECT_TRUE(absl::IsNotFound(Delete("pets").status()));
}

TEST(DatasetNameTest, DatasetsAreNamedAsModelsAre) {
  EXPECT_TRUE(ValidateDatasetName("cities-ja").ok());
  const absl::Status status = ValidateDatasetName("My Pets");
  EXPECT_EQ(FieldOf(status), "name");
  EXPECT_THAT(std::string(status.message()), HasSubstr("not a dataset name"));
}

}  // namespace
}  // namespace microgpt::server
