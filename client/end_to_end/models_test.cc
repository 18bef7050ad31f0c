// SPDX-License-Identifier: MIT
//
// ls MODEL, show, rm and alias.
#include <gmock/gmock.h>

#include <cctype>
#include <csignal>
#include <map>

#include "client/end_to_end/end_to_end_test.h"

namespace microgpt::client {
namespace {

using grpc::Status;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

class ModelsTest : public EndToEndTest {
 protected:
  ModelsTest() {
    // "names" has the versions 1 to 3.
    handlers.list_models = [](const v1::ListModelsRequest& request,
                              v1::ListModelsResponse* response) {
      if (request.model() != "names") return NoModel(request.model());
      for (const unsigned version : {3, 2, 1}) {
        *response->add_models() = ModelAt(version);
      }
      response->mutable_models(1)->add_aliases("prod");
      response->mutable_models(1)->add_aliases("staging");
      return Status::OK;
    };
    handlers.get_model = [this](const v1::GetModelRequest& request,
                                v1::Model* model) {
      got.push_back(request.model());
      if (!request.model().starts_with("names"))
        return NoModel(request.model());
      *model = shown;
      const std::size_t at = request.model().find('@');
      if (at != std::string::npos && std::isdigit(request.model()[at + 1])) {
        model->set_version(std::stoul(request.model().substr(at + 1)));
      }
      return Status::OK;
    };
    handlers.delete_model = [this](const v1::DeleteModelRequest& request,
                                   v1::DeleteModelResponse* response) {
      if (refusals.contains(request.model())) return refusals[request.model()];
      deleted.push_back(request.model());
      const bool all = request.model().find('@') == std::string::npos;
      response->set_versions(all ? 3 : 1);
      response->set_cancelled_jobs(request.model() == "busy" ? 1 : 0);
      return Status::OK;
    };
  }
  static Status NoModel(const std::string& name) {
    return Status(grpc::NOT_FOUND, "model \"" + name + "\" not found");
  }

