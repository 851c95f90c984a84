package dev.holdfast.cli.bench;

/**
 * What {@code /proc/PID/status} says (Linux, proc(5)).
 *
 * @param residentBytes memory that is really there, shared pages included
 * @param cpus processors that the process may run on; 1 when the file does not say
 */
record ProcessStatus(long residentBytes, int cpus) {
    static ProcessStatus parse(Iterable<String> lines) {
        long resident = 0;
        int cpus = 1;
        for (String line : lines) {
            if (line.startsWith("VmRSS:")) {
                resident = Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
            } else if (line.startsWith("Cpus_allowed_list:")) {
                cpus = cpus(line.substring(line.indexOf(':') + 1).strip());
            }
        }
        return new ProcessStatus(resident, cpus);
    }

    /** How many a list such as {@code 0-3,8} names. */
    private static int cpus(String list) {
        int cpus = 0;
        for (String range : list.split(",", -1)) {
            int dash = range.indexOf('-');
            cpus += dash < 0
                    ? 1
                    : Integer.parseInt(range.substring(dash + 1)) - Integer.parseInt(range.substring(0, dash)) + 1;
        }
        return cpus;
    }
}
