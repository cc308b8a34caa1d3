// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/subprocess.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>

namespace oyer {
namespace {

constexpr long long kGraceMilliseconds = 2000;

}  // namespace

Result<ChildOutcome> run_child(const std::vector<std::string>& arguments, const ChildOptions& options) {
  int out_pipe[2];
  int error_pipe[2];
  int start_pipe[2];  // tells a failed exec; closed by a successful one
  if (::pipe2(out_pipe, O_CLOEXEC) != 0) return fail(ErrorCode::internal, "No pipe could be made.");
  if (::pipe2(error_pipe, O_CLOEXEC) != 0) return fail(ErrorCode::internal, "No pipe could be made.");
  if (::pipe2(start_pipe, O_CLOEXEC) != 0) return fail(ErrorCode::internal, "No pipe could be made.");
  std::vector<char*> argv;
  for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const pid_t pid = ::fork();
  if (pid < 0) return fail(ErrorCode::internal, "No process could be started.");
  if (pid == 0) {
    ::setpgid(0, 0);
    ::dup2(out_pipe[1], 1);
    ::dup2(error_pipe[1], 2);
    ::close(0);
    // Keep the report pipe clear of descriptor 3, which is the input's place.
    const int report = ::fcntl(start_pipe[1], F_DUPFD_CLOEXEC, 10);
    if (options.input_descriptor == 3)
      ::fcntl(3, F_SETFD, 0);  // dup2 onto itself would leave it to be closed on exec
    else if (options.input_descriptor >= 0)
      ::dup2(options.input_descriptor, 3);
    ::close_range(options.input_descriptor >= 0 ? 4 : 3, ~0U, CLOSE_RANGE_CLOEXEC);  // what we inherited from others is not the child's
    static char path[] = "PATH=/usr/local/bin:/usr/bin:/bin", locale[] = "LC_ALL=C.UTF-8", home[] = "HOME=/nonexistent", threads[] = "OMP_THREAD_LIMIT=1";
    char* environment[] = {path, locale, home, threads, nullptr};
    ::execvpe(argv[0], argv.data(), environment);
    const int error = errno;
    [[maybe_unused]] const ssize_t n = ::write(report, &error, sizeof error);
    ::_exit(127);
  }
  ::close(out_pipe[1]);
  ::close(error_pipe[1]);
  ::close(start_pipe[1]);
  ChildOutcome outcome;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::duration<double>(options.wall_seconds);
  pollfd fds[2] = {{out_pipe[0], POLLIN, 0}, {error_pipe[0], POLLIN, 0}};
  bool killed = false;
  const auto kill_group = [&] {
    if (!killed) ::kill(-pid, SIGKILL);
    if (!killed) ::kill(pid, SIGKILL);
    killed = true;
  };
  while (fds[0].fd >= 0 || fds[1].fd >= 0) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    if (left <= 0 && !killed) {
      outcome.timed_out = true;
      kill_group();
    }
    if (killed && left < -kGraceMilliseconds) break;  // someone outside its group still holds the pipes
    const int ready = ::poll(fds, 2, killed ? 1000 : static_cast<int>(std::min<long long>(left, 1000)));
    if (ready < 0 && errno != EINTR) break;
    if (ready <= 0) continue;  // what `revents` says is old
    for (auto& fd : fds) {
      if (fd.fd < 0 || (fd.revents & (POLLIN | POLLHUP | POLLERR)) == 0) continue;
      std::uint8_t buffer[65536];
      const ssize_t n = ::read(fd.fd, buffer, sizeof buffer);
      if (n <= 0) {
        fd.fd = -1;
      } else if (fd.fd == out_pipe[0]) {
        if (outcome.output.size() + static_cast<std::size_t>(n) > options.output_limit) {
          outcome.too_much = true;
          kill_group();
        } else {
          append(outcome.output, {buffer, static_cast<std::size_t>(n)});
        }
      } else if (outcome.diagnostics.size() < options.error_limit) {
        outcome.diagnostics.append(reinterpret_cast<char*>(buffer), std::min(static_cast<std::size_t>(n), options.error_limit - outcome.diagnostics.size()));
      }
    }
  }
  ::close(out_pipe[0]);
  ::close(error_pipe[0]);
  int status = 0;
  // A child that closed its outputs may still run: the deadline holds for it too.
  while (true) {
    const pid_t done = ::waitpid(pid, &status, killed ? 0 : WNOHANG);
    if (done == pid || (done < 0 && errno != EINTR)) break;
    if (done < 0) continue;
    if (std::chrono::steady_clock::now() >= deadline) {
      outcome.timed_out = true;
      kill_group();
    } else {
      ::poll(nullptr, 0, 2);
    }
  }
  int start_error = 0;
  const bool failed_to_start = ::read(start_pipe[0], &start_error, sizeof start_error) == sizeof start_error;
  ::close(start_pipe[0]);
  if (failed_to_start) return fail(ErrorCode::not_found, "The program " + arguments[0] + " can't be started: " + std::strerror(start_error) + ".", "Install it, or check that it lies where it belongs.");
  if (WIFEXITED(status)) outcome.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) outcome.signal = WTERMSIG(status);
  return outcome;
}

std::string program_directory() {
  char path[4096];
  const ssize_t n = ::readlink("/proc/self/exe", path, sizeof path);
  if (n <= 0) return ".";
  const std::string text(path, static_cast<std::size_t>(n));
  return text.substr(0, text.find_last_of('/'));
}

}  // namespace oyer
