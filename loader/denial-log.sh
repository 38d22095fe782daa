#!/bin/sh
# Writes the node's AppArmor records as JSON lines: from the journal's audit transport where there is one, else from the
# kernel's part of the journal. Read by the host's own journalctl, started by the host's own dynamic linker, without any
# capability. Equal records within a window become one line with their number; above the rate limit only the number is told.
#
# WINDOW          seconds in which equal records are one line (default 60)
# LIMIT           lines in one window (default 500)
# NODE_NAME       goes into each line
# JOURNAL         directories of the journal (default: /host/journal/persistent /host/journal/volatile)
# HOST_USR        the host's /usr (default /host/usr)
# CONTAINER_LOGS  names of the node's containers, /var/log/containers (default /host/containers)
# SINCE           where to begin, as journalctl has it (default now)
# TICK            seconds between looks at the clock (default 5)
set -u

WINDOW=${WINDOW:-60}
LIMIT=${LIMIT:-500}
NODE_NAME=${NODE_NAME:-}
JOURNAL=${JOURNAL:-/host/journal/persistent /host/journal/volatile}
HOST_USR=${HOST_USR:-/host/usr}
CONTAINER_LOGS=${CONTAINER_LOGS:-/host/containers}
SINCE=${SINCE:-now}
TICK=${TICK:-5}

say() { printf '{"kind":"denial-log","node":"%s","message":"%s"}\n' "$NODE_NAME" "$1"; }

