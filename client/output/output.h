// SPDX-License-Identifier: MIT
//
// The two streams: standard output carries data, standard error everything
// said about it.
#ifndef MICROGPT_CLIENT_OUTPUT_OUTPUT_H_
#define MICROGPT_CLIENT_OUTPUT_OUTPUT_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace microgpt::client {

// Standard output, buffered. Its reader may leave (`| head`): that is a reason
// to stop, not an error. SIGPIPE must be ignored. Not thread-safe.
class Output {
 public:
  explicit Output(int fd);
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  // False once nothing more can be written: stop producing.
  bool Write(std::string_view data);
  bool Flush();

  // Flushes. OK if everything was written or the reader left; else what went
  // wrong (a full disk).
  absl::Status Finish();

  bool is_terminal() const { return is_terminal_; }

 private:
  const int fd_;
  const bool is_terminal_;
  std::string buffer_;
  int error_ = 0;  // errno of the write that failed
};

// Standard error. What is said may come from a server: it is made Printable, so
// that it cannot move a terminal's cursor. Not thread-safe.
class Console {
 public:
  struct Options {
    bool quiet = false;  // no notes and no progress; warnings and errors stay
    bool color = false;  // as far as it is a terminal
  };

  Console(int fd, Options options);
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;

  void Note(std::string_view line);     // unless quiet
  void Warning(std::string_view line);  // "mgpt: warning: …"
  void Error(std::string_view line);    // "mgpt: …"

  // As it is, control sequences and all, at once.
  void Raw(std::string_view data);

  bool quiet() const { return options_.quiet; }
  // A terminal that can move its cursor.
  bool can_animate() const { return can_animate_; }
  // Columns of the terminal now; 80 where there is none.
  std::size_t width() const;

 private:
  const int fd_;
  const Options options_;
  const bool can_animate_;
};

// "✓ text", made Printable, with a green tick where `color`.
std::string Ticked(std::string_view text, bool color);

}  // namespace microgpt::client

#endif  // MICROGPT_CLIENT_OUTPUT_OUTPUT_H_
