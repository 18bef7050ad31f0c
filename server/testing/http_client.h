// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_TESTING_HTTP_CLIENT_H_
#define MICROGPT_SERVER_TESTING_HTTP_CLIENT_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace microgpt::server {

struct HttpResponse {
  int status = 0;  // 0: the connection ended before a whole one came
  std::map<std::string, std::string> fields;  // names in lower case
  std::string body;
};

// A connection to an HTTP server, of plain bytes: it can send what no library
// would. Blocks; a wait of a minute for the server fails like a connection that
// ended.
class HttpClient {
 public:
  // address: "127.0.0.1:8080".
  explicit HttpClient(const std::string& address);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // False: the server has closed the connection.
  bool Send(std::string_view bytes);
  void CloseSending();
  void Close();

  // The next response, whole. head: it is to a HEAD, so it has no body.
  HttpResponse Receive(bool head = false);

  // Piecewise: status and fields; then chunk after chunk of the body, nullopt
  // at its end, and whether that was the proper one.
  HttpResponse ReceiveHead();
  std::optional<std::string> ReceiveChunk();
  bool body_ended() const { return body_ended_; }

  // Everything up to the end of the connection.
  std::string ReceiveAll();

  // The text of a request. fields: "Name: value".
  std::string Text(std::string_view method, std::string_view path,
                   const std::vector<std::string>& fields = {},
                   std::string_view body = "") const;

  // Sends a request and answers with the response. Post: of that Content-Type.
  HttpResponse Get(std::string_view path,
                   const std::vector<std::string>& fields = {});
  HttpResponse Post(std::string_view path, std::string_view type,
                    std::string_view body,
                    std::vector<std::string> fields = {});

 private:
  bool Fill();
  std::optional<std::string> TakeLine();
  std::optional<std::string> Take(size_t size);

  const std::string address_;
  int socket_ = -1;
  std::string buffer_;
  bool body_ended_ = false;
};

// A message of a stream in the Connect protocol.
struct Envelope {
  int flags = 0;
  std::string message;
};
std::string Enveloped(std::string_view message, int flags = 0);
// Of a whole body; bytes that are none become one with the flags -1.
std::vector<Envelope> Envelopes(std::string_view body);

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_TESTING_HTTP_CLIENT_H_
