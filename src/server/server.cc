// SPDX-License-Identifier: GPL-3.0-or-later
// Beast on two listeners, a thread for each connection: loopback TCP for the page and the API behind a token, and a Unix socket
// (mode 0600) for commands. The only file that includes Beast: it takes half a minute to compile.
#include "server/server.h"

#include <poll.h>
#include <sys/stat.h>

#include <atomic>
#include <boost/asio.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/version.hpp>
#include <chrono>
#include <cstdio>
#include <thread>

#include "base/log.h"
#include "server/api.h"
#include "server/client.h"

namespace oyer::server {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;
using unix_socket = asio::local::stream_protocol;

constexpr std::size_t kLargestBody = 64U << 20;

std::string decoded(std::string_view text) {
  std::string out;
  const auto digit = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1; };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0) {
      out.push_back(static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2])));
      i += 2;
    } else {
      out.push_back(text[i] == '+' ? ' ' : text[i]);
    }
  }
  return out;
}

Request parse_target(const http::request<http::string_body>& request) {
  Request out;
  out.method = std::string(request.method_string());
  const std::string_view target(request.target().data(), request.target().size());
  const std::size_t question = target.find('?');
  out.path = decoded(target.substr(0, question));
  std::string_view rest = question == std::string_view::npos ? std::string_view{} : target.substr(question + 1);
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
    const std::size_t equals = pair.find('=');
    out.query[decoded(pair.substr(0, equals))] = equals == std::string_view::npos ? "" : decoded(pair.substr(equals + 1));
  }
  out.body = request.body();
  return out;
}

std::string cookie(const http::request<http::string_body>& request) {
  const std::string header(request[http::field::cookie]);
  const std::size_t at = header.find("oyer=");
  return at == std::string::npos ? "" : header.substr(at + 5, header.find(';', at) == std::string::npos ? std::string::npos : header.find(';', at) - at - 5);
}

http::response<http::string_body> made(const Response& answer, unsigned version) {
  http::response<http::string_body> response{static_cast<http::status>(answer.status), version};
  response.set(http::field::content_type, answer.type);
  response.set(http::field::cache_control, "no-store");
  response.set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
  response.set("X-Content-Type-Options", "nosniff");
  response.set("Referrer-Policy", "no-referrer");
  response.set("Cross-Origin-Resource-Policy", "same-origin");
  if (!answer.file_name.empty()) response.set(http::field::content_disposition, "attachment; filename=\"exhibit\"");
  response.body() = answer.body;
  response.prepare_payload();
  return response;
}

// The token opens a session once; then the cookie holds another secret. `allowed` is the Host that may be asked for: no other name
// that resolves to this machine is answered (DNS rebinding).
struct Gate {
  std::string token;
  std::string session;
  std::vector<std::string> hosts;
  std::mutex mutex;

  // What to say instead of an answer, or nothing.
  std::optional<http::response<http::string_body>> stop(const http::request<http::string_body>& request, const Request& parsed) {
    const std::string host(request[http::field::host]);
    if (std::find(hosts.begin(), hosts.end(), host) == hosts.end()) return made(problem({ErrorCode::refused, "This server answers only under its own address.", ""}), request.version());
    const std::lock_guard<std::mutex> lock(mutex);
    const auto given = parsed.query.find("token");
    if (given != parsed.query.end() && !token.empty() && equal_in_constant_time(view(given->second), view(token))) {
      token.clear();
      auto response = made({303, "text/plain", "", ""}, request.version());
      response.set(http::field::location, "/");
      response.set(http::field::set_cookie, "oyer=" + session + "; HttpOnly; SameSite=Strict; Path=/");
      return response;
    }
    const std::string authorization(request[http::field::authorization]);
    if (equal_in_constant_time(view(cookie(request)), view(session)) || equal_in_constant_time(view(authorization), view("Bearer " + session))) return std::nullopt;
    return made({401, "application/problem+json", "{\"status\":401,\"title\":\"Open the address that `oyer serve` printed; its token works once.\"}", ""}, request.version());
  }
};

// A socket whose requests must arrive whole, and whose answers must be taken, by a deadline. SO_RCVTIMEO does not do it: Asio answers a
// receive that timed out by waiting without an end, and a byte now and then would start it anew.
class PatientSocket {
 public:
  explicit PatientSocket(tcp::socket socket) : socket_(std::move(socket)) {
    beast::error_code ignored;
    socket_.non_blocking(true, ignored);
  }
  void begin() { deadline_ = std::chrono::steady_clock::now() + kPatience; }

  template <typename Buffers>
  std::size_t read_some(const Buffers& buffers, beast::error_code& error) {
    return by_deadline(POLLIN, error, [&] { return socket_.read_some(buffers, error); });
  }
  template <typename Buffers>
  std::size_t write_some(const Buffers& buffers, beast::error_code& error) {
    return by_deadline(POLLOUT, error, [&] { return socket_.write_some(buffers, error); });
  }
  // Beast wants the forms that throw, too.
  template <typename Buffers>
  std::size_t read_some(const Buffers& buffers) {
    return or_throw([&](beast::error_code& error) { return read_some(buffers, error); });
  }
  template <typename Buffers>
  std::size_t write_some(const Buffers& buffers) {
    return or_throw([&](beast::error_code& error) { return write_some(buffers, error); });
  }

