# A PostgreSQL of the desk's own: a cluster in a folder, on a free port of loopback, ended by its process id. Sourced by ./run.

# Sets postgres_program to how a program of PostgreSQL's is called, as a user that it accepts: it refuses to run as root.
find_postgres() {
  local folder
  folder=$(dirname "$(compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -n 1)")
  postgres_program=("$1")
  [ ! -x "$folder/$1" ] || postgres_program=("$folder/$1")
  [ "$(id -u)" != 0 ] || postgres_program=(setpriv --reuid postgres --regid postgres --clear-groups "${postgres_program[@]}")
}

# start_postgres FOLDER: makes a cluster in the folder and starts it; sets postgres_pid and postgres_connection.
start_postgres() {
  local folder=$1 port
  require_postgres
  port=$(free_port)
  mkdir -p "$folder"
  [ "$(id -u)" != 0 ] || chown postgres "$folder"
  find_postgres initdb
  (cd / && LC_ALL=C "${postgres_program[@]}" --pgdata "$folder/data" --username desk --auth trust --encoding UTF8 --no-locale) >"$folder/initdb.log" 2>&1 || fail "initdb failed: $(tail -n 5 "$folder/initdb.log")"
  find_postgres postgres
  # exec, so that the process id is the server's own.
  (cd / && LC_ALL=C exec "${postgres_program[@]}" -D "$folder/data" -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories=) >"$folder/postgres.log" 2>&1 &
  postgres_pid=$!
  local i
  for ((i = 0; i < 150; i++)); do
    psql --host 127.0.0.1 --port "$port" --username desk --dbname postgres --no-psqlrc --quiet --command 'CREATE DATABASE desk' >/dev/null 2>&1 && break
    kill -0 "$postgres_pid" 2>/dev/null || break
    sleep 0.2
  done
  postgres_connection="Host=127.0.0.1;Port=$port;Username=desk;Database=desk"
  psql --host 127.0.0.1 --port "$port" --username desk --dbname desk --no-psqlrc --quiet --command 'SELECT 1' >/dev/null 2>&1 || fail "PostgreSQL did not start: $(tail -n 5 "$folder/postgres.log")"
}
