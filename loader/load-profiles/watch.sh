# --- the watch ----------------------------------------------------------------------------------------------------------

# $1: `change` of the kernel's policy, `start` or `tick`.
look() {
  mend "$1"
  tell_state
}

# Looks at the node and does what is to be done.
mend() {
  fault=$(node_fault)
  if [ -n "$fault" ]; then
    : >"$WORK/missing" && : >"$WORK/ok" && : >"$WORK/wrong"
    publish
    return
  fi
  remember_revision
  if compare && [ "$1" = change ] && [ -e "$STATE/ready" ]; then
    if note_replaced; then publish && remember; fi
    return
  fi
  if [ -s "$WORK/missing" ]; then
    cp "$WORK/missing" "$WORK/before"
    if find_parser; then
      load_missing
      remember_revision
      compare
      # shellcheck disable=SC2016
      awk 'part == 1 { was[$0] = 1; next } $0 in was' part=1 "$WORK/before" part=2 "$WORK/ok" >"$WORK/loaded"
      awk '{ print "info\tloaded\t" $0 "\tloaded" }' "$WORK/loaded" | log_all
    fi
    note_removed
  fi
  cp "$WORK/ok" "$WORK/seen"
  drop_failed
  publish
  # What was removed must not wait for the copies: a pod may be replaced at any moment.
  remember
  note_replaced
  copy_loaded
  remember
  [ "$1" = start ] && prune_copies
  publish
}

# Our own loads move the revision as well; a number that was read before the list was is no news. While nothing was ever
# loaded the revision is 0 and the read would sleep until something is.
remember_revision() {
  checked=0
  # shellcheck disable=SC2162
  read first <"$KERNEL/profiles" && [ -n "$first" ] && [ -r "$KERNEL/revision" ] && read checked <"$KERNEL/revision"
}

# A second read of the same open file sleeps until the policy changes.
revisions() {
  while :; do
    [ -r "$KERNEL/revision" ] && cat "$KERNEL/revision"
    sleep "$TICK"
  done 2>/dev/null
}

ticks() { while sleep "$TICK"; do echo tick; done; }

watch() {
  checked=0
  count=0
  since=
  while read -r event; do
    case $event in
      start) look start ;;
      tick)
        count=$((count + 1))
        if [ $((count % RETRY)) -eq 0 ]; then
          rm -f "$WORK"/failed/*
          : >"$WORK/spoken"
        fi
        look tick
        ;;
      *) [ "$event" -gt "$checked" ] 2>/dev/null && look change ;;
    esac
  done
}

prepare() {
  rm -f "$STATE/ready"
  mkdir -p "$WORK/failed" "$WORK/tries"
  boot=
  [ -r /proc/sys/kernel/random/boot_id ] && read -r boot </proc/sys/kernel/random/boot_id
  before=
  [ -r "$WORK/boot" ] && read -r before <"$WORK/boot"
  [ "$boot" = "$before" ] || : >"$WORK/seen"
  echo "$boot" >"$WORK/boot"
  for file in said seen removed copies missing ok wrong replaced sums loaded; do [ -e "$WORK/$file" ] || : >"$WORK/$file"; done
  : >"$WORK/said"
  recall
  rm -f "$WORK"/failed/*
  after_a_kill
  note_removed
  [ "$KEEP_COPIES" = 1 ] && [ -d "$DRAFTS" ] && rm -rf "$DRAFTS"
  log info started '' "$(awk -F '\t' '$1 == $3 { n++ } END { print n + 0 }' "$WANTED") profiles are wanted"
}

# The first process takes no signal that it has no trap for, and a trap waits for a child that is waited for.
trap 'exit 0' TERM INT
prepare
while :; do
  { echo start; revisions & ticks; } | watch &
  wait $!
  log error restarted '' 'the watch ended; it begins again'
  sleep 1
done
