// SPDX-License-Identifier: MIT
//
// dataset add, ls, show and rm.
#include <gmock/gmock.h>

#include <atomic>
#include <csignal>
#include <ctime>
#include <future>

#include "client/end_to_end/end_to_end_test.h"

namespace microgpt::client {
namespace {

using grpc::Status;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

using TextReader = grpc::ServerReader<v1::AddDatasetRequest>;

constexpr std::size_t kMiB = 1 << 20;

v1::Dataset Pets() {
  v1::Dataset dataset;
  dataset.set_id("sha256:ab");
  dataset.set_documents(2104);
  dataset.set_tokens(14949);
  dataset.set_duplicates(1);
  dataset.set_bytes(12845);
  dataset.add_names("pets");
  return dataset;
}

class DatasetsTest : public EndToEndTest {
 protected:
  DatasetsTest() {
    handlers.add_dataset = [this](grpc::ServerContext*, TextReader* reader,
                                  v1::Dataset* dataset) {
      v1::AddDatasetRequest request;
      for (messages = 0; reader->Read(&request); ++messages) {
        if (messages == 0) name = request.name();
        EXPECT_TRUE(messages == 0 || request.name().empty());
        EXPECT_LE(request.chunk().size(), kMiB);
        bytes += request.chunk().size();
        if (bytes < kMiB) text += request.chunk();
      }
      *dataset = Pets();
      dataset->clear_names();
      if (!name.empty()) dataset->add_names(name);
      return Status::OK;
    };
    handlers.get_dataset = [this](const v1::GetDatasetRequest& request,
                                  v1::Dataset* dataset) {
      got = request;
      if (request.dataset() == "x") return NoDataset();
      *dataset = shown;
      return Status::OK;
    };
    handlers.delete_dataset = [this](const v1::DeleteDatasetRequest& request,
                                     v1::DeleteDatasetResponse* response) {
      if (request.dataset() == "x") return NoDataset();
      deleted.push_back(request.dataset());
      response->set_forgotten(request.dataset() != "cats");
      return Status::OK;
    };
  }
  static Status NoDataset() {
    return Status(grpc::NOT_FOUND, "dataset \"x\" not found");
  }

  std::string name;
  std::string text;  // the first MiB
  std::size_t bytes = 0;
  int messages = 0;
  v1::Dataset shown = Pets();
  v1::GetDatasetRequest got;
  std::vector<std::string> deleted;
};

TEST_F(DatasetsTest, AFileIsAddedUnderItsName) {
  const auto result =
      Run({"dataset", "add", File("My Pets.txt", "cat\r\n東京")});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out,
            "✓ my-pets  2,104 documents · 14,949 tokens · 1 duplicate\n");
  EXPECT_EQ(result.err, "  Next: mgpt train my-pets\n");
  EXPECT_EQ(name, "my-pets");
  EXPECT_EQ(text, "cat\r\n東京") << "cleaning is the server's";

  Run({"dataset", "add", File("x.txt", "x"), "--name", "pets"});
  EXPECT_EQ(name, "pets");
}

TEST_F(DatasetsTest, WhatHasNoNameIsKnownByItsId) {
  const auto result = Run({"dataset", "add", "-"}, "cat\ndog\n");
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out,
            "✓ sha256:ab  2,104 documents · 14,949 tokens · 1 duplicate\n");
  EXPECT_EQ(result.err, "  Next: mgpt train sha256:ab --model NAME\n");
  EXPECT_EQ(text, "cat\ndog\n");
  EXPECT_EQ(name, "");
  Run({"dataset", "add", File("動物.txt", "x")});
  EXPECT_EQ(name, "") << "no legal name";
  EXPECT_EQ(Run({"dataset", "add", "-", "-q", "-o", "text"}, "x").out,
            "sha256:ab\n");
  EXPECT_EQ(Run({"dataset", "add", "-", "-n", "a", "-o", "text"}, "x").out,
            "a\n");
}

TEST_F(DatasetsTest, ALargeFileIsSentInChunksAndItsProgressShows) {
  const std::string path = File("large.txt", std::string(4 * kMiB, 'a'));
  const auto result = Run({"dataset", "add", path});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(bytes, 4 * kMiB);
  EXPECT_EQ(messages, 16);
  EXPECT_THAT(result.err, StartsWith(" 12 %  512.0 KiB of 4.0 MiB\n"
                                     " 25 %  1.0 MiB of 4.0 MiB\n"));
  EXPECT_THAT(result.err, HasSubstr("\n100 %  4.0 MiB of 4.0 MiB\n  Next"));
  EXPECT_EQ(Run({"dataset", "add", path, "-q"}).err, "");

  const auto bar = RunAtTerminal({"dataset", "add", path}, "");
  EXPECT_THAT(bar.err, HasSubstr("\r\033[K▕██████████          ▏ 50 %  2.0 MiB "
                                 "of 4.0 MiB\r"));
  EXPECT_THAT(bar.err, HasSubstr("100 %  4.0 MiB of 4.0 MiB\n  Next"));
}

