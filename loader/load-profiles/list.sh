# --- what is wanted and what the kernel lists ---------------------------------------------------------------------------

# Writes $WORK/missing and $WORK/ok (files) and $WORK/wrong (records of problems); true if all is as wanted.
compare() {
  # shellcheck disable=SC2016
  awk -v work="$WORK" '
    BEGIN { printf "" > (work "/missing"); printf "" > (work "/ok"); printf "" > (work "/wrong") }
    part == 1 { if (match($0, / \([a-z]+\)$/)) have[substr($0, 1, RSTART - 1)] = substr($0, RSTART + 2, RLENGTH - 3); next }
    $1 == $3 && !($3 in have) { print $1 > (work "/missing"); bad = 1; next }
    $1 == $3 && have[$3] != $2 {
      print "mode\t" $1 "\tis loaded in mode " have[$3] ", not " $2 ": somebody else loaded or changed it; it is left as it is" > (work "/wrong")
      bad = 1; next
    }
    $1 == $3 { print $1 > (work "/ok"); fine[$1] = 1; next }
    ($1 in fine) && !($3 in have) { print "child\t" $1 "\tlacks its child profile " $3 ": somebody removed or replaced it" > (work "/wrong"); bad = 1 }
    END { exit bad }
  ' part=1 "$KERNEL/profiles" part=2 FS='\t' "$WANTED"
}

# By the letter: a name has dots.
# shellcheck disable=SC2016
listed() { awk -v line="$1 (" 'index($0, line) == 1 { found = 1 } END { exit !found }' "$KERNEL/profiles"; }
