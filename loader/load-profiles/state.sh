# --- saying how it is ---------------------------------------------------------------------------------------------------

# Everything that is not as it should be, as records KIND<TAB>PROFILE<TAB>MESSAGE. Copies and replaced profiles do not keep a node from
# being ready: the kernel lists what is wanted, and the host's own service may have compiled it with other options.
problems() {
  if [ -n "$fault" ]; then
    printf 'node\t\t%s\n' "$fault"
    return
  fi
  cat "$WORK/wrong" "$WORK/replaced"
  for file in "$WORK"/failed/*; do [ -e "$file" ] && cat "$file"; done
  while read -r name; do
    [ -e "$WORK/failed/$name" ] || printf 'missing\t%s\t%s\n' "$name" "$(why_missing "$name")"
  done <"$WORK/missing"
  cat "$WORK/copies"
}

why_missing() {
  if [ -z "$BIN" ]; then
    echo 'is not loaded and the node has no apparmor_parser that runs: install the package apparmor, or use an image with a parser'
  elif [ ! -e "$PROFILES/$1" ]; then
    echo 'is in no ConfigMap of this loader'
  else
    echo 'is not loaded although the parser did not complain: its text holds no profile of this name'
  fi
}

# Files for the probe, for metrics and for the gate; then log lines for what is new.
publish() {
  problems >"$WORK/problems"
  if grep -Eqv '^(copy|replaced)	' "$WORK/problems"; then ready=0; else ready=1; fi
  # shellcheck disable=SC2016
  awk -F '\t' 'part == 1 { said[$0] = 1; next } !($0 in said) { print ($1 == "copy" ? "warn" : "error") "\t" $1 "\t" $2 "\t" $3 }' \
    part=1 "$WORK/said" part=2 "$WORK/problems" >"$WORK/news"
  mv -f "$WORK/problems" "$WORK/said"
  write_metrics >"$WORK/metrics.txt" && mv -f "$WORK/metrics.txt" "$STATE/metrics.txt"
  write_states
  write_termination
  if [ $ready = 1 ] && [ ! -e "$STATE/ready" ]; then
    echo "$BUNDLE" >"$STATE/ready"
    printf 'info\tready\t\tall wanted profiles are loaded\n' >>"$WORK/news"
  elif [ $ready = 0 ] && [ -e "$STATE/ready" ]; then
    rm -f "$STATE/ready"
    printf 'error\tunready\t\tnot all wanted profiles are loaded as they should be\n' >>"$WORK/news"
  fi
  [ ! -s "$WORK/news" ] || log_all <"$WORK/news"
}

# What keeps the node from being ready, for a kubelet that finds the container ended. The file is the kubelet's, so nothing can be put in
# its place in one step: it is written only when there is something else to say.
write_termination() {
  told=$(awk -F '\t' '$1 != "copy" && $1 != "replaced" { gsub(/\036/, "\n", $3); print ($2 == "" ? "" : $2 ": ") $3 }' "$WORK/said" |
    awk '{ size += length($0) + 1; if (size < 4000) print }')
  [ -e "$TERMINATION_LOG" ] && [ "$told" = "$(cat "$TERMINATION_LOG" 2>/dev/null)" ] && return
  { [ -z "$told" ] || printf '%s\n' "$told"; } 2>/dev/null >"$TERMINATION_LOG"
}

# The state and its short form, written only when they change: `time` is since when it is so.
write_states() {
  write_state "$since" && [ "$(cat "$WORK/state.json")" = "$(cat "$STATE/state.json" 2>/dev/null)" ] && return
  since=$(now)
  write_state "$since" && mv -f "$WORK/state.json" "$STATE/state.json" && mv -f "$WORK/brief.json" "$STATE/brief.json"
  : >"$WORK/spoken"
}

# The whole state in the form of a log line, and what of it goes into a node's annotation: the same keys, the removed profiles and
# the first problems in few words, and the number of those left out.
write_state() {
  # shellcheck disable=SC2016
  awk -F '\t' -v at="$1" -v bundle="$BUNDLE" -v node="$NODE_NAME" -v ready="$ready" -v brief="$WORK/brief.json" -v longest="$LONGEST_BRIEF" "$JSON"'
    function list(so_far, item) { return so_far == "" ? item : so_far "," item }
    function short(text) {
      if (length(text) > 300) { text = substr(text, 1, 300); sub(/[\300-\377][\200-\277]*$/, "", text); text = text "..." }
      return text
    }
    function fits(item) { size += length(item) + 1; if (size > longest) more++; return size <= longest }
    function problem(message) { return "{\"kind\":" json($1) ",\"profile\":" json($2) ",\"message\":" json(message) "}" }
    part == 1 {
      item = "{\"profile\":" json($1) ",\"time\":" json($2) ",\"times\":" ($3 + 0) "}"
      removed = list(removed, item)
      if (fits(item)) few_removed = list(few_removed, item)
      next
    }
    {
      problems = list(problems, problem($3))
      item = problem(short($3))
      if (fits(item)) few_problems = list(few_problems, item)
    }
    END {
      ready = ready ? "true" : "false"
      message = ready == "true" ? "all wanted profiles are loaded" : "not all wanted profiles are loaded as they should be"
      print "{\"bundle\":" json(bundle) ",\"node\":" json(node) ",\"time\":" json(at) ",\"level\":\"info\",\"event\":\"state\",\"ready\":" ready \
        ",\"problems\":[" problems "],\"removed\":[" removed "],\"message\":" json(message) "}"
      print "{\"ready\":" ready ",\"problems\":[" few_problems "],\"removed\":[" few_removed "],\"more\":" (more + 0) "}" >brief
    }
  ' part=1 "$WORK/removed" part=2 "$WORK/said" >"$WORK/state.json"
}

# The last line of the log is always the state: who may read logs need not reach the pod.
tell_state() {
  [ -e "$WORK/spoken" ] || return 0
  rm -f "$WORK/spoken"
  cat "$STATE/state.json"
}

write_metrics() {
  # shellcheck disable=SC2016
  awk -F '\t' -v ready="$ready" '
    function metric(name, type, help, value) { printf "# HELP k8s_apparmor_loader_%s %s\n# TYPE k8s_apparmor_loader_%s %s\nk8s_apparmor_loader_%s %d\n", name, help, name, type, name, value }
    part == 1 { if ($1 == $3) wanted++; next }
    part == 2 { loaded++; next }
    part == 3 { if ($1 == "copy") copies++; else if ($1 == "replaced") replaced++; else faults++; next }
    { removed += $3 }
    END {
      metric("ready", "gauge", "1 if every wanted profile is loaded in its mode.", ready)
      metric("profiles_wanted", "gauge", "Profiles that this node must have.", wanted)
      metric("profiles_loaded", "gauge", "Wanted profiles that the kernel lists in their mode.", loaded)
      metric("problems", "gauge", "What keeps this node from being ready.", faults)
      metric("copy_problems", "gauge", "Profiles whose copy for the next boot is missing or overruled.", copies)
      metric("profiles_replaced", "gauge", "Wanted profiles under whose name somebody loaded other content.", replaced)
      metric("profiles_removed_total", "counter", "Profiles that somebody removed while they were watched.", removed)
    }
  ' part=1 "$WANTED" part=2 "$WORK/ok" part=3 "$WORK/said" part=4 "$WORK/removed"
}
