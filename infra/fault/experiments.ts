/** The list of experiments as the documentation tells it; which test runs which is found in the tests themselves. */
export interface Experiment {
  readonly number: number
  readonly what: string
  readonly how: string
  readonly pass: string
  /** Why there is no run of it. */
  readonly notRun?: string
}

export const EXPERIMENTS: readonly Experiment[] = [
  { number: 1, what: 'OPC-UA server killed and started again 50 times', how: 'SIGKILL of the server, back after 0.2 to 8 s; its history is on disk', pass: 'every source time of the history stored once; gaps filled <= 30 s' },
  { number: 2, what: 'OPC-UA server comes back with other namespaces and fewer nodes', how: 'the server changes its NamespaceArray', pass: 'the others go on <= 30 s; no value of a wrong node' },
  { number: 3, what: 'Republish answers BadMessageNotAvailable', how: 'the server answers so', pass: 'live <= 10 s, gap filled by HistoryRead' },
  { number: 4, what: 'Half-open OPC-UA link for 120 s', how: 'proxy swallows without a reset', pass: 'seen <= 20 s; nothing lost; one session afterwards' },
  { number: 5, what: '20 % packet loss and 256 kbit/s for 5 min', how: 'network namespace with netem, or the proxy\'s rate', pass: 'nothing lost; backlog gone <= 120 s after' },
  { number: 6, what: 'Queue overflow: collector frozen for 60 s', how: 'SIGSTOP, SIGCONT', pass: 'overflow seen, gap filled, nothing lost' },
  { number: 7, what: 'Any process of the service killed 200 times', how: 'SIGKILL of a role or the supervisor at random while a source with a ledger delivers', pass: 'nothing lost, doubled or invented; recovery p50 <= 5 s' },
  { number: 8, what: 'Killed at the Nth write, sync, rename or unlink, N = 1..300', how: 'strace injects SIGKILL into the writer of the store', pass: 'the store opens every time; nothing acknowledged lost, nothing doubled' },
  { number: 9, what: 'Lost, torn and reordered writes', how: 'simulated file system', pass: 'no violation', notRun: 'left to SQLite\'s own crash tests: the journal and the store are SQLite files' },
  { number: 10, what: 'fsync answers EIO, once and always', how: 'strace injects the error', pass: 'the batch is never acknowledged; the process ends and starts anew; not ready <= 5 s; nothing lost' },
  { number: 11, what: 'Disk full, freed later', how: 'small file system of its own, filled by a second writer', pass: 'no crash, no damage; sources that can wait wait; goes on <= 10 s' },
  { number: 12, what: 'File system read-only, then writable again', how: 'ext4 told of a damage; unmounted, checked and mounted again', pass: 'not ready <= 5 s; nothing lost of a source that can wait' },
  { number: 13, what: 'InfluxDB away for two hours', how: 'SIGKILL of influxd', pass: 'nothing lost; drained >= 3 times the live rate; live values < 10 s old meanwhile' },
  { number: 14, what: 'Store answers 400 for one line, 503, 429, slowly', how: 'a server that answers so', pass: 'only the bad lines quarantined' },
  { number: 15, what: 'Redis killed 30 times', how: 'SIGKILL with AOF each second', pass: 'every effect once; no tick missing; workers alive <= 60 s' },
  { number: 16, what: 'Redis emptied', how: 'FLUSHALL', pass: 'schedules rebuilt <= 60 s; no effect lost or doubled' },
  { number: 17, what: 'Worker frozen past its lock', how: 'SIGSTOP 45 s with a lock of 30 s', pass: 'the stale one is refused; one result' },
  { number: 18, what: 'A giant load flow blocks the worker', how: 'connection studies over a year of the district, one after the other, while the API is asked', pass: 'API p99 < 500 ms; no job fails or loses its lease' },
  { number: 19, what: 'Clock of the machine jumps', how: 'libfaketime: +2 h, -2 h, leap day, both changes of summer time, -1 s every minute', pass: 'no value stamped by our clock; days of 92 and 100 quarter hours; each tick once' },
  { number: 20, what: 'Clock of a device is wrong', how: 'values of 1970, 2106, of days ahead and of more than 400 days ago (less is taken for late)', pass: 'quarantined as clock_suspect, counted, none in aggregates' },
  { number: 21, what: 'MQTT broker killed 50 times, with duplicates', how: 'SIGKILL of mosquitto', pass: 'nothing acknowledged lost or doubled; one session' },
  { number: 22, what: 'Modbus: short frames, wrong transaction, exceptions, silence, slices', how: 'hostile server behind the proxy', pass: 'no value of a wrong register; one bad unit delays the others < 1 s' },
  { number: 23, what: 'Linky TIC: flipped bits, cut frames, both modes, change of speed', how: 'mutated stream over a pseudo terminal', pass: 'no group with a wrong checksum taken; found again <= 2 frames' },
  { number: 24, what: 'Every decoder with 10^6 mutated inputs', how: 'mutations of recorded frames', pass: 'no untyped error, none > 50 ms, memory bounded' },
  { number: 25, what: 'SIGTERM under load 50 times', how: 'requests and values meanwhile', pass: 'exit 0 <= 10 s; nothing lost; requests answered; not ready before the listener closes' },
  { number: 26, what: 'Upgrade and rollback, killed at each step', how: 'old folder opened by the new version', pass: 'old shape or new one, never between' },
  { number: 27, what: 'Soak of 24 minutes with a random fault every 5 s', how: 'seeded faults of the above', pass: 'nothing lost; memory and open files stay' },
]
