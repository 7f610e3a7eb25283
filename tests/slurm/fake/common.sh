# A scheduler of shell scripts that loses jobs, lies and lags; sourced by each of its commands. For tests.
#
# State lies in $FAKE_SLURM: `jobs/NUMBER/` (name, comment, state, script, workdir, log, group), `last` (the highest
# number), `events` (what became of each job), and `fault`: one line `KIND WORK DELAY VARIANT`, which befalls the first
# job whose script names WORK, once. The kinds are told in tests/builders/fake_slurm.py.
# shellcheck shell=bash
set -u
JOBS=$FAKE_SLURM/jobs
read -r FAULT WORK DELAY VARIANT <"$FAKE_SLURM/fault" || true

# Whether the fault KIND befalls this script now: once in a trial, unless it is told to befall again.
befalls() {
    [ "$FAULT" = "$1" ] && [[ $2 == *"$WORK"* ]] && mkdir "$FAKE_SLURM/befell" 2>/dev/null
}

# Whether fewer than $1 seconds have passed since the file $2 was made.
younger() { [ -e "$2" ] && [ $(($(date +%s) - $(stat -c %Y "$2"))) -lt "$1" ]; }

# Writes a value at once, so that no reader sees half of it.
put() {
    local temporary
    temporary=$(mktemp "$FAKE_SLURM/put.XXXXXX")
    printf '%s\n' "$2" >"$temporary"
    mv "$temporary" "$1"
}

event() { printf '%s %s %s\n' "$(date +%s.%N)" "$1" "$2" >>"$FAKE_SLURM/events"; }

# Ends all processes of job $1 and waits until they are gone.
end_processes() {
    local group
    group=$(cat "$JOBS/$1/group" 2>/dev/null) || return 0
    while kill -KILL -- "-$group" 2>/dev/null && ps -o stat= -g "$group" | grep -qv Z; do sleep 0.05; done
    rm -f "$JOBS/$1/group"
    event ended "$1"
}

# Ends the jobs that stand still, as the controller does at a job's time limit or when its node is gone. What they
# were at is kept in `overdue.NUMBER`, and with PYTHONFAULTHANDLER in the job's log.
end_overdue() {
    local job number since
    for job in "$JOBS"/*/; do
        [[ $(cat "$job/state" 2>/dev/null) =~ ^(PENDING|RUNNING)$ ]] || continue
        # A job that vanishes in between has no age.
        since=$(stat -c %Y "$job/state" 2>/dev/null) || continue
        [ $(($(date +%s) - since)) -ge "${FAKE_SLURM_LIMIT:-180}" ] || continue
        number=$(basename "$job")
        ps -e -o pid,ppid,pgid,stat,wchan:24,etime,args >"$FAKE_SLURM/overdue.$number" 2>&1
        kill -ABRT -- "-$(cat "$job/group" 2>/dev/null || echo 0x)" 2>/dev/null && sleep 1
        end_processes "$number"
        put "$job/state" TIMEOUT
    done
}

# New job with the script $1; its number.
new_job() {
    local number
    exec 9>"$FAKE_SLURM/lock"
    flock 9
    number=$(($(cat "$FAKE_SLURM/last" 2>/dev/null || echo 0) + 1))
    echo "$number" >"$FAKE_SLURM/last"
    exec 9>&-
    mkdir -p "$JOBS/$number.new"
    printf '#!/bin/sh\n%s\n' "$1" >"$JOBS/$number.new/script"
    printf '%s\n' "$NAME" >"$JOBS/$number.new/name"
    printf '%s\n' "$COMMENT" >"$JOBS/$number.new/comment"
    printf '%s\n' "$FOLDER" >"$JOBS/$number.new/folder"
    printf '%s\n' "${OUTPUT//%j/$number}" >"$JOBS/$number.new/output"
    echo PENDING >"$JOBS/$number.new/state"
    mv "$JOBS/$number.new" "$JOBS/$number"
    echo "$number"
}

# The node does not see what the driver marks as its own: it is another machine.
start_job() {
    env -u FILIATION_RUN_DIRECTORY setsid "$(dirname "$0")/node" "$1" "${2:-}" </dev/null >/dev/null 2>&1 &
}
