// SPDX-License-Identifier: MIT
#include "server/testing/http_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <cstdlib>
#include <utility>

namespace microgpt::server {

HttpClient::HttpClient(const std::string& address) : address_(address) {
  const size_t colon = address.rfind(':');
  sockaddr_in server = {};
  server.sin_family = AF_INET;
  server.sin_port =
      htons(static_cast<uint16_t>(std::stoi(address.substr(colon + 1))));
  inet_pton(AF_INET, address.substr(0, colon).c_str(), &server.sin_addr);
  socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval minute = {.tv_sec = 60, .tv_usec = 0};
  setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &minute, sizeof(minute));
  setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &minute, sizeof(minute));
  if (connect(socket_, reinterpret_cast<const sockaddr*>(&server),
              sizeof(server)) != 0) {
    Close();
  }
}

HttpClient::~HttpClient() { Close(); }

bool HttpClient::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent =
        send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

void HttpClient::CloseSending() { shutdown(socket_, SHUT_WR); }

void HttpClient::Close() {
  if (socket_ >= 0) close(socket_);
  socket_ = -1;
}

bool HttpClient::Fill() {
  std::array<char, 65536> bytes;
  const ssize_t count = recv(socket_, bytes.data(), bytes.size(), 0);
  if (count <= 0) return false;
  buffer_.append(bytes.data(), static_cast<size_t>(count));
  return true;
}

std::optional<std::string> HttpClient::TakeLine() {
  size_t end;
  while ((end = buffer_.find("\r\n")) == std::string::npos) {
    if (!Fill()) return std::nullopt;
  }
  std::string line = buffer_.substr(0, end);
  buffer_.erase(0, end + 2);
  return line;
}

std::optional<std::string> HttpClient::Take(size_t size) {
  while (buffer_.size() < size) {
    if (!Fill()) return std::nullopt;
  }
  std::string taken = buffer_.substr(0, size);
  buffer_.erase(0, size);
  return taken;
}

HttpResponse HttpClient::ReceiveHead() {
  HttpResponse response;
  body_ended_ = false;
  const auto status = TakeLine();
  if (!status || !status->starts_with("HTTP/1.1 ")) return {};
  while (const auto line = TakeLine()) {
    if (line->empty()) {
      response.status = std::atoi(status->c_str() + 9);
      return response;
    }
    const size_t colon = line->find(": ");
    if (colon == std::string::npos) return {};
    std::string name = line->substr(0, colon);
    std::transform(name.begin(), name.end(), name.begin(), [](char c) {
      return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    });
    response.fields[name] = line->substr(colon + 2);
  }
  return {};
}

std::optional<std::string> HttpClient::ReceiveChunk() {
  const auto line = TakeLine();
  if (!line) return std::nullopt;
  const size_t size = std::strtoul(line->c_str(), nullptr, 16);
  auto chunk = Take(size);
  const auto end = TakeLine();
  if (!chunk || end != "") return std::nullopt;
  if (size > 0) return chunk;
  body_ended_ = true;
  return std::nullopt;
}

HttpResponse HttpClient::Receive(bool head) {
  HttpResponse response = ReceiveHead();
  if (response.status == 100) return Receive(head);
  if (response.status == 0 || response.status == 304 || head) return response;
  if (response.fields.contains("transfer-encoding")) {
    while (const auto chunk = ReceiveChunk()) response.body += *chunk;
    return body_ended_ ? response : HttpResponse();
  }
  if (!response.fields.contains("content-length")) {
    response.body = ReceiveAll();
    return response;
  }
  const auto body = Take(std::stoul(response.fields["content-length"]));
  if (!body) return {};
  response.body = *body;
  return response;
}

std::string HttpClient::ReceiveAll() {
  while (Fill()) {
  }
  return std::exchange(buffer_, "");
}

std::string HttpClient::Text(std::string_view method, std::string_view path,
                             const std::vector<std::string>& fields,
                             std::string_view body) const {
  std::string text =
      std::string(method) + " " + std::string(path) + " HTTP/1.1\r\n";
  const bool has_host = std::any_of(
      fields.begin(), fields.end(),
      [](const std::string& field) { return field.starts_with("Host:"); });
  if (!has_host) text += "Host: " + address_ + "\r\n";
  for (const std::string& field : fields) text += field + "\r\n";
  if (method == "POST") {
    text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  }
  return text + "\r\n" + std::string(body);
}

HttpResponse HttpClient::Get(std::string_view path,
                             const std::vector<std::string>& fields) {
  if (!Send(Text("GET", path, fields))) return {};
  return Receive();
}

HttpResponse HttpClient::Post(std::string_view path, std::string_view type,
                              std::string_view body,
                              std::vector<std::string> fields) {
  fields.push_back("Content-Type: " + std::string(type));
  // The answer may come before all is sent.
  Send(Text("POST", path, fields, body));
  return Receive();
}

std::string Enveloped(std::string_view message, int flags) {
  std::string head(1, static_cast<char>(flags));
  for (int shift = 24; shift >= 0; shift -= 8) {
    head += static_cast<char>(message.size() >> shift & 0xFF);
  }
  return head + std::string(message);
}

std::vector<Envelope> Envelopes(std::string_view body) {
  std::vector<Envelope> envelopes;
  while (!body.empty()) {
    size_t size = 0;
    for (size_t i = 1; i < 5 && i < body.size(); ++i) {
      size = size << 8 | static_cast<unsigned char>(body[i]);
    }
    if (body.size() < 5 || body.size() - 5 < size) {
      envelopes.push_back({.flags = -1, .message = std::string(body)});
      break;
    }
    envelopes.push_back({.flags = static_cast<unsigned char>(body[0]),
                         .message = std::string(body.substr(5, size))});
    body.remove_prefix(5 + size);
  }
  return envelopes;
}

}  // namespace microgpt::server
