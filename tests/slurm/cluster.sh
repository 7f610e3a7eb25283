#!/usr/bin/env bash
# A real SLURM on this one machine, from the distribution's packages, without systemd: for tests, never for work.
#
#   bash tests/slurm/cluster.sh install [accounting]      the packages, as root on Debian or Ubuntu; else says what skips
#   bash tests/slurm/cluster.sh start DIR [accounting]    munge, slurmctld, slurmd; with `accounting` slurmdbd too
#   bash tests/slurm/cluster.sh stop DIR                  ends what start began in DIR
#   bash tests/slurm/cluster.sh controller DIR stop|start only slurmctld, to try its restart
#   bash tests/slurm/cluster.sh accounting DIR stop|start only slurmdbd
#   bash tests/slurm/cluster.sh node DIR stop             only slurmd
#   bash tests/slurm/cluster.sh node DIR start [FOLDER]   slurmd; its jobs see an empty FOLDER that is the node's own
#
# Needs root and the packages munge slurmctld slurmd slurm-client (slurmdbd mariadb-server for accounting).
# Ends with 0, or with 2 and what is missing. /etc/slurm/slurm.conf becomes a link into DIR: commands started by
# jobs look there. A file of that name that is not such a link is somebody's cluster, and nothing is begun.
set -euo pipefail

readonly PACKAGES=(munge slurmctld slurmd slurm-client) ACCOUNTING_PACKAGES=(slurmdbd mariadb-server)
readonly CONF=/etc/slurm/slurm.conf
readonly MARK='# written by tests/slurm/cluster.sh'
readonly CONTROLLER_PORT=26817 NODE_PORT=26818 ACCOUNTING_PORT=26819 DATABASE_PORT=26336

fail() {
    printf 'cluster: %s\n' "$*" >&2
    exit 2
}

usage() { fail "usage: cluster.sh install [accounting], or start|stop|controller|accounting|node DIR [accounting|stop|start]"; }

# Calls "$@" every quarter of a second until it succeeds, at most $1 seconds long.
wait_for() {
    local tries=$(($1 * 4))
    shift
    for ((i = 0; i < tries; i++)); do
        if "$@" >/dev/null 2>&1; then return 0; fi
        sleep 0.25
    done
    return 1
}

munge_answers() { munge -n </dev/null 2>/dev/null | unmunge >/dev/null 2>&1; }
node_is_idle() { sinfo -h -o %T | grep -qxE 'idle|mixed|allocated'; }
controller_answers() { scontrol ping | grep -q UP; }
accounting_answers() { sacctmgr -n -i list cluster >/dev/null; }
database_answers() { mariadb-admin --no-defaults -uroot -S "$DIR/mysql/socket" ping; }

