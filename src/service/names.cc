// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/names.h"

#include <algorithm>

#include "text/names.h"

namespace oyer::service {

std::vector<NameMatch> match_names(const std::vector<std::string>& left, const std::vector<std::string>& right, std::size_t top) {
  std::vector<text::NameForm> forms;
  forms.reserve(left.size());
  for (const auto& name : left) forms.push_back(text::name_form(name));
  std::vector<NameMatch> out;
  for (std::size_t r = 0; r < right.size(); ++r) {
    const text::NameForm form = text::name_form(right[r]);
    std::vector<NameMatch> scored;
    scored.reserve(left.size());
    for (std::size_t l = 0; l < left.size(); ++l) scored.push_back({r, l, text::name_similarity(forms[l], form)});
    const std::size_t n = std::min(top, scored.size());
    std::partial_sort(scored.begin(), scored.begin() + static_cast<std::ptrdiff_t>(n), scored.end(), [](const NameMatch& a, const NameMatch& b) { return a.score != b.score ? a.score > b.score : a.left < b.left; });
    out.insert(out.end(), scored.begin(), scored.begin() + static_cast<std::ptrdiff_t>(n));
  }
  return out;
}

}  // namespace oyer::service
