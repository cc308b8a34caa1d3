// SPDX-License-Identifier: GPL-3.0-or-later
// Drives an ObjectStore from tests/e2e/s3_test.py: s3_tool STORE put|put-new|get|range|size|list|remove …; the store as in
// open_object_store. Content comes in and goes out by standard input and output.
#include <charconv>
#include <iostream>
#include <iterator>
#include <string>

#include "seal/upkeep/object_store.h"

namespace {

using namespace oyer;

Result<void> run(const std::vector<std::string>& words) {
  const auto store = TRY(seal::open_object_store(words.at(0)));
  const std::string& act = words.at(1);
  const std::string key = words.size() > 2 ? words[2] : "";
  const auto show = [](const Bytes& bytes) { std::cout.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size())); };
  if (act == "put" || act == "put-new") {
    const std::string input{std::istreambuf_iterator<char>(std::cin), {}};
    return store->put(key, view(input), act == "put" ? seal::IfThere::replace : seal::IfThere::refuse);
  }
  if (act == "put-many") {  // KEY COUNT: small objects KEY/00000 and on
    for (int i = 0; i < std::stoi(words.at(3)); ++i) {
      const std::string number = std::to_string(i);
      TRY(store->put(key + "/" + std::string(5 - number.size(), '0') + number, view(number)));
    }
    return {};
  }
  if (act == "get") {
    show(TRY(store->get(key)));
  } else if (act == "range") {
    show(TRY(store->get_range(key, std::stoull(words.at(3)), std::stoull(words.at(4)))));
  } else if (act == "size") {
    const auto size = TRY(store->size(key));
    std::cout << (size ? std::to_string(*size) : "none") << "\n";
  } else if (act == "list") {
    const auto objects = TRY(store->list(key));
    for (const auto& object : objects) std::cout << object.key << " " << object.size << "\n";
  } else if (act == "remove") {
    return store->remove(key);
  } else {
    return fail(ErrorCode::usage, "There is no act " + act + ".");
  }
  return {};
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 3) {
    std::cerr << "s3_tool STORE put|put-new|put-many|get|range|size|list|remove [KEY …]\n";
    return 2;
  }
  const auto done = run({arguments + 1, arguments + count});
  if (done) return 0;
  std::cerr << done.error().text() << "\n";
  return done.error().code == ErrorCode::not_found ? 4 : done.error().code == ErrorCode::refused ? 5 : 3;
}
