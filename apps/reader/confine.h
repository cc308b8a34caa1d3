// SPDX-License-Identifier: GPL-3.0-or-later
// The sandbox: limits, no new privileges, Landlock where the kernel has it, seccomp. After `confine` returns, this process can read its
// input, write frames and think: it has no network, can start nothing and open nothing but read-only system data.
#pragma once

namespace oyer::reader {

// Ends the process with a refusal on standard error when a layer that must hold can't be set up.
void confine();

// The processor time since the last frame is bounded: each frame renews it.
void renew_cpu_limit();

}  // namespace oyer::reader