start_munge() {
    if [ ! -s /etc/munge/munge.key ]; then
        (umask 077 && head -c 1024 /dev/urandom >/etc/munge/munge.key)
        chown munge: /etc/munge/munge.key
        chmod 400 /etc/munge/munge.key
    fi
    install -d -o munge -g munge -m 755 /run/munge
    install -d -o munge -g munge -m 700 /var/log/munge /var/lib/munge
    if ! munge_answers; then
        rm -f /run/munge/*
        # The name of a container may lead nowhere.
        su -s /bin/sh munge -c '/usr/sbin/munged --origin=127.0.0.1' || su -s /bin/sh munge -c /usr/sbin/munged || true
        wait_for 10 munge_answers || fail "munged does not answer; its log is in /var/log/munge"
    fi
}

write_configuration() {
    local storage="AccountingStorageType=accounting_storage/none"
    if [ "$1" = accounting ]; then
        storage="AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=127.0.0.1
AccountingStoragePort=$ACCOUNTING_PORT"
    fi
    # More processors than the machine has: jobs wait for each other less, and none is refused for its size.
    cat >"$DIR/slurm.conf" <<EOF
$MARK
ClusterName=filiation
SlurmctldHost=$HOST(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
SlurmctldPort=$CONTROLLER_PORT
SlurmdPort=$NODE_PORT
StateSaveLocation=$DIR/controller
SlurmdSpoolDir=$DIR/node
SlurmctldPidFile=$DIR/run/slurmctld.pid
SlurmdPidFile=$DIR/run/slurmd.pid
SlurmctldLogFile=$DIR/log/slurmctld.log
SlurmdLogFile=$DIR/log/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SlurmdParameters=config_overrides
MpiDefault=none
ReturnToService=1
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,batch_sched_delay=0,sched_min_interval=100000
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=1
JobAcctGatherParams=OverMemoryKill
$storage
JobCompType=jobcomp/none
KillWait=2
MinJobAge=300
InactiveLimit=0
SlurmctldTimeout=60
SlurmdTimeout=60
JobRequeue=1
DefMemPerCPU=500
NodeName=$HOST NodeAddr=127.0.0.1 CPUs=${SLURM_TEST_CPUS:-64} RealMemory=${SLURM_TEST_MEMORY:-256000} State=UNKNOWN
PartitionName=main Nodes=$HOST Default=YES MaxTime=1-00:00:00 State=UP OverSubscribe=NO
EOF
}

start_controller() {
    slurmctld -f "$DIR/slurm.conf"
    wait_for 20 controller_answers || fail "slurmctld does not answer; see $DIR/log/slurmctld.log"
}

# With a folder: in a mount namespace, where a file system in memory lies over it.
start_node() {
    if [ -n "${1:-}" ]; then
        unshare --mount --propagation private bash -c 'mount -t tmpfs -o mode=1777 tmpfs "$1" && exec slurmd -f "$2"' \
            slurmd "$1" "$DIR/slurm.conf" || fail "this machine does not let root mount: $1"
    else
        slurmd -f "$DIR/slurm.conf"
    fi
    wait_for 30 node_is_idle || fail "the node does not come up; see $DIR/log/slurmd.log"
}

stop_daemon() {
    local file="$DIR/run/$1.pid" pid
    [ "$1" != mariadbd ] || file="$DIR/mysql/mariadbd.pid"
    [ -s "$file" ] || return 0
    pid=$(cat "$file")
    kill "$pid" 2>/dev/null || return 0
    wait_for 15 not_running "$pid" || kill -9 "$pid" 2>/dev/null || true
}

# A process that has ended but that nobody has waited for (`Z`) is not running.
not_running() { ! { [ -r "/proc/$1/stat" ] && [ "$(cut -d' ' -f3 "/proc/$1/stat")" != Z ]; }; }

start_database() {
    for program in slurmdbd mariadbd mariadb-install-db; do
        command -v "$program" >/dev/null || fail "$program not found: apt-get install slurmdbd mariadb-server"
    done
    if [ ! -d "$DIR/mysql/mysql" ]; then
        install -d -o mysql -m 755 "$DIR/mysql"
        mariadb-install-db --user=mysql --datadir="$DIR/mysql" --skip-test-db \
            --auth-root-authentication-method=normal >"$DIR/log/install-db.log" 2>&1
    fi
    mariadbd --no-defaults --user=mysql --datadir="$DIR/mysql" --socket="$DIR/mysql/socket" \
        --port="$DATABASE_PORT" --bind-address=127.0.0.1 --innodb-buffer-pool-size=64M \
        --innodb-lock-wait-timeout=900 --pid-file="$DIR/mysql/mariadbd.pid" >"$DIR/log/mariadbd.log" 2>&1 &
    wait_for 30 database_answers || fail "mariadbd does not answer; see $DIR/log/mariadbd.log"
    # An account for this one database, which listens on this machine alone and lives as long as the test.
    mariadb --no-defaults -uroot -S "$DIR/mysql/socket" -e "create database if not exists slurm_acct_db;
        create user if not exists 'slurm'@'127.0.0.1' identified by 'test';
        grant all on slurm_acct_db.* to 'slurm'@'127.0.0.1';"
}

start_accounting() {
    cat >"$DIR/slurmdbd.conf" <<EOF
AuthType=auth/munge
DbdHost=$HOST
DbdAddr=127.0.0.1
DbdPort=$ACCOUNTING_PORT
SlurmUser=root
PidFile=$DIR/run/slurmdbd.pid
LogFile=$DIR/log/slurmdbd.log
StorageType=accounting_storage/mysql
StorageHost=127.0.0.1
StoragePort=$DATABASE_PORT
StorageUser=slurm
StoragePass=test
StorageLoc=slurm_acct_db
EOF
    chmod 600 "$DIR/slurmdbd.conf"
    ln -sfn "$DIR/slurmdbd.conf" /etc/slurm/slurmdbd.conf
    slurmdbd
    wait_for 40 accounting_answers || fail "slurmdbd does not answer; see $DIR/log/slurmdbd.log"
}

install_packages() {
    local program programs=(munged slurmctld slurmd sbatch) packages=("${PACKAGES[@]}") missing=()
    if [ "$1" = accounting ]; then
        programs+=(slurmdbd mariadbd)
        packages+=("${ACCOUNTING_PACKAGES[@]}")
    fi
    for program in "${programs[@]}"; do
        command -v "$program" >/dev/null || missing+=("$program")
    done
    [ "${#missing[@]}" -gt 0 ] || return 0
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        echo "cluster: ${missing[*]} not found, and only root on Debian can install them: tests on SLURM are skipped" >&2
        return 0
    fi
    echo "cluster: apt-get install ${packages[*]}" >&2
    export DEBIAN_FRONTEND=noninteractive
    local options=(-y -qq --no-install-recommends -o DPkg::Lock::Timeout=300)
    apt-get install "${options[@]}" "${packages[@]}" >/dev/null ||
        { apt-get update -qq >/dev/null && apt-get install "${options[@]}" "${packages[@]}" >/dev/null; } ||
        echo "cluster: the packages could not be installed: tests on SLURM are skipped" >&2
}

start() {
    [ "$(id -u)" = 0 ] || fail "SLURM's daemons are started by root"
    for program in munged slurmctld slurmd sbatch squeue scancel; do
        command -v "$program" >/dev/null || fail "$program not found: apt-get install munge slurmctld slurmd slurm-client"
    done
    if [ -e "$CONF" ] && ! head -n 1 "$CONF" | grep -qxF "$MARK"; then
        fail "$CONF is another cluster's; this machine is not for tests"
    fi
    install -d "$DIR/controller" "$DIR/node" "$DIR/log" "$DIR/run" /etc/slurm
    chmod 755 "$DIR"
    start_munge
    write_configuration "$1"
    ln -sfn "$DIR/slurm.conf" "$CONF"
    # Newer versions ask for control groups, which a container does not give, unless they are told not to.
    if [ ! -e /etc/slurm/cgroup.conf ] && [ "$(slurmd -V | sed 's/[^0-9]*\([0-9]*\).*/\1/')" -ge 23 ]; then
        echo "CgroupPlugin=disabled" >"$DIR/cgroup.conf"
        ln -sfn "$DIR/cgroup.conf" /etc/slurm/cgroup.conf
    fi
    unset SLURM_CONF
    if [ "$1" = accounting ]; then
        start_database
        start_accounting
        sacctmgr -i add cluster filiation >/dev/null 2>&1 || true
        sacctmgr -i add account laboratory Cluster=filiation >/dev/null 2>&1 || true
        sacctmgr -i add user root account=laboratory >/dev/null 2>&1 || true
    fi
    start_controller
    start_node
    sinfo -h -o '%P %D %c %m %T'
}