  v1::Model shown = ModelAt(2);
  std::map<std::string, Status> refusals;
  std::vector<std::string> got;
  std::vector<std::string> deleted;
};

TEST_F(ModelsTest, OneModelsVersionsAreListedWithTheirAliases) {
  EXPECT_EQ(Run({"ls", "names"}).out,
            "NAME   VERSION  ALIASES        PARAMS  STEPS  LOSS  TOKENS\n"
            "names        3                   4.2K   1000  2.32      27\n"
            "names        2  prod, staging    4.2K   1000  2.32      27\n"
            "names        1                   4.2K   1000  2.32      27\n");
  EXPECT_EQ(Run({"ls", "names", "-o", "text"}).out,
            "names@3\nnames@2\nnames@1\n");
  EXPECT_THAT(Run({"ls", "names", "-o", "csv"}).out,
              HasSubstr("\nnames,2,prod staging,4192,"));
  const auto missing = Run({"ls", "nmaes"});
  EXPECT_EQ(missing.exit_code, 4);
  EXPECT_EQ(missing.err, "mgpt: model \"nmaes\" not found. See: mgpt ls\n");
}

TEST_F(ModelsTest, ShowHasEverythingOnACard) {
  shown.add_aliases("prod");
  shown.mutable_config()->set_tokenizer(v1::TOKENIZER_GRAPHEME);
  const auto result = Run({"show", "names@prod"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(got, ElementsAre("names@prod"));
  EXPECT_EQ(result.out,
            "name        names\n"
            "version     2\n"
            "aliases     prod\n"
            "params      4,192\n"
            "steps       1000\n"
            "loss        2.32\n"
            "tokens      27\n"
            "origin      job 01jb3z5k9qv8xw2r7t6y4n0mca\n"
            "shape       1 layer · 4 heads · n_embd 16 · block_size 16\n"
            "tokenizer   grapheme\n"
            "seed        42\n"
            "data        2,104 documents · 14,949 tokens · 71 duplicates\n"
            "dataset     sha256:ab (names)\n"
            "sha256      sha256:cd\n"
            "memory      16.4 KiB\n");
  EXPECT_EQ(Run({"show", "names", "-o", "text"}).out, "names@2\n");
  EXPECT_THAT(Run({"show", "names", "-o", "json"}).out,
              StartsWith("{\"name\":\"names\",\"version\":2,"));
  EXPECT_THAT(Run({"show", "names", "-o", "csv"}).out,
              HasSubstr("\nnames,2,prod,4192,1000,2.3165432109876543,,27,"));
}

TEST_F(ModelsTest, ShowSaysWhatIsNotKnownOfAnImportedModel) {
  shown.clear_job();
  shown.clear_loss();
  shown.mutable_config()->clear_steps();
  shown.mutable_config()->clear_seed();
  shown.clear_dataset();
  const auto bare = Run({"show", "names"});
  EXPECT_THAT(bare.out, HasSubstr("\nsteps       -\nloss        -\n"));
  EXPECT_THAT(bare.out, HasSubstr("\norigin      imported\n"));
  EXPECT_THAT(bare.out, Not(HasSubstr("\nseed ")));
  EXPECT_THAT(bare.out, Not(HasSubstr("\ndata")));

  shown.set_base("names@7");
  shown.mutable_dataset()->set_id("sha256:ab");
  shown.mutable_dataset()->set_forgotten(true);
  const auto known = Run({"show", "names"});
  EXPECT_THAT(known.out, HasSubstr("\norigin      imported, once names@7\n"));
  EXPECT_THAT(known.out, HasSubstr("\ndataset     sha256:ab; its text was "
                                   "forgotten\n"));
}

TEST_F(ModelsTest, AVersionThatIsNotThereIsLookedForAmongTheVersions) {
  EXPECT_EQ(Run({"show", "x"}).err,
            "mgpt: model \"x\" not found. See: mgpt ls\n");
  const auto result = Run({"show", "x@9"});
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_EQ(result.err, "mgpt: model \"x@9\" not found. See: mgpt ls x\n");
  EXPECT_EQ(Run({"show"}).err,
            "mgpt: MODEL is required. See: mgpt show --help\n");
}

TEST_F(ModelsTest, RmInAPipeAsksNobody) {
  const auto result = Run({"rm", "names", "busy", "names@2"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out,
            "deleted names with 3 versions\n"
            "deleted busy with 3 versions; cancelled 1 job\n"
            "deleted names@2\n");
  EXPECT_EQ(result.err, "");
  EXPECT_THAT(deleted, ElementsAre("names", "busy", "names@2"));
  EXPECT_THAT(got, IsEmpty());
}

TEST_F(ModelsTest, RmAtATerminalAsksOnceForAll) {
  const auto yes = RunAtTerminal({"rm", "names", "names@3"}, "y\n");
  EXPECT_EQ(yes.exit_code, 0) << yes.err;
  EXPECT_EQ(yes.err,
            "Delete names (3 versions, its jobs and their record) and names@3? "
            "[y/N] ");
  EXPECT_THAT(deleted, ElementsAre("names", "names@3"));

  deleted.clear();
  for (const char* no : {"n\n", "\n", "yesterday\n", "\x04"}) {
    const auto result = RunAtTerminal({"rm", "names"}, no);
    EXPECT_EQ(result.exit_code, 1) << no;
    EXPECT_EQ(result.out, "");
    EXPECT_THAT(result.err, HasSubstr("mgpt: nothing was deleted\n"));
  }
  EXPECT_THAT(deleted, IsEmpty());
}

TEST_F(ModelsTest, RmAsksAlsoWhereItsMessagesGoElsewhere) {
  const auto yes = Start({"rm", "names@2"}, "y\n", Streams::kInputWithTty);
  const auto result = yes->Wait();
  EXPECT_EQ(result.exit_code, 0) << result.out;
  EXPECT_EQ(result.err, "Delete names@2? [y/N] ");
  EXPECT_EQ(result.out, "deleted names@2\n");
  EXPECT_THAT(deleted, ElementsAre("names@2"));
}

TEST_F(ModelsTest, RmThatCannotAskDeletesNothing) {
  const auto silent = Start({"rm", "names"}, "y\n", Streams::kInputWithoutTty);
  const auto result = silent->Wait();
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.out,
            "mgpt: nothing was deleted: there is no terminal to ask on. Say "
            "--yes to be asked nothing\n");
  EXPECT_THAT(deleted, IsEmpty());
}

TEST_F(ModelsTest, WhatIsDeletedIsTheVersionThatWasConfirmed) {
  const auto process = Start({"rm", "names@latest"}, "", Streams::kTerminal);
  ASSERT_TRUE(process->WaitForError("Delete names@2? [y/N] "));
  shown = ModelAt(3);  // meanwhile
  process->Type("y\n");
  EXPECT_EQ(process->Wait().out, "deleted names@2\n");
  EXPECT_THAT(deleted, ElementsAre("names@2"));
  EXPECT_EQ(Run({"rm", "names@latest"}).out, "deleted names@3\n");
}

TEST_F(ModelsTest, AnAliasIsRefusedBeforeAnybodyIsAsked) {
  constexpr char kRefusal[] =
      "mgpt: names@prod is an alias of names@2: delete names@2, or the alias. "
      "See: mgpt alias rm --help\n";
  const auto asked = RunAtTerminal({"rm", "names@1", "names@prod"}, "y\n");
  EXPECT_EQ(asked.exit_code, 2);
  EXPECT_EQ(asked.err, kRefusal);
  EXPECT_THAT(deleted, IsEmpty());
  const auto piped = Run({"rm", "names@prod"});
  EXPECT_EQ(piped.exit_code, 2);
  EXPECT_EQ(piped.err, kRefusal);
  EXPECT_THAT(deleted, IsEmpty());
}

TEST_F(ModelsTest, WhatAServerSaysMovesNoCursor) {
  refusals["names@1"] = Status(grpc::INTERNAL, "\033[2Jgone\u009b1A");
  EXPECT_EQ(Run({"rm", "names@1"}).err, "mgpt: �[2Jgone�1A\n");
  shown.set_base("\033[2J");
  shown.clear_job();
  handlers.list_models = [this](const v1::ListModelsRequest&,
                                v1::ListModelsResponse* response) {
    *response->add_models() = shown;
    return Status::OK;
  };
  const auto csv =
      Start({"ls", "-o", "csv"}, "", Streams::kAllTerminal)->Wait();
  EXPECT_THAT(csv.err, HasSubstr(",�[2J,"));
  EXPECT_THAT(csv.err, Not(HasSubstr("\033")));
  EXPECT_THAT(Run({"ls", "-o", "csv"}).out, HasSubstr(",\033[2J,"))
      << "a program gets what there is";
}

TEST_F(ModelsTest, RmAtATerminalCanBeToldNotToAsk) {
  const auto result = RunAtTerminal({"rm", "-y", "names"}, "");
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.err, "");
  EXPECT_THAT(deleted, ElementsAre("names"));
}

TEST_F(ModelsTest, RmAsksNothingAboutWhatIsNotThere) {
  const auto result = RunAtTerminal({"rm", "names", "nmaes"}, "y\n");
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_EQ(result.err, "mgpt: model \"nmaes\" not found. See: mgpt ls\n");
  EXPECT_THAT(deleted, IsEmpty());
}

TEST_F(ModelsTest, CtrlCAtTheQuestionDeletesNothing) {
  const auto process = Start({"rm", "names"}, "", Streams::kTerminal);
  ASSERT_TRUE(process->WaitForError("[y/N] "));
  process->Signal(SIGINT);
  EXPECT_EQ(process->Wait().exit_code, 130);
  EXPECT_THAT(deleted, IsEmpty());
}

TEST_F(ModelsTest, AModelThatCannotBeDeletedDoesNotKeepTheOthers) {
  refusals["x"] = NoModel("x");
  refusals["names@2"] =
      Status(grpc::FAILED_PRECONDITION, "the alias names@prod points to it");
  const auto result = Run({"rm", "x", "names@2", "names@1"});
  EXPECT_EQ(result.exit_code, 5) << "as the last of them";
  EXPECT_EQ(result.out, "deleted names@1\n");
  EXPECT_EQ(result.err,
            "mgpt: model \"x\" not found. See: mgpt ls\n"
            "mgpt: the alias names@prod points to it. See: mgpt alias rm "
            "--help\n");
}

TEST_F(ModelsTest, AServerThatIsGoneIsNotAskedAgain) {
  refusals["x"] = Status(grpc::UNAVAILABLE, "the server is shutting down");
  const auto result = Run({"rm", "x", "names"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(deleted, IsEmpty());
}

TEST_F(ModelsTest, RmHasItsFormats) {
  EXPECT_EQ(Run({"rm", "names", "busy", "-o", "csv"}).out,
            "model,versions,cancelled_jobs\nnames,3,0\nbusy,3,1\n");
  EXPECT_EQ(Run({"rm", "names", "names@1", "-o", "json"}).out,
            "{\"versions\":3}\n{\"versions\":1}\n");
  EXPECT_EQ(Run({"rm", "names@1", "-o", "text"}).out, "names@1\n");
}

TEST_F(ModelsTest, AnEmptyNameIsNoName) {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"show", ""},
        {"rm", "names", ""},
        {"ls", ""},
        {"show", "--", ""}}) {
    const auto result = Run(arguments);
    EXPECT_EQ(result.exit_code, 2) << arguments[0];
    EXPECT_EQ(result.err, "mgpt: MODEL: must not be empty. See: mgpt " +
                              arguments[0] + " --help\n");
  }
  EXPECT_THAT(got, IsEmpty());
  EXPECT_THAT(deleted, IsEmpty());
}

class AliasTest : public ModelsTest {
 protected:
  AliasTest() {
    handlers.set_alias = [this](const v1::SetAliasRequest& request,
                                v1::Model* model) {
      set = request;
      *model = ModelAt(request.version() == 0 ? 3 : request.version());
      return Status::OK;
    };
    handlers.delete_alias = [this](const v1::DeleteAliasRequest& request,
                                   v1::Model* model) {
      removed = request;
      *model = ModelAt(3);
      return Status::OK;
    };
  }