TEST_F(DatasetsTest, MemoryIsBoundedWhateverTheFileHas) {
  constexpr std::size_t kSize = 256 * kMiB;
  const std::string path = File("endless.txt", "");
  std::filesystem::resize_file(path, kSize);  // one line of zero bytes
  const auto result = Run({"dataset", "add", path});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(bytes, kSize);
  EXPECT_LT(result.most_memory_kib, 128 << 10);
}

TEST_F(DatasetsTest, ARefusalAmidTheTextEndsTheSending) {
  handlers.add_dataset = [&](grpc::ServerContext*, TextReader* reader,
                             v1::Dataset*) {
    v1::AddDatasetRequest request;
    reader->Read(&request);
    return Status(grpc::INVALID_ARGUMENT, "line 7, byte 1 is not UTF-8");
  };
  // The input does not end: only the refusal can end this.
  const auto process = Start({"dataset", "add", "/dev/zero", "-q"});
  const auto result = process->Wait();
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.err,
            "mgpt: line 7, byte 1 is not UTF-8. See: mgpt dataset add "
            "--help\n");
}

TEST_F(DatasetsTest, CtrlCAmidTheTextStoresNothing) {
  std::atomic<bool> left = false;
  handlers.add_dataset = [&](grpc::ServerContext* context, TextReader* reader,
                             v1::Dataset*) {
    v1::AddDatasetRequest request;
    while (reader->Read(&request)) {
    }
    left = context->IsCancelled();
    return Status::CANCELLED;
  };
  const auto process = Start({"dataset", "add", "/dev/zero"});
  ASSERT_TRUE(process->WaitForError("64.0 MiB\n"));
  process->Signal(SIGINT);
  const auto result = process->Wait();
  StopServer();
  EXPECT_EQ(result.exit_code, 130);
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.err,
              HasSubstr("mgpt: interrupted: the text was not stored\n"));
  EXPECT_TRUE(left);
}

TEST_F(DatasetsTest, CtrlCIsHeardWhileStandardInputIsSilent) {
  std::promise<void> first;
  handlers.add_dataset = [&](grpc::ServerContext*, TextReader* reader,
                             v1::Dataset*) {
    v1::AddDatasetRequest request;
    reader->Read(&request);
    first.set_value();
    while (reader->Read(&request)) {
    }
    return Status::CANCELLED;
  };
  const auto process =
      Start({"dataset", "add", "-"}, "cat\n", Streams::kTerminal);
  first.get_future().wait();
  process->Signal(SIGINT);
  const auto result = process->Wait();
  StopServer();
  EXPECT_EQ(result.exit_code, 130);
  EXPECT_EQ(result.err,
            "Reading standard input; Ctrl-D ends it.\n"
            "mgpt: interrupted: the text was not stored\n");
}

TEST_F(DatasetsTest, ATimeoutEndsTheWaitForStandardInputToo) {
  const auto process = Start({"dataset", "add", "-", "--timeout", "200ms"}, "",
                             Streams::kTerminal);
  const auto result = process->Wait();
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, HasSubstr("mgpt: standard input has not ended in "
                                    "time. Try again"));
}

TEST_F(DatasetsTest, WhatTheServerRefusesHasItsExitCode) {
  Status status;
  handlers.add_dataset = [&](grpc::ServerContext*, TextReader* reader,
                             v1::Dataset*) {
    v1::AddDatasetRequest request;
    while (reader->Read(&request)) {
    }
    return status;
  };
  const std::string path = File("pets.txt", "cat\n");
  status = Status(grpc::ALREADY_EXISTS, "\"pets\" is another text's name");
  const auto conflict = Run({"dataset", "add", path});
  EXPECT_EQ(conflict.exit_code, 5);
  EXPECT_EQ(conflict.err, "mgpt: \"pets\" is another text's name\n");
  status = Status(grpc::RESOURCE_EXHAUSTED, "the store is full");
  EXPECT_EQ(Run({"dataset", "add", path}).exit_code, 3);
}

TEST_F(DatasetsTest, WhatCannotBeReadIsNotSent) {
  handlers.add_dataset = nullptr;
  const auto missing = Run({"dataset", "add", "./missing.txt"});
  EXPECT_EQ(missing.exit_code, 4);
  EXPECT_THAT(missing.err, StartsWith("mgpt: ./missing.txt: No such file"));
  const auto empty = Run({"dataset", "add", "-"}, "");
  EXPECT_EQ(empty.exit_code, 2);
  EXPECT_THAT(empty.err, StartsWith("mgpt: standard input is empty. See"));
  EXPECT_THAT(Run({"dataset", "add", folder().string()}).err,
              HasSubstr(": Is a directory"));
}

