// SPDX-License-Identifier: MIT
#include "client/commands/train_source.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace microgpt::client {
namespace {

using Kind = TrainSource::Kind;
using Sources = std::vector<TrainSource>;

// A folder of its own to work in.
class TrainSourceTest : public testing::Test {
 protected:
  TrainSourceTest() : before_(std::filesystem::current_path()) {
    std::string path = testing::TempDir() + "train_source_XXXXXX";
    folder_ = mkdtemp(path.data());
    std::filesystem::current_path(folder_);
  }
  ~TrainSourceTest() override {
    std::filesystem::current_path(before_);
    std::filesystem::remove_all(folder_);
  }
  static void WriteFile(const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
  }
  static absl::Status Read(const std::string& path, v1::TrainRequest* request) {
    Console console(STDERR_FILENO, {});
    return ReadTrainingText({Kind::kFile, path}, &console, request);
  }

 private:
  const std::filesystem::path before_;
  std::filesystem::path folder_;
};

TEST_F(TrainSourceTest, AWordIsADatasetFirstAndThenAFile) {
  EXPECT_EQ(TrainSources("pets"), (Sources{{Kind::kDataset, "pets"}}));
  WriteFile("pets", "cat\n");
  EXPECT_EQ(TrainSources("pets"),
            (Sources{{Kind::kDataset, "pets"}, {Kind::kFile, "pets"}}));
  EXPECT_EQ(TrainSources("sha256:ab"),
            (Sources{{Kind::kDataset, "sha256:ab"}}));
}

TEST_F(TrainSourceTest, AFolderIsNoFile) {
  std::filesystem::create_directory("pets");
  EXPECT_EQ(TrainSources("pets"), (Sources{{Kind::kDataset, "pets"}}));
}

TEST_F(TrainSourceTest, APathIsAFileWhateverTheServerHas) {
  EXPECT_EQ(TrainSources("./names"), (Sources{{Kind::kFile, "./names"}}));
  EXPECT_EQ(TrainSources("/data/x"), (Sources{{Kind::kFile, "/data/x"}}));
  EXPECT_EQ(TrainSources("My Pets.txt"),
            (Sources{{Kind::kFile, "My Pets.txt"}}))
      << "no dataset is called so";
}

TEST_F(TrainSourceTest, ADashIsStandardInput) {
  EXPECT_EQ(TrainSources("-"), (Sources{{Kind::kStandardInput, "-"}}));
}

TEST_F(TrainSourceTest, TheModelIsNamedAfterWhatHasAName) {
  EXPECT_EQ(DefaultModel({Kind::kDataset, "names"}), "names");
  EXPECT_EQ(DefaultModel({Kind::kFile, "./My Pets.txt"}), "my-pets");
  EXPECT_EQ(DefaultModel({Kind::kDataset, "sha256:ab"}), std::nullopt);
  EXPECT_EQ(DefaultModel({Kind::kFile, "動物.txt"}), std::nullopt);
  EXPECT_EQ(DefaultModel({Kind::kStandardInput, "-"}), std::nullopt);
}

TEST_F(TrainSourceTest, TheTextIsSentAsItStandsInTheFile) {
  const std::string text = "\xEF\xBB\xBFtokyo 東京\r\n\n osaka \r";
  WriteFile("towns.txt", text);
  v1::TrainRequest request;
  ASSERT_TRUE(Read("towns.txt", &request).ok());
  EXPECT_EQ(request.text(), text) << "cleaning is the server's";
}

TEST_F(TrainSourceTest, BadBytesAreFoundBeforeSending) {
  WriteFile("latin1.txt", "anna\nren\xe9\n");
  v1::TrainRequest request;
  EXPECT_EQ(Read("latin1.txt", &request).message(),
            "latin1.txt: line 2, byte 4 is not UTF-8");
}

TEST_F(TrainSourceTest, LinesAreCountedAsTheServerCountsThem) {
  v1::TrainRequest request;
  WriteFile("mac.txt", "a\rb\xff\n");
  EXPECT_EQ(Read("mac.txt", &request).message(),
            "mac.txt: line 2, byte 2 is not UTF-8");
  WriteFile("windows.txt", "a\r\nb\r\n\xff");
  EXPECT_EQ(Read("windows.txt", &request).message(),
            "windows.txt: line 3, byte 1 is not UTF-8");
}

TEST_F(TrainSourceTest, AnEmptyFileIsNotSent) {
  WriteFile("empty.txt", "");
  v1::TrainRequest request;
  EXPECT_EQ(Read("empty.txt", &request).message(),
            "empty.txt is empty: one string a line is wanted");
}

TEST_F(TrainSourceTest, AFileTooLargeForARequestIsNotSent) {
  WriteFile("large.txt", std::string((16 << 20) + 1, 'a'));
  v1::TrainRequest request;
  const std::string message(Read("large.txt", &request).message());
  EXPECT_NE(message.find("16,777,217 bytes"), std::string::npos) << message;
  EXPECT_NE(message.find("16.0 MiB"), std::string::npos) << message;
  EXPECT_TRUE(request.text().empty());
}

TEST_F(TrainSourceTest, TheLargestFileMakesARequestThatIsJustAllowed) {
  v1::TrainRequest request;
  request.set_model("pets");
  const std::size_t room = (16 << 20) - request.ByteSizeLong() - 8;
  WriteFile("fits.txt", std::string(room, 'a'));
  ASSERT_TRUE(Read("fits.txt", &request).ok());
  EXPECT_LE(request.ByteSizeLong(), std::size_t{16} << 20);
  WriteFile("fits.txt", std::string(room + 1, 'a'));
  v1::TrainRequest other;
  other.set_model("pets");
  EXPECT_FALSE(Read("fits.txt", &other).ok());
}

TEST_F(TrainSourceTest, WhatCannotBeReadSaysWhy) {
  v1::TrainRequest request;
  EXPECT_EQ(Read("missing.txt", &request),
            absl::NotFoundError("missing.txt: No such file or directory"));
  std::filesystem::create_directory("folder");
  EXPECT_EQ(Read("folder", &request).message(), "folder: Is a directory");
}

}  // namespace
}  // namespace microgpt::client