  v1::SetAliasRequest set;
  v1::DeleteAliasRequest removed;
};

TEST_F(AliasTest, AnAliasIsPointedToAVersion) {
  const auto result = Run({"alias", "set", "names@prod", "1"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, "names@prod is names@1\n");
  EXPECT_EQ(set.alias(), "names@prod");
  EXPECT_EQ(set.version(), 1u);
  EXPECT_FALSE(set.has_expected_version());
  EXPECT_THAT(got, IsEmpty());

  EXPECT_EQ(Run({"alias", "set", "names@prod"}).out, "names@prod is names@3\n");
  EXPECT_EQ(set.version(), 0u) << "the newest";
  EXPECT_EQ(Run({"alias", "set", "names@prod", "-o", "text"}).out, "names@3\n");
}

TEST_F(AliasTest, AVersionMayBeAReference) {
  EXPECT_EQ(Run({"alias", "set", "names@prod", "names@staging"}).out,
            "names@prod is names@2\n");
  EXPECT_THAT(got, ElementsAre("names@staging"));
  EXPECT_EQ(set.version(), 2u);

  for (const char* wrong : {"pets@3", "staging", "names", "-"}) {
    const auto result = Run({"alias", "set", "names@prod", wrong});
    EXPECT_EQ(result.exit_code, 2) << wrong;
    EXPECT_EQ(result.err, std::string("mgpt: VERSION: \"") + wrong +
                              "\" is not a version of names, such as 3 or "
                              "names@3. See: mgpt alias set --help\n");
  }
  EXPECT_EQ(Run({"alias", "set", "names@prod", "0"}).exit_code, 2);
}

TEST_F(AliasTest, AnAliasThatMovedMeanwhileIsAConflict) {
  handlers.set_alias = [this](const v1::SetAliasRequest& request, v1::Model*) {
    set = request;
    return Status(grpc::ABORTED, "names@prod points to version 2, not to 1");
  };
  const auto result = Run({"alias", "set", "names@prod", "3", "--expect", "1"});
  EXPECT_EQ(result.exit_code, 5);
  EXPECT_EQ(result.err, "mgpt: names@prod points to version 2, not to 1\n");
  EXPECT_EQ(set.expected_version(), 1u);
  Run({"alias", "set", "names@prod", "3", "--expect", "0"});
  EXPECT_TRUE(set.has_expected_version()) << "0: only if it is new";
}

TEST_F(AliasTest, AnAliasIsRemoved) {
  const auto result = Run({"alias", "rm", "names@prod", "--expect", "3"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, "deleted names@prod; it was names@3\n");
  EXPECT_EQ(removed.alias(), "names@prod");
  EXPECT_EQ(removed.expected_version(), 3u);
  handlers.delete_alias = [](const v1::DeleteAliasRequest&, v1::Model*) {
    return Status(grpc::NOT_FOUND, "no alias names@prod");
  };
  const auto missing = Run({"alias", "rm", "names@prod"});
  EXPECT_EQ(missing.exit_code, 4);
  EXPECT_EQ(missing.err, "mgpt: no alias names@prod. See: mgpt ls names\n");
}

}  // namespace
}  // namespace microgpt::client
