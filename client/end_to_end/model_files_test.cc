// SPDX-License-Identifier: MIT
//
// export and import.
#include <gmock/gmock.h>

#include <csignal>
#include <fstream>
#include <iterator>

#include "client/end_to_end/end_to_end_test.h"

namespace microgpt::client {
namespace {

using grpc::Status;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

using ExportWriter = grpc::ServerWriter<v1::ExportModelResponse>;
using ModelReader = grpc::ServerReader<v1::ImportModelRequest>;
using TextReader = grpc::ServerReader<v1::AddDatasetRequest>;

class ExportTest : public EndToEndTest {
 protected:
  ExportTest() {
    handlers.export_model = [this](grpc::ServerContext*,
                                   const v1::ExportModelRequest& request,
                                   ExportWriter* writer) {
      asked = request;
      v1::ExportModelResponse response;
      for (const char* chunk : {"one ", "two"}) {
        response.set_chunk(chunk);
        writer->Write(response);
      }
      return end;
    };
  }
  // An export that goes on until its reader leaves.
  void ExportWithoutEnd() {
    handlers.export_model = [](grpc::ServerContext*,
                               const v1::ExportModelRequest&,
                               ExportWriter* writer) {
      v1::ExportModelResponse response;
      response.set_chunk(std::string(1 << 20, 'a'));
      while (writer->Write(response)) {
      }
      return Status::CANCELLED;
    };
  }
  std::string Path(const std::string& name) const {
    return (folder() / name).string();
  }
  static std::string Text(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::vector<std::string> Files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder())) {
      names.push_back(entry.path().filename().string());
    }
    return names;
  }

  v1::ExportModelRequest asked;
  Status end = Status::OK;
};

TEST_F(ExportTest, AFileIsWrittenAsItsNameEnds) {
  const auto result = Run({"export", "names@3", "-O", Path("a.json")});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.err, "names@3 is in " + Path("a.json") + " (7 B)\n");
  EXPECT_EQ(Text(Path("a.json")), "one two");
  EXPECT_THAT(Files(), ElementsAre("a.json"));
  EXPECT_EQ(asked.model(), "names@3");
  EXPECT_EQ(asked.format(), v1::MODEL_FORMAT_JSON);
  Run({"export", "names", "-O", Path("a.safetensors")});
  EXPECT_EQ(asked.format(), v1::MODEL_FORMAT_SAFETENSORS);
  Run({"export", "names", "-O", Path("a.bin")});
  EXPECT_EQ(asked.format(), v1::MODEL_FORMAT_SAFETENSORS);
  Run({"export", "names", "-O", Path("a.bin"), "--format", "json"});
  EXPECT_EQ(asked.format(), v1::MODEL_FORMAT_JSON);
}

TEST_F(ExportTest, WithoutAFileItGoesThroughAPipe) {
  const auto result = Run({"export", "names"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, "one two");
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(asked.format(), v1::MODEL_FORMAT_SAFETENSORS);
  EXPECT_EQ(Run({"export", "names", "-O", "-"}).out, "one two");
}

TEST_F(ExportTest, BytesAreNothingForATerminal) {
  const auto binary =
      Start({"export", "names@3"}, "", Streams::kAllTerminal)->Wait();
  EXPECT_EQ(binary.exit_code, 2);
  EXPECT_THAT(binary.err, StartsWith("mgpt: a safetensors file is nothing for "
                                     "a terminal: name a file, with -O "
                                     "names.safetensors"));
  EXPECT_EQ(asked.model(), "") << "not even asked for";
  const auto json =
      Start({"export", "names", "--format=json"}, "", Streams::kAllTerminal);
  EXPECT_EQ(json->Wait().err, "one two");
}

TEST_F(ExportTest, NoBarStandsAmidDataOnATerminal) {
  handlers.export_model = [](grpc::ServerContext*,
                             const v1::ExportModelRequest&,
                             ExportWriter* writer) {
    v1::ExportModelResponse response;
    response.set_chunk(std::string(1 << 20, 'a'));
    writer->Write(response);
    writer->Write(response);
    return Status::OK;
  };
  const auto result =
      Start({"export", "names", "--format=json"}, "", Streams::kAllTerminal)
          ->Wait();
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_TRUE(result.err == std::string(2 << 20, 'a'));
}

TEST_F(ExportTest, AnEmptyTextIsNeitherModelNorFile) {
  EXPECT_EQ(Run({"export", ""}).err,
            "mgpt: MODEL: must not be empty. See: mgpt export --help\n");
  const auto result = Run({"export", "names", "-O", ""});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.err,
            "mgpt: --output-file: must not be empty. See: mgpt export "
            "--help\n");
  EXPECT_EQ(asked.model(), "");
}

