// SPDX-License-Identifier: MIT
#include "client/commands/files/output_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace microgpt::client {
namespace {

namespace fs = std::filesystem;

class OutputFileTest : public testing::Test {
 protected:
  OutputFileTest() {
    std::string path = testing::TempDir() + "output_file_XXXXXX";
    folder_ = mkdtemp(path.data());
  }
  ~OutputFileTest() override { fs::remove_all(folder_); }

  std::string Path(const std::string& name) const { return folder_ / name; }
  static void Put(const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
  }
  static std::string Text(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::size_t Files() const {
    return std::distance(fs::directory_iterator(folder_), {});
  }

 private:
  fs::path folder_;
};

TEST_F(OutputFileTest, AFileIsThereOnceItIsComplete) {
  auto file = OutputFile::Create(Path("a"));
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_TRUE(file->Write("one ").ok());
  EXPECT_TRUE(file->Write("two").ok());
  EXPECT_FALSE(fs::exists(Path("a")));
  EXPECT_TRUE(file->Commit().ok());
  EXPECT_EQ(Text(Path("a")), "one two");
  EXPECT_EQ(Files(), 1u);
}

TEST_F(OutputFileTest, WhatIsGivenUpLeavesTheOldFileAndNothingElse) {
  Put(Path("a"), "old");
  {
    auto file = OutputFile::Create(Path("a"));
    ASSERT_TRUE(file.ok()) << file.status();
    EXPECT_TRUE(file->Write("half").ok());
  }
  EXPECT_EQ(Text(Path("a")), "old");
  EXPECT_EQ(Files(), 1u);
}

TEST_F(OutputFileTest, AFileThatIsReplacedKeepsItsMode) {
  Put(Path("a"), "old");
  chmod(Path("a").c_str(), 0640);
  auto file = OutputFile::Create(Path("a"));
  ASSERT_TRUE(file.ok() && file->Write("new").ok() && file->Commit().ok());
  EXPECT_EQ(Text(Path("a")), "new");
  EXPECT_EQ(fs::status(Path("a")).permissions(), static_cast<fs::perms>(0640));
}

TEST_F(OutputFileTest, ALinkStaysALink) {
  Put(Path("a"), "old");
  fs::create_symlink("a", Path("link"));
  auto file = OutputFile::Create(Path("link"));
  ASSERT_TRUE(file.ok() && file->Write("new").ok() && file->Commit().ok());
  EXPECT_TRUE(fs::is_symlink(Path("link")));
  EXPECT_EQ(Text(Path("a")), "new");
}

TEST_F(OutputFileTest, ALinkToWhatIsNotThereYetStaysALink) {
  fs::create_symlink("a", Path("b"));
  fs::create_symlink(Path("b"), Path("link"));
  auto file = OutputFile::Create(Path("link"));
  ASSERT_TRUE(file.ok() && file->Write("new").ok() && file->Commit().ok());
  EXPECT_TRUE(fs::is_symlink(Path("link")) && fs::is_symlink(Path("b")));
  EXPECT_FALSE(fs::is_symlink(Path("a")));
  EXPECT_EQ(Text(Path("a")), "new");
}

TEST_F(OutputFileTest, ALinkThatLeadsToItselfIsRefused) {
  fs::create_symlink("link", Path("link"));
  EXPECT_EQ(OutputFile::Create(Path("link")).status().message(),
            Path("link") + ": Too many levels of symbolic links");
}

TEST_F(OutputFileTest, TwoAtOnceDoNotMix) {
  auto one = OutputFile::Create(Path("a"));
  auto two = OutputFile::Create(Path("a"));
  ASSERT_TRUE(one.ok() && two.ok());
  EXPECT_TRUE(one->Write("one").ok() && two->Write("two").ok());
  EXPECT_TRUE(two->Commit().ok());
  EXPECT_EQ(Text(Path("a")), "two");
  EXPECT_TRUE(one->Commit().ok());
  EXPECT_EQ(Text(Path("a")), "one");
  EXPECT_EQ(Files(), 1u);
}

TEST_F(OutputFileTest, ADeviceIsWrittenToAndNotReplaced) {
  auto file = OutputFile::Create("/dev/null");
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_TRUE(file->Write("x").ok());
  EXPECT_TRUE(file->Commit().ok());
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

TEST_F(OutputFileTest, WhatCannotBeWrittenSaysWhy) {
  EXPECT_THAT(
      std::string(OutputFile::Create(Path("no/a")).status().message()),
      testing::MatchesRegex(Path("no/a") +
                            "\\.[0-9a-f]+\\.part: No such file or directory"))
      << "the file that could not be made";
  EXPECT_EQ(OutputFile::Create(Path("")).status().message(),
            Path("") + ": Is a directory");
  auto full = OutputFile::Create("/dev/full");
  ASSERT_TRUE(full.ok()) << full.status();
  EXPECT_EQ(full->Write("x").message(), "/dev/full: No space left on device");
}

}  // namespace
}  // namespace microgpt::client