 private:
  static constexpr std::chrono::seconds kPatience{30};

  template <typename Do>
  std::size_t by_deadline(short events, beast::error_code& error, Do act) {
    while (true) {
      const std::size_t count = act();
      if (error != asio::error::would_block && error != asio::error::try_again) return count;
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - std::chrono::steady_clock::now()).count();
      pollfd waiting{socket_.native_handle(), events, 0};
      if (left <= 0 || ::poll(&waiting, 1, static_cast<int>(left)) == 0) {
        error = beast::error::timeout;
        return 0;
      }
    }
  }
  template <typename Do>
  std::size_t or_throw(Do act) {
    beast::error_code error;
    const std::size_t count = act(error);
    if (error) throw beast::system_error(error);
    return count;
  }

  tcp::socket socket_;
  std::chrono::steady_clock::time_point deadline_;
};

template <typename Socket, typename Handle>
void talk(Socket socket, Handle handle, std::size_t body_limit = kLargestBody) {
  try {
    beast::flat_buffer buffer;
    while (true) {
      http::request_parser<http::string_body> parser;
      parser.body_limit(body_limit);
      parser.header_limit(32768);
      beast::error_code error;
      if constexpr (requires { socket.begin(); }) socket.begin();
      http::read(socket, buffer, parser, error);
      if (error) break;
      auto response = handle(parser.get());
      const bool keep = parser.get().keep_alive();
      response.keep_alive(keep);
      if constexpr (requires { socket.begin(); }) socket.begin();
      http::write(socket, response, error);
      if (error || !keep) break;
    }
  } catch (const std::exception& error) {
    log::warn(std::string("A connection ended early: ") + error.what());
  }
}

template <typename Acceptor, typename Handle>
void accept_loop(Acceptor& acceptor, Handle handle) {
  while (true) {
    beast::error_code error;
    auto socket = acceptor.accept(error);
    if (error == asio::error::bad_descriptor || error == asio::error::operation_aborted || error == asio::error::invalid_argument) return;  // closed
    if (error) {                                                                                                                            // too many connections for now: wait for some to end
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      continue;
    }
    std::thread([moved = std::move(socket), handle]() mutable { talk(std::move(moved), handle); }).detach();
  }
}

struct Endpoint {
  asio::ip::address address;
  unsigned short port = 0;
};

Result<Endpoint> endpoint_of(const std::string& listen) {
  const std::size_t colon = listen.rfind(':');
  std::string host = listen.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  const std::string port = colon == std::string::npos ? "" : listen.substr(colon + 1);
  beast::error_code error;
  const auto address = asio::ip::make_address(host == "localhost" ? "127.0.0.1" : host, error);
  if (error || port.empty() || port.size() > 5 || port.find_first_not_of("0123456789") != std::string::npos || std::stoi(port) > 65535)
    return fail(ErrorCode::usage, "“" + listen + "” is not an address and port.", "For example: --listen 127.0.0.1:8750");
  return Endpoint{address, static_cast<unsigned short>(std::stoi(port))};
}

Result<void> open_acceptor(tcp::acceptor& acceptor, const Endpoint& at, const std::string& listen) {
  beast::error_code error;
  const tcp::endpoint endpoint(at.address, at.port);
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return fail(ErrorCode::refused, "The address " + listen + " can't be used: " + error.message() + ".", "Choose another port with --listen.");
  return {};
}

}  // namespace

Result<int> serve_service(const std::string& listen, std::size_t body_limit, const std::string& greeting, const Handler& handler) {
  constexpr int kMostConnections = 256;
  asio::io_context io;
  tcp::acceptor acceptor(io);
  TRY(open_acceptor(acceptor, TRY(endpoint_of(listen)), listen));
  std::printf("%s\nListening on http://%s:%u. Stop with Ctrl-C.\n", greeting.c_str(), acceptor.local_endpoint().address().to_string().c_str(), acceptor.local_endpoint().port());
  std::fflush(stdout);
  std::atomic<int> connections{0};
  std::thread accepting([&] {
    while (true) {
      beast::error_code error;
      auto socket = acceptor.accept(error);
      if (error == asio::error::bad_descriptor || error == asio::error::operation_aborted || error == asio::error::invalid_argument) return;
      if (error || connections >= kMostConnections) {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        continue;
      }
      ++connections;
      try {
        std::thread([&connections, &handler, body_limit, moved = PatientSocket(std::move(socket))]() mutable {
          talk(
              std::move(moved), [&](const http::request<http::string_body>& request) { return made(handler(parse_target(request)), request.version()); }, body_limit);
          --connections;
        }).detach();
      } catch (const std::system_error&) {  // no thread to be had: this client tries again, the others are served
        --connections;
      }
    }
  });
  asio::signal_set signals(io, SIGINT, SIGTERM);
  signals.async_wait([&](const beast::error_code&, int) { io.stop(); });
  io.run();
  // Answers in flight were durable before they were given; the process ends with its sockets.
  std::fflush(stdout);
  ::_exit(0);
}