# Without the host's root its programs find no libraries by themselves.
find_journalctl() {
  for program in "$HOST_USR/bin/journalctl" "$HOST_USR/sbin/journalctl"; do
    [ -f "$program" ] || continue
    for linker in "$HOST_USR"/lib/*/ld-linux*.so.* "$HOST_USR"/lib64/ld-linux*.so.* "$HOST_USR"/lib/ld-linux*.so.*; do
      [ -f "$linker" ] || continue
      folder=${linker%/*}
      LIBRARIES="$folder:$folder/systemd:$HOST_USR/lib/systemd:$HOST_USR/lib64/systemd"
      LINKER=$linker
      JOURNALCTL=$program
      return 0
    done
  done
  return 1
}

journalctl() { "$LINKER" --library-path "$LIBRARIES" "$JOURNALCTL" --no-pager -q "$@"; }

if ! find_journalctl; then
  say "the node has no journalctl below $HOST_USR: no records are read"
  exec sleep 2147483647
fi
DIRECTORY=
for directory in $JOURNAL; do
  if [ -n "$(ls -A "$directory" 2>/dev/null)" ]; then
    DIRECTORY=$directory
    break
  fi
done
if [ -z "$DIRECTORY" ]; then
  say 'the node keeps no journal: no records are read'
  exec sleep 2147483647
fi

# The kernel's log keeps few of the records: it is read only where the audit transport is off.
TRANSPORT=kernel
if [ -n "$(journalctl -D "$DIRECTORY" -n 1 -o cat _TRANSPORT=audit 2>/dev/null)" ]; then
  TRANSPORT=audit
fi
say "reads the $TRANSPORT transport of the journal"
[ "$TRANSPORT" = audit ] || say 'the audit transport is off (systemd-journald-audit.socket): the numbers are a lower bound'

{
  journalctl -D "$DIRECTORY" -f -o short-unix --since "$SINCE" "_TRANSPORT=$TRANSPORT" &
  READER=$!
  # A window ends in time, whether records come or not, and with the reader.
  while kill -0 "$READER" 2>/dev/null; do
    sleep "$TICK"
    echo tick
  done
  echo end
} | awk -v window="$WINDOW" -v tick="$TICK" -v limit="$LIMIT" -v node="$NODE_NAME" -v containers="$CONTAINER_LOGS" '
# Awks differ in what backslashes mean to gsub: pieces are joined instead.
function joined(text, separator, by,    parts, n, i, result) {
  n = split(text, parts, separator)
  result = parts[1]
  for (i = 2; i <= n; i++) result = result by parts[i]
  return result
}
function escaped(text) {
  if (index(text, "\\")) text = joined(text, "\\", "\\\\")
  if (index(text, "\"")) text = joined(text, "\"", "\\\"")
  gsub(/[\001-\037\177]/, "?", text)
  return text
}
# The value of a key: quoted, or up to the next blank.
function field(line, key,    at, rest, end) {
  at = index(line, " " key "=")
  if (at == 0) return ""
  rest = substr(line, at + length(key) + 2)
  if (substr(rest, 1, 1) == "\"") { rest = substr(rest, 2); end = index(rest, "\"") }
  else end = index(rest, " ")
  return end == 0 ? rest : substr(rest, 1, end - 1)
}
function member(key, text) { return text == "" ? "" : ",\"" key "\":\"" escaped(text) "\"" }
# Where a process runs: by the container in its cgroup, whose name the node keeps in the names of its log files.
function place(pid,    path, line, id, command, name, parts, rest) {
  if (pid == "" || pid ~ /[^0-9]/) return ""
  path = "/proc/" pid "/cgroup"
  id = ""
  while ((getline line < path) > 0) if (match(line, /[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]*(\.scope)?$/)) id = substr(line, RSTART, RLENGTH)
  close(path)
  sub(/\.scope$/, "", id)
  if (length(id) != 64) return ""
  if (!(id in places)) {
    name = ""
    command = "ls " containers " 2>/dev/null"
    while ((command | getline line) > 0) if (index(line, id)) name = line
    close(command)
    if (name == "") return member("containerId", id)
    sub("-" id "\\.log$", "", name)
    split(name, parts, "_")
    places[id] = member("namespace", parts[2]) member("pod", parts[1]) member("container", substr(name, length(parts[1]) + length(parts[2]) + 3)) member("containerId", id)
  }
  return places[id]
}
function print_record(key, count,    record) {
  record = records[key]
  printf "{\"kind\":\"apparmor\",\"time\":%s%s,\"count\":%d%s%s%s%s%s%s%s,\"record\":\"%s\"}\n", times[key], member("node", node), count, member("event", field(record, "apparmor")), member("profile", profile_of(record)), member("operation", field(record, "operation")), member("name", field(record, "name")), member("denied", field(record, "denied_mask")), member("comm", field(record, "comm")), where[key], escaped(substr(record, 2))
}
function profile_of(record,    profile) { profile = field(record, "profile"); return profile == "" ? field(record, "label") : profile }
function finish(now,    key) {
  for (key in counts) if (counts[key] > printed[key]) { if (printed[key] || lines < limit) { print_record(key, counts[key] - printed[key]); lines++ } else suppressed += counts[key] - printed[key] }
  if (suppressed > 0) printf "{\"kind\":\"denial-log\"%s,\"suppressed\":%d,\"message\":\"above the limit of %d lines in %d seconds\"}\n", member("node", node), suppressed, limit, window
  split("", counts); split("", printed); split("", records); split("", times); split("", where); split("", places); split("", seen)
  lines = 0; suppressed = 0; distinct = 0; started = now
  fflush()
}
BEGIN { started = 0 }
$0 == "tick" { ticks += tick; if (ticks >= window) { finish(); ticks = 0 } ; next }
$0 == "end" { finish(); next }
{
  at = index($0, "apparmor=\"")
  if (at == 0) {
    if (match($0, /[0-9]+ callbacks suppressed/)) printf "{\"kind\":\"denial-log\"%s,\"message\":\"the kernel suppressed %d lines of its log\"}\n", member("node", node), substr($0, RSTART) + 0
    next
  }
  record = " " substr($0, at)
  event = field(record, "apparmor")
  if (event == "STATUS") next
  pid = field(record, "pid")
  key = record
  sub(/ pid=[0-9]+/, "", key)
  if (!(pid in seen)) seen[pid] = place(pid)
  key = key SUBSEP seen[pid]
  if (!(key in counts)) {
    if (distinct >= 20000) { suppressed++; next }
    distinct++
    records[key] = record; times[key] = $1 + 0 == $1 ? $1 : 0; where[key] = seen[pid]; printed[key] = 0
  }
  counts[key]++
  if (counts[key] == 1 && lines < limit) { print_record(key, 1); printed[key] = 1; lines++; fflush() }
}
'
