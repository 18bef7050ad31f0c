// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CLIENT_OUTPUT_FORMAT_H_
#define MICROGPT_CLIENT_OUTPUT_FORMAT_H_

namespace microgpt::client {

// What standard output is written as (-o). Each command says which of them it
// takes by default; the choice never depends on whether a terminal reads.
enum class Format {
  kTable,  // for people: aligned columns, rounded numbers
  kJson,   // proto3 JSON, one object a line
  kCsv,    // RFC 4180 with a header, 17 significant digits
  kText,   // the one string that matters, one a line
};

}  // namespace microgpt::client

#endif  // MICROGPT_CLIENT_OUTPUT_FORMAT_H_
