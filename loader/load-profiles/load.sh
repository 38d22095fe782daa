# --- loading ------------------------------------------------------------------------------------------------------------

# One text, on standard input: text and error stay together, and no file name can meet a link in the host's disable/.
load_one() {
  printf '%s\n' "$1" >"$WORK/trying"
  words=$(compile -a <"$PROFILES/$1" 2>&1 >/dev/null)
  code=$?
  rm -f "$WORK/trying" "$WORK/tries/$1"
  # EEXIST: another loader was quicker. The list tells.
  [ "$code" -eq 239 ] && listed "$1" && return
  note_failure "$1" "$code" "$words"
}

# Any word is a failure: a parser that finds no kernel features warns, loads a weaker profile and answers 0.
note_failure() {
  [ "$2" -eq 0 ] && [ -z "$3" ] && return
  if [ "$2" -eq 0 ]; then said='the parser took it with a warning'; else said="the parser refused it (exit code $2)"; fi
  printf 'failed\t%s\t%s: %s\n' "$1" "$said" "$(printf '%s' "$3" | words)" >"$WORK/failed/$1"
}

# Several files in one call. Only a call without a word and with exit code 0 is believed; after any other each is looked at.
load_batch() {
  printf '%s\n' "$@" >"$WORK/trying"
  words=$(cd "$PROFILES" && compile -a -j2 "$@" 2>&1 >/dev/null)
  code=$?
  rm -f "$WORK/trying"
  [ "$code" -eq 0 ] && [ -z "$words" ] && return
  whole=$words
  whole_code=$code
  for name; do
    if listed "$name"; then
      words=$(compile -Q <"$PROFILES/$name" 2>&1 >/dev/null)
      # What nobody says alone was said of all: all are doubtful then.
      [ -z "$words" ] && [ "$whole_code" -eq 0 ] && words=$whole
      note_failure "$name" 0 "$words"
    else
      load_one "$name"
    fi
  done
}

# A file's name meets the administrator's links by its name; on standard input it does not.
linked() { [ -e "$POLICY/disable/$1" ] || [ -L "$POLICY/disable/$1" ] || [ -e "$POLICY/force-complain/$1" ] || [ -L "$POLICY/force-complain/$1" ]; }

# Loads what $WORK/missing names.
load_missing() {
  set --
  alone=
  while read -r name; do
    if [ -e "$WORK/failed/$name" ] || [ ! -e "$PROFILES/$name" ]; then continue; fi
    if [ -e "$WORK/tries/$name" ] || linked "$name"; then
      alone="$alone $name"
      continue
    fi
    set -- "$@" "$name"
    if [ $# -eq $BATCH ]; then
      load_batch "$@"
      set --
    fi
  done <"$WORK/missing"
  if [ $# -eq 1 ]; then load_one "$1"; elif [ $# -gt 1 ]; then load_batch "$@"; fi
  for name in $alone; do load_one "$name"; done
}

# A profile that is loaded but that the parser had words about is not one to rely on.
drop_failed() {
  for file in "$WORK"/failed/*; do
    [ -e "$file" ] || continue
    grep -vxF -- "${file##*/}" "$WORK/ok" >"$WORK/ok.new"
    mv -f "$WORK/ok.new" "$WORK/ok"
  done
}

# What was being compiled when the loader was killed goes alone from now on, and after three times waits: a text that
# takes all of the memory must not take the others with it, again and again.
after_a_kill() {
  [ -s "$WORK/trying" ] || return 0
  while read -r name; do
    tries=0
    [ -r "$WORK/tries/$name" ] && read -r tries <"$WORK/tries/$name"
    tries=$((tries + 1))
    echo "$tries" >"$WORK/tries/$name"
    [ "$tries" -lt 4 ] || printf 'failed\t%s\tthe loader was killed %s times while it was compiled: raise the memory limit or make it smaller\n' \
      "$name" "$tries" >"$WORK/failed/$name"
  done <"$WORK/trying"
  rm -f "$WORK/trying"
}
