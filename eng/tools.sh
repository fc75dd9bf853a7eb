# What ./run and ./test share: checks of the tools, the page's build, and the words they print. Sourced, not run.

free_port() {
  node -e 'const server = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(server.address().port); server.close() })'
}

say() { printf '\n== %s\n' "$*"; }

fail() {
  printf '\n%s\n' "$*" >&2
  exit 1
}

require_dotnet() {
  command -v dotnet >/dev/null || fail "The .NET 10 SDK is missing. Install it from https://dotnet.microsoft.com/download and run this again."
  dotnet --version >/dev/null 2>&1 || fail "No .NET SDK fits global.json. Install the .NET 10 SDK from https://dotnet.microsoft.com/download and run this again."
}

require_node() {
  command -v npm >/dev/null || fail "Node.js 20 or newer with npm is missing. Install it from https://nodejs.org and run this again."
  local major
  major=$(node --version | sed 's/^v\([0-9]*\).*/\1/')
  [ "$major" -ge 20 ] || fail "Node.js 20 or newer is needed; this is $(node --version). Install a newer one from https://nodejs.org and run this again."
}

# Installs a package's locked dependencies, unless the lock file has not changed since the last time.
install_npm() {
  local folder=$1
  if ! cmp -s "$folder/package-lock.json" "$folder/node_modules/.installed-lock"; then
    say "Installing the dependencies of $folder"
    (cd "$folder" && npm ci --no-audit --no-fund --loglevel=error)
    cp "$folder/package-lock.json" "$folder/node_modules/.installed-lock"
  fi
}

build_page() {
  install_npm client
  install_npm samples/BillingDesk/page
  say "Building the page"
  (cd samples/BillingDesk/page && npm run build --silent)
}

# The path of a Chromium, or nothing.
find_chromium() {
  local name
  for name in chromium chromium-browser google-chrome; do
    command -v "$name" && return
  done
  return 0
}

# Installs Debian's package of a program where it may; else says the one command to type. What needs a server starts its own, so the
# package's service is kept from starting; a policy of the machine's own is left in force.
require_package() {
  local program=$1 package=$2
  command -v "$program" >/dev/null && return
  local command="apt-get update && apt-get install -y $package"
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then fail "$program is missing. Type: sudo sh -c '$command'"; fi
  say "Installing $package"
  local policy=/usr/sbin/policy-rc.d ours= result=0
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
    ours=yes
  fi
  (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$package") >/dev/null || result=$?
  [ -z "$ours" ] || rm -f "$policy"
  [ "$result" = 0 ] || fail "$package could not be installed. Type: $command"
}

require_chromium() {
  [ -n "$(find_chromium)" ] || require_package chromium chromium
}

require_redis() {
  require_package redis-server redis-server
  require_package redis-cli redis-tools
}

# Debian keeps the server's programs off the path. Its package also makes a cluster of its own, which nobody starts.
require_postgres() {
  compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || require_package initdb postgresql
  require_package psql postgresql-client
}
