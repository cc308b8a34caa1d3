// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/agent.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace oyer::service {
namespace {

std::string agent_directory() {
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  return runtime != nullptr && *runtime != '\0' ? std::string(runtime) + "/oyer" : "/tmp/oyer-" + std::to_string(::getuid());
}

int connect_to(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return -1;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  ucred peer{};
  socklen_t length = sizeof peer;
  // Only an agent of this very user is believed.
  if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || ::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0 || peer.uid != ::getuid()) {
    ::close(fd);
    return -1;
  }
  return fd;
}

[[noreturn]] void serve(int listener, const std::string& path, std::string answer, int seconds) {
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::mlockall(MCL_CURRENT | MCL_FUTURE);
  std::signal(SIGPIPE, SIG_IGN);
  // CLOCK_BOOTTIME runs while the machine sleeps: a closed lid does not keep a case open.
  const auto now = [] {
    timespec at{};
    ::clock_gettime(CLOCK_BOOTTIME, &at);
    return static_cast<long long>(at.tv_sec) * 1000 + at.tv_nsec / 1000000;
  };
  const long long deadline = now() + seconds * 1000LL;
  while (true) {
    const long long left = deadline - now();
    if (left <= 0) break;
    pollfd waiting{listener, POLLIN, 0};
    if (::poll(&waiting, 1, static_cast<int>(std::min<long long>(left, 60000))) <= 0) continue;
    const int client = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    ucred peer{};
    socklen_t length = sizeof peer;
    char request[8] = {};
    const bool mine = ::getsockopt(client, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 && peer.uid == ::getuid();
    const ssize_t n = mine ? ::read(client, request, sizeof request - 1) : 0;
    const bool ends = n > 0 && std::string_view(request, static_cast<std::size_t>(n)) == "lock\n";
    if (n > 0 && !ends) [[maybe_unused]]
      const ssize_t written = ::write(client, answer.data(), answer.size());
    if (ends) [[maybe_unused]]
      const ssize_t written = ::write(client, "ok\n", 3);
    ::close(client);
    if (ends) break;
  }
  ::unlink(path.c_str());
  seal::wipe({reinterpret_cast<std::uint8_t*>(answer.data()), answer.size()});
  ::_exit(0);
}

std::string exchange(const std::string& case_id, const char* request) {
  const int fd = connect_to(agent_socket(case_id));
  if (fd < 0) return {};
  std::string answer;
  if (::write(fd, request, std::strlen(request)) > 0) {
    char buffer[4096];
    ssize_t n = 0;
    while ((n = ::read(fd, buffer, sizeof buffer)) > 0) answer.append(buffer, static_cast<std::size_t>(n));
  }
  ::close(fd);
  return answer;
}

}  // namespace

std::string agent_socket(const std::string& case_id) { return agent_directory() + "/" + case_id + ".sock"; }

Result<void> start_agent(const std::string& case_id, const casefile::CaseKeys& keys, int seconds) {
  stop_agent(case_id);
  const std::string directory = agent_directory();
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) return fail(ErrorCode::refused, "The folder for the agent's socket, " + directory + ", can't be made.", "Set XDG_RUNTIME_DIR to a folder of yours.");
  struct stat status {};
  if (::lstat(directory.c_str(), &status) != 0 || !S_ISDIR(status.st_mode) || status.st_uid != ::getuid() || (status.st_mode & 077) != 0)
    return fail(ErrorCode::refused, directory + " is not a folder that you alone can enter.", "Remove it, or set XDG_RUNTIME_DIR to a folder of yours.");
  const std::string path = agent_socket(case_id);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return fail(ErrorCode::refused, "The path of the agent's socket is too long: " + path + ".", "Set XDG_RUNTIME_DIR to a shorter path.");
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  ::unlink(path.c_str());
  const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const mode_t before = ::umask(077);
  const bool bound = listener >= 0 && ::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 && ::listen(listener, 8) == 0;
  ::umask(before);
  if (!bound) return fail(ErrorCode::internal, "The agent's socket can't be opened at " + path + ": " + std::strerror(errno) + ".");
  json::object answer;
  if (keys.custodian) answer["custodian"] = keys.custodian->text();
  if (keys.actor) answer["actor"] = base64url(keys.actor->seed());
  const std::string text = canonical(answer);
  const pid_t pid = ::fork();
  if (pid < 0) return fail(ErrorCode::internal, "The agent can't be started.");
  if (pid == 0) {
    ::setsid();
    if (::fork() != 0) ::_exit(0);
    const int null = ::open("/dev/null", O_RDWR);
    for (int fd = 0; fd < 3; ++fd) ::dup2(null, fd);
    serve(listener, path, text, seconds);
  }
  ::close(listener);
  // Until the child has left this terminal's session, our own end would take it along (SIGHUP).
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {}
  return {};
}

std::optional<casefile::CaseKeys> ask_agent(const std::string& case_id) {
  const std::string answer = exchange(case_id, "get\n");
  if (answer.empty()) return std::nullopt;
  const auto value = parse_json(answer);
  if (!value || !value->is_object()) return std::nullopt;
  casefile::CaseKeys keys;
  if (const auto text = get_string(value->get_object(), "custodian")) {
    auto identity = seal::age::Identity::parse(*text);
    if (!identity) return std::nullopt;
    keys.custodian = *std::move(identity);
  }
  if (const auto seed = hash_from_base64url(string_or_empty(value->get_object(), "actor"))) keys.actor.emplace(*seed);
  return keys;
}

bool stop_agent(const std::string& case_id) { return exchange(case_id, "lock\n") == "ok\n"; }

}  // namespace oyer::service