stop() {
    scancel --me >/dev/null 2>&1 || true
    for daemon in slurmd slurmctld slurmdbd mariadbd; do
        stop_daemon "$daemon"
    done
    if [ "$(readlink -f "$CONF" 2>/dev/null)" = "$(readlink -f "$DIR/slurm.conf")" ]; then
        rm -f "$CONF" /etc/slurm/slurmdbd.conf
        [ ! -L /etc/slurm/cgroup.conf ] || rm /etc/slurm/cgroup.conf
    fi
}

if [ "$*" = install ] || [ "$*" = "install accounting" ]; then
    install_packages "${2:-}"
    exit
fi
[ $# -ge 2 ] || usage
action=$1
mkdir -p "$2"
DIR=$(cd "$2" && pwd -P)
HOST=$(uname -n)
HOST=${HOST%%.*}
case "$action ${3:-}" in
    "start ") start none ;;
    "start accounting") start accounting ;;
    "stop ") stop ;;
    "controller stop") stop_daemon slurmctld ;;
    "controller start") start_controller ;;
    "accounting stop") stop_daemon slurmdbd ;;
    "accounting start") start_accounting ;;
    "node stop") stop_daemon slurmd ;;
    "node start") start_node "${4:-}" ;;
    *) usage ;;
esac
