// SPDX-License-Identifier: MIT
//
// What goes to and fro over HTTP/1.1, as plain values.
#ifndef MICROGPT_SERVER_HTTP_EXCHANGE_H_
#define MICROGPT_SERVER_HTTP_EXCHANGE_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace microgpt::server {

struct Field {
  std::string name;
  std::string value;
};

// A request up to its body.
struct Request {
  std::string method;
  std::string target;         // "/path?query", or as an absolute URL
  bool http_1_0 = false;      // else 1.1
  bool keep_alive = true;     // what the client would like
  std::vector<Field> fields;  // names in lower case

  // The first field of this name; empty if there is none. name: in lower case.
  std::string_view Get(std::string_view name) const;
  size_t Count(std::string_view name) const;

  // The target without scheme, authority and query.
  std::string_view path() const;

  // Whom the request is for, "localhost:8080": by the target if that is
  // absolute, else by the field Host.
  std::string_view authority() const;
};

// An answer. `body` is what is sent unless `borrowed`, which must stay as it is
// until then, is not empty.
struct Answer {
  int status = 200;
  std::vector<Field> fields = {};
  std::string body = {};
  std::string_view borrowed = {};

  std::string_view bytes() const { return borrowed.empty() ? body : borrowed; }
};

// How far the body of an answer goes.
enum class Extent { kLength, kChunks, kClose };

// The status line and all fields, those that every answer has included.
//   content_length: for Extent::kLength.
//   close: whether the connection ends with this answer.
std::string HeadOf(const Answer& answer, Extent extent, size_t content_length,
                   bool close);

// Whether ASCII texts are equal but for their case.
bool EqualsIgnoringCase(std::string_view a, std::string_view b);

// `text` without white space at its ends; in lower case.
std::string_view Trim(std::string_view text);
std::string Lower(std::string_view text);

// The parts of a list such as "a, b,c", trimmed; empty ones are left out.
std::vector<std::string_view> SplitList(std::string_view list,
                                        char separator = ',');

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_HTTP_EXCHANGE_H_
