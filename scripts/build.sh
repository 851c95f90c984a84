# Finding a Java runtime and building; sourced by ./holdfast and scripts/test, which set $root.
# shellcheck shell=bash

build=$root/.build

# Ends with one sentence on standard error.
fail() {
  echo "holdfast: $*" >&2
  exit 1
}

# Prints the feature version (25) of the Java runtime in a directory, or nothing.
java_version() {
  local home=$1 version=
  if [[ -r $home/release ]]; then
    version=$(sed -n 's/^JAVA_VERSION="\{0,1\}\([0-9]*\).*/\1/p' "$home/release" | head -n 1)
  fi
  if [[ -z $version && -x $home/bin/java ]]; then
    version=$("$home/bin/java" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p' | head -n 1)
  fi
  echo "$version"
}

# Sets and exports JAVA_HOME to the first Java of at least a version that has a program (java, javac):
# the one JAVA_HOME names, the one on the PATH, then those under $HOLDFAST_JVMS.
#   find_java VERSION PROGRAM
find_java() {
  local wanted=$1 program=$2 home version candidates=()
  [[ -n ${JAVA_HOME:-} ]] && candidates+=("$JAVA_HOME")
  if home=$(command -v "$program"); then
    home=$(readlink -f "$home")
    candidates+=("${home%/bin/"$program"}")
  fi
  candidates+=("${HOLDFAST_JVMS:-/usr/lib/jvm}"/*)
  for home in "${candidates[@]}"; do
    [[ -x $home/bin/$program ]] || continue
    version=$(java_version "$home")
    if [[ -n $version ]] && ((version >= wanted)); then
      export JAVA_HOME=$home
      return
    fi
  done
  fail "no JDK $wanted or newer found in JAVA_HOME, on the PATH or in ${HOLDFAST_JVMS:-/usr/lib/jvm};" \
    "install one (Temurin $wanted, for example) or set JAVA_HOME to it."
}

# Whether a source is newer than the last build. Directories count, so that a deleted file is noticed.
stale() {
  [[ -f $build/stamp && -d $root/server/target/app/lib && -d $root/cli/target/app/lib ]] || return 0
  [[ -n $(find "$root/pom.xml" "$root"/.mvn "$root"/*/pom.xml "$root"/*/src/main \
    -newer "$build/stamp" -print -quit) ]]
}

# Builds unless everything is built; says so on standard error. Two at a time wait for each other.
build_if_stale() {
  [[ -z ${HOLDFAST_TRAINING:-} ]] || return 0
  if ! stale && [[ -f $build/trained ]]; then
    return 0
  fi
  mkdir -p "$build"
  exec 9>"$build/lock"
  flock 9
  if stale; then
    compile
  fi
  if [[ ! -f $build/trained ]]; then
    find_java 25 java
    echo "Preparing fast starts." >&2
    train "$root" "$build"
    touch "$build/trained"
  fi
  exec 9>&- # the program that runs next must not hold the lock
}

compile() {
  find_java 25 javac
  command -v mvn >/dev/null || fail "Maven is missing; install it (on Debian: apt-get install maven)."
  echo "Building Holdfast with $JAVA_HOME; the first time fetches libraries and takes some minutes." >&2
  begin_build
  # Tests are neither compiled nor run here; ./holdfast test does both.
  if ! (cd "$root" && mvn -B -ntp package -pl server,cli -am -Dmaven.test.skip=true </dev/null 2>&1) |
    tee "$build/build.log" | sed -un 's/^\[INFO\] Building Holdfast \(.*[^ ]\)  *\(\[.*\]\)$/  \1 \2/p' >&2; then
    echo "holdfast: the build failed; the end of $build/build.log:" >&2
    grep -v '^\[INFO\]' "$build/build.log" | tail -n 30 >&2
    exit 1
  fi
  finish_build
}

# A server that runs keeps the old files, because they are replaced and not written over.
begin_build() {
  rm -rf "$root/server/target/app" "$root/cli/target/app" "$build/trained" "$build"/*.aot
  touch "$build/stamp.new"
}

# The time of the beginning counts: what was edited meanwhile is stale.
finish_build() {
  mv "$build/stamp.new" "$build/stamp"
}

# Runs a server and a command once and lets the Java runtime keep what it learns of their classes, which halves the work of
# every later start. A failure costs that and nothing else.
#   train TREE CACHES    the tree whose ./holdfast is run, the directory for server.aot and cli.aot
train() {
  local tree=$1 caches=$2 work server key
  work=$(mktemp -d)
  export HOLDFAST_TRAINING=true
  HOLDFAST_JAVA_OPTIONS="-XX:AOTCacheOutput=$work/server.aot" "$tree/holdfast" up --data "$work/data" \
    --mqtt-port 0 --amqp-port 0 --https-port 0 --metrics-port 0 </dev/null >"$work/log" 2>&1 9>&- &
  server=$!
  for ((i = 0; i < 600; i++)); do
    [[ ! -f $work/data/ready.json ]] && kill -0 "$server" 2>/dev/null || break
    sleep 0.1
  done
  # Profiles of a handshake, for the storm after a restart.
  for key in rsa ecdsa; do
    "$tree/holdfast" bench handshake --data "$work/data" --key "$key" --exchange mqtt --warmup 0 --duration 2 \
      </dev/null >>"$work/log" 2>&1 9>&- || true
  done
  HOLDFAST_JAVA_OPTIONS="-XX:AOTCacheOutput=$work/cli.aot" "$tree/holdfast" device list --data "$work/data" \
    </dev/null >>"$work/log" 2>&1 9>&- || true
  kill "$server" 2>/dev/null || true
  if wait "$server" && mv "$work"/server.aot "$work"/cli.aot "$caches"; then
    :
  else
    mv "$work/log" "$caches/training.log" 2>/dev/null || true
    echo "holdfast: starts stay slower than they could be; see $caches/training.log" >&2
  fi
  unset HOLDFAST_TRAINING
  rm -rf "$work"
}
