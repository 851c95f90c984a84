# What the comparisons share; sourced by compare-mosquitto and compare-nginx, which set $peer, $peer_target and the variables of a run.
# shellcheck shell=bash disable=SC2154

fail() {
  echo "compare-$peer: $*" >&2
  exit 1
}

stop_server() {
  if [[ -n $server_pid ]]; then
    kill "$server_pid" 2> /dev/null || true
    wait "$server_pid" 2> /dev/null || true
    server_pid=''
  fi
}
trap stop_server EXIT

# --- what must be there ---------------------------------------------------------------------------------------------------

need() {
  local program=$1 package=$2
  PATH=$PATH:/usr/sbin command -v "$program" > /dev/null && return
  [[ $(id -u) -eq 0 ]] || fail "$program is missing; install the Debian package $package."
  echo "installing $package" >&2
  apt-get install -y -qq --no-install-recommends "$package" > /dev/null 2>&1 \
    || { apt-get update -qq && apt-get install -y -qq --no-install-recommends "$package"; } > /dev/null 2>&1 \
    || fail "$package could not be installed."
}

# One root, and below it a chain of leaf and intermediate for a kind of key, as Holdfast makes them.
#   chain KIND COMMON-NAME KEY-OPTION...
chain() {
  local kind=$1 name=$2 dir=$work/ca/$1
  shift 2
  mkdir -p "$dir"
  (
    cd "$dir"
    openssl genpkey "$@" -out root.key
    openssl req -x509 -new -key root.key -subj "/CN=bench $kind root" -days 30 -out root.pem
    openssl genpkey "$@" -out intermediate.key
    openssl req -new -key intermediate.key -subj "/CN=bench $kind intermediate" -out intermediate.csr
    printf 'basicConstraints=critical,CA:true\n' > intermediate.ext
    openssl x509 -req -in intermediate.csr -CA root.pem -CAkey root.key -CAcreateserial -days 30 \
      -extfile intermediate.ext -out intermediate.pem
    openssl genpkey "$@" -out leaf.key
    openssl req -new -key leaf.key -subj "/CN=$name" -out leaf.csr
    printf 'subjectAltName=DNS:%s\nbasicConstraints=CA:false\n' "$name" > leaf.ext
    openssl x509 -req -in leaf.csr -CA intermediate.pem -CAkey intermediate.key -CAcreateserial -days 30 \
      -extfile leaf.ext -out leaf.pem
    cat leaf.pem intermediate.pem > chain.pem
  ) > "$work/ca.log" 2>&1 || fail "the certificates could not be made; see $work/ca.log"
}

ecdsa=(-algorithm EC -pkeyopt ec_paramgen_curve:P-256)
rsa=(-algorithm RSA -pkeyopt rsa_keygen_bits:2048)

# Two cores, the programs named as PROGRAM=PACKAGE, and certificates for the peer.
prepare() {
  local each
  (($(nproc) >= 2)) || fail "two cores are needed, one for the server and one for the client."
  for each in openssl=openssl taskset=util-linux "$@"; do
    need "${each%%=*}" "${each#*=}"
  done
  PATH=$PATH:/usr/sbin
  rm -rf "$work/ca" "$results" "$data"
  mkdir -p "$work" "$results" "$data"
  [[ $(stat -f -c %T "$data") != tmpfs ]] || fail "$data is in memory; name a directory on a disk with DATA."
  chain ecdsa localhost "${ecdsa[@]}"
  chain rsa localhost "${rsa[@]}"
  cat "$work"/ca/*/root.pem > "$work/ca/ca.pem"
  chmod 644 "$work"/ca/*/leaf.key # servers give up root before they read them
  "$holdfast" version > /dev/null
}

# --- servers --------------------------------------------------------------------------------------------------------------

# Each time with an empty data directory: a run can write gigabytes.
start_holdfast() {
  stop_server
  rm -rf "$data"
  taskset -c 0 "$holdfast" up --data "$data" --https-port "$https_port" --mqtt-port "$mqtt_port" \
    --amqp-port "$amqp_port" > "$work/holdfast.log" 2>&1 &
  server_pid=$!
  local i
  for ((i = 0; i < 600; i++)); do
    [[ -f $data/ready.json ]] && return
    kill -0 "$server_pid" 2> /dev/null || fail "Holdfast ended at its start; see $work/holdfast.log"
    sleep 0.1
  done
  fail "Holdfast was not ready within 60 s; see $work/holdfast.log"
}

await_port() {
  local i
  for ((i = 0; i < 100; i++)); do
    if (exec 3<> "/dev/tcp/127.0.0.1/$1") 2> /dev/null; then
      return
    fi
    kill -0 "$server_pid" 2> /dev/null || fail "the server ended at its start; see $work/$peer.log"
    sleep 0.1
  done
  fail "nothing listens on port $1"
}

# --- one run --------------------------------------------------------------------------------------------------------------

n=0

#   run SERVER WHICH OPTION...
run() {
  local server=$1 which=$2 file
  shift 2
  n=$((n + 1))
  file=$results/$(printf '%03d' "$n")-$which-$server.json
  local to=(--data "$data")
  if [[ $server == "$peer" ]]; then
    to=(--host localhost --ca "$work/ca/ca.pem" --server-pid "$server_pid" "${peer_target[@]}")
  fi
  echo "$(date +%T) $server: bench $*" >&2
  timeout -k 10 1800 taskset -c 1 "$holdfast" bench "$@" "${to[@]}" --label "$server" --json "$file" \
    >> "$work/runs.log" 2>&1 || echo "compare-$peer: that run failed; see the end of $work/runs.log" >&2
}

# A JVM compiles while it works: the first load after its start is not measured.
warm() {
  [[ $1 == holdfast ]] || return 0
  echo "$(date +%T) warming Holdfast up for $first_warmup s" >&2
  shift
  taskset -c 1 "$holdfast" bench "$@" --warmup 0 --duration "$first_warmup" --data "$data" >> "$work/runs.log" 2>&1 || true
}

# Runs a bench for both servers, in turn, round by round; each is started for it.
#   both BENCH-FUNCTION
both() {
  local round server
  for ((round = 1; round <= rounds; round++)); do
    for server in "$peer" holdfast; do
      "$1" "$server"
    done
  done
}

# Runs the benches that were asked for, and prints their tables.
#   compare SCRIPT PEER-VERSION BENCH...
compare() {
  local script=$1 peer_version=$2 which files
  shift 2
  : > "$work/runs.log"
  for which in "$@"; do
    both "bench_$which"
  done
  stop_server
  echo "Measured $(date -u +%Y-%m-%d) with \`bench/$script $*\`, $rounds rounds: $(nproc) cores," \
    "$(grep -m1 '^model name' /proc/cpuinfo | cut -d: -f2- | xargs), Linux $(uname -r | cut -d- -f1)," \
    "$peer $peer_version, $("$holdfast" version)."
  echo
  for which in "$@"; do
    files=("$results"/*-"$which"-*.json)
    [[ -e ${files[0]} ]] || continue
    echo "### $which"
    echo
    "$holdfast" bench compare --base "$peer" "${files[@]}" || echo "$script: no table for $which" >&2
  done
}

# Ends with a sentence when there is no such bench.
#   check_benches CHOICE... -- BENCH...
check_benches() {
  local choices=() which
  while [[ $1 != -- ]]; do choices+=("$1"); shift; done
  shift
  for which in "$@"; do
    [[ " ${choices[*]} " == *" $which "* ]] || fail "there is no bench '$which'; choose of: ${choices[*]}"
  done
}