TEST_F(ExportTest, AFailureLeavesTheOldFileAndNoHalfOne) {
  File("a.json", "old");
  end = Status(grpc::DATA_LOSS, "names@3 is damaged");
  const auto result = Run({"export", "names@3", "-O", Path("a.json")});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.err, "mgpt: names@3 is damaged\n");
  EXPECT_EQ(Text(Path("a.json")), "old");
  EXPECT_THAT(Files(), ElementsAre("a.json"));
  end = Status(grpc::NOT_FOUND, "no version 9");
  EXPECT_EQ(Run({"export", "names@9", "-O", Path("a.json")}).err,
            "mgpt: no version 9. See: mgpt ls names\n");
  end = Status::OK;
  Run({"export", "names@3", "-O", Path("a.json")});
  EXPECT_EQ(Text(Path("a.json")), "one two") << "replaced";
}

TEST_F(ExportTest, CtrlCLeavesNoHalfFile) {
  ExportWithoutEnd();
  const auto process = Start({"export", "names", "-O", Path("a.json")});
  ASSERT_TRUE(process->WaitForError("64.0 MiB\n"));
  process->Signal(SIGINT);
  const auto result = process->Wait();
  EXPECT_EQ(result.exit_code, 130);
  EXPECT_THAT(result.err, HasSubstr("mgpt: interrupted: " + Path("a.json") +
                                    " was not written\n"));
  EXPECT_THAT(Files(), ElementsAre());
}

TEST_F(ExportTest, AReaderWhoLeavesEndsIt) {
  ExportWithoutEnd();
  const auto process = Start({"export", "names"});
  ASSERT_TRUE(process->WaitForOutput("aaaa"));
  process->CloseOutput();
  EXPECT_EQ(process->Wait().exit_code, 0);
}

TEST_F(ExportTest, AFullDiskEndsIt) {
  ExportWithoutEnd();
  const auto result = Run({"export", "names", "-O", "/dev/full"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.err, "mgpt: /dev/full: No space left on device\n");
}

TEST_F(ExportTest, AFolderThatIsNotThereIsFoundBeforeTheServerIsAsked) {
  const auto result = Run({"export", "names", "-O", Path("no/a.json")});
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_EQ(asked.model(), "");
}

TEST_F(ExportTest, WhatCouldBeMistakenForTheFormatIsRefused) {
  const auto result = Run({"export", "names", "-o", "json"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.err,
            "mgpt: --output: an export has no such format; choose --format "
            "json or safetensors. See: mgpt export --help\n");
  EXPECT_EQ(Run({"export", "names", "--format", "pickle"}).err,
            "mgpt: --format: \"pickle\" is not json or safetensors. See: mgpt "
            "export --help\n");
}

class ImportTest : public EndToEndTest {
 protected:
  ImportTest() {
    handlers.import_model = [this](grpc::ServerContext*, ModelReader* reader,
                                   v1::Model* model) {
      v1::ImportModelRequest request;
      for (bool first = true; reader->Read(&request); first = false) {
        if (first) asked = request;
        if (file.size() < 1 << 20) file += request.chunk();
      }
      *model = ModelAt(1);
      model->set_name(asked.model());
      model->clear_job();
      model->set_base(base);
      return Status::OK;
    };
    handlers.get_dataset = [](const v1::GetDatasetRequest& request,
                              v1::Dataset* dataset) {
      if (request.dataset() != "names") {
        return Status(grpc::NOT_FOUND,
                      "dataset \"" + request.dataset() + "\" not found");
      }
      dataset->set_id("sha256:ab");
      return Status::OK;
    };
    handlers.add_dataset = [this](grpc::ServerContext*, TextReader* reader,
                                  v1::Dataset* dataset) {
      v1::AddDatasetRequest request;
      while (reader->Read(&request)) {
        EXPECT_EQ(request.name(), "");
        text += request.chunk();
      }
      dataset->set_id("sha256:ef");
      return Status::OK;
    };
  }

  v1::ImportModelRequest asked;
  std::string file;
  std::string text;
  std::string base;
};

TEST_F(ImportTest, AFileIsTheNextVersionOfItsName) {
  const std::string content(600 << 10, 'a');
  const auto result = Run({"import", File("old.json", content)});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, "✓ old@1  4,192 parameters · 27 tokens  imported\n");
  EXPECT_EQ(result.err, "  Next: mgpt generate old\n");
  EXPECT_EQ(asked.model(), "old");
  EXPECT_EQ(asked.dataset(), "");
  EXPECT_EQ(file, content);
}

TEST_F(ImportTest, AFileCanBeGivenAnotherNameAndTellsItsOwn) {
  base = "names@3";
  const auto result =
      Run({"import", "-", "-m", "old", "-q"}, "{\"config\":{}}");
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out,
            "✓ old@1  4,192 parameters · 27 tokens  imported, once names@3\n");
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(file, "{\"config\":{}}");
  EXPECT_EQ(Run({"import", "-", "-m", "old", "-o", "text"}, "x").out,
            "old@1\n");
  EXPECT_THAT(Run({"import", "-", "-m", "old", "-o", "json"}, "x").out,
              StartsWith("{\"name\":\"old\",\"version\":1,"));
}