TEST_F(DatasetsTest, DatasetsAreListedPageByPage) {
  handlers.list_datasets = [](const v1::ListDatasetsRequest& request,
                              v1::ListDatasetsResponse* response) {
    if (request.page_token().empty()) {
      v1::Dataset* dataset = response->add_datasets();
      *dataset = Pets();
      dataset->set_names(0, "names");
      dataset->set_built_in(true);
      response->set_next_page_token("2");
      return Status::OK;
    }
    *response->add_datasets() = Pets();
    response->mutable_datasets(0)->add_names("cats");
    response->mutable_datasets(0)->mutable_create_time()->set_seconds(
        std::time(nullptr) - 7260);
    *response->add_datasets() = Pets();
    response->mutable_datasets(1)->clear_names();
    response->mutable_datasets(1)->set_forgotten(true);
    return Status::OK;
  };
  EXPECT_EQ(Run({"dataset", "ls"}).out,
            "NAME        DOCUMENTS  TOKENS  DUPLICATES      SIZE  ADDED        "
            "TEXT\n"
            "names           2,104  14,949           1  12.5 KiB               "
            "built in\n"
            "pets, cats      2,104  14,949           1  12.5 KiB  2 hours ago\n"
            "sha256:ab       2,104  14,949           1  12.5 KiB               "
            "forgotten: only its figures are left\n");
  EXPECT_EQ(Run({"dataset", "ls", "-o", "text"}).out,
            "names\npets\nsha256:ab\n");
  EXPECT_THAT(Run({"dataset", "ls", "-o", "csv"}).out,
              StartsWith("names,id,documents,tokens,duplicates,bytes,"
                         "create_time,built_in,forgotten\n"
                         "names,sha256:ab,2104,14949,1,12845,,true,false\n"
                         "pets cats,sha256:ab,2104,"));
}

TEST_F(DatasetsTest, ShowHasAlphabetAndExamples) {
  shown.set_longest(15);
  shown.set_alphabet(" abc東");
  shown.add_examples("emma");
  shown.add_examples(std::string(100, 'a'));
  const auto result = Run({"dataset", "show", "pets"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out,
            "name        pets\n"
            "documents   2,104\n"
            "tokens      14,949\n"
            "duplicates  1\n"
            "size        12.5 KiB\n"
            "longest     15 characters\n"
            "alphabet    5 characters:  abc東\n"
            "examples    emma · " +
                std::string(60, 'a') +
                "…\n"
                "id          sha256:ab\n");
  EXPECT_TRUE(got.full());
  EXPECT_THAT(Run({"dataset", "show", "pets", "-o", "json"}).out,
              HasSubstr("\"alphabet\":\" abc東\""));
  const auto missing = Run({"dataset", "show", "x"});
  EXPECT_EQ(missing.exit_code, 4);
  EXPECT_EQ(missing.err,
            "mgpt: dataset \"x\" not found. See: mgpt dataset ls\n");
}

TEST_F(DatasetsTest, RmSaysWhetherTheTextIsGone) {
  const auto result = Run({"dataset", "rm", "pets", "cats"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out,
            "deleted pets; its text is forgotten, also by the models that "
            "learned it\n"
            "deleted the name cats; its text has another\n");
  EXPECT_EQ(Run({"dataset", "rm", "pets", "cats", "-o", "csv"}).out,
            "dataset,forgotten\npets,true\ncats,false\n");
  const auto missing = Run({"dataset", "rm", "x", "pets"});
  EXPECT_EQ(missing.exit_code, 4);
  EXPECT_EQ(missing.out,
            "deleted pets; its text is forgotten, also by the models that "
            "learned it\n");
}

TEST_F(DatasetsTest, RmAtATerminalSaysWhatItIsAbout) {
  const auto result = RunAtTerminal({"dataset", "rm", "pets"}, "yes\n");
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.err, "Delete pets with 2,104 documents? [y/N] ");
  EXPECT_THAT(deleted, ElementsAre("pets"));
  deleted.clear();
  shown.add_names("cats");
  EXPECT_EQ(RunAtTerminal({"dataset", "rm", "cats"}, "n\n").err,
            "Delete the name cats, one of 2 of its text? [y/N] mgpt: nothing "
            "was deleted\n");
  EXPECT_THAT(deleted, IsEmpty());
}

}  // namespace
}  // namespace microgpt::client