Result<int> run(std::unique_ptr<casefile::Case> opened, const Options& options) {
  const Endpoint at = TRY(endpoint_of(options.listen));
  if (!at.address.is_loopback()) return fail(ErrorCode::refused, "Until accounts exist, `oyer serve` listens on this machine alone.", "Use 127.0.0.1.");
  const std::string host = at.address.is_v6() ? "[" + at.address.to_string() + "]" : at.address.to_string();
  asio::io_context io;
  tcp::acceptor acceptor(io);
  beast::error_code error;
  TRY(open_acceptor(acceptor, at, options.listen));
  const std::string socket_path = opened->info().directory + "/state/serve.sock";
  TRY(real_disk().make_directories(opened->info().directory + "/state"));
  TRY(real_disk().remove(socket_path));
  unix_socket::acceptor commands(io);
  const mode_t before = ::umask(077);
  commands.open(unix_socket(), error);
  if (!error) commands.bind(unix_socket::endpoint(socket_path), error);
  if (!error) commands.listen(asio::socket_base::max_listen_connections, error);
  ::umask(before);
  if (error) return fail(ErrorCode::refused, "The socket for commands can't be opened at " + socket_path + ": " + error.message() + ".", "Use a case whose folder has a shorter path.");

  Api api(*opened);
  Gate gate;
  gate.token = base64url(random_bytes(system_random(), 24));
  gate.session = base64url(random_bytes(system_random(), 32));
  const std::string bound = std::to_string(acceptor.local_endpoint().port());
  gate.hosts = {"127.0.0.1:" + bound, "localhost:" + bound, "[::1]:" + bound};
  std::printf("Serving %s\nOpen http://%s:%s/?token=%s (the token works once). Stop with Ctrl-C.\n", opened->info().directory.c_str(), host.c_str(), bound.c_str(), gate.token.c_str());
  std::fflush(stdout);

  // Signals end the process by closing the acceptors; connections in flight finish their answer.
  asio::signal_set signals(io, SIGINT, SIGTERM);
  signals.async_wait([&](const beast::error_code&, int) {
    beast::error_code ignored;
    acceptor.close(ignored);
    commands.close(ignored);
    io.stop();
  });
  std::thread pages([&] {
    accept_loop(acceptor, [&api, &gate](const http::request<http::string_body>& request) {
      const Request parsed = parse_target(request);
      if (auto stopped = gate.stop(request, parsed)) return *std::move(stopped);
      return made(api.answer(parsed), request.version());
    });
  });
  std::thread calls([&] { accept_loop(commands, [&api](const http::request<http::string_body>& request) { return made(api.command(request.body()), request.version()); }); });
  io.run();
  // Blocking accepts do not notice the close: the process ends with its sockets, after the case is shut in order.
  const auto published = api.stop();
  (void)real_disk().remove(socket_path);
  std::fflush(stdout);
  ::_exit(published ? 0 : 6);
}

std::optional<Result<json::value>> call_over_socket(const std::string& path, const std::string& use_case, const json::object& arguments, const std::function<void(const json::value&)>& acknowledged) {
  if (!real_disk().exists(path)) return std::nullopt;
  asio::io_context io;
  unix_socket::socket socket(io);
  beast::error_code error;
  socket.connect(unix_socket::endpoint(path), error);
  if (error) return std::nullopt;  // a socket that a killed server left behind
  http::request<http::string_body> request{http::verb::post, "/call", 11};
  request.set(http::field::host, "oyer");
  request.body() = json::serialize(json::object{{"use_case", use_case}, {"arguments", arguments}});
  request.prepare_payload();
  http::write(socket, request, error);
  beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(std::uint64_t{4} << 30);
  if (!error) http::read(socket, buffer, parser, error);
  if (error) return Result<json::value>(fail(ErrorCode::interrupted, "The server that holds the case stopped answering.", "Run the command again; what was acknowledged is safe."));
  auto value = parse_json(parser.get().body());
  if (!value || !value->is_object()) return Result<json::value>(fail(ErrorCode::internal, "The server's answer can't be read."));
  const auto& answer = value->get_object();
  if (const auto* lines = get_array(answer, "lines"))
    for (const auto& line : *lines) acknowledged(line);
  if (const auto* problem_found = get_object(answer, "error"))
    return Result<json::value>(fail(static_cast<ErrorCode>(get_integer(*problem_found, "code").value_or(7)), string_or_empty(*problem_found, "message"), string_or_empty(*problem_found, "advice")));
  const auto* result = answer.if_contains("answer");
  if (result == nullptr) return Result<json::value>(fail(ErrorCode::internal, "The server's answer is empty."));
  return Result<json::value>(*result);
}

}  // namespace oyer::server