TEST_F(ImportTest, StandardInputNeedsAModel) {
  const auto result = Run({"import", "-"}, "x");
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.err,
            "mgpt: standard input names no model: choose one with --model "
            "NAME. See: mgpt import --help\n");
}

TEST_F(ImportTest, AStoredDatasetIsSentByItsId) {
  const auto result =
      Run({"import", File("old.json", "x"), "--dataset", "names"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(asked.dataset(), "sha256:ab");
}

TEST_F(ImportTest, AFileOfTextIsStoredFirst) {
  const auto result = Run({"import", File("old.json", "x"), "--dataset",
                           File("names.txt", "emma\n")});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(text, "emma\n");
  EXPECT_EQ(asked.dataset(), "sha256:ef");
  Run({"import", File("old.json", "x"), "--dataset", "-"}, "ava\n");
  EXPECT_EQ(text, "emma\nava\n");
}

TEST_F(ImportTest, OfARefusedModelTheDatasetIsStoredAllTheSame) {
  handlers.import_model = [](grpc::ServerContext*, ModelReader* reader,
                             v1::Model*) {
    v1::ImportModelRequest request;
    while (reader->Read(&request)) {
    }
    return Status(grpc::INVALID_ARGUMENT, "config: is missing");
  };
  const std::string model = File("old.json", "x");
  EXPECT_EQ(
      Run({"import", model, "--dataset", File("names.txt", "emma\n")}).err,
      "mgpt: config: is missing. The dataset sha256:ef is stored. See: mgpt "
      "import --help\n");
  EXPECT_EQ(Run({"import", model, "--dataset", "names"}).err,
            "mgpt: config: is missing. See: mgpt import --help\n")
      << "that one was there before";
}

TEST_F(ImportTest, CtrlCAfterTheDatasetSaysThatItIsStored) {
  const std::string dataset = File("names.txt", "emma\n");
  const auto process =
      Start({"import", "/dev/zero", "-m", "old", "--dataset", dataset});
  ASSERT_TRUE(process->WaitForError("64.0 MiB\n"));
  process->Signal(SIGINT);
  const auto result = process->Wait();
  EXPECT_EQ(result.exit_code, 130);
  EXPECT_THAT(result.err,
              HasSubstr("mgpt: interrupted: the model was not stored. The "
                        "dataset sha256:ef is stored\n"));
}

TEST_F(ImportTest, NeitherDatasetNorFileIsNotFound) {
  const auto result =
      Run({"import", File("old.json", "x"), "--dataset", "nmaes"});
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_EQ(result.err,
            "mgpt: dataset \"nmaes\" not found. There is no file of this name "
            "either. See: mgpt dataset ls\n");
  EXPECT_EQ(file, "") << "the model is not sent";
}

TEST_F(ImportTest, StandardInputIsOneFileOnly) {
  const auto result = Run({"import", "-", "-m", "old", "--dataset", "-"}, "x");
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.err,
            "mgpt: --dataset: standard input has the model already. See: mgpt "
            "import --help\n");
}

TEST_F(ImportTest, ABadFileIsRefusedWithTheServersSentence) {
  handlers.import_model = [](grpc::ServerContext*, ModelReader* reader,
                             v1::Model*) {
    v1::ImportModelRequest request;
    reader->Read(&request);
    return Status(grpc::INVALID_ARGUMENT,
                  "wte: 3 rows are not vocab_size (27)");
  };
  const auto result = Run({"import", "/dev/zero", "-m", "old", "-q"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.err,
            "mgpt: wte: 3 rows are not vocab_size (27). See: mgpt import "
            "--help\n");
  EXPECT_THAT(Run({"import", File("old.json", "")}).err,
              HasSubstr("old.json is empty. See"));
  const auto missing = Run({"import", "./missing.json"});
  EXPECT_EQ(missing.exit_code, 4);
  EXPECT_EQ(missing.err,
            "mgpt: ./missing.json: No such file or directory. See: mgpt import "
            "--help\n");
}

}  // namespace
}  // namespace microgpt::client
