# The Billing Desk on several nodes: Redis unless one is named, a worker, the web nodes, and nginx in front of them, all on loopback.
# Sourced by ./run. Everything started here ends with the script, by its process id.

# Starts something in the background with its output in a file of its own, and remembers its process id.
start() {
  local name=$1
  shift
  "$@" >"$nodes_folder/$name.log" 2>&1 &
  nodes_started+=("$!")
}

stop_all() {
  local i
  for ((i = ${#nodes_started[@]} - 1; i >= 0; i--)); do kill "${nodes_started[i]}" 2>/dev/null; done
  for i in "${nodes_started[@]}"; do wait "$i" 2>/dev/null; done
  rm -rf "$nodes_folder"
}

# Waits until a command succeeds; if it does not in half a minute, shows what the program said.
await() {
  local name=$1 i
  shift
  for ((i = 0; i < 150; i++)); do
    "$@" >/dev/null 2>&1 && return
    sleep 0.2
  done
  tail -n 20 "$nodes_folder/$name.log" >&2
  fail "$name did not start."
}

write_front() {
  local i
  {
    echo "daemon off; worker_processes 1; pid $nodes_folder/nginx.pid; error_log stderr warn; events {}"
    echo "http {"
    echo "  access_log off; client_body_temp_path $nodes_folder/body; proxy_temp_path $nodes_folder/proxy; fastcgi_temp_path $nodes_folder/fastcgi; uwsgi_temp_path $nodes_folder/uwsgi; scgi_temp_path $nodes_folder/scgi;"
    echo "  proxy_http_version 1.1; proxy_set_header Connection ''; proxy_set_header Host \$http_host; proxy_read_timeout 1h; proxy_buffering off;"
    echo "  upstream nodes {"
    for i in "${!web_ports[@]}"; do echo "    server 127.0.0.1:${web_ports[i]};"; done
    echo "  }"
    echo "  server {"
    echo "    listen 127.0.0.1:$front_port;"
    echo "    location / { proxy_pass http://nodes; }"
    for i in "${!web_ports[@]}"; do echo "    location /nodes/web-$((i + 1))/ { proxy_pass http://127.0.0.1:${web_ports[i]}/; }"; done
    echo "  }"
    echo "}"
  } >"$nodes_folder/nginx.conf"
}

# run_nodes COUNT SERVER-DLL ARGUMENTS...
run_nodes() {
  local count=$1 server=$2 i
  shift 2
  [[ "$count" =~ ^[1-9]$ ]] || fail "--nodes takes a number from 1 to 9."
  nodes_folder=$(mktemp -d)
  nodes_started=()
  trap 'stop_all; [ -z "${postgres_folder:-}" ] || stop_postgres' EXIT
  trap 'exit 0' INT TERM
  require_package nginx nginx-light

  local redis=${FRESHET_REDIS:-}
  if [ -z "$redis" ]; then
    require_redis
    local redis_port
    redis_port=$(free_port)
    redis="127.0.0.1:$redis_port"
    start redis redis-server --port "$redis_port" --bind 127.0.0.1 --dir "$nodes_folder" --save "" --appendonly no
    await redis redis-cli -p "$redis_port" ping
  fi

  local key hook names="" reset=() own=() argument
  key=$(node -e 'console.log(require("crypto").randomBytes(32).toString("base64"))')
  hook=$(node -e 'console.log(require("crypto").randomBytes(24).toString("hex"))')
  for argument in "$@"; do if [ "$argument" = --reset ]; then reset=(--reset); else own+=("$argument"); fi; done
  for ((i = 1; i <= count; i++)); do names+="${names:+,}web-$i"; done
  local shared=(--Freshet:Redis:ConnectionString "$redis" --Freshet:Http:SigningKeys:0 "$key" --Freshet:Webhooks:payments:Secrets:0 "$hook" --BillingDesk:Nodes "$names" "${own[@]}")

  web_ports=()
  for ((i = 1; i <= count; i++)); do
    local port
    port=$(free_port)
    web_ports+=("$port")
    # The web nodes leave the pipeline and the nightly job to the worker; the page's button still runs it.
    start "web-$i" dotnet "$server" --urls "http://127.0.0.1:$port" --Freshet:SharedLog:NodeName "web-$i" --BillingDesk:UsageRollUpEvery 00:00:00 --BillingDesk:NightlyAt never "${shared[@]}" "${reset[@]}"
    reset=() # the first node seeds
    await "web-$i" curl -sf "http://127.0.0.1:$port/health"
    say "web-$i: http://127.0.0.1:$port"
  done
  start worker dotnet "$server" --worker --Freshet:SharedLog:NodeName worker "${shared[@]}"
  await worker grep -q "Billing Desk: worker" "$nodes_folder/worker.log"

  front_port=${FRESHET_FRONT_PORT:-5080}
  write_front
  start nginx nginx -c "$nodes_folder/nginx.conf" -e stderr
  await nginx curl -sf "http://127.0.0.1:$front_port/health"
  say "Billing Desk on $count nodes and a worker, Redis at $redis: http://127.0.0.1:$front_port"
  say "Stop it with Ctrl+C; what each says is in $nodes_folder/*.log"
  wait
}
