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
# CONTAINER_LOGS  names of the node's containers, /var/log/containers (default /host/containers); empty to name no pods
# PROC            the host's processes (default /proc)
# SINCE           where to begin, as journalctl has it (default now)
# TICK            seconds between looks at the clock (default 5)
set -u

WINDOW=${WINDOW:-60}
LIMIT=${LIMIT:-500}
NODE_NAME=${NODE_NAME:-}
JOURNAL=${JOURNAL:-/host/journal/persistent /host/journal/volatile}
HOST_USR=${HOST_USR:-/host/usr}
CONTAINER_LOGS=${CONTAINER_LOGS-/host/containers}
PROC=${PROC:-/proc}
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

# For subshells only, whose process it becomes.
journalctl() { exec "$LINKER" --library-path "$LIBRARIES" "$JOURNALCTL" --no-pager -q "$@"; }

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

# The kernel's log keeps few of the records: it is read only while this boot has none of the audit transport.
choose() {
  if [ -n "$(journalctl -D "$DIRECTORY" -b -n 1 -o cat _TRANSPORT=audit 2>/dev/null)" ]; then
    TRANSPORT=audit
    # Beside the records what the kernel says of those that it lost; its copies of the records have a lower priority.
    MATCH='_TRANSPORT=audit + _TRANSPORT=kernel PRIORITY=3 + _TRANSPORT=kernel PRIORITY=4'
  else
    TRANSPORT=kernel
    MATCH=_TRANSPORT=kernel
  fi
}

tell() {
  say "reads the $TRANSPORT transport of the journal"
  [ "$TRANSPORT" = audit ] || say 'the audit transport is off (systemd-journald-audit.socket): the numbers are a lower bound'
}

