package dev.holdfast.insight.dryrun;

/**
 * The details of a report of a device that was let in, and that a policy which is only tried would refuse.
 *
 * @param reportOnly always true: nobody was refused
 * @param policy the policy that is tried
 * @param why it would be refused
 */
record ReportOnlyRefusal(boolean reportOnly, String policy, Record why) {
    static ReportOnlyRefusal of(String policy, Loss loss) {
        return new ReportOnlyRefusal(
                true,
                policy,
                switch (loss) {
                    case Loss.OfHello(var why) -> (Record) why;
                    case Loss.TlsNotAccepted why -> why;
                    case Loss.ClientSignatureNotAccepted why -> why;
                });
    }
}
