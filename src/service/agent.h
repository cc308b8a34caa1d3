// SPDX-License-Identifier: GPL-3.0-or-later
// Holds an unlocked case's keys in the memory of a process of its own: docs/formats/vault.md, "The agent".
#pragma once

#include <optional>
#include <string>

#include "casefile/case.h"

namespace oyer::service {

std::string agent_socket(const std::string& case_id);

// Starts the agent for `seconds` and returns in the calling process. An agent that already runs is replaced.
Result<void> start_agent(const std::string& case_id, const casefile::CaseKeys& keys, int seconds);

// Keys from a running agent; nothing when there is none.
std::optional<casefile::CaseKeys> ask_agent(const std::string& case_id);

// Tells it to forget everything and end. False when none ran.
bool stop_agent(const std::string& case_id);

}  // namespace oyer::service