choose
tell
exec 3>&1
{
  while :; do
    # shellcheck disable=SC2086
    journalctl -D "$DIRECTORY" -f -o short-unix --since "$SINCE" $MATCH &
    READER=$!
    looks=0
    # A window ends in time, whether records come or not, and with the reader.
    while kill -0 "$READER" 2>/dev/null; do
      sleep "$TICK"
      echo tick
      looks=$((looks + 1))
      if [ "$TRANSPORT" = kernel ] && [ $((looks % 12)) -eq 0 ]; then
        choose
        [ "$TRANSPORT" = kernel ] || break
      fi
    done
    kill "$READER" 2>/dev/null || break
    SINCE=now
    tell >&3
  done
  echo end
} | awk -v window="$WINDOW" -v tick="$TICK" -v limit="$LIMIT" -v node="$NODE_NAME" -v containers="$CONTAINER_LOGS" -v proc="$PROC" '
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
# The container that a line of a cgroup file names.
function container_in(line) {
  if (!match(line, /[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]*(\.scope)?$/)) return ""
  line = substr(line, RSTART, RLENGTH)
  sub(/\.scope$/, "", line)
  return length(line) == 64 ? line : ""
}
# The container that a process runs in; empty for what has ended or runs outside of containers. By a program of its own, because a
# process may end while its file is open, which ends mawk too.
function container_of(pid,    command, line, id) {
  command = "cat " proc "/" pid "/cgroup 2>/dev/null"
  id = ""
  while ((command | getline line) > 0) if (container_in(line) != "") id = container_in(line)
  close(command)
  return id
}
# The name of its log file, POD_NAMESPACE_CONTAINER, which is where a node keeps what a container is called.
function name_of(id,    command, line, name) {
  if (id in names) return names[id]
  name = ""
  command = "ls " containers " 2>/dev/null"
  while ((command | getline line) > 0) if (index(line, id)) name = line
  close(command)
  sub("-" id "\\.log$", "", name)
  # A node gives the name only after the start.
  if (name != "") names[id] = name
  return name
}
function members(name,    parts) {
  split(name, parts, "_")
  return member("namespace", parts[2]) member("pod", parts[1]) member("container", parts[3])
}
# Which containers run under which profile: a space before each name. What runs under one outside of containers stands for itself.
function look_around(    command, line, at, pid, label, labels, ids, name) {
  split("", holders)
  command = "grep -H . " proc "/[0-9]*/attr/current " proc "/[0-9]*/cgroup 2>/dev/null"
  while ((command | getline line) > 0) {
    line = substr(line, length(proc) + 2)
    at = index(line, "/")
    pid = substr(line, 1, at - 1)
    line = substr(line, at + 1)
    if (sub(/^attr\/current:/, "", line)) labels[pid] = line
    else if (container_in(line) != "") ids[pid] = container_in(line)
  }
  close(command)
  for (pid in labels) {
    label = labels[pid]
    if (!sub(/ \([a-z]+\)$/, "", label)) continue
    sub(/\/\/.*/, "", label)
    name = pid in ids ? name_of(ids[pid]) : "-"
    if (name != "" && !index(holders[label] " ", " " name " ")) holders[label] = holders[label] " " name
  }
}
# What has ended before anybody could look is known by its profile alone: as far as all containers that run under it agree.
function by_profile(profile,    list, n, i, parts, first, same) {
  sub(/\/\/.*/, "", profile)
  if (looked != looks) { look_around(); looked = looks }
  n = split(holders[profile], list, " ")
  if (n == 0) return ""
  split(list[1], first, "_")
  for (i = 1; i <= 3; i++) same[i] = first[i]
  for (i = 2; i <= n; i++) {
    split(list[i], parts, "_")
    if (parts[1] != same[1]) same[1] = ""
    if (parts[2] != same[2]) same[2] = ""
    if (parts[3] != same[3]) same[3] = ""
  }
  if (index(holders[profile] " ", " - ") || same[2] == "") return ""
  return member("namespace", same[2]) member("pod", same[1]) member("container", same[3]) member("attributedBy", "profile")
}
function place(pid, profile,    id, name) {
  if (containers == "" || pid == "" || pid ~ /[^0-9]/) return ""
  # In a storm of short processes looking at each would cost more than it tells.
  id = reads++ < 200 ? container_of(pid) : ""
  if (id != "") { name = name_of(id); return (name == "" ? "" : members(name)) member("containerId", id) }
  return by_profile(profile)
}
function print_record(key, count,    record) {
  record = records[key]
  printf "{\"kind\":\"apparmor\",\"time\":%s%s,\"count\":%d%s%s%s%s%s%s%s,\"record\":\"%s\"}\n", times[key], member("node", node), count, member("event", field(record, "apparmor")), member("profile", profile_of(record)), member("operation", field(record, "operation")), member("name", field(record, "name")), member("denied", field(record, "denied_mask")), member("comm", field(record, "comm")), where[key], escaped(substr(record, 2))
}
function profile_of(record,    profile) { profile = field(record, "profile"); return profile == "" ? field(record, "label") : profile }
function finish(now,    key) {
  for (key in counts) if (counts[key] > printed[key]) { if (printed[key] || lines < limit) { print_record(key, counts[key] - printed[key]); lines++ } else suppressed += counts[key] - printed[key] }
  if (suppressed > 0) printf "{\"kind\":\"denial-log\"%s,\"suppressed\":%d,\"message\":\"above the limit of %d lines in %d seconds\"}\n", member("node", node), suppressed, limit, window
  if (forged > 0) printf "{\"kind\":\"denial-log\"%s,\"message\":\"left out %d of what programs wrote themselves: only the kernel tells of files and the like\"}\n", member("node", node), forged
  split("", counts); split("", printed); split("", records); split("", times); split("", where); split("", names); split("", seen)
  lines = 0; suppressed = 0; forged = 0; distinct = 0; started = now
  fflush()
}
BEGIN { started = 0; looks = 1 }
$0 == "tick" { looks++; reads = 0; ticks += tick; if (ticks >= window) { finish(); ticks = 0 } ; next }
$0 == "end" { finish(); next }
{
  at = index($0, "apparmor=\"")
  if (at == 0) {
    if (match($0, / audit: audit_lost=[0-9]+/)) {
      lost = substr($0, RSTART + 19, RLENGTH - 19)
      printf "{\"kind\":\"denial-log\"%s,\"message\":\"the kernel has lost %d audit records since the boot, because they came too fast: audit_backlog_limit=8192 on its command line, or auditctl -b, makes room\"}\n", member("node", node), lost
      fflush()
    }
    if (match($0, /[0-9]+ callbacks suppressed/)) printf "{\"kind\":\"denial-log\"%s,\"message\":\"the kernel suppressed %d lines of its log\"}\n", member("node", node), substr($0, RSTART) + 0
    next
  }
  record = " " substr($0, at)
  event = field(record, "apparmor")
  if (event == "STATUS") next
  # Whoever has the capability audit_write may write records, containers by default: only a bus of messages is believed.
  if (index(substr($0, 1, at), "msg=\047") && field(record, "operation") !~ /^dbus_/) { forged++; next }
  pid = field(record, "pid")
  key = record
  sub(/ pid=[0-9]+/, "", key)
  if (!(pid in seen)) seen[pid] = place(pid, profile_of(record))
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
